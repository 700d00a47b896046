// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {GovernorBounds} from "@hanzo/governance/GovernorBounds.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {GovernanceGenesis, Plan} from "./GovernanceGenesis.t.sol";
import {VM} from "./Vm.sol";

/// @dev Stakes, votes and unstakes in one transaction, with coins that are due at its end.
contract FlashVoter is GovernanceGenesis {
    function attack(uint256 proposalId, uint256 value) external returns (uint256 votes) {
        STAKING.stake{value: value}();
        GOVERNOR.castVote(proposalId, FOR);
        (, votes, ) = GOVERNOR.proposalVotes(proposalId);
        STAKING.unstake(value);
    }
}

/// @dev What was tried on governance elsewhere; see `Exploits.t.sol` for what HIP-1 as written lets anyone do.
contract GovernanceAttacksTest is GovernanceGenesis {
    function setUp() external {
        _governance();
    }

    function _expectTooFew(address proposer, uint256 votes) private {
        VM.deal(proposer, BOND);
        VM.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector,
                proposer,
                votes,
                THRESHOLD
            )
        );
        _proposeWith(proposer, BOND, _grantPlan());
    }

    /// @dev HIP-1: votes counted at once, and for as long as the vote was open.
    function test_aFlashStakeVotesWithNothing() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        FlashVoter attacker = new FlashVoter();
        VM.deal(address(attacker), 100_000_000 ether);
        assert(attacker.attack(proposalId, 100_000_000 ether) == 0);
        assert(address(attacker).balance == 0);
        _close(proposalId);
        assert(_isState(proposalId, IGovernor.ProposalState.Defeated));
    }

    function test_aFlashStakeProposesNothing() external {
        _stake(STRANGER, 100_000_000 ether);
        _expectTooFew(STRANGER, 0);
    }

    function test_theSameStakeDoesNotVoteTwiceByMoving() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        _vote(_voter(1), proposalId, FOR);
        VM.prank(_voter(1));
        STAKING.delegate(STRANGER);
        VM.warp(block.timestamp + 1);
        _vote(STRANGER, proposalId, FOR);
        (, uint256 inFavour, ) = GOVERNOR.proposalVotes(proposalId);
        assert(inFavour == 10e18);
    }

    /// @dev With few stakers one could vote the treasury to oneself; the cap of a proposer waits for more.
    function test_theFirstStakerDoesNotTakeTheTreasury() external {
        for (uint256 i = 0; i < VOTERS; ++i) {
            VM.prank(_voter(i));
            STAKING.unstake(10_000 ether);
        }
        _stake(STRANGER, 20_000 ether);
        VM.warp(block.timestamp + 1);
        VM.deal(STRANGER, BOND);
        VM.expectRevert(abi.encodeWithSelector(GovernorBounds.NotOpenYet.selector, 3e18, THRESHOLD));
        _proposeWith(STRANGER, BOND, _grantPlan());
    }

    /// @dev The threshold could else never be lowered again.
    function test_whoUnstakesLocksNobodyOut() external {
        _propose(_voter(0), _grantPlan());
        VM.prank(_minnow(4));
        STAKING.unstake(1_000 ether);
        VM.warp(block.timestamp + 1);
        assert(GOVERNOR.voteCap(block.timestamp - 1) < THRESHOLD && GOVERNOR.isOpen());
        _propose(_voter(1), _settingPlan(abi.encodeCall(GOVERNOR.setProposalThreshold, (1e18))));
    }

    function test_aProposalOfNothingIsRefused() external {
        Plan memory plan = _grantPlan();
        plan.targets = new address[](0);
        plan.values = new uint256[](0);
        plan.calldatas = new bytes[](0);
        VM.deal(_voter(0), BOND);
        VM.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidProposalLength.selector, 0, 0, 0));
        _proposeWith(_voter(0), BOND, plan);
    }

    function test_aCopyUnderAnotherTypeIsKeptOutByTheSuffix() external {
        Plan memory plan = _switchPlan(GovernorTypes.ProposalType.Emergency);
        plan.description = "Ours #proposer=0x0000000000000000000000000000000000004004";
        VM.deal(_voter(0), BOND);
        VM.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, _voter(0)));
        _proposeWith(_voter(0), BOND, plan);
    }

    /// @dev Only a batch that reached the governor through a vote may call it back.
    function test_theTimelockTakesNoOrdersButTheGovernors() external {
        Plan memory plan = _settingPlan(abi.encodeCall(GOVERNOR.setProposalThreshold, (1e18)));
        uint256 proposalId = _passAndQueue(plan);
        bytes32 salt = bytes20(address(GOVERNOR)) ^ keccak256(bytes(plan.description));
        VM.prank(STRANGER);
        (bool ok, ) = address(TIMELOCK).call(
            abi.encodeCall(TIMELOCK.executeBatch, (plan.targets, plan.values, plan.calldatas, 0, salt))
        );
        assert(!ok && GOVERNOR.proposalThreshold() == THRESHOLD);
        GOVERNOR.execute(proposalId);
        assert(GOVERNOR.proposalThreshold() == 1e18);
    }
}

/// @dev The square root is for people: the votes of attested accounts.
contract GovernanceAttestedVotesTest is GovernanceGenesis {
    address private constant PERSON = address(0x1D);

    function setUp() external {
        address[] memory attested = new address[](1);
        attested[0] = PERSON;
        _genesis(attested);
        _stake(PERSON, 10_000 ether);
        VM.warp(START + 1);
    }

    function test_onePersonWithAGoldStakeProposesOnADevnet() external {
        assert(STAKING.getVotes(PERSON) == 200e18);
        assert(GOVERNOR.getVotesWithParams(PERSON, START, "") == 20e18);
        uint256 proposalId = _propose(PERSON, _grantPlan());
        _open(proposalId);
        _vote(PERSON, proposalId, FOR);
        _close(proposalId);
        assert(_isState(proposalId, IGovernor.ProposalState.Succeeded));
    }
}
