// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Limits on what leaves the protocol's reserves
interface ICircuitBreaker {
    /// @notice Outflows are paused until `until` (unix seconds).
    error OutflowsPaused(uint256 until);
    /// @notice `value` wei is more than the `available` wei of this window.
    error OutflowAboveLimit(address spender, uint256 value, uint256 available);

    /// @notice Counts `value` wei against the meter of the caller. Reverts when that is too much or while
    /// outflows are paused.
    function consume(uint256 value) external;

    /// @notice Reverts while outflows are paused.
    function requireNotPaused() external view;
}
