// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ScheduledVault} from "@hanzo/emission/ScheduledVault.sol";
import {TreasuryVault} from "@hanzo/emission/TreasuryVault.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {RewardReservoir} from "@hanzo/staking/RewardReservoir.sol";
import {StakingGenesis} from "./StakingGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev The treasury's stream and the share of stakes in it.
contract TreasuryVaultTest is StakingGenesis {
    function setUp() external {
        _genesis();
    }

    function test_ReleaseSplitsWhatIsDue() external {
        VM.roll(ERA);
        VM.expectEmit(address(VAULT));
        emit ScheduledVault.Released(Predeploys.TIMELOCK, 45_000_000 ether);
        VM.expectEmit(address(VAULT));
        emit ScheduledVault.Released(Predeploys.AI_STAKING, 30_000_000 ether);
        VM.expectEmit(address(STAKING));
        emit RewardReservoir.Funded(address(VAULT), 30_000_000 ether);
        VM.prank(ALICE);
        _equal(VAULT.release(), 75_000_000 ether);
        _equal(Predeploys.TIMELOCK.balance, 45_000_000 ether);
        _equal(STAKING.rewardBudget(), 30_000_000 ether);
        _equal(VAULT.released(), 75_000_000 ether);
        _equal(VAULT.available(), 0);
        _equal(VAULT.remaining(), 75_000_000 ether);
        _equal(VAULT.release(), 0);
        _equal(VAULT.released(), 75_000_000 ether);
    }

    function test_AShareOfNothingLeavesAllToTheTimelock() external {
        _setShare(0);
        uint256 funded = STAKING.rewardBudget();
        VM.roll(ERA);
        VAULT.release();
        _equal(STAKING.rewardBudget(), funded);
        _equal(Predeploys.TIMELOCK.balance, 75_000_000 ether - funded);
    }

    function test_GovernanceSetsTheShareWithinBounds() external {
        VM.expectEmit(address(VAULT));
        emit TreasuryVault.StakingShareSet(4_000, 5_000);
        _setShare(5_000);
        _equal(VAULT.stakingShareBps(), 5_000);
        VM.expectRevert(abi.encodeWithSelector(TreasuryVault.StakingShareOutOfRange.selector, 5_001, 5_000));
        _setShare(5_001);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, ALICE));
        VM.prank(ALICE);
        VAULT.setStakingShareBps(0);
        VM.expectRevert(abi.encodeWithSelector(TreasuryVault.StakingShareOutOfRange.selector, 5_001, 5_000));
        new TreasuryVault(TREASURY, ERA, 5_001);
    }

    function test_ANewShareTakesNothingOfWhatIsDueAlready() external {
        VM.roll(ERA);
        _setShare(0);
        _equal(STAKING.rewardBudget(), 30_000_000 ether);
        _equal(Predeploys.TIMELOCK.balance, 45_000_000 ether);
        VM.roll(2 * ERA);
        VAULT.release();
        _equal(STAKING.rewardBudget(), 30_000_000 ether);
        _equal(Predeploys.TIMELOCK.balance, 82_500_000 ether);
    }

    function test_DonationsAreNotCounted() external {
        VM.deal(address(VAULT), TREASURY + 7 ether);
        VM.roll(100 * ERA);
        _equal(VAULT.release(), TREASURY);
        _equal(address(VAULT).balance, 7 ether);
        VM.roll(200 * ERA);
        _equal(VAULT.release(), 0);
    }

    function testFuzz_TheSplitIsWhole(uint16 first, uint16 second, uint16 share) external {
        uint256 shareBps = share % 5_001;
        VM.roll(0);
        _setShare(shareBps);
        VM.roll(first);
        uint256 early = VAULT.release();
        VM.roll(uint256(first) + second);
        uint256 late = VAULT.release();
        _equal(early + late, VAULT.entitlement(uint256(first) + second));
        _equal(STAKING.rewardBudget(), (early * shareBps) / 10_000 + (late * shareBps) / 10_000);
        _equal(Predeploys.TIMELOCK.balance + STAKING.rewardBudget(), early + late);
        _equal(address(VAULT).balance + VAULT.released(), TREASURY);
    }

    function _setShare(uint256 shareBps) private {
        VM.prank(Predeploys.TIMELOCK);
        VAULT.setStakingShareBps(shareBps);
    }
}
