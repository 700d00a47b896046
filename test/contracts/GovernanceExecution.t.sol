// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {AIGovernor} from "@hanzo/governance/AIGovernor.sol";
import {GovernorTimelock} from "@hanzo/governance/GovernorTimelock.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {GovernanceGenesis, Plan} from "./GovernanceGenesis.t.sol";
import {VM} from "./Vm.sol";

/// @dev From a vote that succeeded to what it does.
contract GovernanceExecutionTest is GovernanceGenesis {
    function setUp() external {
        _governance();
        VM.deal(address(TIMELOCK), 100 ether);
    }

    function _operationOf(Plan memory plan) private pure returns (bytes32) {
        bytes32 salt = bytes20(address(GOVERNOR)) ^ keccak256(bytes(plan.description));
        return TIMELOCK.hashOperationBatch(plan.targets, plan.values, plan.calldatas, 0, salt);
    }

    function _expectState(uint256 proposalId, IGovernor.ProposalState state, uint256 allowed) private {
        VM.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector,
                proposalId,
                state,
                bytes32(allowed)
            )
        );
    }

    function _bit(IGovernor.ProposalState state) private pure returns (uint256) {
        return uint256(1) << uint8(state);
    }

    function test_grantsFromTheTreasury() external {
        Plan memory plan = _grantPlan();
        uint256 proposalId = _pass(plan);
        VM.expectEmit(address(GOVERNOR));
        emit IGovernor.ProposalQueued(proposalId, block.timestamp + STANDARD);
        GOVERNOR.queue(proposalId);
        VM.warp(block.timestamp + STANDARD - 1);
        VM.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector,
                _operationOf(plan),
                bytes32(uint256(1) << uint8(TimelockController.OperationState.Ready))
            )
        );
        GOVERNOR.execute(proposalId);
        VM.warp(block.timestamp + 1);
        VM.expectEmit(address(GOVERNOR));
        emit IGovernor.ProposalExecuted(proposalId);
        VM.prank(STRANGER);
        GOVERNOR.execute(proposalId);
        assert(GRANTEE.balance == 7 ether && address(TIMELOCK).balance == 93 ether);
        assert(_isState(proposalId, IGovernor.ProposalState.Executed));
        _expectState(proposalId, IGovernor.ProposalState.Executed, _bit(IGovernor.ProposalState.Queued));
        GOVERNOR.execute(proposalId);
    }

    function test_executesOnTheTimelockToo() external {
        Plan memory plan = _grantPlan();
        uint256 proposalId = _passAndQueue(plan);
        bytes32 salt = bytes20(address(GOVERNOR)) ^ keccak256(bytes(plan.description));
        TIMELOCK.executeBatch(plan.targets, plan.values, plan.calldatas, 0, salt);
        assert(GRANTEE.balance == 7 ether);
        assert(_isState(proposalId, IGovernor.ProposalState.Executed));
    }

    function test_executionMayBringCoinsAlong() external {
        VM.deal(address(TIMELOCK), 0);
        uint256 proposalId = _passAndQueue(_grantPlan());
        VM.deal(STRANGER, 7 ether);
        VM.prank(STRANGER);
        GOVERNOR.execute{value: 7 ether}(proposalId);
        assert(GRANTEE.balance == 7 ether);
    }

    function test_everyTypeWaitsTheStandardDelayButEmergencies() external {
        for (uint256 i = 0; i < 4; ++i) {
            GovernorTypes.ProposalType proposalType = GovernorTypes.ProposalType(i);
            Plan memory plan = i == 0 ? _textPlan() : _switchPlan(proposalType);
            plan.description = string(abi.encodePacked("Type ", bytes1(uint8(48 + i))));
            uint256 proposalId = _pass(plan);
            bool isEmergency = proposalType == GovernorTypes.ProposalType.Emergency;
            if (isEmergency) {
                VM.prank(GUARDIAN);
                GOVERNOR.cosign(proposalId);
            }
            GOVERNOR.queue(proposalId);
            uint256 delay = isEmergency ? EMERGENCY : STANDARD;
            assert(GOVERNOR.proposalEta(proposalId) == block.timestamp + delay);
            assert(TIMELOCK.getTimestamp(_operationOf(plan)) == block.timestamp + delay);
            VM.warp(block.timestamp + delay);
            GOVERNOR.execute(proposalId);
        }
        assert(!CONFIG.isActive(uint8(ISystemConfig.Phase.Sale)));
    }

    function test_noDelayIsBelowTheMinimumOfTheTimelock() external {
        bytes memory data = abi.encodeCall(TIMELOCK.updateDelay, (1 days));
        Plan memory plan = _plan(GovernorTypes.ProposalType.Parameter, address(TIMELOCK), 0, data);
        GOVERNOR.execute(_passAndQueue(plan));
        uint256 proposalId = _pass(_grantPlan());
        GOVERNOR.queue(proposalId);
        assert(GOVERNOR.proposalEta(proposalId) == block.timestamp + 1 days);
    }

    function test_anEmergencyWaitsForTheGuardian() external {
        uint256 proposalId = _pass(_switchPlan(GovernorTypes.ProposalType.Emergency));
        assert(!GOVERNOR.isCosigned(proposalId));
        VM.expectRevert(abi.encodeWithSelector(AIGovernor.NotCosigned.selector, proposalId));
        GOVERNOR.queue(proposalId);
        VM.expectRevert(abi.encodeWithSelector(AIGovernor.NotGuardian.selector, STRANGER));
        VM.prank(STRANGER);
        GOVERNOR.cosign(proposalId);
        VM.expectEmit(address(GOVERNOR));
        emit AIGovernor.EmergencyCosigned(proposalId, GUARDIAN);
        VM.prank(GUARDIAN);
        GOVERNOR.cosign(proposalId);
        assert(GOVERNOR.isCosigned(proposalId));
        VM.expectRevert(abi.encodeWithSelector(AIGovernor.AlreadyCosigned.selector, proposalId));
        VM.prank(GUARDIAN);
        GOVERNOR.cosign(proposalId);
        GOVERNOR.queue(proposalId);
    }

    function test_theGuardianMayApproveBeforeTheVote() external {
        uint256 proposalId = _propose(_voter(0), _switchPlan(GovernorTypes.ProposalType.Emergency));
        VM.prank(GUARDIAN);
        GOVERNOR.cosign(proposalId);
        _open(proposalId);
        _vote(_voter(0), proposalId, FOR);
        _close(proposalId);
        GOVERNOR.queue(proposalId);
    }

    function test_theGuardianApprovesNothingElse() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        VM.expectRevert(abi.encodeWithSelector(AIGovernor.NotEmergency.selector, proposalId));
        VM.prank(GUARDIAN);
        GOVERNOR.cosign(proposalId);
    }

    function test_approvalSavesNoDefeatedEmergency() external {
        uint256 proposalId = _propose(_voter(0), _switchPlan(GovernorTypes.ProposalType.Emergency));
        _close(proposalId);
        uint256 allowed = _bit(IGovernor.ProposalState.Pending) |
            _bit(IGovernor.ProposalState.Active) |
            _bit(IGovernor.ProposalState.Succeeded);
        _expectState(proposalId, IGovernor.ProposalState.Defeated, allowed);
        VM.prank(GUARDIAN);
        GOVERNOR.cosign(proposalId);
    }

    function test_whatIsNotQueuedWithinAWeekExpires() external {
        uint256 proposalId = _pass(_switchPlan(GovernorTypes.ProposalType.Emergency));
        uint256 last = GOVERNOR.proposalDeadline(proposalId) + 7 days;
        VM.warp(last);
        assert(_isState(proposalId, IGovernor.ProposalState.Succeeded));
        VM.warp(last + 1);
        assert(_isState(proposalId, IGovernor.ProposalState.Expired));
        _expectState(proposalId, IGovernor.ProposalState.Expired, _bit(IGovernor.ProposalState.Succeeded));
        GOVERNOR.queue(proposalId);
    }

    function test_governanceSetsTheStandardDelay() external {
        _enact(abi.encodeCall(GOVERNOR.setStandardDelay, (30 days)));
        assert(GOVERNOR.standardDelay() == 30 days);
        bytes memory reason = abi.encodeWithSelector(
            GovernorTimelock.StandardDelayOutOfBounds.selector,
            30 days + 1,
            0,
            30 days
        );
        _expectRefused(abi.encodeCall(GOVERNOR.setStandardDelay, (30 days + 1)), reason);
    }

    function test_relayBringsBackWhatTheGovernorWasForcedToTake() external {
        VM.deal(address(GOVERNOR), 3 ether);
        _enact(abi.encodeCall(GOVERNOR.relay, (GRANTEE, 3 ether, "")));
        assert(GRANTEE.balance == 3 ether && address(GOVERNOR).balance == 0);
    }
}
