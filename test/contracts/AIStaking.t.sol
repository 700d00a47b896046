// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAIStaking} from "@hanzo/interfaces/IAIStaking.sol";
import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIStaking} from "@hanzo/staking/AIStaking.sol";
import {RewardReservoir} from "@hanzo/staking/RewardReservoir.sol";
import {StakeVotes} from "@hanzo/staking/StakeVotes.sol";
import {Unbondings} from "@hanzo/staking/Unbondings.sol";
import {StakingGenesis} from "./StakingGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Stakes and the tiers that they give.
contract AIStakingTest is StakingGenesis {
    uint256[5] private _thresholds = [0, 100 ether, 1_000 ether, 10_000 ether, 100_000 ether];

    function setUp() external {
        _genesis();
    }

    function test_StakeCountsAndTells() external {
        VM.deal(ALICE, 150 ether);
        VM.expectEmit(address(STAKING));
        emit AIStaking.Staked(ALICE, 100 ether, 100 ether);
        VM.expectEmit(address(STAKING));
        emit StakeVotes.TierChanged(ALICE, IAIStaking.Tier.None, IAIStaking.Tier.Bronze);
        VM.expectEmit(address(STAKING));
        emit StakeVotes.VotingUnitsChanged(ALICE, 0, 0.1 ether);
        VM.prank(ALICE);
        STAKING.stake{value: 100 ether}();
        VM.expectEmit(address(STAKING));
        emit AIStaking.Staked(ALICE, 50 ether, 150 ether);
        VM.prank(ALICE);
        STAKING.stake{value: 50 ether}();
        _equal(STAKING.stakeOf(ALICE), 150 ether);
        _equal(STAKING.totalStaked(), 150 ether);
        _equal(address(STAKING).balance, 150 ether);
    }

    function test_StakeOfNothingReverts() external {
        VM.expectRevert(abi.encodeWithSelector(AIStaking.ZeroAmount.selector));
        STAKING.stake();
    }

    function test_StakeWaitsForItsPhase_AndGettingOutDoesNot() external {
        _fund(1_000 ether);
        _stake(ALICE, 100 ether);
        VM.warp(GENESIS_TIME + 1 days);
        VM.prank(Predeploys.TIMELOCK);
        CONFIG.setPhase(uint8(ISystemConfig.Phase.Staking), false);
        VM.deal(BOB, 1 ether);
        VM.expectRevert(
            abi.encodeWithSelector(ISystemConfig.PhaseNotActive.selector, ISystemConfig.Phase.Staking)
        );
        VM.prank(BOB);
        STAKING.stake{value: 1 ether}();
        _unstake(ALICE, 100 ether);
        VM.prank(ALICE);
        uint256 interest = STAKING.claim();
        VM.warp(GENESIS_TIME + 1 days + UNBONDING);
        VM.prank(ALICE);
        _equal(STAKING.withdraw(), 100 ether);
        _equal(ALICE.balance, 100 ether + interest);
    }

    function test_TiersBeginAtTheirBoundary() external {
        for (uint160 i = 1; i < 5; ++i) {
            address account = address(0x7000 + i);
            _stake(account, _thresholds[i] - 1);
            _isOfTier(account, i - 1);
            _stake(account, 1);
            _isOfTier(account, i);
            _stake(account, 1);
            _isOfTier(account, i);
            _unstake(account, 1);
            _isOfTier(account, i);
            VM.expectEmit(address(STAKING));
            emit StakeVotes.TierChanged(account, IAIStaking.Tier(i), IAIStaking.Tier(i - 1));
            _unstake(account, 1);
            _isOfTier(account, i - 1);
        }
    }

    function test_UnstakeTakesTierAndVotesAtOnce() external {
        _stake(GRACE, 10_000 ether);
        uint256 dueAt = GENESIS_TIME + UNBONDING;
        VM.expectEmit(address(STAKING));
        emit AIStaking.Unstaked(GRACE, 9_950 ether, 50 ether, dueAt);
        VM.expectEmit(address(STAKING));
        emit StakeVotes.TierChanged(GRACE, IAIStaking.Tier.Gold, IAIStaking.Tier.None);
        VM.expectEmit(address(STAKING));
        emit StakeVotes.VotingUnitsChanged(GRACE, 200 ether, 0.05 ether);
        _unstake(GRACE, 9_950 ether);
        _isOfTier(GRACE, 0);
        _equal(STAKING.getVotes(GRACE), 0.05 ether);
        _equal(STAKING.totalStaked(), 50 ether);
        _equal(STAKING.totalUnbonding(), 9_950 ether);
        Unbondings.Unbonding[] memory open = STAKING.unbondingOf(GRACE);
        _equal(open.length, 1);
        _equal(open[0].value, 9_950 ether);
        _equal(open[0].dueAt, dueAt);
    }

    function test_UnstakeHasBounds() external {
        _stake(ALICE, 100 ether);
        VM.expectRevert(abi.encodeWithSelector(AIStaking.ZeroAmount.selector));
        _unstake(ALICE, 0);
        VM.expectRevert(abi.encodeWithSelector(AIStaking.AboveStake.selector, 100 ether + 1, 100 ether));
        _unstake(ALICE, 100 ether + 1);
        _unstake(ALICE, 100 ether);
        VM.expectRevert(abi.encodeWithSelector(AIStaking.AboveStake.selector, 1, 0));
        _unstake(ALICE, 1);
    }

    function test_ConstructorKeepsToTheBounds() external {
        VM.expectRevert(abi.encodeWithSelector(AIStaking.UnbondingPeriodOutOfRange.selector, 0, 1, 60 days));
        new AIStaking(YEAR, 0);
        VM.expectRevert(
            abi.encodeWithSelector(AIStaking.UnbondingPeriodOutOfRange.selector, 60 days + 1, 1, 60 days)
        );
        new AIStaking(YEAR, 60 days + 1);
        VM.expectRevert(abi.encodeWithSelector(RewardReservoir.YearTooShort.selector, 11));
        new AIStaking(11, 1);
        AIStaking devnet = new AIStaking(12, 60 days);
        _equal(devnet.YEAR_SECONDS(), 12);
        _equal(devnet.HORIZON_SECONDS(), 1);
        assert(devnet.authority() == Predeploys.ACCESS_MANAGER);
    }

    function test_PlainPaymentsAreRefused_AndForcedCoinsAreNotCounted() external {
        VM.deal(ALICE, 3 ether);
        VM.prank(ALICE);
        (bool ok, ) = address(STAKING).call{value: 1 ether}("");
        assert(!ok);
        VM.prank(ALICE);
        assert(TOKEN.transfer(address(STAKING), 1 ether));
        _equal(address(STAKING).balance, 1 ether);
        _equal(STAKING.totalStaked() + STAKING.rewardBudget() + STAKING.stakeOf(ALICE), 0);
    }

    function _isOfTier(address account, uint256 tier) private view {
        _equal(uint256(STAKING.tierOf(account)), tier);
        _equal(STAKING.discountBps(account), tier * 500);
        _equal(STAKING.apyBps(uint8(tier)), tier * 500);
    }
}
