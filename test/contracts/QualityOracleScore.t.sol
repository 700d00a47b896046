// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {QualityScore} from "@hanzo/compute/QualityScore.sol";
import {VM} from "./Vm.sol";

/// @dev The arithmetic of scores against models that are plain rather than fast.
contract QualityOracleScoreTest {
    /// @dev The library takes calldata.
    function sample(QualityScore.Metrics[] calldata reports) external pure returns (uint256) {
        return QualityScore.sample(reports);
    }

    function median(uint256[] memory values) external pure returns (uint256) {
        return QualityScore.median(values);
    }

    function test_MedianOfOneTwoThreeAndFive() external view {
        uint256[] memory values = new uint256[](1);
        values[0] = 7;
        assert(this.median(values) == 7);
        values = new uint256[](2);
        (values[0], values[1]) = (9, 4);
        assert(this.median(values) == 4);
        (values[0], values[1]) = (10_000, 9_500);
        assert(this.median(values) == 9_500);
        values = new uint256[](3);
        (values[0], values[1], values[2]) = (9, 4, 6);
        assert(this.median(values) == 6);
        values = new uint256[](5);
        (values[0], values[1], values[2], values[3], values[4]) = (10_000, 0, 3, 2, 9);
        assert(this.median(values) == 3);
    }

    function test_TwoReportsMoreThanFiveHundredApartDecideNothing() external {
        uint256[] memory values = new uint256[](2);
        (values[0], values[1]) = (9_499, 10_000);
        VM.expectRevert(abi.encodeWithSelector(QualityScore.ReportsDisagree.selector, 9_499, 10_000, 500));
        this.median(values);
        (values[0], values[1]) = (10_000, 0);
        VM.expectRevert(abi.encodeWithSelector(QualityScore.ReportsDisagree.selector, 0, 10_000, 500));
        this.median(values);
    }

    /// @dev Whatever one of `n` attesters says, the median is between what two others say, or within the tolerance
    /// below what the other says.
    function testFuzz_OneLiarIsOutvotedOrNotHeard(uint16[7] memory seeds, uint8 count, uint16 lie) external view {
        uint256 n = 2 + (count % 6);
        uint256[] memory values = new uint256[](n);
        uint256 lowest = 10_000;
        uint256 highest = 0;
        for (uint256 i = 1; i < n; ++i) {
            values[i] = seeds[i] % 10_001;
            lowest = _min(lowest, values[i]);
            highest = _max(highest, values[i]);
        }
        values[0] = lie % 10_001;
        try this.median(values) returns (uint256 middle) {
            assert(middle + (n == 2 ? 500 : 0) >= lowest && middle <= highest);
        } catch {
            assert(n == 2);
        }
    }

    /// @dev At most half of the others are below it, and fewer than half above or the middle is shared.
    function testFuzz_MedianHasHalfOnEitherSide(uint16[16] memory seeds, uint8 count) external view {
        uint256 n = 1 + (count % 16);
        if (n == 2) ++n;
        uint256[] memory values = new uint256[](n);
        for (uint256 i = 0; i < n; ++i) values[i] = seeds[i] % 10_001;
        uint256 middle = this.median(values);
        uint256 atMost = 0;
        uint256 atLeast = 0;
        for (uint256 i = 0; i < n; ++i) {
            if (values[i] <= middle) ++atMost;
            if (values[i] >= middle) ++atLeast;
        }
        assert(atMost >= (n + 1) / 2 && atLeast >= n / 2 + 1);
    }

    function testFuzz_SampleIsTheWeightedSumOfMedians(uint16[12] memory seeds) external view {
        QualityScore.Metrics[] memory reports = new QualityScore.Metrics[](3);
        for (uint256 i = 0; i < 3; ++i) {
            reports[i] = QualityScore.Metrics(
                seeds[4 * i] % 10_001,
                seeds[4 * i + 1] % 10_001,
                seeds[4 * i + 2] % 10_001,
                seeds[4 * i + 3] % 10_001
            );
        }
        uint256 tenths = 0;
        for (uint256 metric = 0; metric < 4; ++metric) {
            uint256 a = seeds[metric] % 10_001;
            uint256 b = seeds[metric + 4] % 10_001;
            uint256 c = seeds[metric + 8] % 10_001;
            tenths += (metric < 2 ? 3 : 2) * _max(_min(a, b), _min(_max(a, b), c));
        }
        assert(this.sample(reports) == tenths / 10);
    }

    /// @dev Against the average in 1e-18 basis points: rounding loses at most 1 / 0.3 basis points in all.
    function testFuzz_SmoothingFollowsTheAverage(uint16[20] memory seeds) external pure {
        uint256 score = 5_000;
        uint256 exact = 5_000 * 1e18;
        for (uint256 i = 0; i < 20; ++i) {
            uint256 measured = seeds[i] % 10_001;
            score = QualityScore.smooth(score, measured);
            exact = (exact * 7 + measured * 3e18) / 10;
            assert(score * 1e18 <= exact && exact < (score + 4) * 1e18);
        }
        assert(score <= 10_000);
    }

    function test_TiersBeginAtSeventyEightyAndNinetyPercent() external pure {
        assert(QualityScore.tier(0) == 1 && QualityScore.tier(6_999) == 1);
        assert(QualityScore.tier(7_000) == 2 && QualityScore.tier(7_999) == 2);
        assert(QualityScore.tier(8_000) == 3 && QualityScore.tier(8_999) == 3);
        assert(QualityScore.tier(9_000) == 4 && QualityScore.tier(10_000) == 4);
    }

    function test_MetricAboveTheRangeIsRefused() external {
        uint256[] memory values = new uint256[](3);
        values[1] = 10_001;
        VM.expectRevert(abi.encodeWithSelector(QualityScore.MetricOutOfRange.selector, 10_001));
        this.median(values);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}
