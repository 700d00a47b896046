// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/**
 * @title How the set changes
 * @notice A dynasty begins in the block that finalises a checkpoint on chain, so the set stands still
 * while finality does. Joins and exits wait in one line, first come, first served: each takes effect
 * two dynasties after it was asked for, later if its dynasty has changes enough already.
 * @dev The place in line is found when one joins it, so a dynasty begins in constant time. There is
 * one line for both ways: sets are its prefixes, and whoever leaves room in it leaves it in every set.
 */
abstract contract Dynasties {
    using SafeCast for uint256;

    /// @dev One slot. Of a dynasty to come: as queued so far, or zeros if no change is queued for it.
    struct Dynasty {
        uint48 beganAt;
        uint16 members;
        uint96 weight;
        uint96 churn;
    }

    /// @notice A set has at most this many members, and a certificate as many signatures.
    uint256 public constant VALIDATORS_MAX = 200;
    /// @notice Changes take effect this many dynasties after they were asked for, at the earliest.
    uint256 public constant QUEUE_DYNASTIES = 2;
    /// @notice A dynasty changes one member, or this part of the stake in force when it is queued for.
    uint256 public constant CHURN_DIVISOR = 10;

    /// @notice The dynasty in force.
    uint256 public dynasty;
    /// @dev The last dynasty that a change is queued for.
    uint256 private _lastChange;
    mapping(uint256 number => Dynasty) private _dynasties;

    /// @notice From this block on `members` validators with `weight` wei decide.
    event DynastyBegan(uint256 indexed number, uint256 members, uint256 weight);

    /// @notice The line leads to a set with `VALIDATORS_MAX` members already.
    error SetIsFull();
    /// @notice The line leads to a set with one member, who stays.
    error LastMember();
    /// @notice Dynasty `number` has not begun.
    error DynastyAhead(uint256 number);
    /// @notice There is no block `blockNumber` yet.
    error BlockAhead(uint256 blockNumber);

    /// @notice The dynasty in force after block `blockNumber`.
    function dynastyAt(uint256 blockNumber) public view returns (uint256) {
        if (blockNumber > block.number) revert BlockAhead(blockNumber);
        uint256 high = dynasty;
        if (_dynasties[high].beganAt <= blockNumber) return high;
        // What is asked for is mostly recent: double the step back, then halve what is between.
        uint256 step = 1;
        uint256 low = high - step;
        while (_dynasties[low].beganAt > blockNumber) {
            high = low;
            step *= 2;
            low = step < high ? high - step : 0;
        }
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            if (_dynasties[middle].beganAt <= blockNumber) low = middle;
            else high = middle;
        }
        return low;
    }

    /// @notice The block that dynasty `number` began in.
    function beganAt(uint256 number) public view returns (uint256) {
        return _begun(number).beganAt;
    }

    /// @notice Members of the set of dynasty `number`.
    function memberCount(uint256 number) public view returns (uint256) {
        return _begun(number).members;
    }

    /// @notice Wei that the members of the set of dynasty `number` weigh.
    function totalWeight(uint256 number) public view returns (uint256) {
        return _begun(number).weight;
    }

    /// @notice The set that the line leads to, and the dynasty in which it is all in effect.
    function planned() public view returns (uint256 number, uint256 members, uint256 weight) {
        number = Math.max(dynasty, _lastChange);
        Dynasty storage last = _dynasties[number];
        return (number, last.members, last.weight);
    }

    /// @dev The set of dynasty 0.
    function _found(uint256 members, uint256 weight) internal {
        _dynasties[0] = Dynasty({beganAt: 0, members: members.toUint16(), weight: weight.toUint96(), churn: 0});
    }

    /// @dev Queues the join of one member.
    /// @return start Its first dynasty.
    function _queueJoin(uint256 stakeWei) internal returns (uint256 start) {
        (, uint256 members, uint256 weight) = planned();
        if (members == VALIDATORS_MAX) revert SetIsFull();
        return _queue(stakeWei, members + 1, weight + stakeWei);
    }

    /// @dev Queues the exit of one member. The last one stays: a set of nobody could never change again.
    /// @return end The first dynasty without it.
    function _queueExit(uint256 stakeWei) internal returns (uint256 end) {
        (, uint256 members, uint256 weight) = planned();
        if (members == 1) revert LastMember();
        return _queue(stakeWei, members - 1, weight - stakeWei);
    }

    /// @dev Nothing can be queued for the dynasty that begins: its set is known.
    function _beginDynasty() internal {
        uint256 number = dynasty + 1;
        Dynasty memory begun = _dynasties[number];
        if (begun.members == 0) {
            begun.members = _dynasties[dynasty].members;
            begun.weight = _dynasties[dynasty].weight;
        }
        begun.beganAt = block.number.toUint48();
        _dynasties[number] = begun;
        dynasty = number;
        emit DynastyBegan(number, begun.members, begun.weight);
    }

    function _queue(uint256 change, uint256 members, uint256 weight) private returns (uint256 number) {
        number = Math.max(_lastChange, dynasty + QUEUE_DYNASTIES);
        uint256 churn = _dynasties[number].churn;
        if (churn != 0 && churn + change > _dynasties[dynasty].weight / CHURN_DIVISOR) {
            ++number;
            churn = 0;
        }
        _lastChange = number;
        _dynasties[number] = Dynasty({
            beganAt: 0,
            members: members.toUint16(),
            weight: weight.toUint96(),
            churn: (churn + change).toUint96()
        });
    }

    function _begun(uint256 number) private view returns (Dynasty storage) {
        if (number > dynasty) revert DynastyAhead(number);
        return _dynasties[number];
    }
}
