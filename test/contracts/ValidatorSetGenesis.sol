// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {FinalityDomain} from "@hanzo/consensus/FinalityDomain.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ValidatorSet} from "@hanzo/consensus/ValidatorSet.sol";
import {AI} from "@hanzo/token/AI.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {VM} from "./Vm.sol";

/// @dev Block 0 with the validators, the facade, the sink and EIP-2935's history, and block 1 begun.
/// Validator i signs with key `KEY + i` and is paid at `_payout(i)`.
abstract contract ValidatorSetGenesis {
    uint256 internal constant EPOCH = 8;
    uint256 internal constant DELAY = 64;
    uint256 internal constant STAKE = 2_000 ether;
    uint256 internal constant KEY = 0xC0DE_0000;
    uint256 internal constant FOREVER = type(uint256).max;
    /// @dev secp256k1's: `s` and `CURVE_ORDER - s` sign alike.
    uint256 internal constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    bytes32 internal constant GENESIS_HASH = keccak256("genesis");
    address internal constant ALICE = address(0xA11CE);
    address internal constant FINDER = address(0xF1DE2);
    bytes private constant HISTORY_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff8143031160"
        hex"4257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

    AI internal constant TOKEN = AI(payable(Predeploys.AI));
    AIBurn internal constant SINK = AIBurn(payable(Predeploys.AI_BURN));
    address internal constant HISTORY = Blockhash.HISTORY_STORAGE_ADDRESS;
    ValidatorSet internal constant SET = ValidatorSet(Predeploys.VALIDATOR_SET);

    error NotEqual(uint256 actual, uint256 expected);
    error NotDone(bytes result);

    function _genesis(uint256 validators) internal {
        _run(address(TOKEN), type(AI).creationCode);
        _run(address(SINK), type(AIBurn).creationCode);
        VM.etch(HISTORY, HISTORY_CODE);
        VM.deal(address(SET), validators * STAKE);
        (bool ok, bytes memory result) = _construct(address(SET), EPOCH, DELAY, _genesisValidators(validators));
        if (!ok) revert NotDone(result);
        VM.roll(1);
        VM.prank(Predeploys.BLOCK_REWARDS);
        SET.begin(GENESIS_HASH);
    }

    function _genesisValidators(uint256 n) internal pure returns (ValidatorSet.GenesisValidator[] memory list) {
        list = new ValidatorSet.GenesisValidator[](n);
        for (uint256 i = 0; i < n; ++i) list[i] = ValidatorSet.GenesisValidator(_votingKey(i), _payout(i));
    }

    /// @dev What the constructor says: runtime code, or why not.
    function _construct(
        address target,
        uint256 epochLength,
        uint256 delay,
        ValidatorSet.GenesisValidator[] memory list
    ) internal returns (bool ok, bytes memory result) {
        bytes memory initCode = abi.encodePacked(
            type(ValidatorSet).creationCode,
            abi.encode(epochLength, delay, list)
        );
        return _run(target, initCode);
    }

    function _votingKey(uint256 i) internal pure returns (address) {
        return VM.addr(KEY + i);
    }

    function _payout(uint256 i) internal pure returns (address) {
        return address(uint160(0xFA_0000 + i));
    }

    function _sign(uint256 i, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(KEY + i, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev Deposits as validator `i`, from an account that has nothing to do with it.
    function _deposit(uint256 i, uint256 value) internal {
        bytes memory proof = _sign(i, SET.hashDeposit(_payout(i)));
        VM.deal(ALICE, value);
        VM.prank(ALICE);
        uint256 index = SET.deposit{value: value}(_votingKey(i), _payout(i), proof);
        _equal(index, i);
    }

    function _exit(uint256 i) internal {
        VM.prank(_payout(i));
        SET.exit(i);
    }

    function _hash(uint256 epoch) internal pure returns (bytes32) {
        return epoch == 0 ? GENESIS_HASH : keccak256(abi.encode("checkpoint", epoch));
    }

    function _link(uint256 source, uint256 target) internal pure returns (FinalityDomain.FinalityVote memory) {
        return FinalityDomain.FinalityVote(uint64(source), _hash(source), uint64(target), _hash(target), "output");
    }

    /// @dev The block after checkpoint `epoch`.
    function _reach(uint256 epoch) internal {
        VM.roll(epoch * EPOCH + 1);
        VM.setBlockhash(epoch * EPOCH, _hash(epoch));
    }

    function _range(uint256 from, uint256 to) internal pure returns (uint256[] memory indices) {
        indices = new uint256[](to - from);
        for (uint256 i = from; i < to; ++i) indices[i - from] = i;
    }

    /// @dev The members of the set after either checkpoint, in order.
    function _electorate(uint256 source, uint256 target) internal view returns (uint256[] memory indices) {
        (uint256[] memory a, , ) = SET.setAt(source);
        (uint256[] memory b, , ) = SET.setAt(target);
        indices = new uint256[](a.length + b.length);
        uint256 n = 0;
        for ((uint256 i, uint256 j) = (0, 0); i < a.length || j < b.length; ++n) {
            uint256 next = i == a.length ? b[j] : j == b.length || a[i] < b[j] ? a[i] : b[j];
            if (i < a.length && a[i] == next) ++i;
            if (j < b.length && b[j] == next) ++j;
            indices[n] = next;
        }
        assembly ("memory-safe") {
            mstore(indices, n)
        }
    }

    function _bitmap(uint256[] memory signers) internal pure returns (bytes memory bitmap) {
        if (signers.length == 0) return "";
        bitmap = new bytes(signers[signers.length - 1] / 8 + 1);
        for (uint256 i = 0; i < signers.length; ++i) {
            bitmap[signers[i] >> 3] |= bytes1(uint8(1 << (signers[i] & 7)));
        }
    }

    function _signatures(
        FinalityDomain.FinalityVote memory link,
        uint256[] memory signers
    ) internal view returns (bytes[] memory signatures) {
        bytes32 digest = SET.hashVote(link);
        signatures = new bytes[](signers.length);
        for (uint256 i = 0; i < signers.length; ++i) signatures[i] = _sign(signers[i], digest);
    }

    function _certify(uint256 source, uint256 target, uint256[] memory signers) internal {
        FinalityDomain.FinalityVote memory link = _link(source, target);
        bytes[] memory signatures = _signatures(link, signers);
        VM.prank(ALICE);
        SET.certify(link, _bitmap(signers), signatures);
    }

    /// @dev The same, expected to revert with `reason`.
    function _refuse(uint256 source, uint256 target, uint256[] memory signers, bytes memory reason) internal {
        FinalityDomain.FinalityVote memory link = _link(source, target);
        bytes[] memory signatures = _signatures(link, signers);
        VM.expectRevert(reason);
        SET.certify(link, _bitmap(signers), signatures);
    }

    /// @dev Justifies the next `epochs` checkpoints one by one: all but the first begin a dynasty.
    function _justify(uint256 epochs) internal {
        for (uint256 i = 0; i < epochs; ++i) {
            uint256 source = SET.lastCertified();
            _reach(source + 1);
            _certify(source, source + 1, _electorate(source, source + 1));
        }
    }

    function _fill(uint256 value) internal {
        VM.deal(address(SET), address(SET).balance + value);
    }

    /// @dev Two votes of validator `i` for the next checkpoint, found by a stranger.
    function _slash(uint256 i) internal {
        uint256 target = SET.lastCertified() + 1;
        FinalityDomain.FinalityVote memory vote1 = _link(target - 1, target);
        FinalityDomain.FinalityVote memory vote2 = _link(target - 1, target);
        vote2.outputRoot = "another";
        (bytes32 digest1, bytes32 digest2) = (SET.hashVote(vote1), SET.hashVote(vote2));
        VM.prank(FINDER);
        SET.slash(vote1, _sign(i, digest1), vote2, _sign(i, digest2));
    }

    function _equal(uint256 actual, uint256 expected) internal pure {
        if (actual != expected) revert NotEqual(actual, expected);
    }

    /// @dev As the builder of genesis does: init code at the address, called there.
    function _run(address target, bytes memory initCode) private returns (bool ok, bytes memory result) {
        VM.etch(target, initCode);
        (ok, result) = target.call("");
        if (ok) VM.etch(target, result);
    }
}
