// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@hanzo/governance/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {CircuitBreaker} from "@hanzo/governance/CircuitBreaker.sol";
import {ICircuitBreaker} from "@hanzo/interfaces/ICircuitBreaker.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {VM} from "./Vm.sol";

/// @dev A breaker as on mainnet: 1 % of a reserve a day.
abstract contract CircuitBreakerGenesis {
    uint256 internal constant TRAINING = 200_000_000 ether;
    uint256 internal constant LIQUIDITY = 50_000_000 ether;
    uint256 internal constant CAPACITY = 500_000 ether;
    address internal constant SPENDER = Predeploys.LIQUIDITY_RESERVE;
    address internal constant GUARDIAN = Predeploys.GUARDIAN_SAFE;
    address internal constant STRANGER = address(0x57A);
    uint256 internal constant START = 1_800_000_000;
    CircuitBreaker internal _breaker;

    function _deploy() internal {
        VM.warp(START);
        bytes memory arguments = abi.encode(Predeploys.TIMELOCK);
        VM.etch(Predeploys.ACCESS_MANAGER, abi.encodePacked(type(AccessManager).creationCode, arguments));
        (bool ok, bytes memory runtime) = Predeploys.ACCESS_MANAGER.call("");
        assert(ok);
        VM.etch(Predeploys.ACCESS_MANAGER, runtime);
        _breaker = new CircuitBreaker(false, TRAINING, LIQUIDITY, 100, 1 days);
    }

    function _consume(uint256 value) internal {
        VM.prank(SPENDER);
        _breaker.consume(value);
    }
}

