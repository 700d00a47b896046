// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {GovernorBounds} from "./GovernorBounds.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Types of proposals, with a quorum for each
 * @notice Text says something and does nothing; Parameter moves no coins; Treasury and Emergency may do
 * anything. Quorums are in percent of all voting units at the snapshot, 1 to 20, rounded up; for and abstain
 * count. A proposal keeps the percentage that held when it was made.
 * @dev Types are procedure and no wall: a Parameter proposal may hand out the roles that a later Treasury
 * proposal needs.
 */
abstract contract GovernorTypes is GovernorBounds {
    enum ProposalType {
        Text,
        Parameter,
        Treasury,
        Emergency
    }

    /// @dev One slot a proposal.
    struct Traits {
        ProposalType proposalType;
        uint8 quorumPercent;
        bool cosigned;
        bool forfeited;
    }

    uint256 private constant PERCENT = 100;
    uint8 private constant QUORUM_MIN = 1;
    uint8 private constant QUORUM_MAX = 20;
    uint8 private constant QUORUM = 4;
    uint8 private constant QUORUM_EMERGENCY = 8;

    /// @notice Quorum of new proposals by type, in percent of the voting units.
    mapping(ProposalType proposalType => uint8) public quorumPercent;
    mapping(uint256 proposalId => Traits) internal _traits;

    /// @notice `proposalId` is of the type `proposalType` and needs `percent` of the voting units.
    event ProposalTyped(uint256 indexed proposalId, ProposalType indexed proposalType, uint8 percent);
    /// @notice The quorum of `proposalType` was `oldPercent` and is `newPercent`.
    event QuorumPercentSet(ProposalType indexed proposalType, uint8 oldPercent, uint8 newPercent);

    /// @notice A quorum of `percent` is outside `min` to `max`.
    error QuorumOutOfBounds(uint8 percent, uint8 min, uint8 max);
    /// @notice Call number `index` does what `proposalType` may not.
    error CallNotOfType(ProposalType proposalType, uint256 index);

    constructor() {
        _setQuorumPercent(ProposalType.Text, QUORUM);
        _setQuorumPercent(ProposalType.Parameter, QUORUM);
        _setQuorumPercent(ProposalType.Treasury, QUORUM);
        _setQuorumPercent(ProposalType.Emergency, QUORUM_EMERGENCY);
    }

    /// @notice Sets the quorum of new proposals of `proposalType` to `percent`, 1 to 20.
    function setQuorumPercent(ProposalType proposalType, uint8 percent) external onlyGovernance {
        _setQuorumPercent(proposalType, percent);
    }

    /// @notice The type of `proposalId`.
    function typeOf(uint256 proposalId) external view returns (ProposalType) {
        state(proposalId);
        return _traits[proposalId].proposalType;
    }

    /// @notice Votes that `proposalId` needs, for and abstain together. Known from its snapshot on.
    function proposalQuorum(uint256 proposalId) public view returns (uint256) {
        return _percentOf(proposalSnapshot(proposalId), _traits[proposalId].quorumPercent);
    }

    /// @notice Votes that a Treasury proposal needs with a snapshot at `timepoint`, by today's percentage;
    /// for tools that know one quorum for all. `proposalQuorum` is what counts.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return _percentOf(timepoint, quorumPercent[ProposalType.Treasury]);
    }

    function _quorumReached(
        uint256 proposalId
    ) internal view override(Governor, GovernorCountingSimple) returns (bool) {
        (, uint256 forVotes, uint256 abstainVotes) = proposalVotes(proposalId);
        return forVotes + abstainVotes >= proposalQuorum(proposalId);
    }

    /// @dev Notes the type of a new proposal, whose calls must keep to it.
    function _setType(
        uint256 proposalId,
        ProposalType proposalType,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas
    ) internal {
        for (uint256 i = 0; i < targets.length; ++i) {
            bool isAllowed = true;
            if (proposalType == ProposalType.Text) {
                isAllowed = targets[i] == Predeploys.TIMELOCK && values[i] == 0 && calldatas[i].length == 0;
            } else if (proposalType == ProposalType.Parameter) {
                isAllowed = !_movesCoins(targets[i], values[i]);
            }
            if (!isAllowed) revert CallNotOfType(proposalType, i);
        }
        uint8 percent = quorumPercent[proposalType];
        _traits[proposalId].proposalType = proposalType;
        _traits[proposalId].quorumPercent = percent;
        emit ProposalTyped(proposalId, proposalType, percent);
    }

    /// @dev The type of a proposal that comes without one.
    function _defaultType(
        address[] memory targets,
        uint256[] memory values
    ) internal pure returns (ProposalType) {
        for (uint256 i = 0; i < targets.length; ++i) {
            if (_movesCoins(targets[i], values[i])) return ProposalType.Treasury;
        }
        return ProposalType.Parameter;
    }

    /// @dev The facade moves the native coin without a value, and the reserve what it holds.
    function _movesCoins(address target, uint256 value) private pure returns (bool) {
        return value > 0 || target == Predeploys.AI || target == Predeploys.LIQUIDITY_RESERVE;
    }

    function _percentOf(uint256 timepoint, uint256 percent) private view returns (uint256) {
        return Math.mulDiv(token().getPastTotalSupply(timepoint), percent, PERCENT, Math.Rounding.Ceil);
    }

    function _setQuorumPercent(ProposalType proposalType, uint8 percent) private {
        if (percent < QUORUM_MIN || percent > QUORUM_MAX) revert QuorumOutOfBounds(percent, QUORUM_MIN, QUORUM_MAX);
        emit QuorumPercentSet(proposalType, quorumPercent[proposalType], percent);
        quorumPercent[proposalType] = percent;
    }
}
