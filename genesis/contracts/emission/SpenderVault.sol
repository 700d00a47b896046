// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EmissionSchedule} from "./EmissionSchedule.sol";
import {ScheduledVault} from "./ScheduledVault.sol";

/**
 * @title A vault that one contract spends from
 * @notice Coins given back through `recycle` make the bucket larger, not the schedule faster: the tail
 * after the last era runs on until they are out too.
 */
contract SpenderVault is ScheduledVault {
    /// @notice The only caller of `release`, for ever.
    address public immutable SPENDER;
    /// @notice Wei given back to the bucket.
    uint256 public recycled;

    /// @notice `from` gave `value` wei back to the bucket.
    event Recycled(address indexed from, uint256 value);

    /// @notice `caller` is not the spender.
    error NotSpender(address caller);

    constructor(uint256 bucket, uint256 eraBlocks, address spender) ScheduledVault(bucket, eraBlocks) {
        SPENDER = spender;
    }

    /// @notice Sends `value` wei to `to`, within the schedule.
    function release(address to, uint256 value) external {
        if (msg.sender != SPENDER) revert NotSpender(msg.sender);
        _release(to, value);
    }

    /// @notice Adds `msg.value` wei to the bucket. Anyone may give.
    function recycle() external payable {
        recycled += msg.value;
        emit Recycled(msg.sender, msg.value);
    }

    /// @inheritdoc ScheduledVault
    function entitlement(uint256 blockNumber) public view override returns (uint256) {
        return Math.min(BUCKET + recycled, EmissionSchedule.cumulative(BUCKET, ERA_BLOCKS, blockNumber));
    }

    /// @inheritdoc ScheduledVault
    function remaining() public view override returns (uint256) {
        return BUCKET + recycled - released;
    }
}
