// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/**
 * @title A budget that runs out to those who have weight, and never below zero
 * @notice Weight is stake times yield (wei times basis points a year), so a unit of weight earns
 * 1 / (10,000 * year) wei a second: simple interest, since what is earned has no weight. In a second at most
 * budget / horizon leaves, the horizon being a twelfth of a year: with less than a month of interest in the
 * budget everybody's rate falls alike.
 * @dev No periods, so there is none that a donation of 1 wei could reset. What nobody has weight for stays in
 * the budget. All divisions round against those who earn.
 */
abstract contract RewardReservoir {
    using SafeCast for uint256;

    /// @dev Two slots. `index` is what a unit of weight has earned since block 0, times `INDEX_SCALE`.
    struct Pool {
        uint128 index;
        uint128 totalWeight;
        uint128 budget;
        uint48 settledAt;
    }

    /// @dev Two slots. `earned` wei up to `index`.
    struct Share {
        uint128 index;
        uint128 weight;
        uint128 earned;
    }

    uint256 internal constant BPS = 10_000;
    /// @dev A settlement loses at most total weight / scale: 2 wei if all coins were staked at 20 %.
    uint256 private constant INDEX_SCALE = 1e30;
    uint256 private constant HORIZONS_PER_YEAR = 12;

    /// @notice Seconds in a year of interest.
    uint256 public immutable YEAR_SECONDS;
    /// @notice Seconds in which the budget may run out at the earliest.
    uint256 public immutable HORIZON_SECONDS;
    Pool private _pool;
    mapping(address account => Share) private _shares;

    /// @notice `from` added `value` wei to the budget.
    event Funded(address indexed from, uint256 value);

    /// @notice A year has at least `HORIZONS_PER_YEAR` seconds.
    error YearTooShort(uint256 yearSeconds);

    constructor(uint256 yearSeconds) {
        if (yearSeconds < HORIZONS_PER_YEAR) revert YearTooShort(yearSeconds);
        YEAR_SECONDS = yearSeconds;
        HORIZON_SECONDS = yearSeconds / HORIZONS_PER_YEAR;
    }

    /// @notice Wei that `account` has earned and not claimed.
    function earned(address account) public view returns (uint256) {
        (uint256 index, ) = _advance();
        return _earnedUpTo(_shares[account], index);
    }

    /// @notice Wei that nobody has earned yet.
    function rewardBudget() public view returns (uint256 budget) {
        (, budget) = _advance();
    }

    /// @dev Adds `value` wei, for the time from now on.
    function _fund(uint256 value) internal {
        _settlePool();
        _pool.budget += value.toUint128();
        emit Funded(msg.sender, value);
    }

    /// @dev Gives `account` the weight `weight` from now on.
    function _setWeight(address account, uint256 weight) internal {
        Share storage share = _settle(account);
        _pool.totalWeight = (_pool.totalWeight + weight - share.weight).toUint128();
        share.weight = weight.toUint128();
    }

    /// @dev Forgets what `account` has earned, for the caller to pay.
    function _takeEarned(address account) internal returns (uint256 value) {
        Share storage share = _settle(account);
        value = share.earned;
        share.earned = 0;
    }

    /// @dev What is left of `rateBps`, in basis points a year, with the budget of now.
    function _affordableBps(uint256 rateBps) internal view returns (uint256) {
        uint256 fullCost = _pool.totalWeight * HORIZON_SECONDS;
        if (fullCost == 0) return 0;
        return Math.min(rateBps, (rateBps * rewardBudget() * BPS * YEAR_SECONDS) / fullCost);
    }

    function _settle(address account) private returns (Share storage share) {
        uint256 index = _settlePool();
        share = _shares[account];
        share.earned = _earnedUpTo(share, index).toUint128();
        share.index = index.toUint128();
    }

    function _settlePool() private returns (uint256 index) {
        uint256 budget;
        (index, budget) = _advance();
        _pool.index = index.toUint128();
        _pool.budget = budget.toUint128();
        _pool.settledAt = Time.timestamp();
    }

    /// @dev Index and budget of now. The budget falls by what the step of the index owes in all, rounded up, so
    /// it covers the shares, each of which is rounded down.
    function _advance() private view returns (uint256 index, uint256 budget) {
        Pool memory pool = _pool;
        if (pool.totalWeight == 0) return (pool.index, pool.budget);
        uint256 elapsed = block.timestamp - pool.settledAt;
        uint256 fullStep = (elapsed * INDEX_SCALE) / (BPS * YEAR_SECONDS);
        uint256 outflow = pool.budget * Math.min(elapsed, HORIZON_SECONDS);
        uint256 affordableStep = (outflow * INDEX_SCALE) / (HORIZON_SECONDS * pool.totalWeight);
        uint256 step = Math.min(fullStep, affordableStep);
        index = pool.index + step;
        budget = pool.budget - Math.ceilDiv(step * pool.totalWeight, INDEX_SCALE);
    }

    function _earnedUpTo(Share storage share, uint256 index) private view returns (uint256) {
        return share.earned + ((index - share.index) * share.weight) / INDEX_SCALE;
    }
}
