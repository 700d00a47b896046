// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AttestedGenesis} from "./AttestedGenesis.sol";
import {IAttesters} from "@hanzo/interfaces/IAttesters.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {QualityOracle} from "@hanzo/compute/QualityOracle.sol";
import {QualityScore} from "@hanzo/compute/QualityScore.sol";
import {ScoreBook} from "@hanzo/compute/ScoreBook.sol";
import {VM} from "./Vm.sol";

/// @dev Reports of a quorum and the scores they make.
contract QualityOracleTest is AttestedGenesis {
    address private constant PROVIDER = address(0x9120F1DE2);
    /// @dev The round that is open at `START`.
    // forge-lint: disable-next-line(unsafe-typecast)
    uint64 private constant OPEN = uint64(START / ROUND - 1);

    function setUp() external {
        _genesis(5, 3);
    }

    function test_ReportDigestIsEip712() external view {
        QualityScore.Metrics memory report = QualityScore.Metrics(1, 2, 3, 4);
        bytes32 typeHash = keccak256(
            "QualityReport(address provider,uint64 round,uint16 latency,uint16 throughput,uint16 availability,"
            "uint16 accuracy)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, PROVIDER, OPEN, 1, 2, 3, 4));
        bytes32 expected = _typed("QualityOracle", block.chainid, address(ORACLE), structHash);
        assert(ORACLE.reportDigest(PROVIDER, OPEN, report) == expected);
    }

    function test_UnknownProviderHasTheInitialScoreAndTierOne() external view {
        assert(ORACLE.scoreOf(PROVIDER) == 5_000 && ORACLE.maxTierOf(PROVIDER) == 1);
        assert(ORACLE.roundOf(PROVIDER) == 0 && !ORACLE.isFresh(PROVIDER) && ORACLE.openRound() == OPEN);
    }

    function test_ScoreCountsOnceItsWindowHasPassed() external {
        VM.expectEmit(address(ORACLE));
        emit ScoreBook.ScoreSubmitted(PROVIDER, OPEN, 10_000, 6_500, START + CHALLENGE);
        _submit(OPEN, 10_000);
        VM.warp(START + CHALLENGE - 1);
        assert(ORACLE.scoreOf(PROVIDER) == 5_000 && ORACLE.roundOf(PROVIDER) == 0 && !ORACLE.isFresh(PROVIDER));
        (uint64 round, uint256 score, uint256 countsAt) = ORACLE.pendingOf(PROVIDER);
        assert(round == OPEN && score == 6_500 && countsAt == START + CHALLENGE);
        VM.warp(START + CHALLENGE);
        assert(ORACLE.scoreOf(PROVIDER) == 6_500 && ORACLE.roundOf(PROVIDER) == OPEN && ORACLE.isFresh(PROVIDER));
        (round, score, countsAt) = ORACLE.pendingOf(PROVIDER);
        assert(round == 0 && score == 0 && countsAt == 0);
    }

    function test_GoodRoundsLiftTheTierOneByOne() external {
        uint16[5] memory scores = [6_500, 7_550, 8_285, 8_799, 9_159];
        uint8[5] memory tiers = [1, 2, 3, 3, 4];
        for (uint256 i = 0; i < 5; ++i) {
            _round(i, 10_000);
            assert(ORACLE.scoreOf(PROVIDER) == scores[i] && ORACLE.maxTierOf(PROVIDER) == tiers[i]);
        }
        _round(5, 0);
        assert(ORACLE.scoreOf(PROVIDER) == 6_411 && ORACLE.maxTierOf(PROVIDER) == 1);
    }

    function test_StaleScoreIsGoodForTierOneAlone() external {
        for (uint256 i = 0; i < 5; ++i) _round(i, 10_000);
        uint256 until = (uint256(OPEN) + 5) * ROUND + MAX_AGE;
        VM.warp(until);
        assert(ORACLE.isFresh(PROVIDER) && ORACLE.maxTierOf(PROVIDER) == 4);
        VM.warp(until + 1);
        assert(!ORACLE.isFresh(PROVIDER) && ORACLE.maxTierOf(PROVIDER) == 1 && ORACLE.scoreOf(PROVIDER) == 9_159);
    }

    function test_OnlyTheRoundThatJustEndedIsOpen() external {
        for (uint64 round = OPEN - 1; round <= OPEN + 1; round += 2) {
            (QualityScore.Metrics[] memory reports, bytes[] memory signatures) = _reports(round, 3, 10_000);
            VM.expectRevert(abi.encodeWithSelector(ScoreBook.RoundNotOpen.selector, round, OPEN));
            ORACLE.submit(PROVIDER, round, reports, signatures);
        }
        (QualityScore.Metrics[] memory late, bytes[] memory lateSignatures) = _reports(OPEN, 3, 10_000);
        VM.warp(START + ROUND);
        VM.expectRevert(abi.encodeWithSelector(ScoreBook.RoundNotOpen.selector, OPEN, OPEN + 1));
        ORACLE.submit(PROVIDER, OPEN, late, lateSignatures);
        VM.warp(START + ROUND - 1);
        ORACLE.submit(PROVIDER, OPEN, late, lateSignatures);
    }

    function test_RoundIsScoredOnce() external {
        (QualityScore.Metrics[] memory reports, bytes[] memory signatures) = _reports(OPEN, 3, 10_000);
        ORACLE.submit(PROVIDER, OPEN, reports, signatures);
        VM.expectRevert(abi.encodeWithSelector(ScoreBook.ScorePending.selector, PROVIDER, START + CHALLENGE));
        ORACLE.submit(PROVIDER, OPEN, reports, signatures);
        VM.warp(START + CHALLENGE);
        VM.expectRevert(abi.encodeWithSelector(ScoreBook.RoundAlreadyScored.selector, PROVIDER, OPEN));
        ORACLE.submit(PROVIDER, OPEN, reports, signatures);
    }

    function test_SubmitNeedsAQuorumOfDifferentAttesters() external {
        (QualityScore.Metrics[] memory reports, bytes[] memory signatures) = _reports(OPEN, 2, 10_000);
        VM.expectRevert(abi.encodeWithSelector(IAttesters.QuorumNotReached.selector, 2, 3));
        ORACLE.submit(PROVIDER, OPEN, reports, signatures);
        (reports, signatures) = _reports(OPEN, 3, 10_000);
        signatures[2] = signatures[1];
        VM.expectRevert(
            abi.encodeWithSelector(IAttesters.SignersNotAscending.selector, _signers[1], _signers[1])
        );
        ORACLE.submit(PROVIDER, OPEN, reports, signatures);
        signatures[2] = _sign(5, ORACLE.reportDigest(PROVIDER, OPEN, reports[2]));
        VM.expectRevert(abi.encodeWithSelector(IAttesters.NotAttester.selector, _signers[5]));
        ORACLE.submit(PROVIDER, OPEN, reports, signatures);
        VM.expectRevert(abi.encodeWithSelector(QualityOracle.LengthMismatch.selector, 3, 2));
        ORACLE.submit(PROVIDER, OPEN, reports, new bytes[](2));
    }

    function test_MetricsEndAtTenThousand() external {
        (QualityScore.Metrics[] memory reports, bytes[] memory signatures) = _reports(OPEN, 3, 10_000);
        reports[1].accuracy = 10_001;
        signatures[1] = _sign(1, ORACLE.reportDigest(PROVIDER, OPEN, reports[1]));
        VM.expectRevert(abi.encodeWithSelector(QualityScore.MetricOutOfRange.selector, 10_001));
        ORACLE.submit(PROVIDER, OPEN, reports, signatures);
    }

    /// @dev Medians 2, 6, 7, 5: (3 * 8 + 2 * 12) / 10 = 4.8 thousands.
    function test_SampleWeighsTheMedianOfEachMetric() external {
        QualityScore.Metrics[] memory reports = new QualityScore.Metrics[](5);
        reports[0] = QualityScore.Metrics(1_000, 9_000, 7_000, 0);
        reports[1] = QualityScore.Metrics(3_000, 6_000, 8_000, 5_000);
        reports[2] = QualityScore.Metrics(2_000, 6_000, 0, 5_000);
        reports[3] = QualityScore.Metrics(10_000, 0, 10_000, 9_000);
        reports[4] = QualityScore.Metrics(0, 5_000, 6_000, 10_000);
        bytes[] memory signatures = _signReports(OPEN, reports);
        VM.expectEmit(address(ORACLE));
        emit ScoreBook.ScoreSubmitted(PROVIDER, OPEN, 4_800, 4_940, START + CHALLENGE);
        ORACLE.submit(PROVIDER, OPEN, reports, signatures);
    }

    /// @dev Two quorums differ, so a dishonest one of three cannot lift a score above what honest ones say.
    function test_OneLiarInAQuorumLiftsNothing() external {
        (QualityScore.Metrics[] memory reports, ) = _reports(OPEN, 3, 6_000);
        reports[2] = _metrics(10_000);
        bytes[] memory signatures = _signReports(OPEN, reports);
        ORACLE.submit(PROVIDER, OPEN, reports, signatures);
        (, uint256 score, ) = ORACLE.pendingOf(PROVIDER);
        assert(score == 5_300);
    }

    function test_GovernanceSetsTimesWithinBounds() external {
        _refuseWindow(4, 5, 10);
        _refuseWindow(11, 5, 10);
        VM.expectEmit(address(ORACLE));
        emit ScoreBook.ChallengeWindowSet(10, 5);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.setChallengeWindow(5);
        VM.expectEmit(address(ORACLE));
        emit ScoreBook.MaxAgeSet(600, 60);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.setMaxAge(60);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.setMaxAge(20_000);
        for (uint48 age = 59; age <= 20_001; age += 19_942) {
            VM.prank(Predeploys.TIMELOCK);
            VM.expectRevert(abi.encodeWithSelector(ScoreBook.SecondsOutOfBounds.selector, age, 60, 20_000));
            ORACLE.setMaxAge(age);
        }
        assert(ORACLE.challengeWindow() == 5 && ORACLE.maxAge() == 20_000);
    }

    /// @dev A window that changes does not move what is pending.
    function test_PendingScoreKeepsItsWindow() external {
        _submit(OPEN, 10_000);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.setChallengeWindow(5);
        VM.warp(START + 9);
        assert(ORACLE.scoreOf(PROVIDER) == 5_000);
    }

    /// @dev Even the slowest submitter can score every round, and a score never goes stale between two.
    function test_EveryRoundCanBeScoredAndStaysFresh() external {
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.setMaxAge(3 * ROUND);
        for (uint64 i = 0; i < 4; ++i) {
            VM.warp(START + i * ROUND + ROUND - 1);
            assert(i == 0 || ORACLE.isFresh(PROVIDER));
            _submit(OPEN + i, 10_000);
            VM.warp(block.timestamp + CHALLENGE - 1);
            assert(i == 0 || ORACLE.isFresh(PROVIDER));
        }
    }

    function _refuseWindow(uint48 current, uint256 min, uint256 max) private {
        VM.prank(Predeploys.TIMELOCK);
        VM.expectRevert(abi.encodeWithSelector(ScoreBook.SecondsOutOfBounds.selector, current, min, max));
        ORACLE.setChallengeWindow(current);
    }

    /// @dev Scores round `i` after the first and lets it count.
    function _round(uint256 i, uint256 value) private {
        VM.warp(START + i * ROUND);
        // forge-lint: disable-next-line(unsafe-typecast)
        _submit(OPEN + uint64(i), value);
        VM.warp(START + i * ROUND + CHALLENGE);
    }

    function _submit(uint64 round, uint256 value) private {
        (QualityScore.Metrics[] memory reports, bytes[] memory signatures) = _reports(round, 3, value);
        ORACLE.submit(PROVIDER, round, reports, signatures);
    }

    function _reports(
        uint64 round,
        uint256 n,
        uint256 value
    ) private view returns (QualityScore.Metrics[] memory reports, bytes[] memory signatures) {
        reports = new QualityScore.Metrics[](n);
        for (uint256 i = 0; i < n; ++i) reports[i] = _metrics(value);
        signatures = _signReports(round, reports);
    }

    function _signReports(
        uint64 round,
        QualityScore.Metrics[] memory reports
    ) private view returns (bytes[] memory signatures) {
        signatures = new bytes[](reports.length);
        for (uint256 i = 0; i < reports.length; ++i) {
            signatures[i] = _sign(i, ORACLE.reportDigest(PROVIDER, round, reports[i]));
        }
    }
}
