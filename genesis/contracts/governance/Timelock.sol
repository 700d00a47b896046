// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Who holds the treasury and every power of governance
 * @notice Only the governor schedules; anyone executes what is due; the governor and the guardian cancel. Its
 * own admin: roles change by proposal alone. The minimum delay is that of emergencies; the governor asks for
 * the longer standard delay for all else.
 */
contract Timelock is TimelockController {
    /// @dev Seconds.
    uint256 private constant DELAY_MIN = 6 hours;
    uint256 private constant DELAY_MAX = 30 days;

    /// @notice Whether this is a devnet, where the minimum delay may be as short as 0 seconds.
    bool public immutable DEV;

    /// @notice A minimum delay of `delay` seconds is outside `min` to `max`.
    error DelayOutOfBounds(uint256 delay, uint256 min, uint256 max);

    /// @param dev Whether this is a devnet.
    /// @param delay Seconds that every operation waits at least.
    constructor(
        bool dev,
        uint256 delay
    ) TimelockController(delay, _listOf(Predeploys.AI_GOVERNOR), _listOf(address(0)), address(0)) {
        DEV = dev;
        _requireBounds(delay);
        _grantRole(CANCELLER_ROLE, Predeploys.GUARDIAN_SAFE);
    }

    /// @notice Sets the minimum delay to `delay` seconds: 6 hours (0 on a devnet) to 30 days. By proposal only.
    function updateDelay(uint256 delay) public override {
        _requireBounds(delay);
        super.updateDelay(delay);
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
