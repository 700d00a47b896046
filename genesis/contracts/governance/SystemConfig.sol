// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ISystemConfig} from "../interfaces/ISystemConfig.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title The phases of the roadmap, as switches
 * @notice Contracts ask here before they take in something new: a stake, a job, a bid. What is inside always
 * gets out, whatever the switches say. `Governance` is a sign for readers and gates nothing: a switch that
 * stopped the governor could never be turned again.
 */
contract SystemConfig is ISystemConfig, AccessManaged {
    /// @notice One bit for each phase; bit 0 is `Staking`.
    uint256 public phases;

    /// @notice `phase` was switched on or off.
    event PhaseSet(Phase indexed phase, bool wasActive, bool isActive);

    /// @notice `phases` has a bit beyond those of `known`.
    error UnknownPhase(uint256 phases, uint256 known);

    /// @param initial Bits of the phases that are on from block 0.
    constructor(uint256 initial) AccessManaged(Predeploys.ACCESS_MANAGER) {
        uint256 known = (_bit(type(Phase).max) << 1) - 1;
        if (initial > known) revert UnknownPhase(initial, known);
        for (uint256 i = 0; i <= uint256(type(Phase).max); ++i) {
            Phase phase = Phase(i);
            if (initial & _bit(phase) != 0) _set(phase, true);
        }
    }

    /// @notice Switches `phase` on or off.
    function setPhase(Phase phase, bool active) external restricted {
        _set(phase, active);
    }

    /// @inheritdoc ISystemConfig
    function requireActive(Phase phase) external view {
        if (!isActive(phase)) revert PhaseNotActive(phase);
    }

    /// @inheritdoc ISystemConfig
    function isActive(Phase phase) public view returns (bool) {
        return phases & _bit(phase) != 0;
    }

    function _set(Phase phase, bool active) private {
        emit PhaseSet(phase, isActive(phase), active);
        phases = active ? phases | _bit(phase) : phases & ~_bit(phase);
    }

    function _bit(Phase phase) private pure returns (uint256) {
        return 1 << uint256(phase);
    }
}
