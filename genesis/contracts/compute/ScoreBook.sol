// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IQualityOracle} from "../interfaces/IQualityOracle.sol";
import {QualityScore} from "./QualityScore.sol";

/**
 * @title Scores of providers, round by round
 * @notice Time is cut into rounds of `ROUND_SECONDS`; round r begins at r * ROUND_SECONDS (unix seconds). A
 * new score counts once its challenge window has passed. Scores are basis points.
 */
abstract contract ScoreBook is IQualityOracle, AccessManaged {
    /// @dev One slot. Rounds and times are 0 where there is none.
    struct Score {
        uint64 round;
        uint16 value;
        uint64 pendingRound;
        uint16 pendingValue;
        uint48 countsAt;
    }

    /// @notice Seconds of a round.
    uint48 public immutable ROUND_SECONDS;
    /// @notice Seconds in which a submitted score may be challenged before it counts.
    uint48 public challengeWindow;
    /// @notice Seconds from the end of its round for which a score is fresh.
    uint48 public maxAge;
    mapping(address provider => Score) private _scores;

    /// @notice `provider` measured `sample` in `round`, which makes its score `score` from `countsAt` on.
    event ScoreSubmitted(
        address indexed provider, uint64 indexed round, uint256 sample, uint256 score, uint256 countsAt
    );
    /// @notice What was submitted for `round` of `provider` never counts.
    event ScoreVoided(address indexed provider, uint64 indexed round);
    /// @notice Seconds in which scores may be challenged.
    event ChallengeWindowSet(uint256 previous, uint256 current);
    /// @notice Seconds for which scores are fresh.
    event MaxAgeSet(uint256 previous, uint256 current);

    /// @notice Seconds must be `min` to `max`.
    error SecondsOutOfBounds(uint256 value, uint256 min, uint256 max);
    /// @notice Only round `open`, the last that is over, may be submitted.
    error RoundNotOpen(uint256 round, uint256 open);
    /// @notice `provider` has a score of `round`.
    error RoundAlreadyScored(address provider, uint256 round);
    /// @notice The score submitted before may be challenged until `countsAt` (unix seconds).
    error ScorePending(address provider, uint256 countsAt);

    /// @param roundSeconds 8 s to 7 d, for ever.
    /// @param challengeWindow_ A quarter to half of a round.
    /// @param maxAge_ 3 to 1,000 rounds.
    constructor(uint48 roundSeconds, uint48 challengeWindow_, uint48 maxAge_) {
        _requireBounds(roundSeconds, 8 seconds, 7 days);
        ROUND_SECONDS = roundSeconds;
        _setChallengeWindow(challengeWindow_);
        _setMaxAge(maxAge_);
    }

    /// @notice Sets the challenge window, for scores submitted from now on.
    function setChallengeWindow(uint48 current) external restricted {
        _setChallengeWindow(current);
    }

    /// @notice Sets how long scores are fresh.
    function setMaxAge(uint48 current) external restricted {
        _setMaxAge(current);
    }

    /// @inheritdoc IQualityOracle
    function maxTierOf(address provider) external view override returns (uint8) {
        return isFresh(provider) ? QualityScore.tier(scoreOf(provider)) : 1;
    }

    /// @inheritdoc IQualityOracle
    function scoreOf(address provider) public view override returns (uint256) {
        return _valueOf(_current(provider));
    }

    /// @notice The round of the score of `provider`; 0 without one.
    function roundOf(address provider) public view returns (uint64) {
        return _current(provider).round;
    }

    /// @notice Whether `provider` has a score that is not too old.
    function isFresh(address provider) public view returns (bool) {
        uint256 round = roundOf(provider);
        return round != 0 && block.timestamp <= (round + 1) * ROUND_SECONDS + maxAge;
    }

    /// @notice The score of `provider` that does not count before `countsAt`; zeros without one.
    function pendingOf(address provider) external view returns (uint64 round, uint256 score, uint256 countsAt) {
        Score memory current = _current(provider);
        return (current.pendingRound, current.pendingValue, current.countsAt);
    }

    /// @notice The round that may be submitted now: the last that is over.
    function openRound() public view returns (uint64) {
        return uint64(block.timestamp / ROUND_SECONDS - 1);
    }

    /// @dev Puts `sample` of `round` up for challenges, once a round and one round at a time.
    function _propose(address provider, uint64 round, uint256 sample) internal {
        Score memory score = _current(provider);
        if (round != openRound()) revert RoundNotOpen(round, openRound());
        if (score.countsAt != 0) revert ScorePending(provider, score.countsAt);
        if (score.round == round) revert RoundAlreadyScored(provider, round);
        uint256 value = QualityScore.smooth(_valueOf(score), sample);
        score.pendingRound = round;
        score.pendingValue = uint16(value);
        score.countsAt = Time.timestamp() + challengeWindow;
        _scores[provider] = score;
        emit ScoreSubmitted(provider, round, sample, value, score.countsAt);
    }

    /// @dev Drops the score of `round` if it is pending and was submitted until `time` (unix seconds). A challenge
    /// window that governance changed meanwhile moves that by the difference, for the scores that are pending then.
    function _void(address provider, uint64 round, uint256 time) internal returns (bool) {
        Score memory score = _current(provider);
        if (score.countsAt == 0 || score.pendingRound != round) return false;
        if (score.countsAt > time + challengeWindow) return false;
        _scores[provider] = _settled(score.round, score.value);
        emit ScoreVoided(provider, round);
        return true;
    }

    /// @dev The score as of now: a pending one whose window has passed is the score.
    function _current(address provider) private view returns (Score memory score) {
        score = _scores[provider];
        bool hasCome = score.countsAt != 0 && block.timestamp >= score.countsAt;
        return hasCome ? _settled(score.pendingRound, score.pendingValue) : score;
    }

    /// @dev With nothing pending.
    function _settled(uint64 round, uint16 value) private pure returns (Score memory) {
        return Score(round, value, 0, 0, 0);
    }

    function _valueOf(Score memory score) private pure returns (uint256) {
        return score.round == 0 ? QualityScore.INITIAL : score.value;
    }

    function _setChallengeWindow(uint48 current) private {
        _requireBounds(current, ROUND_SECONDS / 4, ROUND_SECONDS / 2);
        emit ChallengeWindowSet(challengeWindow, current);
        challengeWindow = current;
    }

    /// @dev With three rounds a provider that is measured in every round never goes stale.
    function _setMaxAge(uint48 current) private {
        _requireBounds(current, 3 * uint256(ROUND_SECONDS), 1_000 * uint256(ROUND_SECONDS));
        emit MaxAgeSet(maxAge, current);
        maxAge = current;
    }

    function _requireBounds(uint256 value, uint256 min, uint256 max) internal pure {
        if (value < min || value > max) revert SecondsOutOfBounds(value, min, max);
    }
}
