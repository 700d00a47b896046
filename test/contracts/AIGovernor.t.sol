// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {AIGovernor} from "@hanzo/governance/AIGovernor.sol";
import {GovernorBounds} from "@hanzo/governance/GovernorBounds.sol";
import {GovernorTimelock} from "@hanzo/governance/GovernorTimelock.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {VM} from "./Vm.sol";

/// @dev No other contract has code here: constructors of block 0 ask nobody.
contract AIGovernorConstructorTest {
    function _expectDuration(uint256 value) private {
        VM.expectRevert(abi.encodeWithSelector(GovernorBounds.DurationOutOfBounds.selector, value, 1, 30 days));
    }

    function _expectThreshold(uint256 value) private {
        VM.expectRevert(
            abi.encodeWithSelector(GovernorBounds.ThresholdOutOfBounds.selector, value, 1e18, 10_000e18)
        );
    }

    function _expectStandardDelay(uint256 value, uint256 min) private {
        VM.expectRevert(
            abi.encodeWithSelector(GovernorTimelock.StandardDelayOutOfBounds.selector, value, min, 30 days)
        );
    }

    function test_startsWithItsParameters() external {
        AIGovernor governor = new AIGovernor(false, 1 days, 7 days, 3 days, 2 days, 1_000e18, 48 hours);
        assert(governor.votingDelay() == 1 days);
        assert(governor.votingPeriod() == 7 days);
        assert(governor.lateQuorumVoteExtension() == 2 days);
        assert(governor.proposalThreshold() == 1_000e18);
        assert(governor.standardDelay() == 48 hours);
        assert(!governor.DEV());
        assert(governor.proposalGuardian() == Predeploys.GUARDIAN_SAFE);
        assert(governor.timelock() == Predeploys.TIMELOCK);
        assert(address(governor.token()) == Predeploys.AI_STAKING);
        assert(governor.clock() == block.timestamp);
        assert(keccak256(bytes(governor.CLOCK_MODE())) == keccak256("mode=timestamp"));
        assert(keccak256(bytes(governor.name())) == keccak256("AIGovernor"));
        assert(keccak256(bytes(governor.version())) == keccak256("1"));
        assert(governor.quorumPercent(uint8(GovernorTypes.ProposalType.Text)) == 4);
        assert(governor.quorumPercent(uint8(GovernorTypes.ProposalType.Parameter)) == 4);
        assert(governor.quorumPercent(uint8(GovernorTypes.ProposalType.Treasury)) == 4);
        assert(governor.quorumPercent(uint8(GovernorTypes.ProposalType.Emergency)) == 8);
        assert(governor.supportsInterface(type(IGovernor).interfaceId));
        assert(governor.proposalNeedsQueuing(0));
    }

    function test_acceptsTheBoundsAndFitsTheCodeLimit() external {
        new AIGovernor(false, 1, 1, 1, 1, 1e18, 24 hours);
        AIGovernor governor = new AIGovernor(false, 30 days, 30 days, 30 days, 30 days, 10_000e18, 30 days);
        new AIGovernor(true, 1, 1, 1, 1, 1e18, 0);
        assert(address(governor).code.length <= 24_576);
    }

    function test_refusesDurationsBeyondTheBounds() external {
        _expectDuration(0);
        new AIGovernor(true, 0, 1, 1, 1, 1e18, 0);
        _expectDuration(30 days + 1);
        new AIGovernor(true, 30 days + 1, 1, 1, 1, 1e18, 0);
        _expectDuration(0);
        new AIGovernor(true, 1, 0, 1, 1, 1e18, 0);
        _expectDuration(30 days + 1);
        new AIGovernor(true, 1, 30 days + 1, 1, 1, 1e18, 0);
        _expectDuration(0);
        new AIGovernor(true, 1, 1, 1, 0, 1e18, 0);
        _expectDuration(30 days + 1);
        new AIGovernor(true, 1, 1, 1, 30 days + 1, 1e18, 0);
    }

    function test_refusesThresholdsAndDelaysBeyondTheBounds() external {
        _expectThreshold(1e18 - 1);
        new AIGovernor(true, 1, 1, 1, 1, 1e18 - 1, 0);
        _expectThreshold(10_000e18 + 1);
        new AIGovernor(true, 1, 1, 1, 1, 10_000e18 + 1, 0);
        _expectStandardDelay(24 hours - 1, 24 hours);
        new AIGovernor(false, 1, 1, 1, 1, 1e18, 24 hours - 1);
        _expectStandardDelay(30 days + 1, 24 hours);
        new AIGovernor(false, 1, 1, 1, 1, 1e18, 30 days + 1);
        _expectStandardDelay(30 days + 1, 0);
        new AIGovernor(true, 1, 1, 1, 1, 1e18, 30 days + 1);
    }
}
