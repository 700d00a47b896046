// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Arrays} from "@openzeppelin/contracts/utils/Arrays.sol";

/**
 * @title How reports become a score, and a score a tier
 * @notice HIP-8: latency and throughput weigh 0.3 each, availability and accuracy 0.2 each; a new sample
 * weighs 0.3 against 0.7 of the score so far. All values are basis points, higher is better.
 *
 * No single attester decides a score: of two reports neither may be further than `TOLERANCE` from the other, in any
 * metric, and three or more have their median. So a report of zeros beside an honest one makes no score, and what
 * it could have held up, any two honest reports make, or three. More than one liar is a matter of the threshold.
 */
library QualityScore {
    using Arrays for uint256[];

    /// @dev One slot.
    struct Metrics {
        uint16 latency;
        uint16 throughput;
        uint16 availability;
        uint16 accuracy;
    }

    uint256 internal constant BPS = 10_000;
    /// @dev Basis points within which two reports are of one mind.
    uint256 internal constant TOLERANCE = 500;
    /// @dev Score of a provider that nobody has measured.
    uint256 internal constant INITIAL = 5_000;
    /// @dev Least scores of tiers 2, 3 and 4.
    uint256 private constant TIER_2 = 7_000;
    uint256 private constant TIER_3 = 8_000;
    uint256 private constant TIER_4 = 9_000;

    /// @notice A metric is at most 10,000 basis points.
    error MetricOutOfRange(uint256 value);
    /// @notice Two reports, of `lower` and `higher`, are more than `tolerance` apart: a third has to decide.
    error ReportsDisagree(uint256 lower, uint256 higher, uint256 tolerance);

    /// @notice The weighted sum of the medians of `reports`, rounded down once.
    function sample(Metrics[] calldata reports) internal pure returns (uint256) {
        uint256 n = reports.length;
        uint256[] memory latency = new uint256[](n);
        uint256[] memory throughput = new uint256[](n);
        uint256[] memory availability = new uint256[](n);
        uint256[] memory accuracy = new uint256[](n);
        for (uint256 i = 0; i < n; ++i) {
            Metrics calldata report = reports[i];
            latency[i] = report.latency;
            throughput[i] = report.throughput;
            availability[i] = report.availability;
            accuracy[i] = report.accuracy;
        }
        uint256 fast = median(latency) + median(throughput);
        uint256 sound = median(availability) + median(accuracy);
        return (3 * fast + 2 * sound) / 10;
    }

    /// @notice The value in the middle; of two in the middle the lower one, so that no single report can lift
    /// a score above what another one says. Two alone must agree. Sorts `values`, which are not empty.
    function median(uint256[] memory values) internal pure returns (uint256) {
        values.sort();
        if (values[values.length - 1] > BPS) revert MetricOutOfRange(values[values.length - 1]);
        if (values.length == 2 && values[1] - values[0] > TOLERANCE) {
            revert ReportsDisagree(values[0], values[1], TOLERANCE);
        }
        return values[(values.length - 1) / 2];
    }

    /// @notice The score after `measured` joins `score`, rounded down.
    function smooth(uint256 score, uint256 measured) internal pure returns (uint256) {
        return (7 * score + 3 * measured) / 10;
    }

    /// @notice The best tier, 1 to 4, that `score` is good for.
    function tier(uint256 score) internal pure returns (uint8) {
        if (score >= TIER_4) return 4;
        if (score >= TIER_3) return 3;
        return score >= TIER_2 ? 2 : 1;
    }
}
