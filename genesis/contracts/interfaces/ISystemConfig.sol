// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The phases of HIP-1's roadmap, as switches
interface ISystemConfig {
    enum Phase {
        Staking,
        Training,
        Compute,
        Market,
        Sale,
        Governance
    }

    /// @notice Governance has not switched `phase` on.
    error PhaseNotActive(Phase phase);

    /// @notice Reverts unless `phase` is switched on.
    function requireActive(Phase phase) external view;

    /// @notice Whether `phase` is switched on.
    function isActive(Phase phase) external view returns (bool);
}
