// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorProposalGuardian} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorStorage} from "@openzeppelin/contracts/governance/extensions/GovernorStorage.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title A governor of stakers whose settings and votes have hard bounds
 * @notice Voting delay, voting period and late-quorum extension are 1 second to 30 days. The proposal
 * threshold is 1e18 to 10,000e18 votes. No account votes with more than a tenth of all voting units.
 * @dev Until ten times the threshold was staked once nobody can propose, so that the first stakers cannot
 * vote the treasury to themselves. From then on stakes may fall: governance never locks itself out. The cap
 * binds accounts, not people: stakes that no identity vouches for have linear votes, which one may spread.
 */
abstract contract GovernorBounds is
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorPreventLateQuorum,
    GovernorProposalGuardian,
    GovernorStorage
{
    uint256 private constant SECONDS_MIN = 1;
    uint256 private constant SECONDS_MAX = 30 days;
    uint256 private constant THRESHOLD_MIN = 1e18;
    uint256 private constant THRESHOLD_MAX = 10_000e18;
    /// @dev A tenth of the voting units.
    uint256 private constant CAP_DIVISOR = 10;

    /// @notice Whether stakes were ever enough for a first proposal.
    bool public isOpen;

    /// @notice The first proposal was made: enough is staked.
    event Opened();

    /// @notice An account has at most `cap` votes, and a first proposal waits until that is `threshold`.
    error NotOpenYet(uint256 cap, uint256 threshold);

    /// @notice `value` seconds is outside `min` to `max`.
    error DurationOutOfBounds(uint256 value, uint256 min, uint256 max);
    /// @notice A threshold of `threshold` votes is outside `min` to `max`.
    error ThresholdOutOfBounds(uint256 threshold, uint256 min, uint256 max);
    /// @notice There are `count` proposals, numbered from 0.
    error UnknownProposal(uint256 index, uint256 count);

    /// @param delay Seconds between a proposal and the snapshot that its vote begins with.
    /// @param period Seconds of the vote.
    /// @param extension Seconds that a vote lasts at least after its quorum is reached.
    /// @param threshold Votes that a proposer needs.
    constructor(
        uint48 delay,
        uint32 period,
        uint48 extension,
        uint256 threshold
    )
        GovernorSettings(delay, period, threshold)
        GovernorVotes(IVotes(Predeploys.AI_STAKING))
        GovernorPreventLateQuorum(extension)
    {}

    /// @notice Sets the votes that a proposer needs. Nothing above what the voting units allow an account
    /// now, unless it is less than before: else nobody could propose to take it back.
    function setProposalThreshold(uint256 threshold) public override onlyGovernance {
        uint256 reachable = Math.max(proposalThreshold(), voteCap(clock() - 1));
        if (threshold > reachable) revert ThresholdOutOfBounds(threshold, THRESHOLD_MIN, reachable);
        _setProposalThreshold(threshold);
    }

    /// @notice Most votes that one account has for a snapshot at `timepoint` (unix seconds, in the past).
    function voteCap(uint256 timepoint) public view returns (uint256) {
        return token().getPastTotalSupply(timepoint) / CAP_DIVISOR;
    }

    /// @notice Votes of `account` at `timepoint`, as proposing asks for them: a vote counts `voteCap` at most,
    /// as `getVotesWithParams` tells.
    function getVotes(address account, uint256 timepoint) public view override returns (uint256) {
        return token().getPastVotes(account, timepoint);
    }

    /// @notice Id and calls of proposal number `index`, from 0.
    function proposalDetailsAt(
        uint256 index
    ) public view override returns (uint256, address[] memory, uint256[] memory, bytes[] memory, bytes32) {
        if (index >= proposalCount()) revert UnknownProposal(index, proposalCount());
        return super.proposalDetailsAt(index);
    }

    /// @notice Seconds between a proposal and the snapshot that its vote begins with.
    function votingDelay() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.votingDelay();
    }

    /// @notice Seconds of a vote.
    function votingPeriod() public view virtual override(Governor, GovernorSettings) returns (uint256) {
        return super.votingPeriod();
    }

    /// @notice Votes that a proposer needs.
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    /// @notice When the vote on `proposalId` ends, in unix seconds.
    function proposalDeadline(
        uint256 proposalId
    ) public view override(Governor, GovernorPreventLateQuorum) returns (uint256) {
        return super.proposalDeadline(proposalId);
    }

    /// @notice Unix seconds, as the votes count. Asks nobody: constructors in block 0 must not.
    function clock() public view override(Governor, GovernorVotes) returns (uint48) {
        return Time.timestamp();
    }

    /// @notice How ERC-6372 calls such a clock.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override(Governor, GovernorVotes) returns (string memory) {
        return "mode=timestamp";
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override(Governor, GovernorStorage) returns (uint256) {
        if (!isOpen) _open();
        return super._propose(targets, values, calldatas, description, proposer);
    }

    function _open() private {
        uint256 cap = voteCap(clock() - 1);
        if (cap < proposalThreshold()) revert NotOpenYet(cap, proposalThreshold());
        isOpen = true;
        emit Opened();
    }

    function _validateCancel(
        uint256 proposalId,
        address caller
    ) internal view virtual override(Governor, GovernorProposalGuardian) returns (bool) {
        return super._validateCancel(proposalId, caller);
    }

    function _getVotes(
        address account,
        uint256 timepoint,
        bytes memory params
    ) internal view override(Governor, GovernorVotes) returns (uint256) {
        return Math.min(super._getVotes(account, timepoint, params), voteCap(timepoint));
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _setVotingDelay(uint48 delay) internal override {
        _requireDuration(delay);
        super._setVotingDelay(delay);
    }

    function _setVotingPeriod(uint32 period) internal override {
        _requireDuration(period);
        super._setVotingPeriod(period);
    }

    function _setLateQuorumVoteExtension(uint48 extension) internal override {
        _requireDuration(extension);
        super._setLateQuorumVoteExtension(extension);
    }

    function _setProposalThreshold(uint256 threshold) internal override {
        if (threshold < THRESHOLD_MIN || threshold > THRESHOLD_MAX) {
            revert ThresholdOutOfBounds(threshold, THRESHOLD_MIN, THRESHOLD_MAX);
        }
        super._setProposalThreshold(threshold);
    }

    /// @dev The bound above holds instead of OpenZeppelin's, which moves with the voting period.
    function _maxLateQuorumVoteExtension() internal pure override returns (uint256) {
        return SECONDS_MAX;
    }

    function _requireDuration(uint256 value) internal pure {
        if (value < SECONDS_MIN || value > SECONDS_MAX) revert DurationOutOfBounds(value, SECONDS_MIN, SECONDS_MAX);
    }
}
