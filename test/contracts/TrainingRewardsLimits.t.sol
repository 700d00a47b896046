// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AttestedGenesis} from "./AttestedGenesis.sol";
import {EmissionSchedule} from "@hanzo/emission/EmissionSchedule.sol";
import {ICircuitBreaker} from "@hanzo/interfaces/ICircuitBreaker.sol";
import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ScheduledVault} from "@hanzo/emission/ScheduledVault.sol";
import {SpenderVault} from "@hanzo/emission/SpenderVault.sol";
import {TrainingRewards} from "@hanzo/compute/TrainingRewards.sol";
import {VM} from "./Vm.sol";

/// @dev How much of the bucket rewards may take, and who can stop them.
contract TrainingRewardsLimitsTest is AttestedGenesis {
    address private constant USER = address(0x05E12);
    address private constant PROVIDER = address(0x9120F1DE2);
    uint256 private constant FULL = 0.01 ether;
    uint256 private _count;

    function setUp() external {
        _genesis(3, 2);
    }

    function test_BeginsWithTheWholeScheduleAndTheGivenCap() external view {
        assert(REWARDS.WINDOW_BLOCKS() == WINDOW && REWARDS.userCap() == USER_CAP);
        assert(REWARDS.budgetBps() == 10_000 && REWARDS.feeShareBps() == 0);
        assert(REWARDS.availableOf(USER) == USER_CAP && REWARDS.available() == REWARDS.windowBudget(0));
    }

    function test_ConstructorHoldsItsParametersToTheirBounds() external {
        bytes memory code = type(TrainingRewards).creationCode;
        _refused(address(0x1234), code, abi.encode(15, 1 ether), _outOfBounds(15, 16, type(uint64).max));
        uint256 tooLong = uint256(type(uint64).max) + 1;
        _refused(address(0x1234), code, abi.encode(tooLong, 1 ether), _outOfBounds(tooLong, 16, type(uint64).max));
        _refused(address(0x1234), code, abi.encode(16, FULL - 1), _outOfBounds(FULL - 1, FULL, 1_000 ether));
        _deploy(address(0x1234), code, abi.encode(16, FULL));
    }

    /// @dev 100 full rewards are the cap of 1 AI.
    function test_UserCapEndsAtTheBoundaryOfItsWindow() external {
        VM.roll(WINDOW);
        for (uint256 i = 0; i < 99; ++i) _reward(USER, 100);
        _reward(USER, 1);
        assert(REWARDS.availableOf(USER) == 0.0099 ether);
        _refuse(USER, 100, _aboveCap(FULL, 0.0099 ether));
        _reward(USER, 99);
        assert(REWARDS.availableOf(USER) == 0);
        _refuse(USER, 1, _aboveCap(1e14, 0));
        _reward(PROVIDER, 100);
        VM.roll(2 * WINDOW - 1);
        _refuse(USER, 1, _aboveCap(1e14, 0));
        VM.roll(2 * WINDOW);
        assert(REWARDS.availableOf(USER) == USER_CAP);
        _reward(USER, 100);
        assert(REWARDS.availableOf(USER) == USER_CAP - FULL);
    }

    function test_LoweredCapLeavesNothing() external {
        for (uint256 i = 0; i < 3; ++i) _reward(USER, 100);
        VM.prank(Predeploys.TIMELOCK);
        REWARDS.setUserCap(FULL);
        assert(REWARDS.availableOf(USER) == 0);
        _refuse(USER, 1, _aboveCap(1e14, 0));
    }

    function test_CapCountsToTheWei() external {
        VM.prank(Predeploys.TIMELOCK);
        REWARDS.setUserCap(2 * FULL - 1);
        _reward(USER, 100);
        _refuse(USER, 100, _aboveCap(FULL, FULL - 1));
        VM.prank(Predeploys.TIMELOCK);
        REWARDS.setUserCap(2 * FULL);
        _reward(USER, 100);
    }

    /// @dev 32 wei less of a bucket are 1 wei less in window 2, by rounding.
    function test_BudgetCountsToTheWei() external {
        _smallBucket(75 ether - 32);
        VM.roll(2 * WINDOW);
        assert(REWARDS.available() == 1 ether - 1);
        for (uint160 i = 0; i < 99; ++i) _reward(address(0x10000 + i), 100);
        _refuse(USER, 100, abi.encodeWithSelector(TrainingRewards.AboveBudget.selector, FULL, FULL - 1));
    }

    /// @dev With a bucket of 75 AI a window of 64 blocks is worth 1 AI in era 0: 37.5 / 2,400 * 64.
    function test_WindowBudgetIsWhatTheScheduleAdds() external {
        _smallBucket(75 ether);
        assert(REWARDS.windowBudget(0) == 1 ether && REWARDS.windowBudget(36) == 1 ether);
        VM.roll(3 * WINDOW);
        for (uint160 i = 0; i < 100; ++i) _reward(address(0x10000 + i), 100);
        assert(REWARDS.available() == 0 && VAULT.available() > 1 ether);
        _refuse(USER, 1, abi.encodeWithSelector(TrainingRewards.AboveBudget.selector, 1e14, 0));
        VM.roll(4 * WINDOW);
        assert(REWARDS.available() == 1 ether);
        _reward(USER, 100);
    }

    function test_BudgetTakesTheScoreThatFits() external {
        _smallBucket(75 ether);
        VM.roll(3 * WINDOW);
        for (uint160 i = 0; i < 99; ++i) _reward(address(0x10000 + i), 100);
        _reward(USER, 1);
        _refuse(USER, 100, abi.encodeWithSelector(TrainingRewards.AboveBudget.selector, FULL, FULL - 1e14));
        _reward(USER, 99);
        assert(REWARDS.available() == 0);
    }

    /// @dev What was not paid in time is paid at the terminal rate, until the bucket is empty.
    function test_BudgetRunsOnAfterTheSchedule() external {
        uint256 budget = REWARDS.windowBudget((7 * ERA) / WINDOW);
        uint256 terminal = ((BUCKET / 32) * WINDOW) / ERA;
        assert(budget == terminal || budget == terminal + 1);
        VM.roll(7 * ERA);
        _reward(USER, 100);
    }

    function testFuzz_BudgetsNeverExceedTheSchedule(uint16 window, uint16 shareBps) external {
        uint256 share = 1 + (shareBps % 10_000);
        VM.prank(Predeploys.TIMELOCK);
        REWARDS.setBudget(share);
        uint256 added = EmissionSchedule.cumulative(BUCKET, ERA, (uint256(window) + 1) * WINDOW)
            - EmissionSchedule.cumulative(BUCKET, ERA, uint256(window) * WINDOW);
        assert(REWARDS.windowBudget(window) == (added * share) / 10_000);
    }

    function test_LoweredBudgetLeavesNothing() external {
        _smallBucket(75 ether);
        VM.roll(3 * WINDOW);
        _reward(USER, 100);
        VM.prank(Predeploys.TIMELOCK);
        REWARDS.setBudget(1);
        assert(REWARDS.available() == 0);
        _refuse(USER, 1, abi.encodeWithSelector(TrainingRewards.AboveBudget.selector, 1e14, 0));
    }

    /// @dev The budget of a window is there before the vault has all of it.
    function test_VaultKeepsToItsSchedule() external {
        _smallBucket(75 ether);
        VM.roll(1);
        (TrainingRewards.TrainingReport memory report, bytes[] memory signatures) = _signed(USER, 100, 0);
        REWARDS.rewardTraining(report, signatures);
        uint256 left = VAULT.available();
        assert(left == 0.005625 ether);
        _refuse(USER, 100, abi.encodeWithSelector(ScheduledVault.AboveEntitlement.selector, FULL, left));
    }

    function test_PhaseMustBeOn() external {
        VM.prank(Predeploys.TIMELOCK);
        CONFIG.setPhase(uint8(ISystemConfig.Phase.Training), false);
        bytes memory reason = abi.encodeWithSelector(
            ISystemConfig.PhaseNotActive.selector, ISystemConfig.Phase.Training
        );
        _refuse(USER, 100, reason);
        VM.prank(Predeploys.TIMELOCK);
        CONFIG.setPhase(uint8(ISystemConfig.Phase.Training), true);
        _reward(USER, 100);
    }

    function test_PausedBreakerStopsRewards() external {
        VM.prank(Predeploys.GUARDIAN_SAFE);
        BREAKER.pause();
        _refuse(USER, 100, abi.encodeWithSelector(ICircuitBreaker.OutflowsPaused.selector, START + 7 days));
        VM.prank(Predeploys.GUARDIAN_SAFE);
        BREAKER.unpause();
        _reward(USER, 100);
    }

    function test_BreakerMetersWhatLeaves() external {
        uint256 before = BREAKER.available(address(REWARDS));
        _reward(USER, 37);
        assert(BREAKER.available(address(REWARDS)) == before - 37e14);
        VM.prank(Predeploys.TIMELOCK);
        BREAKER.setLimit(address(REWARDS), 0, 60);
        VM.warp(START + 61);
        bytes memory reason = abi.encodeWithSelector(
            ICircuitBreaker.OutflowAboveLimit.selector, address(REWARDS), 1e14, 0
        );
        _refuse(USER, 1, reason);
    }

    /// @dev G09: with 500 basis points, 0.01 AI ask for a fee of 0.2 AI.
    function test_FeeBindsTheReward() external {
        VM.prank(Predeploys.TIMELOCK);
        REWARDS.setFeeShare(500);
        (TrainingRewards.TrainingReport memory report, bytes[] memory signatures) = _signed(USER, 100, 0.2 ether - 1);
        VM.expectRevert(abi.encodeWithSelector(TrainingRewards.FeeTooLow.selector, 0.2 ether - 1, 0.2 ether));
        REWARDS.rewardTraining(report, signatures);
        (report, signatures) = _signed(USER, 100, 0.2 ether);
        REWARDS.rewardTraining(report, signatures);
        VM.prank(Predeploys.TIMELOCK);
        REWARDS.setFeeShare(0);
        _reward(USER, 100);
    }

    /// forge-config: default.fuzz.runs = 1000
    function testFuzz_RequiredFeeIsRoundedUp(uint16 shareBps, uint8 score) external {
        uint256 share = 1 + (shareBps % 10_000);
        uint8 points = 1 + (score % 100);
        VM.prank(Predeploys.TIMELOCK);
        REWARDS.setFeeShare(share);
        uint256 gross = 1e14 * uint256(points);
        uint256 required = (gross * 10_000 + share - 1) / share;
        (TrainingRewards.TrainingReport memory report, bytes[] memory signatures) = _signed(USER, points, required - 1);
        VM.expectRevert(abi.encodeWithSelector(TrainingRewards.FeeTooLow.selector, required - 1, required));
        REWARDS.rewardTraining(report, signatures);
        (report, signatures) = _signed(USER, points, required);
        REWARDS.rewardTraining(report, signatures);
        assert(gross * 10_000 <= required * share);
    }

    /// @dev G09: whoever pays itself loses 5 % of the fee and gets back 90 % of the reward.
    /// @dev A job burns 5 % of its fee and may bring back four fifths of that.
    function testFuzz_SelfDealingGainsNothingUpToElevenPerMille(uint16 shareBps, uint8 score) external pure {
        uint256 share = 1 + (shareBps % 111);
        (uint256 gross, uint256 burned, , ) = REWARDS.split(1 + (score % 100));
        uint256 fee = (gross * 10_000 + share - 1) / share;
        uint256 burnedOfFee = (fee * 5) / 100;
        assert(gross - burned <= burnedOfFee - (burnedOfFee * 8) / 10);
    }

    function test_GovernanceSetsWithinBounds() external {
        VM.expectEmit(address(REWARDS));
        emit TrainingRewards.UserCapSet(USER_CAP, 1_000 ether);
        VM.prank(Predeploys.TIMELOCK);
        REWARDS.setUserCap(1_000 ether);
        _expectOutOfBounds(1_000 ether + 1, FULL, 1_000 ether);
        REWARDS.setUserCap(1_000 ether + 1);
        _expectOutOfBounds(FULL - 1, FULL, 1_000 ether);
        REWARDS.setUserCap(FULL - 1);
        VM.expectEmit(address(REWARDS));
        emit TrainingRewards.BudgetSet(10_000, 1);
        VM.prank(Predeploys.TIMELOCK);
        REWARDS.setBudget(1);
        _expectOutOfBounds(0, 1, 10_000);
        REWARDS.setBudget(0);
        _expectOutOfBounds(10_001, 1, 10_000);
        REWARDS.setBudget(10_001);
        VM.expectEmit(address(REWARDS));
        emit TrainingRewards.FeeShareSet(0, 10_000);
        VM.prank(Predeploys.TIMELOCK);
        REWARDS.setFeeShare(10_000);
        _expectOutOfBounds(10_001, 0, 10_000);
        REWARDS.setFeeShare(10_001);
    }

    function test_NobodyElseSetsAnything() external {
        _expectUnauthorized(USER);
        REWARDS.setUserCap(1 ether);
        _expectUnauthorized(USER);
        REWARDS.setBudget(1);
        _expectUnauthorized(USER);
        REWARDS.setFeeShare(1);
    }

    /// @dev The same rewards over a vault of `bucket` wei.
    function _smallBucket(uint256 bucket) private {
        bytes memory args = abi.encode(bucket, ERA, address(REWARDS));
        VM.deal(address(VAULT), bucket);
        _deploy(address(VAULT), type(SpenderVault).creationCode, args);
    }

    /// @dev Of another interaction each time.
    function _signed(
        address user,
        uint8 score,
        uint256 fee
    ) private returns (TrainingRewards.TrainingReport memory report, bytes[] memory signatures) {
        bytes32 hash = bytes32(++_count);
        // forge-lint: disable-next-line(unsafe-typecast)
        uint128 feePaid = uint128(fee);
        report = TrainingRewards.TrainingReport(user, PROVIDER, hash, score, type(uint64).max, feePaid);
        signatures = _signAll(2, REWARDS.reportDigest(report));
    }

    function _reward(address user, uint8 score) private {
        (TrainingRewards.TrainingReport memory report, bytes[] memory signatures) = _signed(user, score, 0);
        REWARDS.rewardTraining(report, signatures);
    }

    function _refuse(address user, uint8 score, bytes memory reason) private {
        (TrainingRewards.TrainingReport memory report, bytes[] memory signatures) = _signed(user, score, 0);
        VM.expectRevert(reason);
        REWARDS.rewardTraining(report, signatures);
    }

    function _expectOutOfBounds(uint256 value, uint256 min, uint256 max) private {
        VM.prank(Predeploys.TIMELOCK);
        VM.expectRevert(_outOfBounds(value, min, max));
    }

    function _outOfBounds(uint256 value, uint256 min, uint256 max) private pure returns (bytes memory) {
        return abi.encodeWithSelector(TrainingRewards.ParameterOutOfBounds.selector, value, min, max);
    }

    function _aboveCap(uint256 value, uint256 left) private pure returns (bytes memory) {
        return abi.encodeWithSelector(TrainingRewards.AboveUserCap.selector, USER, value, left);
    }
}
