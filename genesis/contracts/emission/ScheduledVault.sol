// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EmissionSchedule} from "./EmissionSchedule.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title A genesis bucket that opens with time
 * @notice Holds `BUCKET` wei from block 0 and never lets out more than the schedule allows. What is
 * not released stays and extends the tail. Coins that others send here are never counted.
 */
abstract contract ScheduledVault {
    using SafeERC20 for IERC20;

    /// @notice Wei that this vault may release in all.
    uint256 public immutable BUCKET;
    /// @notice Blocks between two halvings.
    uint256 public immutable ERA_BLOCKS;
    /// @notice Wei released so far.
    uint256 public released;

    /// @notice `value` wei went to `to`.
    event Released(address indexed to, uint256 value);

    /// @notice `value` wei is more than the `available` wei of this block.
    error AboveEntitlement(uint256 value, uint256 available);

    constructor(uint256 bucket, uint256 eraBlocks) {
        BUCKET = bucket;
        ERA_BLOCKS = eraBlocks;
    }

    /// @notice Wei that may have left by the end of block `blockNumber`.
    function entitlement(uint256 blockNumber) public view virtual returns (uint256) {
        return Math.min(BUCKET, EmissionSchedule.cumulative(BUCKET, ERA_BLOCKS, blockNumber));
    }

    /// @notice Wei that may leave now.
    function available() public view returns (uint256) {
        return entitlement(block.number) - released;
    }

    /// @notice Wei of the bucket that have not left.
    function remaining() public view virtual returns (uint256) {
        return BUCKET - released;
    }

    /// @dev Pays through the facade, which runs no code of the recipient.
    function _release(address to, uint256 value) internal {
        _book(to, value);
        IERC20(Predeploys.AI).safeTransfer(to, value);
    }

    /// @dev Counts `value` wei as released, for the caller to send.
    function _book(address to, uint256 value) internal {
        uint256 limit = available();
        if (value > limit) revert AboveEntitlement(value, limit);
        released += value;
        emit Released(to, value);
    }
}
