// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Limits on what leaves the protocol's reserves
 * @notice Each spender has a meter: it may draw `capacity` wei at once, and that much again in each window of
 * seconds, refilled steadily; so never more than twice the capacity within a window. The capacity is a share
 * of the reserve that the spender draws on: at most a tenth.
 *
 * The guardian may pause all outflows for 7 days and again 7 days after a pause ended, so that half of the
 * time at least is open; governance may end a pause, and replace the guardian.
 * @dev What a limit refuses reverts and leaves no log: read `available`, and `Consumed` of what passed.
 */
contract CircuitBreaker is ICircuitBreaker, AccessManaged {
    using RateLimiter for RateLimiter.RefillingBucket;
    using SafeCast for uint256;

    uint256 private constant BPS = 10_000;
    uint256 private constant SHARE_MAX_BPS = 1_000;
    /// @dev The greatest reserve of genesis, in wei.
    uint256 private constant RESERVE_MAX = 300_000_000 ether;
    /// @dev Seconds.
    uint256 private constant WINDOW_MIN = 1 days;
    uint256 private constant WINDOW_MIN_DEV = 1;
    uint256 private constant WINDOW_MAX = 30 days;
    uint256 private constant COOLING = 7 days;
    /// @dev A meter of its own for each spender has one entry.
    bytes32 private constant ENTRY = 0;

    /// @notice Seconds of a pause: longer than an emergency takes from its proposal to its execution.
    uint256 public constant PAUSE_SECONDS = 7 days;
    /// @notice Whether this is a devnet, where windows may be as short as a second.
    bool public immutable DEV;
    /// @notice Who may pause.
    address public guardian;
    /// @notice Unix seconds until which outflows are paused, or were.
    uint256 public pausedUntil;
    /// @notice Wei of the reserve that a spender draws on; 0 if it is no spender.
    mapping(address spender => uint256) public reserveOf;
    mapping(address spender => RateLimiter.RefillingBucket) private _meters;

    /// @notice `spender` drew `value` wei; `available` wei are left now.
    event Consumed(address indexed spender, uint256 value, uint256 available);
    /// @notice `spender` draws on a reserve of `reserve` wei from now on.
    event SpenderAdded(address indexed spender, uint256 reserve);
    /// @notice The limit of `spender` changed; wei in each window of so many seconds.
    event LimitChanged(
        address indexed spender,
        uint256 oldCapacity,
        uint256 oldWindow,
        uint256 newCapacity,
        uint256 newWindow
    );
    /// @notice `account` paused outflows until `until` (unix seconds).
    event Paused(address indexed account, uint256 until);
    /// @notice `account` ended the pause.
    event Unpaused(address indexed account);
    /// @notice The guardian was `oldGuardian` and is `newGuardian`.
    event GuardianSet(address oldGuardian, address newGuardian);

    /// @notice `spender` has no meter.
    error UnknownSpender(address spender);
    /// @notice `spender` has a meter.
    error AlreadySpender(address spender);
    /// @notice A reserve of `reserve` wei is outside 1 to `max`.
    error ReserveOutOfBounds(uint256 reserve, uint256 max);
    /// @notice A share of `shareBps` basis points is above `max`.
    error ShareOutOfBounds(uint256 shareBps, uint256 max);
    /// @notice A window of `window` seconds is outside `min` to `max`.
    error WindowOutOfBounds(uint256 window, uint256 min, uint256 max);
    /// @notice Only the guardian may call.
    error NotGuardian(address caller);
    /// @notice The next pause may begin at `from` (unix seconds).
    error Cooling(uint256 from);
    /// @notice Outflows are not paused.
    error NotPaused();

    /// @param dev Whether this is a devnet.
    /// @param trainingReserve Wei that the training rewards draw on.
    /// @param liquidityReserve Wei of the liquidity reserve.
    /// @param shareBps Share of both that may leave at once, in basis points.
    /// @param window Seconds in which as much is refilled.
    constructor(
        bool dev,
        uint256 trainingReserve,
        uint256 liquidityReserve,
        uint256 shareBps,
        uint256 window
    ) AccessManaged(Predeploys.ACCESS_MANAGER) {
        DEV = dev;
        _setGuardian(Predeploys.GUARDIAN_SAFE);
        _addSpender(Predeploys.TRAINING_REWARDS, trainingReserve, shareBps, window);
        _addSpender(Predeploys.LIQUIDITY_RESERVE, liquidityReserve, shareBps, window);
    }

    /// @inheritdoc ICircuitBreaker
    function consume(uint256 value) external {
        requireNotPaused();
        if (reserveOf[msg.sender] == 0) revert UnknownSpender(msg.sender);
        RateLimiter.RefillingBucket storage meter = _meters[msg.sender];
        if (!meter.tryConsume(ENTRY, value)) revert OutflowAboveLimit(msg.sender, value, meter.available(ENTRY));
        emit Consumed(msg.sender, value, meter.available(ENTRY));
    }

    /// @notice Gives `spender` a meter for a reserve of `reserve` wei (at most 300 M AI), for good.
    function addSpender(address spender, uint256 reserve, uint256 shareBps, uint256 window) external restricted {
        _addSpender(spender, reserve, shareBps, window);
    }

    /// @notice Sets the limit of `spender`. What it drew stays drawn.
    /// @param shareBps Share of its reserve that may leave at once: 0 (which stops it) to 1,000 basis points.
    /// @param window Seconds in which as much is refilled: a day (a second on a devnet) to 30 days.
    function setLimit(address spender, uint256 shareBps, uint256 window) external restricted {
        if (reserveOf[spender] == 0) revert UnknownSpender(spender);
        _setLimit(spender, shareBps, window);
    }

    /// @notice Makes `newGuardian` the one who may pause; zero for nobody.
    function setGuardian(address newGuardian) external restricted {
        _setGuardian(newGuardian);
    }

    /// @notice Pauses outflows for 7 days. The guardian calls, at the earliest 7 days after a pause ended.
    function pause() external {
        if (msg.sender != guardian) revert NotGuardian(msg.sender);
        uint256 from = pausedUntil == 0 ? 0 : pausedUntil + COOLING;
        if (block.timestamp < from) revert Cooling(from);
        pausedUntil = block.timestamp + PAUSE_SECONDS;
        emit Paused(msg.sender, pausedUntil);
    }

    /// @notice Ends the pause now. The guardian or governance calls.
    function unpause() external {
        if (msg.sender != guardian) _checkCanCall(msg.sender, msg.data);
        if (!isPaused()) revert NotPaused();
        pausedUntil = block.timestamp;
        emit Unpaused(msg.sender);
    }

    /// @notice Wei that `spender` may draw now.
    function available(address spender) external view returns (uint256) {
        return isPaused() ? 0 : _meters[spender].available(ENTRY);
    }

    /// @notice The limit of `spender`: wei at once, and the seconds in which as much is refilled.
    function limitOf(address spender) external view returns (uint256 capacity, uint256 window) {
        RateLimiter.RefillingBucket storage meter = _meters[spender];
        return (meter._capacity, meter._window);
    }

    /// @notice Whether outflows are paused.
    function isPaused() public view returns (bool) {
        return block.timestamp < pausedUntil;
    }

    /// @inheritdoc ICircuitBreaker
    function requireNotPaused() public view {
        if (isPaused()) revert OutflowsPaused(pausedUntil);
    }

    function _addSpender(address spender, uint256 reserve, uint256 shareBps, uint256 window) private {
        if (reserveOf[spender] != 0) revert AlreadySpender(spender);
        if (reserve == 0 || reserve > RESERVE_MAX) revert ReserveOutOfBounds(reserve, RESERVE_MAX);
        reserveOf[spender] = reserve;
        emit SpenderAdded(spender, reserve);
        _setLimit(spender, shareBps, window);
    }

    /// @dev The refill so far counts at the old rate.
    function _setLimit(address spender, uint256 shareBps, uint256 window) private {
        if (shareBps > SHARE_MAX_BPS) revert ShareOutOfBounds(shareBps, SHARE_MAX_BPS);
        uint256 windowMin = DEV ? WINDOW_MIN_DEV : WINDOW_MIN;
        if (window < windowMin || window > WINDOW_MAX) revert WindowOutOfBounds(window, windowMin, WINDOW_MAX);
        RateLimiter.RefillingBucket storage meter = _meters[spender];
        uint256 capacity = (reserveOf[spender] * shareBps) / BPS;
        emit LimitChanged(spender, meter._capacity, meter._window, capacity, window);
        meter.sync(ENTRY);
        meter.updateSettings(window.toUint48(), capacity.toUint208());
    }

    function _setGuardian(address newGuardian) private {
        emit GuardianSet(guardian, newGuardian);
        guardian = newGuardian;
    }
}
