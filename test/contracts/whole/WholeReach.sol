// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WholeHandler} from "./WholeHandler.sol";
import {VM} from "../Vm.sol";

/// @dev The handler's functions with the types of their arguments, to call them in an order of chance that is always
/// the same: `8` is a uint8, `v` a number of any size that the type holds, `b` a bool. And what of them a campaign
/// has reached: its runs forget all state, so it is kept in the environment of the process.
abstract contract WholeReach {
    struct Entry {
        bytes4 selector;
        bytes types;
        string signature;
    }

    /// @dev Of a whole campaign; one of fewer runs is not asked what it reached.
    uint256 private constant RUNS = 32;
    string private constant RUNS_DONE = "HANZO_WHOLE_RUNS_DONE";
    /// @dev A bit for each entry.
    string private constant REACHED = "HANZO_WHOLE_REACHED";

    Entry[] internal _entries;

    error NeverDone(string signature);

    constructor() {
        _add("transfer(uint8,uint8,uint256)", "88v");
        _add("send(uint8,uint8,uint256)", "88v");
        _add("spendAllowance(uint8,uint8,uint256)", "88v");
        _add("permit(uint8,uint8,uint256)", "88v");
        _add("wrap(uint8,uint256)", "8v");
        _add("burn(uint8,uint8,uint256)", "88v");
        _add("payBaseFee(uint8,uint64)", "8l");
        _add("stake(uint8,uint256,uint8)", "8v8");
        _add("unstake(uint8,uint256,uint8)", "8v8");
        _add("withdraw(uint8)", "8");
        _add("claim(uint8)", "8");
        _add("delegate(uint8,uint8)", "88");
        _add("fund(uint8,uint256)", "8v");
        _add("openVaults()", "");
        _add("attestOrRevoke(uint8)", "8");
        _add("mine(uint8,uint256,uint256,uint16,uint8)", "8vv88");
        _add("faucet(uint8)", "8");
        _add("sell(uint8,uint256,bool)", "8vb");
        _add("buy(uint8,uint256,bool)", "8vb");
        _add("addLiquidity(uint8,uint8,bool)", "88b");
        _add("removeLiquidity(uint8,uint8,bool)", "88b");
        _add("tidyPool(uint8,bool)", "8b");
        _add("bid(uint8,uint8,uint256)", "88v");
        _add("endSale(uint8,uint8)", "88");
        _add("comeOrGo(uint8,uint8)", "88");
        _add("payAtOnce(uint8,uint8,uint32,uint8)", "88i8");
        _add("payQuoted(uint8,uint8,uint32)", "88i");
        _add("openJob(uint8,uint8,uint32,uint8,uint8)", "88i88");
        _add("stepJob(uint8,uint8)", "88");
        _add("score(uint8,uint16)", "88");
        _add("train(uint8,uint8,uint8)", "888");
        _add("penalise(uint8,uint64)", "8l");
        _add("part(uint8,uint8)", "88");
        _add("certify(uint8,uint40)", "8i");
        _add("joinValidators(uint8,uint16)", "88");
        _add("quit(uint8)", "8");
        _add("withdrawStake(uint8)", "8");
        _add("contradict(uint8,uint8)", "88");
        _add("propose(uint8,uint8,uint256)", "88v");
        _add("depositBond(uint8,uint8)", "88");
        _add("vote(uint8,uint8,uint8)", "888");
        _add("enact(uint8,uint8)", "88");
        _add("cancel(uint8,uint8)", "88");
        _add("settleBond(uint8,uint8)", "88");
        _add("pauseOutflows(uint8)", "8");
        _add("usurp(uint8,uint8)", "88");
        _add("replay(uint8,uint8)", "88");
        _add("force(uint8,uint8,uint64)", "88l");
        _add("borrow(uint8,uint256,bool,bool,uint8)", "8vbb8");
    }

    /// @dev At the end of a run. At the end of the last one, everything has succeeded once.
    function _requireReach(WholeHandler handler) internal {
        uint256 reached = VM.envOr(REACHED, uint256(0));
        uint256 runs = VM.envOr(RUNS_DONE, uint256(0)) + 1;
        for (uint256 i = 0; i < _entries.length; ++i) {
            if (handler.done(_entries[i].selector) > 0) reached |= 1 << i;
            else if (runs >= RUNS && reached & (1 << i) == 0) revert NeverDone(_entries[i].signature);
        }
        VM.setEnv(REACHED, VM.toString(reached));
        VM.setEnv(RUNS_DONE, VM.toString(runs));
    }

    function _call(WholeHandler handler, uint256 i) internal {
        Entry storage entry = _entries[i % _entries.length];
        bytes memory data = abi.encodePacked(entry.selector);
        for (uint256 j = 0; j < entry.types.length; ++j) {
            uint256 chance = uint256(keccak256(abi.encode(i, j)));
            data = bytes.concat(data, bytes32(chance >> (256 - _bits(entry.types[j]))));
        }
        (bool ok, bytes memory reason) = address(handler).call(data);
        if (ok) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }

    function _bits(bytes1 kind) private pure returns (uint256) {
        if (kind == "8") return 8;
        if (kind == "b") return 1;
        if (kind == "i") return 32;
        return kind == "l" ? 64 : 256;
    }

    function _add(string memory signature, bytes memory types) private {
        _entries.push(Entry(bytes4(keccak256(bytes(signature))), types, signature));
    }
}
