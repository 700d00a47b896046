// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {GovernorBounds} from "@hanzo/governance/GovernorBounds.sol";
import {GovernanceGenesis, Plan} from "./GovernanceGenesis.t.sol";
import {VM} from "./Vm.sol";

/// @dev Votes count by the stakes of the snapshot, up to the cap, towards the quorum of the type.
contract GovernanceVotingTest is GovernanceGenesis {
    function setUp() external {
        _governance();
    }

    function _votesOf(uint256 proposalId) private view returns (uint256 against, uint256 inFavour, uint256 abstain) {
        return GOVERNOR.proposalVotes(proposalId);
    }

    function _delegate(address from, address to) private {
        VM.prank(from);
        STAKING.delegate(to);
    }

    function _ballot(
        uint256 key,
        uint256 proposalId,
        uint8 support,
        uint256 nonce
    ) private view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("AIGovernor"),
                keccak256("1"),
                block.chainid,
                address(GOVERNOR)
            )
        );
        bytes32 ballot = keccak256(
            abi.encode(GOVERNOR.BALLOT_TYPEHASH(), proposalId, support, VM.addr(key), nonce)
        );
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, keccak256(abi.encodePacked(hex"1901", domain, ballot)));
        return abi.encodePacked(r, s, v);
    }

    function test_countsVotesOnceAndByTheirSide() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        VM.expectEmit(address(GOVERNOR));
        emit IGovernor.VoteCast(_voter(1), proposalId, FOR, 10e18, "");
        _vote(_voter(1), proposalId, FOR);
        _vote(_minnow(2), proposalId, AGAINST);
        _vote(_minnow(3), proposalId, ABSTAIN);
        _vote(STRANGER, proposalId, AGAINST);
        (uint256 against, uint256 inFavour, uint256 abstain) = _votesOf(proposalId);
        assert(inFavour == 10e18 && against == 2e18 && abstain == 3e18);
        VM.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, _voter(1)));
        _vote(_voter(1), proposalId, FOR);
        VM.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidVoteType.selector));
        _vote(_voter(2), proposalId, 3);
    }

    function test_votesOnlyWhileOpen() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        VM.warp(GOVERNOR.proposalSnapshot(proposalId));
        bytes memory reason = abi.encodeWithSelector(
            IGovernor.GovernorUnexpectedProposalState.selector,
            proposalId,
            IGovernor.ProposalState.Pending,
            bytes32(uint256(1) << uint8(IGovernor.ProposalState.Active))
        );
        VM.expectRevert(reason);
        _vote(_voter(0), proposalId, FOR);
        VM.warp(GOVERNOR.proposalDeadline(proposalId));
        _vote(_voter(0), proposalId, FOR);
    }

    function test_capsAnAccountAtATenthOfAllUnits() external {
        assert(GOVERNOR.voteCap(START) == 10e18);
        for (uint256 i = 1; i < VOTERS; ++i) _delegate(_voter(i), _voter(0));
        VM.warp(block.timestamp + 1);
        assert(STAKING.getVotes(_voter(0)) == 90e18);
        assert(GOVERNOR.getVotes(_voter(0), block.timestamp - 1) == 90e18);
        assert(GOVERNOR.getVotesWithParams(_voter(0), block.timestamp - 1, "") == 10e18);
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        _vote(_voter(0), proposalId, FOR);
        (, uint256 inFavour, ) = _votesOf(proposalId);
        assert(inFavour == 10e18);
    }

    function test_waitsWithAFirstProposalForTenTimesTheThreshold() external {
        for (uint256 i = 1; i < VOTERS; ++i) _delegate(_voter(i), _voter(0));
        VM.prank(_minnow(1));
        STAKING.unstake(1_000 ether);
        VM.warp(block.timestamp + 1);
        VM.deal(_voter(0), BOND);
        VM.expectRevert(abi.encodeWithSelector(GovernorBounds.NotOpenYet.selector, 9.9e18, THRESHOLD));
        _proposeWith(_voter(0), BOND, _grantPlan());
        assert(!GOVERNOR.isOpen());
    }

    function testFuzz_noAccountHasMoreThanATenth(uint256 stake) external {
        stake = 1 + (stake % 900_000_000 ether);
        _stake(STRANGER, stake);
        VM.warp(block.timestamp + 1);
        uint256 total = 100e18 + stake / 1_000;
        uint256 votes = GOVERNOR.getVotesWithParams(STRANGER, block.timestamp - 1, "");
        assert(votes * 10 <= total);
        assert(votes == stake / 1_000 || votes == total / 10);
    }

    function test_votesBySignature() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        bytes memory signature = _ballot(_keyOf(1), proposalId, FOR, 0);
        bytes memory reason = abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, _voter(2));
        VM.expectRevert(reason);
        GOVERNOR.castVoteBySig(proposalId, FOR, _voter(2), signature);
        reason = abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, _voter(1));
        VM.expectRevert(reason);
        GOVERNOR.castVoteBySig(proposalId, AGAINST, _voter(1), signature);
        VM.prank(STRANGER);
        GOVERNOR.castVoteBySig(proposalId, FOR, _voter(1), signature);
        assert(GOVERNOR.hasVoted(proposalId, _voter(1)) && GOVERNOR.nonces(_voter(1)) == 1);
        VM.expectRevert(reason);
        GOVERNOR.castVoteBySig(proposalId, FOR, _voter(1), signature);
    }

    function test_reachesTheQuorumExactly() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        assert(GOVERNOR.proposalQuorum(proposalId) == 4e18);
        assert(GOVERNOR.quorum(GOVERNOR.proposalSnapshot(proposalId)) == 4e18);
        _vote(_minnow(3), proposalId, FOR);
        _vote(_minnow(1), proposalId, ABSTAIN);
        _close(proposalId);
        assert(_isState(proposalId, IGovernor.ProposalState.Succeeded));
    }

    function test_missesTheQuorumByAWei() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        VM.prank(_minnow(1));
        STAKING.unstake(1_000);
        _open(proposalId);
        _vote(_minnow(3), proposalId, FOR);
        _vote(_minnow(1), proposalId, ABSTAIN);
        _close(proposalId);
        // 4 % of 100e18 - 1 rounds up to 4e18; one wei of votes is missing.
        assert(GOVERNOR.proposalQuorum(proposalId) == 4e18);
        assert(_isState(proposalId, IGovernor.ProposalState.Defeated));
    }

    function test_votesAgainstReachNoQuorum() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        _vote(_minnow(3), proposalId, FOR);
        _vote(_minnow(2), proposalId, AGAINST);
        _close(proposalId);
        assert(_isState(proposalId, IGovernor.ProposalState.Defeated));
    }

    function test_aTieIsADefeat() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        _vote(_voter(1), proposalId, FOR);
        _vote(_voter(2), proposalId, AGAINST);
        _close(proposalId);
        assert(_isState(proposalId, IGovernor.ProposalState.Defeated));
    }

    function test_anEmergencyNeedsTwiceTheQuorum() external {
        Plan memory plan = _switchPlan(GovernorTypes.ProposalType.Emergency);
        uint256 short = _propose(_voter(0), plan);
        plan.description = "Again";
        uint256 enough = _propose(_voter(0), plan);
        _open(short);
        assert(GOVERNOR.proposalQuorum(short) == 8e18);
        for (uint256 units = 3; units <= MINNOWS; ++units) {
            _vote(_minnow(units), short, FOR);
            _vote(_minnow(units), enough, FOR);
        }
        _vote(_minnow(1), enough, FOR);
        _close(short);
        assert(_isState(short, IGovernor.ProposalState.Defeated));
        assert(_isState(enough, IGovernor.ProposalState.Succeeded));
    }

    function test_aProposalKeepsTheQuorumItWasMadeWith() external {
        Plan memory plan = _grantPlan();
        uint256 before = _propose(_voter(1), plan);
        uint256 setting = _propose(
            _voter(0),
            _settingPlan(abi.encodeCall(GOVERNOR.setQuorumPercent, (uint8(GovernorTypes.ProposalType.Treasury), 20)))
        );
        _open(setting);
        _vote(_voter(0), setting, FOR);
        _close(setting);
        GOVERNOR.queue(setting);
        VM.warp(GOVERNOR.proposalEta(setting));
        VM.expectEmit(address(GOVERNOR));
        emit GovernorTypes.QuorumPercentSet(GovernorTypes.ProposalType.Treasury, 4, 20);
        GOVERNOR.execute(setting);
        plan.description = "After";
        uint256 later = _propose(_voter(1), plan);
        _open(later);
        assert(GOVERNOR.proposalQuorum(before) == 4e18 && GOVERNOR.proposalQuorum(later) == 20e18);
        assert(GOVERNOR.quorum(block.timestamp - 1) == 20e18);
        // The cap is a tenth, so nobody reaches a fifth alone.
        _vote(_voter(1), later, FOR);
        _close(later);
        assert(_isState(later, IGovernor.ProposalState.Defeated));
    }

    function test_aLateQuorumGivesTimeToAnswer() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        uint256 deadline = GOVERNOR.proposalDeadline(proposalId);
        VM.warp(deadline);
        _vote(_minnow(3), proposalId, FOR);
        assert(GOVERNOR.proposalDeadline(proposalId) == deadline);
        VM.expectEmit(address(GOVERNOR));
        emit GovernorPreventLateQuorum.ProposalExtended(proposalId, uint64(deadline + LATE));
        _vote(_minnow(1), proposalId, FOR);
        assert(GOVERNOR.proposalDeadline(proposalId) == deadline + LATE);
        VM.warp(deadline + LATE);
        _vote(_voter(2), proposalId, AGAINST);
        VM.warp(deadline + LATE + 1);
        assert(_isState(proposalId, IGovernor.ProposalState.Defeated));
    }

    function test_aLateQuorumIsThatOfTheType() external {
        uint256 proposalId = _propose(_voter(0), _switchPlan(GovernorTypes.ProposalType.Emergency));
        uint256 deadline = GOVERNOR.proposalDeadline(proposalId);
        VM.warp(deadline);
        _vote(_minnow(4), proposalId, FOR);
        _vote(_minnow(3), proposalId, FOR);
        assert(GOVERNOR.proposalDeadline(proposalId) == deadline);
        _vote(_minnow(1), proposalId, FOR);
        assert(GOVERNOR.proposalDeadline(proposalId) == deadline + LATE);
    }

    function test_anEarlyQuorumExtendsNothing() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        uint256 deadline = GOVERNOR.proposalDeadline(proposalId);
        _open(proposalId);
        _vote(_voter(0), proposalId, FOR);
        assert(GOVERNOR.proposalDeadline(proposalId) == deadline);
        // Governance reads stakes through the standard interface.
        assert(IVotes(address(GOVERNOR.token())).getPastTotalSupply(block.timestamp - 1) == 100e18);
    }
}
