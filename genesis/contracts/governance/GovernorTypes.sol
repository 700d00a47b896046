// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {GovernorBounds} from "./GovernorBounds.sol";
import {ParameterCalls} from "./ParameterCalls.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Types of proposals, with a quorum and a voting period for each
 * @notice What the calls of a proposal may be:
 *
 * - Text (0): empty calls of the Timelock, without value. It says something and does nothing.
 * - Parameter (1): setters of contracts of block 0, without value: `ParameterCalls` has the list. It moves no
 *   coin or token, and changes nobody's role.
 * - Treasury (2): anything.
 * - Emergency (3): anything, after a shorter vote and a shorter delay, if the guardian approves.
 *
 * Quorums are in percent of all voting units at the snapshot, 1 to 20, rounded up; for and abstain count. A
 * proposal keeps the percentage and the period that held when it was made.
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

    /// @dev Of new proposals.
    mapping(uint8 proposalType => uint8) private _quorumPercent;
    mapping(uint256 proposalId => Traits) internal _traits;
    /// @notice Seconds of the vote on an emergency.
    uint32 public emergencyVotingPeriod;
    /// @dev Whether an emergency is being proposed: OpenZeppelin asks for the period, and knows no types.
    bool private transient _isEmergency;

    /// @notice `proposalId` is of the type `proposalType` and needs `percent` of the voting units.
    event ProposalTyped(uint256 indexed proposalId, ProposalType indexed proposalType, uint8 percent);
    /// @notice The quorum of `proposalType` was `oldPercent` and is `newPercent`.
    event QuorumPercentSet(ProposalType indexed proposalType, uint8 oldPercent, uint8 newPercent);
    /// @notice A vote on an emergency took `oldPeriod` seconds and takes `newPeriod` seconds.
    event EmergencyVotingPeriodSet(uint256 oldPeriod, uint256 newPeriod);

    /// @notice A quorum of `percent` is outside `min` to `max`.
    error QuorumOutOfBounds(uint8 percent, uint8 min, uint8 max);
    /// @notice Call number `index` does what `proposalType` may not.
    error CallNotOfType(ProposalType proposalType, uint256 index);
    /// @notice There is no type `proposalType`.
    error UnknownProposalType(uint8 proposalType);

    /// @param emergencyPeriod Seconds of the vote on an emergency.
    constructor(uint32 emergencyPeriod) {
        _setEmergencyVotingPeriod(emergencyPeriod);
        _setQuorumPercent(ProposalType.Text, QUORUM);
        _setQuorumPercent(ProposalType.Parameter, QUORUM);
        _setQuorumPercent(ProposalType.Treasury, QUORUM);
        _setQuorumPercent(ProposalType.Emergency, QUORUM_EMERGENCY);
    }

    /// @notice Sets the quorum of new proposals of `proposalType` to `percent`, 1 to 20.
    function setQuorumPercent(uint8 proposalType, uint8 percent) external onlyGovernance {
        _setQuorumPercent(_typeFrom(proposalType), percent);
    }

    /// @notice Sets the seconds of a vote on an emergency: 1 second to 30 days. With the voting delay, the late
    /// quorum and the least delay of the Timelock they should make less than the guardian's pause of 7 days.
    function setEmergencyVotingPeriod(uint32 period) external onlyGovernance {
        _setEmergencyVotingPeriod(period);
    }

    /// @notice Quorum of new proposals of `proposalType`, in percent of the voting units.
    function quorumPercent(uint8 proposalType) external view returns (uint8) {
        return _quorumPercent[uint8(_typeFrom(proposalType))];
    }

    /// @notice The type of `proposalId`.
    function typeOf(uint256 proposalId) external view returns (ProposalType) {
        state(proposalId);
        return _traits[proposalId].proposalType;
    }

    /// @notice Seconds of a vote, but of one on an emergency.
    function votingPeriod() public view override returns (uint256) {
        return _isEmergency ? emergencyVotingPeriod : super.votingPeriod();
    }

    /// @notice Votes that `proposalId` needs, for and abstain together. Known from its snapshot on.
    function proposalQuorum(uint256 proposalId) public view returns (uint256) {
        return _percentOf(proposalSnapshot(proposalId), _traits[proposalId].quorumPercent);
    }

    /// @notice Votes that a Treasury proposal needs with a snapshot at `timepoint`, by today's percentage;
    /// for tools that know one quorum for all. `proposalQuorum` is what counts.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return _percentOf(timepoint, _quorumPercent[uint8(ProposalType.Treasury)]);
    }

    function _quorumReached(
        uint256 proposalId
    ) internal view override(Governor, GovernorCountingSimple) returns (bool) {
        (, uint256 forVotes, uint256 abstainVotes) = proposalVotes(proposalId);
        return forVotes + abstainVotes >= proposalQuorum(proposalId);
    }

    /// @dev Proposes with the period of an emergency, if it is one.
    function _proposeIn(
        bool isEmergency,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description
    ) internal {
        _isEmergency = isEmergency;
        super.propose(targets, values, calldatas, description);
        _isEmergency = false;
    }

    /// @dev Notes the type of a new proposal, whose calls must keep to it.
    function _setType(
        uint256 proposalId,
        ProposalType proposalType,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas
    ) internal {
        uint256 index = _firstForeign(proposalType, targets, values, calldatas);
        if (index < targets.length) revert CallNotOfType(proposalType, index);
        uint8 percent = _quorumPercent[uint8(proposalType)];
        _traits[proposalId].proposalType = proposalType;
        _traits[proposalId].quorumPercent = percent;
        emit ProposalTyped(proposalId, proposalType, percent);
    }

    /// @dev The type of a proposal that comes without one.
    function _defaultType(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas
    ) internal pure returns (ProposalType) {
        uint256 index = _firstForeign(ProposalType.Parameter, targets, values, calldatas);
        return index < targets.length ? ProposalType.Treasury : ProposalType.Parameter;
    }

    function _typeFrom(uint8 proposalType) internal pure returns (ProposalType) {
        if (proposalType > uint8(type(ProposalType).max)) revert UnknownProposalType(proposalType);
        return ProposalType(proposalType);
    }

    /// @dev Index of the first call that `proposalType` may not make; the number of calls if there is none.
    function _firstForeign(
        ProposalType proposalType,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas
    ) private pure returns (uint256 i) {
        for (; i < targets.length; ++i) {
            bool isAllowed = true;
            if (proposalType == ProposalType.Text) {
                isAllowed = targets[i] == Predeploys.TIMELOCK && values[i] == 0 && calldatas[i].length == 0;
            } else if (proposalType == ProposalType.Parameter) {
                isAllowed = ParameterCalls.isSetter(targets[i], values[i], calldatas[i]);
            }
            if (!isAllowed) return i;
        }
    }

    function _percentOf(uint256 timepoint, uint256 percent) private view returns (uint256) {
        return Math.mulDiv(token().getPastTotalSupply(timepoint), percent, PERCENT, Math.Rounding.Ceil);
    }

    function _setQuorumPercent(ProposalType proposalType, uint8 percent) private {
        if (percent < QUORUM_MIN || percent > QUORUM_MAX) revert QuorumOutOfBounds(percent, QUORUM_MIN, QUORUM_MAX);
        emit QuorumPercentSet(proposalType, _quorumPercent[uint8(proposalType)], percent);
        _quorumPercent[uint8(proposalType)] = percent;
    }

    function _setEmergencyVotingPeriod(uint32 period) private {
        _requireDuration(period);
        emit EmergencyVotingPeriodSet(emergencyVotingPeriod, period);
        emergencyVotingPeriod = period;
    }
}
