// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {GovernorBounds} from "@hanzo/governance/GovernorBounds.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {GovernanceGenesis, Plan} from "./GovernanceGenesis.t.sol";
import {VM} from "./Vm.sol";

/// @dev What governance may change about itself, and how far.
contract GovernanceSettingsTest is GovernanceGenesis {
    function setUp() external {
        _governance();
    }

    function _duration(uint256 value) private pure returns (bytes memory) {
        return abi.encodeWithSelector(GovernorBounds.DurationOutOfBounds.selector, value, 1, 30 days);
    }

    function _quorum(uint8 percent) private pure returns (bytes memory) {
        return abi.encodeWithSelector(GovernorTypes.QuorumOutOfBounds.selector, percent, 1, 20);
    }

    function _threshold(uint256 threshold, uint256 max) private pure returns (bytes memory) {
        return abi.encodeWithSelector(GovernorBounds.ThresholdOutOfBounds.selector, threshold, 1e18, max);
    }

    function test_onlyProposalsChangeSettings() external {
        bytes[] memory calls = new bytes[](9);
        calls[0] = abi.encodeCall(GOVERNOR.setVotingDelay, (1));
        calls[1] = abi.encodeCall(GOVERNOR.setVotingPeriod, (1));
        calls[2] = abi.encodeCall(GOVERNOR.setLateQuorumVoteExtension, (1));
        calls[3] = abi.encodeCall(GOVERNOR.setProposalThreshold, (1e18));
        calls[4] = abi.encodeCall(GOVERNOR.setQuorumPercent, (uint8(GovernorTypes.ProposalType.Text), 1));
        calls[5] = abi.encodeCall(GOVERNOR.setStandardDelay, (0));
        calls[6] = abi.encodeCall(GOVERNOR.setProposalGuardian, (STRANGER));
        calls[7] = abi.encodeCall(GOVERNOR.relay, (STRANGER, 0, ""));
        calls[8] = abi.encodeCall(GOVERNOR.setVotingDelay, (30 days));
        address[4] memory callers = [STRANGER, GUARDIAN, _voter(0), address(GOVERNOR)];
        for (uint256 i = 0; i < calls.length; ++i) {
            for (uint256 j = 0; j < callers.length; ++j) {
                VM.prank(callers[j]);
                (bool ok, bytes memory reason) = address(GOVERNOR).call(calls[i]);
                bytes memory expected = abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, callers[j]);
                assert(!ok && keccak256(reason) == keccak256(expected));
            }
            // The Timelock may only do what a proposal of this governor asks of it.
            VM.prank(address(TIMELOCK));
            (bool isAllowed, ) = address(GOVERNOR).call(calls[i]);
            assert(!isAllowed);
        }
    }

    function test_setsTheDurations() external {
        _enact(abi.encodeCall(GOVERNOR.setVotingDelay, (1)));
        assert(GOVERNOR.votingDelay() == 1);
        _enact(abi.encodeCall(GOVERNOR.setVotingPeriod, (30 days)));
        assert(GOVERNOR.votingPeriod() == 30 days);
        _enact(abi.encodeCall(GOVERNOR.setLateQuorumVoteExtension, (30 days)));
        assert(GOVERNOR.lateQuorumVoteExtension() == 30 days);
    }

    function test_refusesAVotingDelayOfNothing() external {
        _expectRefused(abi.encodeCall(GOVERNOR.setVotingDelay, (0)), _duration(0));
    }

    function test_refusesAVotingDelayAboveThirtyDays() external {
        _expectRefused(abi.encodeCall(GOVERNOR.setVotingDelay, (30 days + 1)), _duration(30 days + 1));
    }

    function test_refusesAVotingPeriodOfNothing() external {
        _expectRefused(abi.encodeCall(GOVERNOR.setVotingPeriod, (0)), _duration(0));
    }

    function test_refusesAVotingPeriodAboveThirtyDays() external {
        _expectRefused(abi.encodeCall(GOVERNOR.setVotingPeriod, (30 days + 1)), _duration(30 days + 1));
    }

    function test_refusesALateQuorumOfNothing() external {
        _expectRefused(abi.encodeCall(GOVERNOR.setLateQuorumVoteExtension, (0)), _duration(0));
    }

    function test_refusesALateQuorumAboveThirtyDays() external {
        _expectRefused(abi.encodeCall(GOVERNOR.setLateQuorumVoteExtension, (30 days + 1)), _duration(30 days + 1));
    }

    function test_setsQuorumsWithinBounds() external {
        GovernorTypes.ProposalType emergency = GovernorTypes.ProposalType.Emergency;
        _enact(abi.encodeCall(GOVERNOR.setQuorumPercent, (uint8(emergency), 1)));
        assert(GOVERNOR.quorumPercent(uint8(emergency)) == 1);
        _enact(abi.encodeCall(GOVERNOR.setQuorumPercent, (uint8(emergency), 20)));
        assert(GOVERNOR.quorumPercent(uint8(emergency)) == 20);
    }

    function test_refusesAQuorumOfNothing() external {
        GovernorTypes.ProposalType text = GovernorTypes.ProposalType.Text;
        _expectRefused(abi.encodeCall(GOVERNOR.setQuorumPercent, (uint8(text), 0)), _quorum(0));
    }

    function test_refusesAQuorumAboveTwentyPercent() external {
        GovernorTypes.ProposalType text = GovernorTypes.ProposalType.Text;
        _expectRefused(abi.encodeCall(GOVERNOR.setQuorumPercent, (uint8(text), 21)), _quorum(21));
    }

    function test_lowersTheThreshold() external {
        _enact(abi.encodeCall(GOVERNOR.setProposalThreshold, (1e18)));
        assert(GOVERNOR.proposalThreshold() == 1e18);
        _propose(_minnow(1), _grantPlan());
    }

    function test_refusesAThresholdBelowOneVote() external {
        _expectRefused(abi.encodeCall(GOVERNOR.setProposalThreshold, (1e18 - 1)), _threshold(1e18 - 1, 10_000e18));
    }

    function test_refusesAThresholdThatNobodyCouldReach() external {
        _expectRefused(abi.encodeCall(GOVERNOR.setProposalThreshold, (10e18 + 1)), _threshold(10e18 + 1, 10e18));
    }

    function test_raisesTheThresholdUpToTheCap() external {
        _stake(STRANGER, 100_000 ether);
        VM.warp(block.timestamp + 1);
        _enact(abi.encodeCall(GOVERNOR.setProposalThreshold, (20e18)));
        assert(GOVERNOR.proposalThreshold() == 20e18);
        _propose(STRANGER, _grantPlan());
    }

    function test_refusesAThresholdAboveTenThousandVotes() external {
        _stake(STRANGER, 400_000_000 ether);
        VM.warp(block.timestamp + 1);
        uint256 proposalId = _propose(
            _voter(0),
            _settingPlan(abi.encodeCall(GOVERNOR.setProposalThreshold, (10_000e18 + 1)))
        );
        _open(proposalId);
        _vote(STRANGER, proposalId, FOR);
        _close(proposalId);
        GOVERNOR.queue(proposalId);
        VM.warp(GOVERNOR.proposalEta(proposalId));
        VM.expectRevert(_threshold(10_000e18 + 1, 10_000e18));
        GOVERNOR.execute(proposalId);
    }

    function test_replacesTheGuardian() external {
        _enact(abi.encodeCall(GOVERNOR.setProposalGuardian, (STRANGER)));
        assert(GOVERNOR.proposalGuardian() == STRANGER);
        Plan memory plan = _switchPlan(GovernorTypes.ProposalType.Emergency);
        uint256 proposalId = _propose(_voter(0), plan);
        VM.prank(STRANGER);
        GOVERNOR.cosign(proposalId);
    }

    function test_withoutAGuardianNobodyVetoes() external {
        _enact(abi.encodeCall(GOVERNOR.setProposalGuardian, (address(0))));
        uint256 proposalId = _pass(_grantPlan());
        address[2] memory callers = [GUARDIAN, _voter(0)];
        for (uint256 i = 0; i < callers.length; ++i) {
            VM.expectRevert(
                abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposalId, callers[i])
            );
            VM.prank(callers[i]);
            GOVERNOR.cancel(proposalId);
        }
    }
}