contract CircuitBreakerTest is CircuitBreakerGenesis {
    function setUp() external {
        _deploy();
    }

    function _expectAboveLimit(uint256 value, uint256 available) private {
        VM.expectRevert(
            abi.encodeWithSelector(ICircuitBreaker.OutflowAboveLimit.selector, SPENDER, value, available)
        );
    }

    function _expectWindow(uint256 window, uint256 min) private {
        VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.WindowOutOfBounds.selector, window, min, 30 days));
    }

    function _expectPaused(uint256 until) private {
        VM.expectRevert(abi.encodeWithSelector(ICircuitBreaker.OutflowsPaused.selector, until));
    }

    function _pause() private {
        VM.prank(GUARDIAN);
        _breaker.pause();
    }

    function _setLimit(uint256 shareBps, uint256 window) private {
        VM.prank(Predeploys.TIMELOCK);
        _breaker.setLimit(SPENDER, shareBps, window);
    }

    function test_startsWithTheMetersOfGenesis() external view {
        (uint256 capacity, uint256 window) = _breaker.limitOf(Predeploys.TRAINING_REWARDS);
        assert(capacity == 2_000_000 ether && window == 1 days);
        (capacity, window) = _breaker.limitOf(SPENDER);
        assert(capacity == CAPACITY && window == 1 days);
        assert(_breaker.available(SPENDER) == CAPACITY && _breaker.available(STRANGER) == 0);
        assert(_breaker.reserveOf(SPENDER) == LIQUIDITY);
        assert(_breaker.guardian() == GUARDIAN && !_breaker.isPaused() && !_breaker.DEV());
        _breaker.requireNotPaused();
    }

    function test_acceptsLimitsAtTheBounds() external {
        new CircuitBreaker(false, 1, 300_000_000 ether, 0, 1 days);
        new CircuitBreaker(false, TRAINING, LIQUIDITY, 1_000, 30 days);
        new CircuitBreaker(true, TRAINING, LIQUIDITY, 1_000, 1);
    }

    function test_refusesLimitsBeyondTheBounds() external {
        VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.ShareOutOfBounds.selector, 1_001, 1_000));
        new CircuitBreaker(false, TRAINING, LIQUIDITY, 1_001, 1 days);
        _expectWindow(1 days - 1, 1 days);
        new CircuitBreaker(false, TRAINING, LIQUIDITY, 100, 1 days - 1);
        _expectWindow(30 days + 1, 1 days);
        new CircuitBreaker(false, TRAINING, LIQUIDITY, 100, 30 days + 1);
        _expectWindow(0, 1);
        new CircuitBreaker(true, TRAINING, LIQUIDITY, 100, 0);
        uint256 max = 300_000_000 ether;
        VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.ReserveOutOfBounds.selector, 0, max));
        new CircuitBreaker(false, 0, LIQUIDITY, 100, 1 days);
        VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.ReserveOutOfBounds.selector, max + 1, max));
        new CircuitBreaker(false, TRAINING, max + 1, 100, 1 days);
    }

    function test_countsWhatASpenderDraws() external {
        VM.expectEmit(address(_breaker));
        emit CircuitBreaker.Consumed(SPENDER, CAPACITY - 1, 1);
        _consume(CAPACITY - 1);
        _expectAboveLimit(2, 1);
        _consume(2);
        _consume(1);
        _expectAboveLimit(1, 0);
        _consume(1);
        assert(_breaker.available(Predeploys.TRAINING_REWARDS) == 2_000_000 ether);
    }

    function test_refillsSteadily() external {
        _consume(CAPACITY);
        VM.warp(START + 6 hours);
        assert(_breaker.available(SPENDER) == CAPACITY / 4);
        _consume(CAPACITY / 4);
        VM.warp(START + 1 days);
        assert(_breaker.available(SPENDER) == (CAPACITY * 3) / 4);
        VM.warp(START + 30 days);
        assert(_breaker.available(SPENDER) == CAPACITY);
    }

    function test_refusesSpendersItDoesNotKnow() external {
        VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.UnknownSpender.selector, STRANGER));
        VM.prank(STRANGER);
        _breaker.consume(0);
        VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.UnknownSpender.selector, STRANGER));
        VM.prank(Predeploys.TIMELOCK);
        _breaker.setLimit(STRANGER, 100, 1 days);
    }

    function test_governanceAddsASpenderOnce() external {
        VM.expectEmit(address(_breaker));
        emit CircuitBreaker.SpenderAdded(STRANGER, 1_000 ether);
        VM.expectEmit(address(_breaker));
        emit CircuitBreaker.LimitChanged(STRANGER, 0, 0, 100 ether, 2 days);
        VM.prank(Predeploys.TIMELOCK);
        _breaker.addSpender(STRANGER, 1_000 ether, 1_000, 2 days);
        VM.prank(STRANGER);
        _breaker.consume(100 ether);
        VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.AlreadySpender.selector, STRANGER));
        VM.prank(Predeploys.TIMELOCK);
        _breaker.addSpender(STRANGER, 300_000_000 ether, 1_000, 2 days);
    }

    function test_governanceSetsLimitsWithinBounds() external {
        VM.expectEmit(address(_breaker));
        emit CircuitBreaker.LimitChanged(SPENDER, CAPACITY, 1 days, LIQUIDITY / 10, 30 days);
        _setLimit(1_000, 30 days);
        assert(_breaker.available(SPENDER) == LIQUIDITY / 10);
        VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.ShareOutOfBounds.selector, 1_001, 1_000));
        _setLimit(1_001, 1 days);
        _expectWindow(1 days - 1, 1 days);
        _setLimit(100, 1 days - 1);
        _expectWindow(30 days + 1, 1 days);
        _setLimit(100, 30 days + 1);
    }

    function test_aLimitOfNothingStopsASpender() external {
        _setLimit(0, 1 days);
        assert(_breaker.available(SPENDER) == 0);
        _expectAboveLimit(1, 0);
        _consume(1);
    }

    function test_aNewLimitForgetsNothing() external {
        _consume(CAPACITY);
        VM.warp(START + 12 hours);
        _setLimit(200, 30 days);
        // Half of the old capacity came back at the old rate.
        assert(_breaker.available(SPENDER) == 2 * CAPACITY - CAPACITY / 2);
    }

    function test_onlyGovernanceChangesLimits() external {
        bytes[] memory calls = new bytes[](4);
        calls[0] = abi.encodeCall(_breaker.setLimit, (SPENDER, 100, 1 days));
        calls[1] = abi.encodeCall(_breaker.addSpender, (STRANGER, 1, 100, 1 days));
        calls[2] = abi.encodeCall(_breaker.setGuardian, (STRANGER));
        calls[3] = abi.encodeCall(_breaker.unpause, ());
        for (uint256 i = 0; i < calls.length; ++i) {
            VM.prank(STRANGER);
            (bool ok, bytes memory reason) = address(_breaker).call(calls[i]);
            bytes memory expected = abi.encodeWithSelector(
                IAccessManaged.AccessManagedUnauthorized.selector,
                STRANGER
            );
            assert(!ok && keccak256(reason) == keccak256(expected));
        }
    }

    function test_theGuardianPausesForAWeek() external {
        VM.expectEmit(address(_breaker));
        emit CircuitBreaker.Paused(GUARDIAN, START + 7 days);
        _pause();
        assert(_breaker.isPaused() && _breaker.available(SPENDER) == 0);
        VM.warp(START + 7 days - 1);
        _expectPaused(START + 7 days);
        _consume(1);
        _expectPaused(START + 7 days);
        _breaker.requireNotPaused();
        VM.warp(START + 7 days);
        _breaker.requireNotPaused();
        _consume(CAPACITY);
    }

    function test_nobodyElsePauses() external {
        address[2] memory callers = [STRANGER, Predeploys.TIMELOCK];
        for (uint256 i = 0; i < callers.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.NotGuardian.selector, callers[i]));
            VM.prank(callers[i]);
            _breaker.pause();
        }
    }

    function test_aPauseCannotBeProlonged() external {
        _pause();
        bytes memory reason = abi.encodeWithSelector(CircuitBreaker.Cooling.selector, START + 14 days);
        VM.expectRevert(reason);
        _pause();
        VM.warp(START + 14 days - 1);
        VM.expectRevert(reason);
        _pause();
        VM.warp(START + 14 days);
        _pause();
        assert(_breaker.pausedUntil() == START + 21 days);
    }

    function test_theGuardianAndGovernanceEndAPause() external {
        address[2] memory callers = [GUARDIAN, Predeploys.TIMELOCK];
        for (uint256 i = 0; i < callers.length; ++i) {
            _pause();
            VM.warp(block.timestamp + 1 hours);
            VM.expectEmit(address(_breaker));
            emit CircuitBreaker.Unpaused(callers[i]);
            VM.prank(callers[i]);
            _breaker.unpause();
            _consume(1);
            VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.NotPaused.selector));
            VM.prank(callers[i]);
            _breaker.unpause();
            VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.Cooling.selector, block.timestamp + 7 days));
            _pause();
            VM.warp(block.timestamp + 7 days);
        }
    }

    function test_governanceReplacesTheGuardian() external {
        VM.expectEmit(address(_breaker));
        emit CircuitBreaker.GuardianSet(GUARDIAN, STRANGER);
        VM.prank(Predeploys.TIMELOCK);
        _breaker.setGuardian(STRANGER);
        VM.expectRevert(abi.encodeWithSelector(CircuitBreaker.NotGuardian.selector, GUARDIAN));
        _pause();
        VM.prank(STRANGER);
        _breaker.pause();
    }

    /// @dev Whatever is asked for when: at most the capacity and its refill.
    function testFuzz_neverMoreThanTheCapacityAndItsRefill(uint256[4] memory asks, uint32[4] memory waits) external {
        uint256 drawn = 0;
        for (uint256 i = 0; i < asks.length; ++i) {
            VM.warp(block.timestamp + (waits[i] % 2 days));
            uint256 value = asks[i] % (CAPACITY + 1);
            uint256 available = _breaker.available(SPENDER);
            if (value > available) _expectAboveLimit(value, available);
            else drawn += value;
            _consume(value);
            uint256 refill = ((block.timestamp - START) * CAPACITY) / 1 days;
            assert(drawn <= CAPACITY + refill);
        }
    }
}
