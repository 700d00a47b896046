// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EmissionSchedule} from "./EmissionSchedule.sol";
import {Predeploys} from "../Predeploys.sol";
import {SpenderVault} from "./SpenderVault.sol";
import {ValidatorSet} from "../consensus/ValidatorSet.sol";

/**
 * @title Pays the sealer of each block
 * @notice The node calls `onBlock` first in every block; if that call fails, the block is invalid.
 * Rewards come out of the compute-mining bucket, a tenth of each for the finality pot. Nothing is
 * minted. Operations and difficulty are in MAC, quality in basis points, rewards in wei.
 * @dev Records the difficulty, never computes it. No events: logs of system calls are in no receipt.
 */
contract BlockRewards {
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

    uint256 private constant BPS = 10_000;
    uint256 private constant POT_SHARE = 10;
    SpenderVault private constant VAULT = SpenderVault(Predeploys.COMPUTE_MINING_VAULT);
    ValidatorSet private constant VALIDATORS = ValidatorSet(Predeploys.VALIDATOR_SET);

    /// @notice Wei of the compute-mining bucket.
    uint256 public immutable BUCKET;
    /// @notice Blocks between two halvings.
    uint256 public immutable ERA_BLOCKS;
    Record private _record;

    /// @notice Only the system may call.
    error NotSystem(address caller);
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
        bool isPayable = coinbase != address(0) && coinbase != Predeploys.AI && coinbase != address(VAULT);
        uint256 due = calculateReward(block.number, operations, qualityBps, difficulty);
        uint256 reward = isPayable ? Math.min(due, VAULT.remaining()) : 0;
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
        return Math.mulDiv(budgetWei * qualityBps, Math.min(operations, difficulty), difficulty * BPS);
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

    /// @notice Wei paid since block 1, the pot's share with it.
    function totalPaid() external view returns (uint256) {
        return _record.totalPaid;
    }
}
