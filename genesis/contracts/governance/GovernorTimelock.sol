// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {GovernorTypes} from "./GovernorTypes.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title A governor that acts through the Timelock, with a delay by type
 * @notice Proposals wait for `standardDelay` seconds between queueing and execution, emergencies only for
 * the Timelock's own minimum, which is shorter. What succeeded and was not queued within 7 days expires, and
 * so does what was queued and not executed within the Timelock's grace: nobody keeps an old decision in hand.
 * @dev After OpenZeppelin's GovernorTimelockControl, which knows one delay for all and keeps its operation
 * ids private. The Timelock cannot be exchanged: a new governor gets the proposer role on it instead.
 */
abstract contract GovernorTimelock is GovernorTypes {
    TimelockController private constant TIMELOCK = TimelockController(payable(Predeploys.TIMELOCK));
    /// @dev Seconds.
    uint256 private constant DELAY_MIN = 24 hours;
    uint256 private constant DELAY_MAX = 30 days;
    uint256 private constant QUEUE_WINDOW = 7 days;

    /// @notice Whether this is a devnet, where the standard delay may be as short as 0 seconds.
    bool public immutable DEV;
    /// @notice Seconds between queueing and execution of all but emergencies.
    uint256 public standardDelay;
    mapping(uint256 proposalId => bytes32) private _operationIds;

    /// @notice The standard delay was `oldDelay` seconds and is `newDelay` seconds.
    event StandardDelaySet(uint256 oldDelay, uint256 newDelay);

    /// @notice A standard delay of `delay` seconds is outside `min` to `max`.
    error StandardDelayOutOfBounds(uint256 delay, uint256 min, uint256 max);

    /// @param dev Whether this is a devnet.
    /// @param delay Seconds of the standard delay.
    constructor(bool dev, uint256 delay) {
        DEV = dev;
        _setStandardDelay(delay);
    }

    /// @notice Sets the standard delay to `delay` seconds: 24 hours (0 on a devnet) to 30 days.
    function setStandardDelay(uint256 delay) external onlyGovernance {
        _setStandardDelay(delay);
    }

    /// @notice Where proposals execute.
    function timelock() external pure returns (address) {
        return address(TIMELOCK);
    }

    /// @notice State of `proposalId`. Once queued, the Timelock knows better: anyone may execute there, and
    /// the guardian may cancel there.
    function state(uint256 proposalId) public view virtual override returns (ProposalState current) {
        current = super.state(proposalId);
        if (current == ProposalState.Succeeded && clock() > proposalDeadline(proposalId) + QUEUE_WINDOW) {
            return ProposalState.Expired;
        }
        if (current != ProposalState.Queued) return current;
        TimelockController.OperationState operation = TIMELOCK.getOperationState(_operationIds[proposalId]);
        if (operation == TimelockController.OperationState.Done) return ProposalState.Executed;
        if (operation != TimelockController.OperationState.Unset) return current;
        bool isKept = TIMELOCK.getTimestamp(_operationIds[proposalId]) != 0;
        return isKept ? ProposalState.Expired : ProposalState.Canceled;
    }

    /// @notice Every proposal goes through the queue.
    function proposalNeedsQueuing(uint256) public pure override returns (bool) {
        return true;
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal virtual override returns (uint48) {
        uint256 delay = TIMELOCK.getMinDelay();
        if (_traits[proposalId].proposalType != ProposalType.Emergency) delay = Math.max(delay, standardDelay);
        bytes32 salt = _salt(descriptionHash);
        _operationIds[proposalId] = TIMELOCK.hashOperationBatch(targets, values, calldatas, 0, salt);
        TIMELOCK.scheduleBatch(targets, values, calldatas, 0, salt, delay);
        return SafeCast.toUint48(block.timestamp + delay);
    }

    function _executeOperations(
        uint256,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override {
        TIMELOCK.executeBatch{value: msg.value}(targets, values, calldatas, 0, _salt(descriptionHash));
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal virtual override returns (uint256 proposalId) {
        proposalId = super._cancel(targets, values, calldatas, descriptionHash);
        bytes32 operationId = _operationIds[proposalId];
        if (operationId != 0) TIMELOCK.cancel(operationId);
    }

    function _executor() internal pure override returns (address) {
        return address(TIMELOCK);
    }

    /// @dev No two governors on one Timelock make the same salt.
    function _salt(bytes32 descriptionHash) private view returns (bytes32) {
        return bytes20(address(this)) ^ descriptionHash;
    }

    function _setStandardDelay(uint256 delay) private {
        uint256 delayMin = DEV ? 0 : DELAY_MIN;
        if (delay < delayMin || delay > DELAY_MAX) revert StandardDelayOutOfBounds(delay, delayMin, DELAY_MAX);
        emit StandardDelaySet(standardDelay, delay);
        standardDelay = delay;
    }
}
