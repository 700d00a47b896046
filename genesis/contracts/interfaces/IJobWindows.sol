// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title How long a job can take to be decided
interface IJobWindows {
    /// @notice Seconds from a result to the end of a dispute about it, at most.
    function windowSeconds() external view returns (uint256);
}
