// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A scheduled vault, as its spender sees it
interface ISpenderVault {
    /// @notice Sends `value` wei to `to`, within the schedule.
    function release(address to, uint256 value) external;

    /// @notice Wei that may leave now.
    function available() external view returns (uint256);
}
