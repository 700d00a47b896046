// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A governor that says what becomes of a proposal's bond
/// @dev Apart from `IGovernor`, which it goes with: two ways to one interface make a contract override all of it.
interface IBondedGovernor {
    /// @notice Whether the bond of a proposal that is over is lost: defeated, or cancelled by its proposer
    /// after voting began.
    function isBondForfeited(uint256 proposalId) external view returns (bool);
}
