// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Predeploys} from "@hanzo/Predeploys.sol";
import {ICircuitBreaker} from "@hanzo/interfaces/ICircuitBreaker.sol";
import {PrivilegedCalls} from "./PrivilegedCalls.sol";
import {VM} from "../Vm.sol";
import {World} from "./World.sol";

/// @dev Attackers: every privileged call by anybody, every transaction again, coins forced on contracts, loans.
abstract contract AttackCalls is World, PrivilegedCalls {
    /// @dev Loans that were refused, as they did not come back with their fee.
    uint256 public unpaidLoans;

    /// @dev `sender` did what it has no right to, or was refused for another reason.
    error Usurped(address sender, address target, bytes data, bytes reason);
    /// @dev What was good once was good again.
    error Replayed(address sender, address target, bytes data);

    /// @dev M18: refused, and for want of the privilege.
    function usurp(uint8 who, uint8 which) external acts {
        Privileged memory call = privileged[which % privileged.length];
        VM.prank(_account(who));
        (bool ok, bytes memory reason) = call.target.call(call.data);
        // During a pause the circuit breaker refuses everybody, before it asks who calls.
        bool isPause = call.target == Predeploys.CIRCUIT_BREAKER
            && bytes4(reason) == ICircuitBreaker.OutflowsPaused.selector;
        if (ok || (bytes4(reason) != call.refusal && !isPause)) revert Usurped(_account(who), call.target, call.data, reason);
        _done();
    }

    function replay(uint8 pick, uint8 who) external acts {
        if (_replays.length == 0) return;
        Replay memory again = _replays[pick % _replays.length];
        // A vote is the sender's: the same words from another are another vote.
        bool isOwn = who % 2 == 0 || again.to == address(GOVERNOR);
        address sender = isOwn ? again.from : _person(who / 2);
        if (sender.balance < again.value) return;
        VM.prank(sender);
        (bool ok, ) = again.to.call{value: again.value}(again.data);
        if (ok) revert Replayed(sender, again.to, again.data);
        _done();
    }

    /// @dev Forces coins on any address of the protocol, with code or without.
    function force(uint8 who, uint8 which, uint64 value) external acts {
        address target = address(uint160(Predeploys.AI) + uint160(which % FIXED_ADDRESSES));
        value %= 10 ether;
        if (_person(who % DEVS).balance < value) return;
        // PUSH20 target SELFDESTRUCT: a contract that is gone before it is there.
        bytes memory code = abi.encodePacked(hex"73", target, hex"ff");
        VM.prank(_person(who % DEVS));
        assembly ("memory-safe") {
            pop(create(value, add(code, 32), mload(code)))
        }
        donated[target] += value;
        _done();
    }

    /// @dev A loan of what the pool has: repaid with the fee and a little more, or not at all. What was forced on
    /// the pool is the pool's before that: it would pay the fee otherwise, as anybody may take it.
    function borrow(uint8 who, uint256 value, bool ofCoins, bool isStaker, uint8 extraPercent) external acts {
        uint256 i = who % 2;
        PAIR.sync();
        (uint256 coins, uint256 quote, ) = PAIR.getReserves();
        uint256 amount = 1 ether + value % ((ofCoins ? coins : quote) / 50);
        uint256 extra = amount * (extraPercent % 8) / 1_000;
        address borrower = address(traps[i]);
        if ((ofCoins ? borrower.balance : USD.balanceOf(borrower)) < extra) return;
        uint256 wealth = borrower.balance + USD.balanceOf(borrower);
        bytes memory data = ofCoins
            ? abi.encodeCall(traps[i].borrow, (PAIR, amount, 0, extra, isStaker))
            : abi.encodeCall(traps[i].borrow, (PAIR, 0, amount, extra, isStaker));
        (bool ok, ) = borrower.call(data);
        assert(!ok || extra * 1_000 >= amount * 3);
        assert(!ok || borrower.balance + USD.balanceOf(borrower) < wealth);
        if (ok) _done();
        else ++unpaidLoans;
    }
}
