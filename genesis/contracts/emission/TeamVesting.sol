// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title The bucket of team and advisors
 * @notice Opens in four equal steps, at the end of each of the four years after block 0, to the team's Safe alone.
 * Times are in unix seconds, amounts in wei. Coins that others send here are never counted and stay.
 * @dev Answers the views of OpenZeppelin's `VestingWallet`, whose owner could sell the wallet whole; this one has
 * no owner. Pays through the facade, which runs no code of the recipient.
 */
contract TeamVesting {
    using SafeERC20 for IERC20;

    uint256 private constant STEPS = 4;

    /// @notice Wei that vest in all: what was here in block 0.
    uint256 public immutable BUCKET;
    /// @notice When vesting begins: the time of block 0.
    uint256 public immutable start;
    /// @notice Seconds of a year, from one step to the next.
    uint256 public immutable YEAR_SECONDS;
    /// @notice Wei released so far.
    uint256 public released;

    /// @notice `amount` wei went to the beneficiary. The name is that of `VestingWallet`.
    event EtherReleased(uint256 amount);

    /// @param yearSeconds Seconds of a year.
    constructor(uint256 yearSeconds) {
        BUCKET = address(this).balance;
        start = block.timestamp;
        YEAR_SECONDS = yearSeconds;
    }

    /// @notice Sends all that is due to the beneficiary. Anyone may call.
    function release() external {
        uint256 amount = releasable();
        released += amount;
        emit EtherReleased(amount);
        IERC20(Predeploys.AI).safeTransfer(beneficiary(), amount);
    }

    /// @notice Seconds from the start to the last step.
    function duration() public view returns (uint256) {
        return STEPS * YEAR_SECONDS;
    }

    /// @notice The time of the last step.
    function end() external view returns (uint256) {
        return start + duration();
    }

    /// @notice The time of the first step.
    function cliff() external view returns (uint256) {
        return start + YEAR_SECONDS;
    }

    /// @notice Wei that may leave now.
    function releasable() public view returns (uint256) {
        return vestedAmount(uint64(block.timestamp)) - released;
    }

    /// @notice Wei that have vested at `timestamp`, released or not.
    function vestedAmount(uint64 timestamp) public view returns (uint256) {
        uint256 steps = Math.min(Math.saturatingSub(timestamp, start) / YEAR_SECONDS, STEPS);
        return BUCKET * steps / STEPS;
    }

    /// @notice The team's Safe, for ever.
    function beneficiary() public pure returns (address) {
        return Predeploys.TEAM_SAFE;
    }
}
