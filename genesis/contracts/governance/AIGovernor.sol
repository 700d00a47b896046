// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorBounds} from "./GovernorBounds.sol";
import {GovernorTimelock} from "./GovernorTimelock.sol";
import {GovernorTypes} from "./GovernorTypes.sol";
import {IBondedGovernor} from "../interfaces/IBondedGovernor.sol";
import {IProposalBond} from "../interfaces/IProposalBond.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title The governor: stakers decide, the Timelock acts
 * @notice A proposal has a type and a bond. It is voted on with the stakes of its snapshot, queued in the
 * Timelock by anyone, and executed by anyone. The bond is burned when the proposal is defeated, or when its
 * proposer takes it back after voting began; else it goes back, also when what was decided expires.
 *
 * The guardian may veto whatever is not executed, and must approve emergencies, which wait less. It can
 * propose and pass nothing by that.
 * @dev No phase of `SystemConfig` gates this contract: governance must never lock itself out. A description
 * that ends in `#proposer=0x...` keeps others from proposing the same under another type.
 *
 * Governance replaces this governor by giving another the proposer and canceller roles of the Timelock and
 * taking them from this one. This code stays, and keeps answering for its proposals: what is queued executes
 * or expires, what is not can no longer be queued and expires, and every bond is burned or refunded by the rules
 * above. `ProposalBond` knows this governor alone, so a successor brings a bond contract of its own.
 */
contract AIGovernor is GovernorTimelock, IBondedGovernor {
    IProposalBond private constant BOND = IProposalBond(Predeploys.PROPOSAL_BOND);

    /// @notice `guardian` approved the emergency `proposalId`.
    event EmergencyCosigned(uint256 indexed proposalId, address indexed guardian);

    /// @notice No bond of `proposer` is held for `proposalId`.
    error NotBonded(uint256 proposalId, address proposer);
    /// @notice Only the guardian may call.
    error NotGuardian(address caller);
    /// @notice `proposalId` is no emergency, so it needs no approval.
    error NotEmergency(uint256 proposalId);
    /// @notice The guardian approved `proposalId` before.
    error AlreadyCosigned(uint256 proposalId);
    /// @notice The guardian has not approved the emergency `proposalId`.
    error NotCosigned(uint256 proposalId);

    /// @param dev Whether this is a devnet, where `standardDelay_` may be less than 24 hours.
    /// @param votingDelay_ Seconds between a proposal and its vote.
    /// @param votingPeriod_ Seconds of the vote on all but emergencies.
    /// @param emergencyPeriod Seconds of the vote on an emergency.
    /// @param lateQuorum Seconds that a vote lasts at least after its quorum is reached.
    /// @param threshold Votes (18 decimals) that a proposer needs.
    /// @param standardDelay_ Seconds between queueing and execution of all but emergencies.
    constructor(
        bool dev,
        uint48 votingDelay_,
        uint32 votingPeriod_,
        uint32 emergencyPeriod,
        uint48 lateQuorum,
        uint256 threshold,
        uint256 standardDelay_
    )
        Governor("AIGovernor")
        GovernorBounds(votingDelay_, votingPeriod_, lateQuorum, threshold)
        GovernorTypes(emergencyPeriod)
        GovernorTimelock(dev, standardDelay_)
    {
        _setProposalGuardian(Predeploys.GUARDIAN_SAFE);
    }

    /// @notice Proposes calls of the type `proposalType`: 0 Text, 1 Parameter, 2 Treasury, 3 Emergency. `msg.value`
    /// is the bond, exactly; nothing if one is held for the caller already, whoever paid it.
    /// @return proposalId Hash of the calls and the description.
    function propose(
        uint8 proposalType,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description
    ) external payable returns (uint256 proposalId) {
        ProposalType asType = _typeFrom(proposalType);
        proposalId = getProposalId(targets, values, calldatas, keccak256(bytes(description)));
        bool isPaid = msg.value == 0 && BOND.isBonded(proposalId, msg.sender);
        if (!isPaid) BOND.deposit{value: msg.value}(proposalId, msg.sender);
        _proposeIn(asType == ProposalType.Emergency, targets, values, calldatas, description);
        _setType(proposalId, asType, targets, values, calldatas);
    }

    /// @notice Proposes as common tools do, with a bond that the caller deposited for this proposal before. The
    /// type is Parameter if every call is a setter that such a proposal may call, Treasury else.
    function propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description
    ) public override returns (uint256 proposalId) {
        proposalId = super.propose(targets, values, calldatas, description);
        if (!BOND.isBonded(proposalId, msg.sender)) revert NotBonded(proposalId, msg.sender);
        _setType(proposalId, _defaultType(targets, values, calldatas), targets, values, calldatas);
    }

    /// @notice Approves the emergency `proposalId`, which cannot be queued without. The guardian calls, at any
    /// time before.
    function cosign(uint256 proposalId) external {
        if (msg.sender != proposalGuardian()) revert NotGuardian(msg.sender);
        _validateStateBitmap(
            proposalId,
            _encodeStateBitmap(ProposalState.Pending) |
                _encodeStateBitmap(ProposalState.Active) |
                _encodeStateBitmap(ProposalState.Succeeded)
        );
        Traits storage traits = _traits[proposalId];
        if (traits.proposalType != ProposalType.Emergency) revert NotEmergency(proposalId);
        if (traits.cosigned) revert AlreadyCosigned(proposalId);
        traits.cosigned = true;
        emit EmergencyCosigned(proposalId, msg.sender);
    }

    /// @notice Whether the guardian approved `proposalId`.
    function isCosigned(uint256 proposalId) external view returns (bool) {
        return _traits[proposalId].cosigned;
    }

    /// @notice Whether the bond of `proposalId` is lost: it was defeated, by lack of a quorum too, or its
    /// proposer cancelled it after voting began.
    function isBondForfeited(uint256 proposalId) external view returns (bool) {
        return state(proposalId) == ProposalState.Defeated || _traits[proposalId].forfeited;
    }

    /// @dev The guardian until the end, but for what is defeated: its bond is lost. The proposer until the
    /// vote is over.
    function _validateCancel(
        uint256 proposalId,
        address caller
    ) internal view override returns (bool) {
        ProposalState current = state(proposalId);
        if (caller == proposalGuardian()) return current != ProposalState.Defeated;
        bool isOpen = current == ProposalState.Pending || current == ProposalState.Active;
        return isOpen && caller == proposalProposer(proposalId);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override returns (uint256) {
        uint256 proposalId = getProposalId(targets, values, calldatas, descriptionHash);
        if (msg.sender == proposalProposer(proposalId) && state(proposalId) == ProposalState.Active) {
            _traits[proposalId].forfeited = true;
        }
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override returns (uint48) {
        Traits storage traits = _traits[proposalId];
        if (traits.proposalType == ProposalType.Emergency && !traits.cosigned) revert NotCosigned(proposalId);
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }
}
