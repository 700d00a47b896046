// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EmissionSchedule} from "./EmissionSchedule.sol";
import {IJobBonus} from "../interfaces/IJobBonus.sol";
import {Predeploys} from "../Predeploys.sol";
import {SpenderVault} from "./SpenderVault.sol";
import {ValidatorSet} from "../consensus/ValidatorSet.sol";

/**
 * @title Pays the sealer of each block, and the providers of settled jobs
 * @notice The node calls `onBlock` first in every block; if that call fails, the block is invalid.
 * Rewards come out of the compute-mining bucket, a tenth of each for the finality pot. The half of a
 * block's budget that its sealer does not get is there for jobs that settle in it; what they leave
 * stays in the bucket. Nothing is minted. Operations and difficulty are in MAC, quality in basis
 * points, rewards in wei.
 * @dev Records the difficulty, never computes it. `onBlock` has no events: logs of system calls are in
 * no receipt. Reward and bonuses of a block never exceed its budget, so the schedule always covers the
 * next block's reward and no bonus can stop the chain.
 */
contract BlockRewards is IJobBonus {
    using SafeCast for uint256;

    /// @dev Four slots.
    struct Record {
        uint64 number;
        address coinbase;
        uint16 qualityBps;
        uint256 operations;
        uint256 difficulty;
        uint128 reward;
        uint128 totalPaid;
    }

    /// @dev One slot: the block of the last bonus, wei of bonuses in that block, and in all.
    struct Bonuses {
        uint64 number;
        uint96 paid;
        uint96 total;
    }

    uint256 private constant BPS = 10_000;
    uint256 private constant POT_SHARE = 10;
    /// @dev What settled jobs share in a block.
    uint256 private constant BONUS_BPS = 5_000;
    /// @dev A bonus is 8/10 of the job's burn at most: whoever deals with itself loses the rest.
    uint256 private constant BURN_NUMERATOR = 8;
    uint256 private constant BURN_DENOMINATOR = 10;
    SpenderVault private constant VAULT = SpenderVault(Predeploys.COMPUTE_MINING_VAULT);
    ValidatorSet private constant VALIDATORS = ValidatorSet(Predeploys.VALIDATOR_SET);

    /// @notice Wei of the compute-mining bucket.
    uint256 public immutable BUCKET;
    /// @notice Blocks between two halvings.
    uint256 public immutable ERA_BLOCKS;
    Record private _record;
    Bonuses private _bonuses;

    /// @notice `provider` got `bonus` wei for a job that burned `burned` wei.
    event JobBonusPaid(address indexed provider, uint256 burned, uint256 bonus);

    /// @notice Only the system may call.
    error NotSystem(address caller);
    /// @notice Only the compute payments may call.
    error NotComputePayments(address caller);
    /// @notice Block `number` has its reward.
    error AlreadyPaid(uint256 number);
    /// @notice A difficulty is at least 1.
    error DifficultyIsZero();
    /// @notice Quality is at most 10,000 basis points.
    error QualityOutOfRange(uint256 qualityBps);

    constructor(uint256 bucket, uint256 eraBlocks) {
        BUCKET = bucket;
        ERA_BLOCKS = eraBlocks;
    }

    /// @notice Pays the reward of this block, once.
    /// @param coinbase Who sealed it. One that cannot be paid (zero, the facade, or the vault, which
    /// has it already) forfeits the reward: nothing leaves the vault.
    /// @param operations Work that the header claims.
    /// @param difficulty Work that the epoch asks for.
    function onBlock(address coinbase, uint256 operations, uint256 qualityBps, uint256 difficulty) external {
        if (msg.sender != Predeploys.SYSTEM) revert NotSystem(msg.sender);
        if (block.number <= _record.number) revert AlreadyPaid(block.number);
        uint256 due = calculateReward(block.number, operations, qualityBps, difficulty);
        uint256 reward = _isPayable(coinbase) ? Math.min(due, VAULT.remaining()) : 0;
        _record = Record({
            number: block.number.toUint64(),
            coinbase: coinbase,
            qualityBps: qualityBps.toUint16(),
            operations: operations,
            difficulty: difficulty,
            reward: reward.toUint128(),
            totalPaid: _record.totalPaid + reward.toUint128()
        });
        if (block.number == 1) VALIDATORS.begin(blockhash(0));
        if (reward == 0) return;
        uint256 potShare = reward / POT_SHARE;
        VAULT.release(Predeploys.VALIDATOR_SET, potShare);
        VAULT.release(coinbase, reward - potShare);
    }

    /// @inheritdoc IJobBonus
    /// @dev Never reverts for a provider that cannot be paid: it forfeits, so no settlement is held up.
    function payBonus(address provider, uint256 burned) external returns (uint256 bonus) {
        if (msg.sender != Predeploys.COMPUTE_PAYMENTS) revert NotComputePayments(msg.sender);
        if (!_isPayable(provider)) return 0;
        uint256 limit = Math.min(bonusAvailable(), VAULT.available());
        bonus = Math.min(Math.saturatingMul(burned, BURN_NUMERATOR) / BURN_DENOMINATOR, limit);
        if (bonus == 0) return 0;
        uint256 paidBefore = _bonuses.number == block.number ? _bonuses.paid : 0;
        _bonuses = Bonuses({
            number: block.number.toUint64(),
            paid: (paidBefore + bonus).toUint96(),
            total: (_bonuses.total + bonus).toUint96()
        });
        emit JobBonusPaid(provider, burned, bonus);
        VAULT.release(provider, bonus);
    }

    /// @notice Wei of this block's budget that jobs may still get: half of it, less the bonuses paid.
    /// @dev A block of more quality than the half that consensus grants leaves less.
    function bonusAvailable() public view returns (uint256) {
        uint256 budgetWei = EmissionSchedule.budget(BUCKET, ERA_BLOCKS, block.number);
        uint256 reward = _record.number == block.number ? _record.reward : 0;
        uint256 half = (budgetWei * BONUS_BPS) / BPS;
        uint256 paid = _bonuses.number == block.number ? _bonuses.paid : 0;
        return Math.saturatingSub(Math.min(half, budgetWei - reward), paid);
    }

    /// @notice The reward that block `number` earns, before the vault's limit; rounded down once.
    function calculateReward(
        uint256 number,
        uint256 operations,
        uint256 qualityBps,
        uint256 difficulty
    ) public view returns (uint256) {
        if (difficulty == 0) revert DifficultyIsZero();
        if (qualityBps > BPS) revert QualityOutOfRange(qualityBps);
        uint256 budgetWei = EmissionSchedule.budget(BUCKET, ERA_BLOCKS, number);
        // Two floors in a row are one floor of the whole fraction.
        return Math.mulDiv(budgetWei * qualityBps, Math.min(operations, difficulty), difficulty) / BPS;
    }

    /// @notice What the last block was paid, and for what.
    function last()
        external
        view
        returns (
            uint256 number,
            address coinbase,
            uint256 operations,
            uint256 qualityBps,
            uint256 difficulty,
            uint256 reward
        )
    {
        Record storage record = _record;
        return (
            record.number,
            record.coinbase,
            record.operations,
            record.qualityBps,
            record.difficulty,
            record.reward
        );
    }

    /// @notice Wei paid to sealers since block 1, the pot's share with it.
    function totalPaid() external view returns (uint256) {
        return _record.totalPaid;
    }

    /// @notice Wei paid to providers of settled jobs since block 1.
    function totalBonus() external view returns (uint256) {
        return _bonuses.total;
    }

    /// @dev The facade pays everybody else without running code. The vault has the coins already.
    function _isPayable(address account) private pure returns (bool) {
        return account != address(0) && account != Predeploys.AI && account != address(VAULT);
    }
}
