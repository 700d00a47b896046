// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IAIStaking} from "../interfaces/IAIStaking.sol";
import {ISystemConfig} from "../interfaces/ISystemConfig.sol";
import {Predeploys} from "../Predeploys.sol";
import {RewardReservoir} from "./RewardReservoir.sol";
import {StakeTiers} from "./StakeTiers.sol";
import {StakeVotes} from "./StakeVotes.sol";
import {Unbondings} from "./Unbondings.sol";

/**
 * @title Staking of AI
 * @notice A stake gives a tier, and with it interest, a discount on compute and votes. Amounts are in wei of AI.
 * Interest is paid out of a budget that others fund; nothing is minted, and a tier's yield is a ceiling. Leaving
 * takes `unbondingPeriod` seconds, in which the coins do nothing.
 * @dev Coins that arrive by any way but `stake` and `fund` are never counted and never leave.
 */
contract AIStaking is StakeVotes, RewardReservoir, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Unbondings for Unbondings.Unbonding[];

    /// @notice Shortest unbonding, in seconds: coins borrowed for one transaction cannot come out in it.
    uint48 public constant UNBONDING_MIN = 1;
    /// @notice Longest unbonding, in seconds.
    uint48 public constant UNBONDING_MAX = 60 days;
    IERC20 private constant TOKEN = IERC20(Predeploys.AI);
    ISystemConfig private constant CONFIG = ISystemConfig(Predeploys.SYSTEM_CONFIG);

    /// @notice Wei staked by all.
    uint256 public totalStaked;
    /// @notice Wei on their way out.
    uint256 public totalUnbonding;
    /// @notice Seconds that an unbonding takes which begins now.
    uint48 public unbondingPeriod;
    mapping(address account => Unbondings.Unbonding[]) private _unbondings;

    /// @notice `account` staked `value` wei more and has `stake` wei now.
    event Staked(address indexed account, uint256 value, uint256 stake);
    /// @notice `account` took `value` wei out, which leave at `dueAt` (unix seconds); `stake` wei are left.
    event Unstaked(address indexed account, uint256 value, uint256 stake, uint256 dueAt);
    /// @notice `value` wei went back to `account`.
    event Withdrawn(address indexed account, uint256 value);
    /// @notice `account` was paid `value` wei of interest.
    event RewardPaid(address indexed account, uint256 value);
    /// @notice Unbondings that begin from now on take `current` seconds.
    event UnbondingPeriodSet(uint256 previous, uint256 current);

    /// @notice Nothing to stake, to unstake or to fund.
    error ZeroAmount();
    /// @notice `value` wei is more than the stake of `stake` wei.
    error AboveStake(uint256 value, uint256 stake);
    /// @notice There are `tiers` tiers, counted from 0.
    error UnknownTier(uint256 tier, uint256 tiers);
    /// @notice `account` has no unbonding that is due.
    error NothingDue(address account);
    /// @notice `account` has earned nothing.
    error NothingEarned(address account);
    /// @notice An unbonding takes `min` to `max` seconds.
    error UnbondingPeriodOutOfRange(uint256 period, uint256 min, uint256 max);

    /// @param yearSeconds Seconds in a year of interest.
    /// @param period Seconds that an unbonding takes.
    constructor(
        uint256 yearSeconds,
        uint48 period
    ) RewardReservoir(yearSeconds) EIP712("AIStaking", "1") AccessManaged(Predeploys.ACCESS_MANAGER) {
        _setUnbondingPeriod(period);
    }

    /// @notice Stakes `msg.value` wei of the caller. Votes of a first stake are the caller's own, unless it has
    /// chosen a delegate before.
    function stake() external payable nonReentrant {
        CONFIG.requireActive(ISystemConfig.Phase.Staking);
        if (msg.value == 0) revert ZeroAmount();
        uint256 previous = stakeOf(msg.sender);
        uint256 current = previous + msg.value;
        totalStaked += msg.value;
        emit Staked(msg.sender, msg.value, current);
        if (previous == 0 && delegates(msg.sender) == address(0)) _delegate(msg.sender, msg.sender);
        _restake(msg.sender, current);
    }

    /// @notice Begins the way out of `value` wei. They lose tier, interest and votes at once.
    function unstake(uint256 value) external nonReentrant {
        if (value == 0) revert ZeroAmount();
        uint256 previous = stakeOf(msg.sender);
        if (value > previous) revert AboveStake(value, previous);
        uint48 dueAt = Time.timestamp() + unbondingPeriod;
        totalStaked -= value;
        totalUnbonding += value;
        _unbondings[msg.sender].add(value, dueAt);
        emit Unstaked(msg.sender, value, previous - value, dueAt);
        _restake(msg.sender, previous - value);
    }

    /// @notice Pays the caller all its unbondings that are due.
    /// @return value Wei paid.
    function withdraw() external nonReentrant returns (uint256 value) {
        value = _unbondings[msg.sender].takeDue();
        if (value == 0) revert NothingDue(msg.sender);
        totalUnbonding -= value;
        emit Withdrawn(msg.sender, value);
        TOKEN.safeTransfer(msg.sender, value);
    }

    /// @notice Pays the caller the interest that it has earned.
    /// @return value Wei paid.
    function claim() external nonReentrant returns (uint256 value) {
        value = _takeEarned(msg.sender);
        if (value == 0) revert NothingEarned(msg.sender);
        emit RewardPaid(msg.sender, value);
        TOKEN.safeTransfer(msg.sender, value);
    }

    /// @inheritdoc IAIStaking
    function fund() external payable {
        if (msg.value == 0) revert ZeroAmount();
        _fund(msg.value);
    }

    /// @notice Sets how many seconds unbondings take that begin from now on. Governance alone.
    function setUnbondingPeriod(uint48 period) external restricted {
        _setUnbondingPeriod(period);
    }

    /// @notice The open unbondings of `account`: wei, and the unix second from which they may leave.
    function unbondingOf(address account) external view returns (Unbondings.Unbonding[] memory) {
        return _unbondings[account];
    }

    /// @notice The greatest yield of `tier`, a number of `Tier`, in basis points a year.
    function apyBps(uint8 tier) external pure returns (uint256) {
        if (tier > uint8(Tier.Platinum)) revert UnknownTier(tier, uint256(Tier.Platinum) + 1);
        return StakeTiers.apyBps(Tier(tier));
    }

    /// @notice The yield that `account` is paid now, in basis points a year: that of its tier, or less while the
    /// budget holds less than a month of everybody's interest.
    function currentApyBps(address account) external view returns (uint256) {
        return _affordableBps(StakeTiers.apyBps(tierOf(account)));
    }

    /// @dev Interest first: what was earned is settled at the old weight.
    function _restake(address account, uint256 value) private {
        _setWeight(account, value * StakeTiers.apyBps(StakeTiers.tierOf(value)));
        _setStake(account, value);
    }

    function _setUnbondingPeriod(uint48 period) private {
        if (period < UNBONDING_MIN || period > UNBONDING_MAX) {
            revert UnbondingPeriodOutOfRange(period, UNBONDING_MIN, UNBONDING_MAX);
        }
        emit UnbondingPeriodSet(unbondingPeriod, period);
        unbondingPeriod = period;
    }
}
