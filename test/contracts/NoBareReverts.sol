// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Predeploys} from "@hanzo/Predeploys.sol";
import {KNOWN_ERRORS} from "./KnownErrors.sol";
import {RandomArguments} from "./RandomArguments.sol";
import {VM} from "./Vm.sol";
import {WholeGenesis} from "./WholeGenesis.sol";

/**
 * @dev Calls functions of block 0 with random arguments, as users and as those who may call more, and fails if one
 * reverts with anything but an error of the ABIs: without a word, with a panic, with a string. The Safes alone speak in
 * strings. `test/unit/genesis/contracts/no-bare-reverts.test.ts` holds the lists of signatures and `KnownErrors.sol`
 * against the ABIs, so that none is left out. Calldata is well-formed and coins go to payable functions alone: what
 * Solidity itself refuses before a function begins has no data in any contract.
 */
abstract contract NoBareReverts is WholeGenesis, RandomArguments {
    /// @dev Calls of one run: later ones meet what earlier ones left.
    uint256 private constant CALLS = 4;
    uint256 private constant USERS = 12;
    bytes4 private constant STRING = bytes4(keccak256("Error(string)"));

    mapping(bytes4 selector => bool) private _isKnown;

    error BareRevert(string signature, address caller, bytes data, uint256 value, bytes reason);

    /// @dev The whole genesis in block 2.
    function _begin() internal {
        _genesis();
        VM.roll(1);
        VM.warp(GENESIS_TIME + 2);
        VM.setBlockhash(0, GENESIS_HASH);
        VM.prank(0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE);
        REWARDS.onBlock(_payout(0), 1, 5_000, 1);
        VM.roll(2);
        VM.warp(GENESIS_TIME + 4);
        for (uint256 i = 0; i < USERS; ++i) VM.deal(_user(i), 1_000_000 ether);
        bytes memory known = KNOWN_ERRORS;
        for (uint256 i = 0; i < known.length; i += 4) _isKnown[bytes4(_slice(known, i, i + 4))] = true;
    }

    /// @dev Calls `target` a few times; `list` is `Name: f(uint256); g() payable`, of all its functions.
    function _tryAny(address target, string memory list, uint256 seed) internal {
        string[] memory signatures = _split(list);
        Draw memory draw = Draw("", 0, seed);
        for (uint256 i = 0; i < CALLS; ++i) _try(target, signatures[_next(draw) % signatures.length], draw);
    }

    function _user(uint256 i) internal pure returns (address) {
        return i < DEVS ? _dev(i) : _votingKey(i - DEVS);
    }

    /// @dev Somebody with coins, a contract of block 0, an account without code, or anything.
    function _someAddress(uint256 random) internal view virtual override returns (address) {
        uint256 kind = random % 4;
        random >>= 8;
        if (kind == 0) return _user(random % USERS);
        if (kind == 1) return address(uint160(0xA10 + random % 0x27));
        if (kind == 2) return address(uint160(random % 20));
        return address(uint160(random));
    }

    function _try(address target, string memory signature, Draw memory draw) private {
        (string memory plain, bool isPayable) = _parse(signature);
        bytes memory data = _calldataOf(plain, _next(draw));
        uint256 random = _next(draw);
        address caller = _caller(random >> 32);
        uint256 value;
        if (isPayable) value = (random >> 128) % (1 + caller.balance) >> ((random >> 64) % 80);
        VM.prank(caller);
        (bool ok, bytes memory reason) = target.call{value: value}(data);
        if (ok || _isNamed(reason) || _isUnplanned(target, caller, reason)) return;
        revert BareRevert(plain, caller, data, value, reason);
    }

    /// @dev A user, or whoever some function is kept for: behind what others are refused, there is more to refuse.
    function _caller(uint256 random) private pure returns (address) {
        if (random % 2 == 0) return _user((random >> 8) % USERS);
        address[12] memory privileged = [
            address(TIMELOCK),
            address(TIMELOCK),
            address(TIMELOCK),
            address(GOVERNOR),
            address(MANAGER),
            Predeploys.SYSTEM,
            Predeploys.GUARDIAN_SAFE,
            address(REWARDS),
            address(PAYMENTS),
            address(TRAINERS),
            address(ORACLE),
            address(RESERVE)
        ];
        return privileged[(random >> 8) % privileged.length];
    }

    /// @dev Two panics are left, both OpenZeppelin's and between the governor and its Timelock alone: a call of the
    /// Timelock that the governor did not plan finds its list of planned calls empty; and the Timelock adds the delay
    /// to the time, which the governor never lets overflow.
    function _isUnplanned(address target, address caller, bytes memory reason) private pure returns (bool) {
        if (target == address(TIMELOCK) && caller == address(GOVERNOR)) {
            return keccak256(reason) == keccak256(abi.encodeWithSignature("Panic(uint256)", 0x11));
        }
        if (target != address(GOVERNOR) || caller != address(TIMELOCK)) return false;
        return keccak256(reason) == keccak256(abi.encodeWithSignature("Panic(uint256)", 0x31));
    }

    /// @dev Errors of the Safes are `Error("GS013")` and the like.
    function _isNamed(bytes memory reason) private view returns (bool) {
        if (reason.length < 4) return false;
        if (_isKnown[bytes4(reason)]) return true;
        return bytes4(reason) == STRING && reason.length == 100 && reason[68] == "G" && reason[69] == "S";
    }

    function _parse(string memory signature) private pure returns (string memory plain, bool isPayable) {
        bytes memory text = bytes(signature);
        isPayable = text[text.length - 1] == "e";
        if (!isPayable) return (signature, false);
        return (string(_slice(text, 0, text.length - bytes(" payable").length)), true);
    }

    function _split(string memory list) private pure returns (string[] memory signatures) {
        bytes memory text = bytes(list);
        uint256 count = 1;
        for (uint256 i = 0; i < text.length; ++i) if (text[i] == ";") ++count;
        signatures = new string[](count);
        uint256 start = 0;
        while (text[start] != " ") ++start;
        ++start;
        uint256 found = 0;
        for (uint256 i = 0; i <= text.length; ++i) {
            if (i < text.length && text[i] != ";") continue;
            signatures[found++] = string(_slice(text, start, i));
            start = i + 2;
        }
    }

    function _slice(bytes memory text, uint256 start, uint256 end) private pure returns (bytes memory part) {
        part = new bytes(end - start);
        for (uint256 i = 0; i < part.length; ++i) part[i] = text[start + i];
    }
}
