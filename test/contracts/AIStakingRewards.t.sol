// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIStaking} from "@hanzo/staking/AIStaking.sol";
import {RewardReservoir} from "@hanzo/staking/RewardReservoir.sol";
import {StakingGenesis} from "./StakingGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Interest against plain arithmetic: stake * yield * time / year, within what the budget has.
contract AIStakingRewardsTest is StakingGenesis {
    uint256 private constant PLENTY = 100_000_000 ether;

    function setUp() external {
        _genesis();
    }

    function test_EachTierEarnsItsYield() external {
        _fund(PLENTY);
        _stake(address(0x7001), 100 ether);
        _stake(address(0x7002), 1_000 ether);
        _stake(address(0x7003), 10_000 ether);
        _stake(address(0x7004), 100_000 ether);
        VM.warp(GENESIS_TIME + YEAR);
        _earnedAbout(address(0x7001), 5 ether);
        _earnedAbout(address(0x7002), 100 ether);
        _earnedAbout(address(0x7003), 1_500 ether);
        _earnedAbout(address(0x7004), 20_000 ether);
        _within(STAKING.rewardBudget(), PLENTY - 21_605 ether, PLENTY - 21_605 ether + 4);
    }

    function test_FundingTakesCoins() external {
        VM.expectRevert(abi.encodeWithSelector(AIStaking.ZeroAmount.selector));
        STAKING.fund();
    }

    function test_ThereAreFiveTiers() external {
        VM.expectRevert(abi.encodeWithSelector(AIStaking.UnknownTier.selector, 5, 5));
        STAKING.apyBps(5);
    }

    function test_BelowBronzeEarnsNothing() external {
        _fund(PLENTY);
        _stake(ALICE, 100 ether - 1);
        VM.warp(GENESIS_TIME + YEAR);
        _equal(STAKING.earned(ALICE), 0);
        _equal(STAKING.currentApyBps(ALICE), 0);
        _equal(STAKING.rewardBudget(), PLENTY);
    }

    function test_AChangeOfTierCountsFromThenOn() external {
        _fund(PLENTY);
        _stake(ALICE, 100 ether);
        VM.warp(GENESIS_TIME + YEAR);
        _stake(ALICE, 900 ether);
        _earnedAbout(ALICE, 5 ether);
        VM.warp(GENESIS_TIME + 2 * YEAR);
        _earnedAbout(ALICE, 105 ether);
        _unstake(ALICE, 500 ether);
        VM.warp(GENESIS_TIME + 3 * YEAR);
        _earnedAbout(ALICE, 130 ether);
        _unstake(ALICE, 500 ether);
        VM.warp(GENESIS_TIME + 4 * YEAR);
        _earnedAbout(ALICE, 130 ether);
    }

    function test_InterestEarnsNoInterest() external {
        _fund(PLENTY);
        _stake(ALICE, 1_000 ether);
        _stake(BOB, 1_000 ether);
        for (uint256 i = 1; i <= 12; ++i) {
            VM.warp(GENESIS_TIME + i * HORIZON);
            VM.prank(ALICE);
            STAKING.claim();
        }
        _within(ALICE.balance, 100 ether - 24, 100 ether);
        _earnedAbout(BOB, 100 ether);
    }

    function test_ClaimPaysOnce() external {
        _fund(PLENTY);
        _stake(ALICE, 1_000 ether);
        VM.warp(GENESIS_TIME + YEAR);
        uint256 value = STAKING.earned(ALICE);
        VM.expectEmit(address(STAKING));
        emit AIStaking.RewardPaid(ALICE, value);
        VM.prank(ALICE);
        _equal(STAKING.claim(), value);
        _equal(ALICE.balance, value);
        VM.expectRevert(abi.encodeWithSelector(AIStaking.NothingEarned.selector, ALICE));
        VM.prank(ALICE);
        STAKING.claim();
        VM.expectRevert(abi.encodeWithSelector(AIStaking.NothingEarned.selector, BOB));
        VM.prank(BOB);
        STAKING.claim();
    }

    function test_FundingTells_AndWaitsForTheFirstStake() external {
        VM.expectEmit(address(STAKING));
        emit RewardReservoir.Funded(address(this), 1_000 ether);
        _fund(1_000 ether);
        VM.warp(GENESIS_TIME + YEAR);
        _stake(ALICE, 100_000 ether);
        _equal(STAKING.earned(ALICE), 0);
        _equal(STAKING.rewardBudget(), 1_000 ether);
        VM.warp(GENESIS_TIME + YEAR + 1);
        _earnedAbout(ALICE, (uint256(1_000 ether)) / HORIZON);
    }

    function test_FundingPaysNothingForThePast() external {
        _stake(ALICE, 100_000 ether);
        VM.warp(GENESIS_TIME + YEAR);
        _fund(PLENTY);
        _equal(STAKING.earned(ALICE), 0);
        VM.warp(GENESIS_TIME + 2 * YEAR);
        _earnedAbout(ALICE, 20_000 ether);
    }

    function test_AScarceBudgetIsSharedByWeight_AndRunsOut() external {
        _stake(ALICE, 100_000 ether);
        _stake(BOB, 10_000 ether);
        _fund(100 ether);
        _equal(STAKING.currentApyBps(ALICE), (2_000 * uint256(1_200)) / 21_500);
        _equal(STAKING.currentApyBps(BOB), (1_500 * uint256(1_200)) / 21_500);
        VM.warp(GENESIS_TIME + HORIZON / 2);
        _earnedAbout(ALICE, (uint256(50 ether) * 20_000) / 21_500);
        _earnedAbout(BOB, (uint256(50 ether) * 1_500) / 21_500);
        VM.warp(GENESIS_TIME + YEAR);
        _within(STAKING.earned(ALICE) + STAKING.earned(BOB), 100 ether - 3, 100 ether);
        _within(STAKING.rewardBudget(), 0, 1);
        _equal(STAKING.currentApyBps(ALICE), 0);
    }

    function test_TheYieldIsACeiling() external {
        _stake(ALICE, 1_000 ether);
        _fund(100 ether / uint256(12) - 0.01 ether);
        _equal(STAKING.currentApyBps(ALICE), 998);
        _fund(0.02 ether);
        _equal(STAKING.currentApyBps(ALICE), 1_000);
        _fund(PLENTY);
        _equal(STAKING.currentApyBps(ALICE), 1_000);
        _equal(STAKING.currentApyBps(BOB), 0);
    }

    function test_DonationsOfOneWeiHarmNobody() external {
        _fund(1_000 ether);
        _stake(ALICE, 10_000 ether);
        for (uint256 i = 1; i <= 100; ++i) {
            VM.warp(GENESIS_TIME + i * 1 hours);
            _fund(1);
        }
        uint256 expected = (uint256(10_000 ether) * 1_500 * 100 hours) / (10_000 * YEAR);
        _within(STAKING.earned(ALICE), expected - 100, expected);
    }

    function test_ForcedCoinsPayNobody() external {
        _fund(10 ether);
        _stake(ALICE, 100_000 ether);
        VM.deal(address(STAKING), address(STAKING).balance + PLENTY);
        VM.warp(GENESIS_TIME + YEAR);
        _within(STAKING.earned(ALICE), 10 ether - 2, 10 ether);
    }

    function test_StakingForAMomentEarnsNothing() external {
        _fund(PLENTY);
        _stake(ALICE, 100 ether);
        VM.warp(GENESIS_TIME + YEAR);
        _stake(BOB, 1_000_000 ether);
        _unstake(BOB, 1_000_000 ether);
        _equal(STAKING.earned(BOB), 0);
        VM.warp(GENESIS_TIME + 2 * YEAR);
        _equal(STAKING.earned(BOB), 0);
        _earnedAbout(ALICE, 10 ether);
    }

    function testFuzz_OneStakeEarnsAsTheModelSays(uint96 stake, uint96 budget, uint32 elapsed) external {
        uint256 value = 100 ether + (stake % 100_000_000 ether);
        _fund(budget);
        _stake(ALICE, value);
        VM.warp(GENESIS_TIME + elapsed);
        uint256 full = (value * _yield(value) * elapsed) / (10_000 * YEAR);
        uint256 affordable = (uint256(budget) * (elapsed < HORIZON ? elapsed : HORIZON)) / HORIZON;
        uint256 expected = full < affordable ? full : affordable;
        _within(STAKING.earned(ALICE), expected < 3 ? 0 : expected - 3, expected);
        uint256 left = budget - expected;
        _within(STAKING.rewardBudget(), left == 0 ? 0 : left - 1, left + 3);
    }

    function testFuzz_TwoStakesShareInProportion(uint96 a, uint96 b, uint96 budget, uint32 elapsed) external {
        uint256 alice = 100 ether + (a % 10_000_000 ether);
        uint256 bob = 100 ether + (b % 10_000_000 ether);
        _stake(ALICE, alice);
        _stake(BOB, bob);
        _fund(budget);
        VM.warp(GENESIS_TIME + elapsed);
        uint256 paid = budget - STAKING.rewardBudget();
        uint256 weights = alice * _yield(alice) + bob * _yield(bob);
        uint256 share = (paid * alice * _yield(alice)) / weights;
        _within(STAKING.earned(ALICE), share < 3 ? 0 : share - 3, share);
        _within(STAKING.earned(ALICE) + STAKING.earned(BOB), paid < 3 ? 0 : paid - 3, paid);
    }

    function _yield(uint256 stake) private pure returns (uint256) {
        return stake < 1_000 ether ? 500 : stake < 10_000 ether ? 1_000 : stake < 100_000 ether ? 1_500 : 2_000;
    }

    /// @dev Rounded down, by less than 4 wei for the few settlements of these tests.
    function _earnedAbout(address account, uint256 expected) private view {
        _within(STAKING.earned(account), expected - 4, expected);
    }
}
