// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIStaking} from "@hanzo/staking/AIStaking.sol";
import {Unbondings} from "@hanzo/staking/Unbondings.sol";
import {StakingGenesis} from "./StakingGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev A staker whose code refuses coins.
contract Refuser {
    function stake(AIStaking staking) external payable {
        staking.stake{value: msg.value}();
        staking.unstake(msg.value);
    }

    function withdraw(AIStaking staking) external {
        staking.withdraw();
    }
}

/// @dev The way out, and how governance sets its length.
contract AIStakingUnbondingTest is StakingGenesis {
    function setUp() external {
        _genesis();
    }

    function test_WithdrawPaysFromTheSecondThatItIsDue() external {
        _stake(ALICE, 100 ether);
        _unstake(ALICE, 40 ether);
        VM.warp(GENESIS_TIME + UNBONDING - 1);
        VM.expectRevert(abi.encodeWithSelector(AIStaking.NothingDue.selector, ALICE));
        VM.prank(ALICE);
        STAKING.withdraw();
        VM.warp(GENESIS_TIME + UNBONDING);
        VM.expectEmit(address(STAKING));
        emit AIStaking.Withdrawn(ALICE, 40 ether);
        VM.prank(ALICE);
        _equal(STAKING.withdraw(), 40 ether);
        _equal(ALICE.balance, 40 ether);
        _equal(STAKING.totalUnbonding(), 0);
        _equal(address(STAKING).balance, 60 ether);
        VM.expectRevert(abi.encodeWithSelector(AIStaking.NothingDue.selector, ALICE));
        VM.prank(ALICE);
        STAKING.withdraw();
    }

    function test_UnbondingsOfAnAccountAreLimited() external {
        _stake(ALICE, 100 ether);
        for (uint256 i = 0; i < 16; ++i) {
            VM.warp(GENESIS_TIME + i);
            _unstake(ALICE, 1 ether);
        }
        _unstake(ALICE, 1 ether);
        _equal(STAKING.unbondingOf(ALICE).length, 16);
        _equal(STAKING.unbondingOf(ALICE)[15].value, 2 ether);
        VM.warp(GENESIS_TIME + 16);
        VM.expectRevert(abi.encodeWithSelector(Unbondings.TooManyUnbondings.selector, 16));
        _unstake(ALICE, 1 ether);
        VM.warp(GENESIS_TIME + UNBONDING + 9);
        VM.prank(ALICE);
        _equal(STAKING.withdraw(), 10 ether);
        _equal(STAKING.unbondingOf(ALICE).length, 6);
        _unstake(ALICE, 1 ether);
        VM.warp(GENESIS_TIME + 3 * UNBONDING);
        VM.prank(ALICE);
        _equal(STAKING.withdraw(), 8 ether);
        _equal(STAKING.unbondingOf(ALICE).length, 0);
    }

    function test_UnbondingsKeepTheDayTheyWereGiven() external {
        _stake(ALICE, 100 ether);
        _unstake(ALICE, 1 ether);
        _setPeriod(1 days);
        _unstake(ALICE, 2 ether);
        _setPeriod(60 days);
        _unstake(ALICE, 4 ether);
        VM.warp(GENESIS_TIME + 1 days);
        VM.prank(ALICE);
        _equal(STAKING.withdraw(), 2 ether);
        VM.warp(GENESIS_TIME + 14 days);
        VM.prank(ALICE);
        _equal(STAKING.withdraw(), 1 ether);
        VM.warp(GENESIS_TIME + 60 days);
        VM.prank(ALICE);
        _equal(STAKING.withdraw(), 4 ether);
    }

    function test_GovernanceSetsTheUnbondingPeriodWithinBounds() external {
        VM.expectEmit(address(STAKING));
        emit AIStaking.UnbondingPeriodSet(UNBONDING, 1);
        _setPeriod(1);
        _setPeriod(60 days);
        _equal(STAKING.unbondingPeriod(), 60 days);
        VM.expectRevert(
            abi.encodeWithSelector(AIStaking.UnbondingPeriodOutOfRange.selector, 60 days + 1, 1, 60 days)
        );
        _setPeriod(60 days + 1);
        VM.expectRevert(abi.encodeWithSelector(AIStaking.UnbondingPeriodOutOfRange.selector, 0, 1, 60 days));
        _setPeriod(0);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, ALICE));
        VM.prank(ALICE);
        STAKING.setUnbondingPeriod(1 days);
    }

    function test_PayingRunsNoCodeOfTheRecipient() external {
        Refuser refuser = new Refuser();
        VM.deal(address(this), 5 ether);
        refuser.stake{value: 5 ether}(STAKING);
        VM.warp(GENESIS_TIME + UNBONDING);
        refuser.withdraw(STAKING);
        _equal(address(refuser).balance, 5 ether);
    }

    function testFuzz_WhatWasStakedComesBackToTheWei(uint96 first, uint96 second, uint96 out, uint24 gap) external {
        VM.assume(first != 0 && second != 0);
        uint256 total = uint256(first) + second;
        _stake(ALICE, first);
        _stake(ALICE, second);
        uint256 part = 1 + (out % total);
        _unstake(ALICE, part);
        VM.warp(GENESIS_TIME + gap);
        if (part != total) _unstake(ALICE, total - part);
        VM.warp(GENESIS_TIME + gap + UNBONDING);
        VM.prank(ALICE);
        _equal(STAKING.withdraw(), total);
        _equal(ALICE.balance, total);
        _equal(address(STAKING).balance, 0);
    }

    function _setPeriod(uint48 period) private {
        VM.prank(Predeploys.TIMELOCK);
        STAKING.setUnbondingPeriod(period);
    }
}
