// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// @title A governor that says what becomes of a proposal's bond
interface IBondedGovernor is IGovernor {
    /// @notice Whether the bond of a proposal that is over is lost: defeated, or cancelled by its proposer
    /// after voting began.
    function isBondForfeited(uint256 proposalId) external view returns (bool);
}
