// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Who holds the treasury and every power of governance
 * @notice Only the governor schedules; anyone executes what is due; the governor and the guardian cancel. Its
 * own admin: roles change by proposal alone. The minimum delay is that of emergencies; the governor asks for
 * the longer standard delay for all else. An operation that nobody executes within the grace after its delay
 * expires: it counts as never scheduled.
 */
contract Timelock is TimelockController {
    /// @dev Seconds.
    uint256 private constant DELAY_MIN = 6 hours;
    uint256 private constant DELAY_MAX = 30 days;
    uint256 private constant GRACE_MIN = 1 days;
    uint256 private constant GRACE_MIN_DEV = 1;
    uint256 private constant GRACE_MAX = 30 days;

    /// @notice Whether this is a devnet, where the minimum delay may be as short as 0 seconds.
    bool public immutable DEV;
    /// @notice Seconds for which an operation that is due can be executed.
    uint256 public immutable GRACE_SECONDS;

    /// @notice A minimum delay of `delay` seconds is outside `min` to `max`.
    error DelayOutOfBounds(uint256 delay, uint256 min, uint256 max);
    /// @notice A grace of `grace` seconds is outside `min` to `max`.
    error GraceOutOfBounds(uint256 grace, uint256 min, uint256 max);

    /// @param dev Whether this is a devnet.
    /// @param delay Seconds that every operation waits at least.
    /// @param grace Seconds for which it can be executed then: a day (a second on a devnet) to 30 days, for ever.
    constructor(
        bool dev,
        uint256 delay,
        uint256 grace
    ) TimelockController(delay, _listOf(Predeploys.AI_GOVERNOR), _listOf(address(0)), address(0)) {
        DEV = dev;
        _requireBounds(delay);
        uint256 graceMin = dev ? GRACE_MIN_DEV : GRACE_MIN;
        if (grace < graceMin || grace > GRACE_MAX) revert GraceOutOfBounds(grace, graceMin, GRACE_MAX);
        GRACE_SECONDS = grace;
        _grantRole(CANCELLER_ROLE, Predeploys.GUARDIAN_SAFE);
    }

    /// @notice Sets the minimum delay to `delay` seconds: 6 hours (0 on a devnet) to 30 days. By proposal only.
    function updateDelay(uint256 delay) public override {
        _requireBounds(delay);
        super.updateDelay(delay);
    }

    /// @notice State of the operation `id`. One that expired is `Unset`; its `getTimestamp` stays.
    /// @dev Whatever executes or cancels asks here.
    function getOperationState(bytes32 id) public view override returns (OperationState) {
        OperationState current = super.getOperationState(id);
        bool isOver = current == OperationState.Ready && block.timestamp > getTimestamp(id) + GRACE_SECONDS;
        return isOver ? OperationState.Unset : current;
    }

    function _listOf(address account) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }

    function _requireBounds(uint256 delay) private view {
        uint256 delayMin = DEV ? 0 : DELAY_MIN;
        if (delay < delayMin || delay > DELAY_MAX) revert DelayOutOfBounds(delay, delayMin, DELAY_MAX);
    }
}
