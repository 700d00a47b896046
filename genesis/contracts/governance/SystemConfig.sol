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
 * @dev Answers `ISystemConfig`, whose enum is a `uint8` here: Solidity refuses a number that is no member without
 * a word, this contract names it.
 */
contract SystemConfig is AccessManaged {
    uint8 private constant PHASE_MAX = uint8(type(ISystemConfig.Phase).max);

    /// @notice One bit for each phase; bit 0 is `Staking`.
    uint256 public phases;

    /// @notice `phase` was switched on or off.
    event PhaseSet(ISystemConfig.Phase indexed phase, bool wasActive, bool isActive);

    /// @notice `phases` has a bit beyond those of `known`.
    error UnknownPhase(uint256 phases, uint256 known);
    /// @notice `phase` is above `max`.
    error PhaseOutOfRange(uint8 phase, uint8 max);

    /// @param initial Bits of the phases that are on from block 0.
    constructor(uint256 initial) AccessManaged(Predeploys.ACCESS_MANAGER) {
        uint256 known = (uint256(1) << (PHASE_MAX + 1)) - 1;
        if (initial > known) revert UnknownPhase(initial, known);
        for (uint8 phase = 0; phase <= PHASE_MAX; ++phase) {
            if (initial & _bit(phase) != 0) _set(phase, true);
        }
    }

    /// @notice Switches `phase`, by its number, on or off.
    function setPhase(uint8 phase, bool active) external restricted {
        _set(phase, active);
    }

    /// @notice Reverts unless `phase`, by its number, is switched on.
    function requireActive(uint8 phase) external view {
        if (!isActive(phase)) revert ISystemConfig.PhaseNotActive(ISystemConfig.Phase(phase));
    }

    /// @notice Whether `phase`, by its number, is switched on.
    function isActive(uint8 phase) public view returns (bool) {
        return phases & _bit(phase) != 0;
    }

    function _set(uint8 phase, bool active) private {
        bool wasActive = isActive(phase);
        emit PhaseSet(ISystemConfig.Phase(phase), wasActive, active);
        phases = active ? phases | _bit(phase) : phases & ~_bit(phase);
    }

    function _bit(uint8 phase) private pure returns (uint256) {
        if (phase > PHASE_MAX) revert PhaseOutOfRange(phase, PHASE_MAX);
        return uint256(1) << phase;
    }
}
