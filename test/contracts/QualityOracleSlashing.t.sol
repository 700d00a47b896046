// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {AttestedGenesis} from "./AttestedGenesis.sol";
import {AttesterSet} from "@hanzo/compute/AttesterSet.sol";
import {IAttesters} from "@hanzo/interfaces/IAttesters.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ProviderRegistry} from "@hanzo/compute/ProviderRegistry.sol";
import {QualityOracle} from "@hanzo/compute/QualityOracle.sol";
import {QualityScore} from "@hanzo/compute/QualityScore.sol";
import {ScoreBook} from "@hanzo/compute/ScoreBook.sol";
import {VM} from "./Vm.sol";

/// @dev What two words of one attester cost it, and a fault its provider.
contract QualityOracleSlashingTest is AttestedGenesis {
    address private constant PROVIDER = address(0x9120F1DE2);
    address private constant OTHER = address(0x9120F1DE3);
    address private constant FINDER = address(0xF12DE2);
    // forge-lint: disable-next-line(unsafe-typecast)
    uint64 private constant OPEN = uint64(START / ROUND - 1);

    function setUp() external {
        _genesis(3, 2);
    }

    function test_TwoReportsOfOneRoundCostTheBondAndVoidTheScore() external {
        _submit(PROVIDER, OPEN, 0, 1);
        VM.expectEmit(address(ORACLE));
        emit ScoreBook.ScoreVoided(PROVIDER, OPEN);
        VM.expectEmit(address(ORACLE));
        emit AttesterSet.AttesterSlashed(_signers[1], FINDER, 40 ether, 960 ether);
        VM.expectEmit(address(SINK));
        emit AIBurn.Burned(AIBurn.Category.Slashing, address(ORACLE), 960 ether);
        _challenge(PROVIDER, OPEN, 1);
        assert(FINDER.balance == 40 ether && SINK.burnedBy(uint8(AIBurn.Category.Slashing)) == 960 ether);
        assert(address(ORACLE).balance == 2 * BOND);
        assert(!ORACLE.isAttester(_signers[1]) && ORACLE.attesters().length == 2 && ORACLE.threshold() == 2);
        AttesterSet.Standing memory standing = ORACLE.standingOf(_signers[1]);
        assert(standing.status == AttesterSet.Status.Slashed && standing.bond == 0);
        VM.warp(START + ROUND - 1);
        assert(ORACLE.scoreOf(PROVIDER) == 5_000 && ORACLE.roundOf(PROVIDER) == 0);
        // The honest ones may still score the round.
        _submit(PROVIDER, OPEN, 0, 2);
    }

    function test_VoidingKeepsTheScoreBefore() external {
        _submit(PROVIDER, OPEN, 0, 1);
        VM.warp(START + ROUND);
        _submit(PROVIDER, OPEN + 1, 0, 1);
        _challenge(PROVIDER, OPEN + 1, 1);
        VM.warp(START + 2 * ROUND);
        assert(ORACLE.scoreOf(PROVIDER) == 6_500 && ORACLE.roundOf(PROVIDER) == OPEN);
    }

    function test_ScoreThatCountsAndScoresOfOtherRoundsStand() external {
        _submit(PROVIDER, OPEN, 0, 1);
        VM.warp(START + CHALLENGE);
        _challenge(PROVIDER, OPEN, 1);
        assert(ORACLE.scoreOf(PROVIDER) == 6_500);
        VM.warp(START + ROUND);
        _submit(PROVIDER, OPEN + 1, 0, 2);
        _challenge(PROVIDER, OPEN, 2);
        VM.warp(START + ROUND + CHALLENGE);
        assert(ORACLE.roundOf(PROVIDER) == OPEN + 1);
    }

    function test_AttesterIsSlashedOnceAndForEver() external {
        _challenge(PROVIDER, OPEN, 1);
        _expectNotAttester(_signers[1]);
        _challenge(PROVIDER, OPEN, 1);
        VM.prank(Predeploys.TIMELOCK);
        VM.expectRevert(_wrongStatus(_signers[1], AttesterSet.Status.Slashed));
        ORACLE.inviteAttester(_signers[1]);
        VM.prank(_signers[1]);
        VM.expectRevert(_wrongStatus(_signers[1], AttesterSet.Status.Slashed));
        ORACLE.withdrawBond();
    }

    /// @dev The attack: a friend brings the proof that harms least, so that the others find no attester.
    function test_FurtherProofsVoidWhatWasSubmittedBefore() external {
        _submit(OTHER, OPEN, 0, 1);
        _challenge(PROVIDER, OPEN, 1);
        assert(ORACLE.slashedAt(_signers[1]) == START && ORACLE.slashedAt(_signers[0]) == 0);
        uint256 burned = SINK.totalBurned();
        VM.warp(START + 1);
        VM.expectEmit(address(ORACLE));
        emit ScoreBook.ScoreVoided(OTHER, OPEN);
        _challenge(OTHER, OPEN, 1);
        (uint64 pending, , ) = ORACLE.pendingOf(OTHER);
        assert(pending == 0);
        // A second reward there is not, nor a second fire.
        assert(FINDER.balance == 40 ether && SINK.totalBurned() == burned && address(ORACLE).balance == 2 * BOND);
        assert(ORACLE.slashedAt(_signers[1]) == START);
        _expectNotAttester(_signers[1]);
        _challenge(OTHER, OPEN, 1);
    }

    /// @dev The attack: an attester gives up its bond and holds up all scores, for ever.
    function test_WhatIsSubmittedAfterwardsStands() external {
        _submit(OTHER, OPEN, 0, 1);
        _challenge(PROVIDER, OPEN, 1);
        _challenge(OTHER, OPEN, 1);
        VM.warp(START + 1);
        _submit(OTHER, OPEN, 0, 2);
        _expectNotAttester(_signers[1]);
        _challenge(OTHER, OPEN, 1);
        VM.warp(START + 1 + CHALLENGE);
        assert(ORACLE.scoreOf(OTHER) == 6_500);
    }

    function test_FurtherProofsVoidNoScoreThatCounts() external {
        _submit(OTHER, OPEN, 0, 1);
        _challenge(PROVIDER, OPEN, 1);
        VM.warp(START + CHALLENGE);
        _expectNotAttester(_signers[1]);
        _challenge(OTHER, OPEN, 1);
        assert(ORACLE.scoreOf(OTHER) == 6_500);
    }

    /// @dev The attack: one of two-of-three brings zeros beside an honest report of 9,710, to take tier 4 to tier 1.
    function test_OneAttesterSinksNoScore() external {
        uint64 round = OPEN;
        for (; ORACLE.scoreOf(PROVIDER) < 9_700; ++round) {
            _submit(PROVIDER, round, 0, 1);
            VM.warp((uint256(round) + 2) * ROUND);
        }
        assert(ORACLE.maxTierOf(PROVIDER) == 4);
        bytes[] memory signatures = new bytes[](2);
        QualityScore.Metrics[] memory reports = new QualityScore.Metrics[](2);
        reports[0] = _metrics(9_710);
        reports[1] = _metrics(0);
        for (uint256 i = 0; i < 2; ++i) signatures[i] = _sign(i, ORACLE.reportDigest(PROVIDER, round, reports[i]));
        VM.expectRevert(abi.encodeWithSelector(QualityScore.ReportsDisagree.selector, 0, 9_710, 500));
        ORACLE.submit(PROVIDER, round, reports, signatures);
        // The two honest ones make the score without it, and all three outvote it.
        uint256 before = ORACLE.scoreOf(PROVIDER);
        reports = new QualityScore.Metrics[](3);
        signatures = new bytes[](3);
        for (uint256 i = 0; i < 3; ++i) {
            reports[i] = _metrics(i == 1 ? 0 : 9_710);
            signatures[i] = _sign(i, ORACLE.reportDigest(PROVIDER, round, reports[i]));
        }
        ORACLE.submit(PROVIDER, round, reports, signatures);
        VM.warp(block.timestamp + CHALLENGE);
        assert(ORACLE.scoreOf(PROVIDER) == (7 * before + 3 * 9_710) / 10 && ORACLE.maxTierOf(PROVIDER) == 4);
    }

    function test_GovernanceFinesAnActiveAttesterWhichAttestsNoMore() external {
        VM.expectEmit(address(ORACLE));
        emit AttesterSet.AttesterLeft(_signers[1], START + MAX_AGE);
        VM.expectEmit(address(ORACLE));
        emit AttesterSet.AttesterFined(_signers[1], 200 ether, 800 ether);
        VM.expectEmit(address(SINK));
        emit AIBurn.Burned(AIBurn.Category.Slashing, address(ORACLE), 200 ether);
        _fine(1, 200 ether);
        assert(!ORACLE.isAttester(_signers[1]) && ORACLE.attesters().length == 2);
        assert(address(ORACLE).balance == 3 * BOND - 200 ether && address(SINK).balance == 200 ether);
        VM.warp(START + MAX_AGE);
        VM.prank(_signers[1]);
        ORACLE.withdrawBond();
        assert(_signers[1].balance == 800 ether && address(ORACLE).balance == 2 * BOND);
        assert(ORACLE.standingOf(_signers[1]).bond == 0);
    }

    /// @dev The attack: sign what is false, and resign before the vote is over.
    function test_ResigningSavesNoBondFromAVote() external {
        VM.prank(_signers[1]);
        ORACLE.resign();
        VM.warp(START + MAX_AGE - 1);
        _fine(1, 500 ether);
        AttesterSet.Standing memory standing = ORACLE.standingOf(_signers[1]);
        assert(standing.status == AttesterSet.Status.Leaving && standing.bondReturnsAt == START + MAX_AGE);
        assert(standing.bond == 500 ether);
        VM.warp(START + MAX_AGE);
        VM.prank(_signers[1]);
        ORACLE.withdrawBond();
        assert(_signers[1].balance == 500 ether);
    }

    function test_AllFinesTogetherTakeHalfOfABond() external {
        _expectFineRefused(0, 500 ether);
        _fine(1, 0);
        _expectFineRefused(500 ether + 1, 500 ether);
        _fine(1, 500 ether + 1);
        _expectFineRefused(type(uint256).max, 500 ether);
        _fine(1, type(uint256).max);
        _fine(1, 500 ether - 1);
        _expectFineRefused(2, 1);
        _fine(1, 2);
        _fine(1, 1);
        _expectFineRefused(1, 0);
        _fine(1, 1);
        // What is left still answers for a proof.
        _challenge(PROVIDER, OPEN, 1);
        assert(FINDER.balance == 20 ether && address(SINK).balance == 980 ether);
        assert(address(ORACLE).balance == 2 * BOND);
    }

    function test_OnlyBondsAreFinedAndOnlyByGovernance() external {
        VM.expectRevert(_wrongStatus(_signers[3], AttesterSet.Status.None));
        _fine(3, 1);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.inviteAttester(_signers[3]);
        VM.expectRevert(_wrongStatus(_signers[3], AttesterSet.Status.Invited));
        _fine(3, 1);
        _challenge(PROVIDER, OPEN, 1);
        VM.expectRevert(_wrongStatus(_signers[1], AttesterSet.Status.Slashed));
        _fine(1, 1);
        VM.prank(FINDER);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, FINDER));
        ORACLE.fineAttester(_signers[0], 1);
    }

    function test_AnInvitedAttesterComesWithAWholeBondAgain() external {
        _fine(1, 500 ether);
        VM.warp(START + MAX_AGE);
        VM.prank(_signers[1]);
        ORACLE.withdrawBond();
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.inviteAttester(_signers[1]);
        VM.deal(_signers[1], BOND);
        VM.prank(_signers[1]);
        ORACLE.accept{value: BOND}();
        assert(ORACLE.standingOf(_signers[1]).bond == BOND);
        _fine(1, 500 ether);
    }

    function test_LeavingAttesterStillAnswers() external {
        VM.prank(_signers[1]);
        ORACLE.resign();
        VM.warp(START + MAX_AGE);
        _challenge(PROVIDER, OPEN, 1);
        assert(address(ORACLE).balance == 2 * BOND && ORACLE.attesters().length == 2);
        VM.prank(_signers[1]);
        VM.expectRevert(_wrongStatus(_signers[1], AttesterSet.Status.Slashed));
        ORACLE.withdrawBond();
    }

    function test_WhoeverHasNoBondIsNotChallenged() external {
        _expectNotAttester(_signers[3]);
        _challenge(PROVIDER, OPEN, 3);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.inviteAttester(_signers[3]);
        _expectNotAttester(_signers[3]);
        _challenge(PROVIDER, OPEN, 3);
        VM.prank(_signers[1]);
        ORACLE.resign();
        VM.warp(START + MAX_AGE);
        VM.prank(_signers[1]);
        ORACLE.withdrawBond();
        _expectNotAttester(_signers[1]);
        _challenge(PROVIDER, OPEN, 1);
    }

    function test_EqualReportsAndTwoSignersProveNothing() external {
        QualityScore.Metrics memory a = _metrics(1);
        QualityScore.Metrics memory b = _metrics(2);
        bytes memory ofA = _sign(0, ORACLE.reportDigest(PROVIDER, OPEN, a));
        bytes memory ofB = _sign(1, ORACLE.reportDigest(PROVIDER, OPEN, b));
        VM.expectRevert(abi.encodeWithSelector(QualityOracle.ReportsAreEqual.selector));
        ORACLE.challenge(PROVIDER, OPEN, a, ofA, a, ofA);
        VM.expectRevert(abi.encodeWithSelector(QualityOracle.SignersDiffer.selector, _signers[0], _signers[1]));
        ORACLE.challenge(PROVIDER, OPEN, a, ofA, b, ofB);
    }

    function test_FaultDigestIsEip712() external view {
        bytes32 typeHash = keccak256("Fault(address provider,bytes32 jobHash,uint256 value,uint256 nonce)");
        bytes32 structHash = keccak256(abi.encode(typeHash, PROVIDER, keccak256("job"), 5 ether, 1));
        bytes32 expected = _typed("QualityOracle", block.chainid, address(ORACLE), structHash);
        assert(ORACLE.faultDigest(_fault(5 ether, 1)) == expected);
    }

    function test_FaultTakesTheBondOnce() external {
        _register();
        QualityOracle.Fault memory fault = _fault(5 ether, 1);
        bytes32 digest = ORACLE.faultDigest(fault);
        bytes[] memory signatures = _signAll(2, digest);
        VM.expectEmit(address(ORACLE));
        emit QualityOracle.ProviderPenalised(PROVIDER, keccak256("job"), 5 ether, 1);
        VM.expectEmit(address(REGISTRY));
        emit ProviderRegistry.ProviderSlashed(PROVIDER, address(ORACLE), 5 ether, BOND - 5 ether);
        ORACLE.penalise(fault, signatures);
        assert(ORACLE.isPenalised(digest) && REGISTRY.providerOf(PROVIDER).bond == BOND - 5 ether);
        assert(SINK.burnedBy(uint8(AIBurn.Category.Slashing)) == 5 ether && !REGISTRY.isActive(PROVIDER));
        VM.expectRevert(abi.encodeWithSelector(QualityOracle.AlreadyPenalised.selector, digest));
        ORACLE.penalise(fault, signatures);
        bytes[] memory more = _signAll(3, digest);
        VM.expectRevert(abi.encodeWithSelector(QualityOracle.AlreadyPenalised.selector, digest));
        ORACLE.penalise(fault, more);
        fault = _fault(type(uint256).max, 2);
        more = _signAll(3, ORACLE.faultDigest(fault));
        ORACLE.penalise(fault, more);
        assert(REGISTRY.providerOf(PROVIDER).bond == 0 && address(REGISTRY).balance == 0);
    }

    function test_FaultNeedsAQuorumInThisDomain() external {
        _register();
        QualityOracle.Fault memory fault = _fault(5 ether, 1);
        bytes[] memory one = _signAll(1, ORACLE.faultDigest(fault));
        VM.expectRevert(abi.encodeWithSelector(IAttesters.QuorumNotReached.selector, 1, 2));
        ORACLE.penalise(fault, one);
        bytes32 typeHash = keccak256("Fault(address provider,bytes32 jobHash,uint256 value,uint256 nonce)");
        bytes32 structHash = keccak256(abi.encode(typeHash, PROVIDER, keccak256("job"), 5 ether, 1));
        bytes[] memory foreign = _signAll(2, _typed("QualityOracle", 1, address(ORACLE), structHash));
        (bool ok, ) = address(ORACLE).call(abi.encodeCall(QualityOracle.penalise, (fault, foreign)));
        assert(!ok && REGISTRY.providerOf(PROVIDER).bond == BOND);
    }

    function _fault(uint256 value, uint256 nonce) private pure returns (QualityOracle.Fault memory) {
        return QualityOracle.Fault(PROVIDER, keccak256("job"), value, nonce);
    }

    function _register() private {
        VM.deal(PROVIDER, BOND);
        VM.prank(PROVIDER);
        REGISTRY.register{value: BOND}(0, "");
    }

    /// @dev Full marks by attesters `i` and `j`.
    function _submit(address provider, uint64 round, uint256 i, uint256 j) private {
        QualityScore.Metrics[] memory reports = new QualityScore.Metrics[](2);
        reports[0] = _metrics(10_000);
        reports[1] = _metrics(10_000);
        ORACLE.submit(provider, round, reports, _signBoth(i, j, ORACLE.reportDigest(provider, round, reports[0])));
    }

    /// @dev Two reports by signer `i`, brought by the finder. Asks the oracle nothing else, so that an expected
    /// revert meets the challenge.
    function _challenge(address provider, uint64 round, uint256 i) private {
        bytes memory ofA = _sign(i, _reportDigest(provider, round, 10_000));
        bytes memory ofB = _sign(i, _reportDigest(provider, round, 9_999));
        VM.prank(FINDER);
        ORACLE.challenge(provider, round, _metrics(10_000), ofA, _metrics(9_999), ofB);
    }

    function _reportDigest(address provider, uint64 round, uint256 value) private view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "QualityReport(address provider,uint64 round,uint16 latency,uint16 throughput,uint16 availability,"
            "uint16 accuracy)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, provider, round, value, value, value, value));
        return _typed("QualityOracle", block.chainid, address(ORACLE), structHash);
    }

    /// @dev As a vote does.
    function _fine(uint256 i, uint256 value) private {
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.fineAttester(_signers[i], value);
    }

    function _expectFineRefused(uint256 value, uint256 max) private {
        VM.expectRevert(abi.encodeWithSelector(AttesterSet.FineOutOfBounds.selector, value, max));
    }

    function _expectNotAttester(address account) private {
        VM.expectRevert(abi.encodeWithSelector(IAttesters.NotAttester.selector, account));
    }

    function _wrongStatus(address account, AttesterSet.Status status) private pure returns (bytes memory) {
        return abi.encodeWithSelector(AttesterSet.WrongStatus.selector, account, status);
    }
}
