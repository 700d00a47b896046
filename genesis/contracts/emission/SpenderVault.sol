// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ScheduledVault} from "./ScheduledVault.sol";

/// @title A vault that one contract spends from
contract SpenderVault is ScheduledVault {
    /// @notice The only caller of `release`, for ever.
    address public immutable SPENDER;

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
}
