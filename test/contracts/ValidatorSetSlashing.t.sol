// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinalityDomain} from "@hanzo/consensus/FinalityDomain.sol";
import {Slashing} from "@hanzo/consensus/Slashing.sol";
import {Validators} from "@hanzo/consensus/Validators.sol";
import {ValidatorSetGenesis} from "./ValidatorSetGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev What is an offence, and of whom.
contract ValidatorSetOffencesTest is ValidatorSetGenesis {
    function setUp() external {
        _genesis(60);
    }

    function test_TwoVotesForOneTargetEpoch() external {
        for (uint256 i = 0; i < 4; ++i) {
            FinalityDomain.FinalityVote memory other = _link(3, 7);
            if (i == 0) other.sourceEpoch = 2;
            if (i == 1) other.sourceHash = "other";
            if (i == 2) other.targetHash = "other";
            if (i == 3) other.outputRoot = "other";
            _bring(i, _link(3, 7), other);
        }
    }

    function test_SurroundingVoteComesFirstOrSecond() external {
        _bring(0, _link(2, 6), _link(3, 5));
        _bring(1, _link(3, 5), _link(2, 6));
    }

    function test_HonestVotesAreNone() external {
        bytes memory reason = abi.encodeWithSelector(Slashing.NoOffence.selector);
        _refuseEvidence(_link(3, 7), 0, _link(3, 7), 0, reason);
        _refuseEvidence(_link(3, 7), 0, _link(7, 8), 0, reason);
        _refuseEvidence(_link(3, 7), 0, _link(3, 8), 0, reason);
        _refuseEvidence(_link(3, 7), 0, _link(5, 9), 0, reason);
        _refuseEvidence(_link(5, 9), 0, _link(3, 7), 0, reason);
    }

    function test_OneSignerMadeBoth() external {
        bytes memory reason = abi.encodeWithSelector(
            Slashing.SignersDiffer.selector,
            _votingKey(0),
            _votingKey(1)
        );
        _refuseEvidence(_link(2, 6), 0, _link(3, 5), 1, reason);
    }

    function test_OnlyValidatorsAreSlashed() external {
        bytes memory reason = abi.encodeWithSelector(Validators.UnknownVotingKey.selector, _votingKey(60));
        _refuseEvidence(_link(2, 6), 60, _link(3, 5), 60, reason);
        VM.expectRevert(abi.encodeWithSelector(Validators.UnknownVotingKey.selector, address(0)));
        SET.slash(_link(2, 6), "", _link(3, 5), "");
    }

    function test_VotesOfAnotherChainAreNone() external {
        FinalityDomain.FinalityVote memory vote = _link(2, 6);
        bytes memory elsewhere = _sign(0, keccak256(abi.encode(vote)));
        bytes memory here = _sign(0, SET.hashVote(_link(3, 5)));
        try SET.slash(vote, elsewhere, _link(3, 5), here) {
            assert(false);
        } catch (bytes memory reason) {
            assert(bytes4(reason) == Slashing.SignersDiffer.selector);
        }
    }

    function test_AValidatorIsSlashedOnce() external {
        _slash(0);
        uint256 fee = FINDER.balance;
        bytes memory reason = abi.encodeWithSelector(Slashing.AlreadySlashed.selector, 0);
        _refuseEvidence(_link(0, 1), 0, _link(2, 1), 0, reason);
        _refuseEvidence(_link(2, 6), 0, _link(3, 5), 0, reason);
        _equal(FINDER.balance, fee);
    }

    function test_EvidenceIsVoidAfterTheDelay() external {
        FinalityDomain.FinalityVote memory other = _link(4, 5);
        VM.roll((5 + DELAY + 1) * EPOCH);
        _refuseEvidence(_link(3, 5), 0, other, 0, abi.encodeWithSelector(Slashing.EvidenceTooOld.selector, 5, 6));
        VM.roll((5 + DELAY + 1) * EPOCH - 1);
        _bring(0, _link(3, 5), other);
    }

    /// @dev Waiting does not help: who signs the outer vote late offends late.
    function test_EvidenceIsAsOldAsItsNewerTarget() external {
        VM.roll(1_000 * EPOCH);
        _bring(0, _link(3, 1_000), _link(4, 5));
        uint256 oldest = 1_000 - DELAY;
        bytes memory reason = abi.encodeWithSelector(Slashing.EvidenceTooOld.selector, oldest - 1, oldest);
        _refuseEvidence(_link(3, oldest - 1), 1, _link(4, 5), 1, reason);
        _bring(1, _link(3, oldest), _link(4, 5));
    }

    function test_SlashesBeforeTheFirstVote() external {
        _deposit(60, STAKE);
        _bring(60, _link(2, 6), _link(3, 5));
        (, , , , uint256 start, uint256 end, bool slashed, ) = SET.validators(60);
        assert(slashed && end >= start);
    }

    function _bring(
        uint256 i,
        FinalityDomain.FinalityVote memory vote1,
        FinalityDomain.FinalityVote memory vote2
    ) private {
        bytes memory signature1 = _sign(i, SET.hashVote(vote1));
        bytes memory signature2 = _sign(i, SET.hashVote(vote2));
        VM.prank(FINDER);
        SET.slash(vote1, signature1, vote2, signature2);
        (, , , , , , bool slashed, ) = SET.validators(i);
        assert(slashed);
    }

    function _refuseEvidence(
        FinalityDomain.FinalityVote memory vote1,
        uint256 signer1,
        FinalityDomain.FinalityVote memory vote2,
        uint256 signer2,
        bytes memory reason
    ) private {
        bytes memory signature1 = _sign(signer1, SET.hashVote(vote1));
        bytes memory signature2 = _sign(signer2, SET.hashVote(vote2));
        VM.expectRevert(reason);
        SET.slash(vote1, signature1, vote2, signature2);
    }
}
