// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BlockRewards} from "@hanzo/emission/BlockRewards.sol";
import {EmissionSchedule} from "@hanzo/emission/EmissionSchedule.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ComputeGenesis} from "./ComputeGenesis.sol";
import {VM} from "./Vm.sol";

contract BlockRewardsBonusTest is ComputeGenesis {
    uint256 private constant D = 2 ** 28;
    uint256 private constant BUDGET = 62_500 ether;
    uint256 private constant HALF = 31_250 ether;
    address private constant SEALER = address(0x5EA1E8);

    function setUp() external {
        _genesis();
    }

    function _block(uint256 number, uint256 operations, uint256 qualityBps) private {
        VM.roll(number);
        VM.prank(Predeploys.SYSTEM);
        REWARDS.onBlock(SEALER, operations, qualityBps, D);
    }

    function _bonus(address provider, uint256 burned) private returns (uint256) {
        VM.prank(Predeploys.COMPUTE_PAYMENTS);
        return REWARDS.payBonus(provider, burned);
    }

    function test_ABonusIsEightTenthsOfTheBurnRoundedDown() external {
        uint256[6] memory burned = [uint256(1), 2, 9, 10, 11, 1 ether];
        uint256[6] memory bonuses = [uint256(0), 1, 7, 8, 8, 0.8 ether];
        uint256 total = 0;
        for (uint256 i = 0; i < 6; ++i) {
            if (bonuses[i] > 0) {
                VM.expectEmit(address(REWARDS));
                emit BlockRewards.JobBonusPaid(OTHER, burned[i], bonuses[i]);
            }
            _equal(_bonus(OTHER, burned[i]), bonuses[i]);
            total += bonuses[i];
        }
        _equal(OTHER.balance, CLIENT_WEI + total);
        _equal(REWARDS.totalBonus(), total);
        _equal(VAULT.released(), total);
        _equal(REWARDS.totalPaid(), 0);
    }

    function test_BonusesOfABlockShareTheOtherHalfOfItsBudget() external {
        _block(2, D, 5_000);
        _equal(REWARDS.bonusAvailable(), HALF);
        _equal(_bonus(OTHER, 10_000 ether), 8_000 ether);
        _equal(REWARDS.bonusAvailable(), HALF - 8_000 ether);
        _equal(_bonus(CLIENT, 1_000_000_000 ether), HALF - 8_000 ether);
        _equal(REWARDS.bonusAvailable(), 0);
        _equal(_bonus(OTHER, 1 ether), 0);
        _equal(VAULT.released(), BUDGET);
        _block(3, D, 5_000);
        _equal(REWARDS.bonusAvailable(), HALF);
        _equal(_bonus(OTHER, 1 ether), 0.8 ether);
    }

    /// @dev What earlier blocks left is the tail's, not the next job's.
    function test_WhatABlockLeavesIsNotForTheNext() external {
        _block(100, D, 5_000);
        _equal(VAULT.available(), 100 * BUDGET - HALF);
        _equal(_bonus(OTHER, 1_000_000_000 ether), HALF);
    }

    function test_ABlockOfFullQualityLeavesNothing() external {
        _block(2, D, 10_000);
        _equal(_bonus(OTHER, 1 ether), 0);
        _block(3, D, 7_500);
        _equal(REWARDS.bonusAvailable(), BUDGET / 4);
        _block(4, D / 4, 5_000);
        _equal(REWARDS.bonusAvailable(), HALF);
    }

    function test_OnlyComputePaymentsAskForABonus() external {
        address[5] memory callers = [
            PROVIDER,
            Predeploys.SYSTEM,
            Predeploys.TIMELOCK,
            Predeploys.COMPUTE_MINING_VAULT,
            Predeploys.BLOCK_REWARDS
        ];
        for (uint256 i = 0; i < 5; ++i) {
            VM.expectRevert(abi.encodeWithSelector(BlockRewards.NotComputePayments.selector, callers[i]));
            VM.prank(callers[i]);
            REWARDS.payBonus(PROVIDER, 1 ether);
        }
    }

    function test_WhoCannotBePaidForfeitsAndHoldsNothingUp() external {
        address[3] memory unpayable = [address(0), Predeploys.AI, Predeploys.COMPUTE_MINING_VAULT];
        for (uint256 i = 0; i < 3; ++i) _equal(_bonus(unpayable[i], 1 ether), 0);
        assert(REWARDS.totalBonus() == 0 && VAULT.released() == 0);
        address[4] memory payable_ = [Predeploys.AI_BURN, Predeploys.SYSTEM, address(1), address(REWARDS)];
        for (uint256 i = 0; i < 4; ++i) _equal(_bonus(payable_[i], 1 ether), 0.8 ether);
    }

    function test_BonusesLeaveTheRecordOfTheBlockAlone() external {
        _block(2, D, 5_000);
        _bonus(OTHER, 1 ether);
        (
            uint256 number,
            address coinbase,
            uint256 operations,
            uint256 quality,
            uint256 difficulty,
            uint256 reward
        ) = REWARDS.last();
        assert(number == 2 && coinbase == SEALER && operations == D && quality == 5_000 && difficulty == D);
        assert(reward == HALF && REWARDS.totalPaid() == HALF && REWARDS.totalBonus() == 0.8 ether);
    }

    /// @dev After year 24 with nothing left.
    function test_AnEmptyVaultPaysNoBonus() external {
        VM.roll(6 * ERA);
        VM.prank(address(REWARDS));
        VAULT.release(OTHER, MINING - 3);
        VM.roll(7 * ERA);
        _equal(_bonus(OTHER, 1 ether), 3);
        _equal(_bonus(OTHER, 1 ether), 0);
        _equal(VAULT.remaining(), 0);
        _block(7 * ERA + 1, D, 5_000);
        _equal(REWARDS.totalPaid(), 0);
    }

    /// @dev M6 with the bonus, and no bonus ever takes what the next block needs.
    function testFuzz_RewardAndBonusesKeepToTheBudget(
        uint24 number,
        uint32 operations,
        uint16 qualityBps,
        uint96 first,
        uint96 second
    ) external {
        uint256 n = 2 + (uint256(number) % (8 * ERA));
        uint256 budget = EmissionSchedule.budget(MINING, ERA, n);
        VM.roll(n - 1);
        uint256 due = VAULT.available();
        VM.prank(address(REWARDS));
        VAULT.release(OTHER, due);
        uint256 before = VAULT.released();
        _block(n, operations, qualityBps % 10_001);
        uint256 bonuses = _bonus(OTHER, first) + _bonus(OTHER, second);
        _atMost(VAULT.released() - before, budget);
        _atMost(bonuses, budget / 2);
        _atMost(bonuses, (uint256(first) + second) * 8 / 10);
        _equal(VAULT.released() - before, REWARDS.totalPaid() + bonuses);
        _equal(REWARDS.totalBonus(), bonuses);
        _block(n + 1, D, 10_000);
    }

    /// @dev R3 for every size of a job, from the first wei on.
    function testFuzz_ABonusIsLessThanTheBurn(uint128 burned) external {
        uint256 bonus = _bonus(OTHER, burned);
        _atMost(bonus * 10, uint256(burned) * 8);
        assert(burned == 0 || bonus < burned);
    }
}
