// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Bonds of proposals
interface IProposalBond {
    /// @notice Whether a bond of `depositor` is held for `proposalId`.
    function isBonded(uint256 proposalId, address depositor) external view returns (bool);

    /// @notice Wei of a bond.
    function bondSize() external view returns (uint256);

    /// @notice Holds `msg.value` wei, which must be `bondSize()`, as the bond of `depositor` for `proposalId`.
    function deposit(uint256 proposalId, address depositor) external payable;
}
