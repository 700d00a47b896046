// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/**
 * @title Stakes on their way out
 * @notice A short list per account of wei and the unix second from which they may leave.
 * @dev Not sorted: the period of unbonding can be shortened, and then a later one is due earlier.
 */
library Unbondings {
    using SafeCast for uint256;

    /// @dev One slot.
    struct Unbonding {
        uint128 value;
        uint48 dueAt;
    }

    /// @notice Open unbondings that an account may have; bounds the loop of a withdrawal.
    uint256 internal constant OPEN_MAX = 16;

    /// @notice The account has `OPEN_MAX` open unbondings; withdraw one, or wait until one is due.
    error TooManyUnbondings(uint256 limit);

    /// @notice Adds `value` wei due at `dueAt`. What is due in the same second counts as one.
    function add(Unbonding[] storage open, uint256 value, uint48 dueAt) internal {
        uint256 count = open.length;
        if (count != 0 && open[count - 1].dueAt == dueAt) {
            open[count - 1].value += value.toUint128();
            return;
        }
        if (count == OPEN_MAX) revert TooManyUnbondings(OPEN_MAX);
        open.push(Unbonding(value.toUint128(), dueAt));
    }

    /// @notice Removes all that is due.
    /// @return value Wei that was.
    function takeDue(Unbonding[] storage open) internal returns (uint256 value) {
        uint256 i = 0;
        while (i < open.length) {
            Unbonding memory unbonding = open[i];
            if (unbonding.dueAt > block.timestamp) {
                ++i;
            } else {
                value += unbonding.value;
                open[i] = open[open.length - 1];
                open.pop();
            }
        }
    }
}
