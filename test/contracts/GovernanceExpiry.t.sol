// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorBounds} from "@hanzo/governance/GovernorBounds.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {GovernanceGenesis, Plan} from "./GovernanceGenesis.t.sol";
import {VM} from "./Vm.sol";

/// @dev How long a decision can be carried out, how long an emergency takes, and what becomes of bonds after.
contract GovernanceExpiryTest is GovernanceGenesis {
    function setUp() external {
        _governance();
        VM.deal(address(TIMELOCK), 100 ether);
    }

    function _operationOf(Plan memory plan) private pure returns (bytes32) {
        bytes32 salt = bytes20(address(GOVERNOR)) ^ keccak256(bytes(plan.description));
        return TIMELOCK.hashOperationBatch(plan.targets, plan.values, plan.calldatas, 0, salt);
    }

    function test_executesInTheLastSecondOfTheGrace() external {
        uint256 proposalId = _passAndQueue(_grantPlan());
        VM.warp(block.timestamp + GRACE);
        assert(_isState(proposalId, IGovernor.ProposalState.Queued));
        GOVERNOR.execute(proposalId);
        assert(GRANTEE.balance == 7 ether);
    }

    /// @dev The attack: keep a grant that failed for want of funds, and take it years later.
    function test_whatWasQueuedExpiresAfterTheGrace() external {
        VM.deal(address(TIMELOCK), 0);
        Plan memory plan = _grantPlan();
        uint256 proposalId = _passAndQueue(plan);
        VM.warp(block.timestamp + GRACE + 1);
        VM.deal(address(TIMELOCK), 100 ether);
        assert(_isState(proposalId, IGovernor.ProposalState.Expired));
        bytes32 open = bytes32(uint256(1) << uint8(IGovernor.ProposalState.Queued));
        VM.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector,
                proposalId,
                IGovernor.ProposalState.Expired,
                open
            )
        );
        GOVERNOR.execute(proposalId);
        bytes32 id = _operationOf(plan);
        bytes32 salt = bytes20(address(GOVERNOR)) ^ keccak256(bytes(plan.description));
        VM.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector,
                id,
                bytes32(uint256(1) << uint8(TimelockController.OperationState.Ready))
            )
        );
        TIMELOCK.executeBatch(plan.targets, plan.values, plan.calldatas, 0, salt);
        assert(!TIMELOCK.isOperation(id) && TIMELOCK.getTimestamp(id) != 0 && GRANTEE.balance == 0);
    }

    function test_theBondOfWhatExpiredGoesBack() external {
        uint256 proposalId = _passAndQueue(_grantPlan());
        VM.warp(block.timestamp + GRACE + 1);
        assert(!GOVERNOR.isBondForfeited(proposalId));
        BONDS.resolve(proposalId);
        assert(_voter(0).balance == BOND && address(SINK).balance == 0);
    }

    function test_whatWasDoneOrVetoedDoesNotExpire() external {
        uint256 done = _passAndQueue(_grantPlan());
        GOVERNOR.execute(done);
        Plan memory plan = _grantPlan();
        plan.description = "Again";
        uint256 vetoed = _passAndQueue(plan);
        bytes32 id = _operationOf(plan);
        VM.prank(GUARDIAN);
        TIMELOCK.cancel(id);
        VM.warp(block.timestamp + GRACE + 1);
        assert(_isState(done, IGovernor.ProposalState.Executed));
        assert(_isState(vetoed, IGovernor.ProposalState.Canceled));
    }

    function test_anEmergencyIsVotedOnForItsOwnPeriod() external {
        Plan memory plan = _switchPlan(GovernorTypes.ProposalType.Emergency);
        uint256 emergency = _propose(_voter(0), plan);
        plan.description = "By and by";
        plan.proposalType = GovernorTypes.ProposalType.Treasury;
        uint256 treasury = _propose(_voter(0), plan);
        uint256 snapshot = block.timestamp + DELAY;
        assert(GOVERNOR.proposalSnapshot(emergency) == snapshot && GOVERNOR.proposalSnapshot(treasury) == snapshot);
        assert(GOVERNOR.proposalDeadline(emergency) == snapshot + EMERGENCY_PERIOD);
        assert(GOVERNOR.proposalDeadline(treasury) == snapshot + PERIOD);
        assert(GOVERNOR.votingPeriod() == PERIOD && GOVERNOR.emergencyVotingPeriod() == EMERGENCY_PERIOD);
    }

    function test_aLateQuorumProlongsAnEmergencyToo() external {
        uint256 proposalId = _propose(_voter(0), _switchPlan(GovernorTypes.ProposalType.Emergency));
        uint256 deadline = GOVERNOR.proposalDeadline(proposalId);
        VM.warp(deadline);
        _vote(_voter(0), proposalId, FOR);
        assert(GOVERNOR.proposalDeadline(proposalId) == deadline + LATE);
        VM.warp(deadline + LATE);
        assert(_isState(proposalId, IGovernor.ProposalState.Active));
        VM.warp(deadline + LATE + 1);
        assert(_isState(proposalId, IGovernor.ProposalState.Succeeded));
    }

    function test_governanceSetsThePeriodOfEmergenciesWithinBounds() external {
        uint256 proposalId = _passAndQueue(_settingPlan(abi.encodeCall(GOVERNOR.setEmergencyVotingPeriod, (1))));
        VM.expectEmit(address(GOVERNOR));
        emit GovernorTypes.EmergencyVotingPeriodSet(EMERGENCY_PERIOD, 1);
        GOVERNOR.execute(proposalId);
        _enact(abi.encodeCall(GOVERNOR.setEmergencyVotingPeriod, (30 days)));
        assert(GOVERNOR.emergencyVotingPeriod() == 30 days && GOVERNOR.votingPeriod() == PERIOD);
        VM.expectRevert(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, STRANGER));
        VM.prank(STRANGER);
        GOVERNOR.setEmergencyVotingPeriod(2);
    }

    function test_refusesAPeriodOfEmergenciesBeyondTheBounds() external {
        bytes4 reason = GovernorBounds.DurationOutOfBounds.selector;
        _expectRefused(
            abi.encodeCall(GOVERNOR.setEmergencyVotingPeriod, (0)),
            abi.encodeWithSelector(reason, 0, 1, 30 days)
        );
    }

    function test_refusesALongPeriodOfEmergencies() external {
        bytes4 reason = GovernorBounds.DurationOutOfBounds.selector;
        _expectRefused(
            abi.encodeCall(GOVERNOR.setEmergencyVotingPeriod, (30 days + 1)),
            abi.encodeWithSelector(reason, 30 days + 1, 1, 30 days)
        );
    }

    /// @dev Governance takes the Timelock from this governor: bonds come back, and nothing is stuck.
    function test_bondsOutliveTheirGovernor() external {
        Plan memory plan = _plan(GovernorTypes.ProposalType.Treasury, address(TIMELOCK), 0, "");
        plan.calldatas[0] = abi.encodeCall(TIMELOCK.revokeRole, (TIMELOCK.PROPOSER_ROLE(), address(GOVERNOR)));
        uint256 replacing = _passAndQueue(plan);
        plan = _grantPlan();
        plan.description = "Too late";
        uint256 passed = _pass(plan);
        plan.description = "Lost";
        uint256 lost = _propose(_voter(1), plan);
        GOVERNOR.execute(replacing);
        VM.expectRevert(
            abi.encodeWithSignature(
                "AccessControlUnauthorizedAccount(address,bytes32)",
                address(GOVERNOR),
                TIMELOCK.PROPOSER_ROLE()
            )
        );
        GOVERNOR.queue(passed);
        _close(lost);
        BONDS.resolve(replacing);
        BONDS.resolve(passed);
        BONDS.resolve(lost);
        assert(_voter(0).balance == 2 * BOND && address(SINK).balance == BOND && address(BONDS).balance == 0);
        VM.warp(GOVERNOR.proposalDeadline(passed) + 7 days + 1);
        assert(_isState(passed, IGovernor.ProposalState.Expired));
    }
}
