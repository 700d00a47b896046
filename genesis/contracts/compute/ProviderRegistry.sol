// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {AIBurn} from "../token/AIBurn.sol";
import {IJobWindows} from "../interfaces/IJobWindows.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Bonded compute providers
 * @notice Who takes work keeps a bond here, in wei, which it loses in part when it fails. A provider below the
 * least bond, or on its way out, takes no work. Whoever leaves gets the rest of its bond after a delay, and after
 * the last of its results can no longer be disputed, so that work already done can still be judged.
 * @dev The delay stays above the windows of `ComputePayments`: each side refuses a setting that breaks it. Windows
 * and delays change for what is to come, so each result holds the bond besides, by the windows of its own.
 */
contract ProviderRegistry is IProviderRegistry, AccessManaged {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev One slot and the endpoint.
    struct Provider {
        bool isRegistered;
        uint16 maxDiscountBps;
        uint48 leavesAt;
        uint128 bond;
        uint48 heldUntil;
        string endpoint;
    }

    /// @notice Basis points of the greatest discount: that of the highest staking tier.
    uint256 public constant DISCOUNT_BPS_MAX = 2_000;
    /// @notice Bytes of the longest endpoint.
    uint256 public constant ENDPOINT_BYTES_MAX = 256;
    /// @dev Wei within which governance sets the least bond.
    uint256 private constant BOND_MIN = 100 ether;
    uint256 private constant BOND_MAX = 10_000 ether;
    /// @dev Seconds within which governance sets the exit delay; the lower one is for dev chains.
    uint256 private constant DELAY_MIN_DEV = 1 seconds;
    uint256 private constant DELAY_MIN = 1 days;
    uint256 private constant DELAY_MAX = 60 days;

    /// @notice Whether this is a chain for development.
    bool public immutable DEV;
    /// @notice Wei of bond without which nobody takes work.
    uint128 public override minimumBond;
    /// @notice Seconds from the exit of a provider to the return of its bond.
    uint48 public override exitDelay;
    mapping(address account => Provider) private _providers;

    /// @notice `provider` registered, with a bond of `bond` wei.
    event ProviderRegistered(address indexed provider, uint256 bond, uint256 maxDiscountBps, string endpoint);
    /// @notice `provider` gives discounts up to `maxDiscountBps` and answers at `endpoint`.
    event ProviderUpdated(address indexed provider, uint256 maxDiscountBps, string endpoint);
    /// @notice `provider` added `value` wei to its bond, which is `bond` wei now.
    event BondToppedUp(address indexed provider, uint256 value, uint256 bond);
    /// @notice `provider` takes no more work and may withdraw from `leavesAt` (unix seconds) on.
    event ProviderExited(address indexed provider, uint256 leavesAt);
    /// @notice `provider` is gone, with `value` wei of bond.
    event ProviderWithdrew(address indexed provider, uint256 value);
    /// @notice `by` took `value` wei of the bond of `provider`, which is `bond` wei now.
    event ProviderSlashed(address indexed provider, address indexed by, uint256 value, uint256 bond);
    /// @notice Wei of bond without which nobody takes work.
    event MinimumBondSet(uint256 previous, uint256 current);
    /// @notice Seconds from exit to withdrawal.
    event ExitDelaySet(uint256 previous, uint256 current);

    /// @notice The bond of `provider` stays through `until` (unix seconds): somebody may dispute a result of its.
    event BondHeld(address indexed provider, uint256 until);

    /// @notice `provider` is registered, and may be on its way out.
    error AlreadyRegistered(address provider);
    /// @notice `provider` is not registered.
    error NotRegistered(address provider);
    /// @notice `provider` leaves at `leavesAt` (unix seconds).
    error ProviderLeaving(address provider, uint256 leavesAt);
    /// @notice `provider` has not asked to leave.
    error ProviderNotLeaving(address provider);
    /// @notice The bond may be withdrawn from `leavesAt` (unix seconds) on.
    error BondNotDue(uint256 leavesAt);
    /// @notice A bond is at least `minimum` wei.
    error BondTooSmall(uint256 value, uint256 minimum);
    /// @notice A top-up of nothing changes nothing.
    error TopUpIsZero();
    /// @notice A discount is at most `max` basis points.
    error DiscountTooHigh(uint256 discountBps, uint256 max);
    /// @notice An endpoint is at most `max` bytes.
    error EndpointTooLong(uint256 length, uint256 max);
    /// @notice Only the quality oracle and the compute payments slash.
    error NotSlasher(address caller);
    /// @notice Only the compute payments hold bonds.
    error NotComputePayments(address caller);
    /// @notice An exit delay of `exitDelay` seconds is not longer than the `windows` seconds in which jobs are decided.
    error ExitDelayTooShort(uint256 exitDelay, uint256 windows);
    /// @notice A parameter must be `min` to `max`.
    error ParameterOutOfBounds(uint256 value, uint256 min, uint256 max);

    /// @param minimumBond_ Wei.
    /// @param exitDelay_ Seconds.
    constructor(uint256 minimumBond_, uint256 exitDelay_, bool dev) AccessManaged(Predeploys.ACCESS_MANAGER) {
        DEV = dev;
        _setMinimumBond(minimumBond_);
        _setExitDelay(exitDelay_);
    }

    /// @notice Registers the caller with a bond of `msg.value` wei.
    /// @param discountBps The greatest discount that it gives, in basis points.
    /// @param endpoint Where clients reach it.
    function register(uint256 discountBps, string calldata endpoint) external payable {
        Provider storage provider = _providers[msg.sender];
        if (provider.isRegistered) revert AlreadyRegistered(msg.sender);
        if (msg.value < minimumBond) revert BondTooSmall(msg.value, minimumBond);
        provider.isRegistered = true;
        provider.bond = msg.value.toUint128();
        _setTerms(provider, discountBps, endpoint);
        emit ProviderRegistered(msg.sender, msg.value, discountBps, endpoint);
    }

    /// @notice Changes the terms of the caller.
    function update(uint256 discountBps, string calldata endpoint) external {
        _setTerms(_staying(), discountBps, endpoint);
        emit ProviderUpdated(msg.sender, discountBps, endpoint);
    }

    /// @notice Adds `msg.value` wei to the bond of the caller.
    function topUp() external payable {
        Provider storage provider = _staying();
        if (msg.value == 0) revert TopUpIsZero();
        provider.bond += msg.value.toUint128();
        emit BondToppedUp(msg.sender, msg.value, provider.bond);
    }

    /// @notice Ends the work of the caller, for good; its bond stays for the exit delay.
    function exit() external {
        Provider storage provider = _staying();
        provider.leavesAt = Time.timestamp() + exitDelay;
        emit ProviderExited(msg.sender, provider.leavesAt);
    }

    /// @notice Sends what is left of the bond back to the caller, once its exit delay and the windows of its results
    /// are over.
    function withdraw() external {
        Provider storage provider = _providers[msg.sender];
        uint256 due = provider.leavesAt;
        if (due == 0) revert ProviderNotLeaving(msg.sender);
        due = Math.max(due, uint256(provider.heldUntil) + 1);
        if (block.timestamp < due) revert BondNotDue(due);
        uint256 value = provider.bond;
        delete _providers[msg.sender];
        emit ProviderWithdrew(msg.sender, value);
        IERC20(Predeploys.AI).safeTransfer(msg.sender, value);
    }

    /// @inheritdoc IProviderRegistry
    /// @dev Takes what there is, be it nothing: a dispute must end even if the bond is gone.
    function slash(address account, uint256 value) external override {
        bool isSlasher = msg.sender == Predeploys.QUALITY_ORACLE || msg.sender == Predeploys.COMPUTE_PAYMENTS;
        if (!isSlasher) revert NotSlasher(msg.sender);
        Provider storage provider = _providers[account];
        uint256 bond = provider.bond;
        uint256 taken = Math.min(value, bond);
        if (taken == 0) return;
        provider.bond = (bond - taken).toUint128();
        emit ProviderSlashed(account, msg.sender, taken, bond - taken);
        AIBurn(payable(Predeploys.AI_BURN)).burn{value: taken}(uint8(AIBurn.Category.Slashing));
    }

    /// @inheritdoc IProviderRegistry
    function hold(address account, uint48 until) external override {
        if (msg.sender != Predeploys.COMPUTE_PAYMENTS) revert NotComputePayments(msg.sender);
        Provider storage provider = _providers[account];
        if (until <= provider.heldUntil) return;
        provider.heldUntil = until;
        emit BondHeld(account, until);
    }

    /// @notice Sets the least bond, in wei. Providers below it take no work until they top up; jobs that they took
    /// before they may still answer.
    function setMinimumBond(uint256 current) external restricted {
        _setMinimumBond(current);
    }

    /// @notice Sets the exit delay, in seconds, of exits from now on. It is longer than both windows of jobs together.
    function setExitDelay(uint256 current) external restricted {
        _setExitDelay(current);
        uint256 windows = IJobWindows(Predeploys.COMPUTE_PAYMENTS).windowSeconds();
        if (current <= windows) revert ExitDelayTooShort(current, windows);
    }

    /// @inheritdoc IProviderRegistry
    function isActive(address account) external view override returns (bool) {
        return _hasBond(account, minimumBond);
    }

    /// @inheritdoc IProviderRegistry
    function mayAnswer(address account, uint256 leastBond) external view override returns (bool) {
        return _hasBond(account, Math.min(minimumBond, leastBond));
    }

    /// @inheritdoc IProviderRegistry
    function maxDiscountBps(address account) external view override returns (uint256) {
        return _providers[account].maxDiscountBps;
    }

    /// @notice All that is known of `account`: bond in wei, `leavesAt` in unix seconds, 0 if it stays, `heldUntil` the
    /// last second of the bond by the results of jobs, 0 without any.
    function providerOf(address account) external view returns (Provider memory) {
        return _providers[account];
    }

    function _setTerms(Provider storage provider, uint256 discountBps, string calldata endpoint) private {
        if (discountBps > DISCOUNT_BPS_MAX) revert DiscountTooHigh(discountBps, DISCOUNT_BPS_MAX);
        uint256 length = bytes(endpoint).length;
        if (length > ENDPOINT_BYTES_MAX) revert EndpointTooLong(length, ENDPOINT_BYTES_MAX);
        provider.maxDiscountBps = uint16(discountBps);
        provider.endpoint = endpoint;
    }

    /// @dev The caller, who must be registered and not on its way out.
    function _staying() private view returns (Provider storage provider) {
        provider = _providers[msg.sender];
        if (!provider.isRegistered) revert NotRegistered(msg.sender);
        if (provider.leavesAt != 0) revert ProviderLeaving(msg.sender, provider.leavesAt);
    }

    /// @dev Whether `account` stays, with `bond` wei at least.
    function _hasBond(address account, uint256 bond) private view returns (bool) {
        Provider storage provider = _providers[account];
        return provider.isRegistered && provider.leavesAt == 0 && provider.bond >= bond;
    }

    function _setMinimumBond(uint256 current) private {
        _requireBounds(current, BOND_MIN, BOND_MAX);
        emit MinimumBondSet(minimumBond, current);
        minimumBond = uint128(current);
    }

    function _setExitDelay(uint256 current) private {
        _requireBounds(current, DEV ? DELAY_MIN_DEV : DELAY_MIN, DELAY_MAX);
        emit ExitDelaySet(exitDelay, current);
        exitDelay = uint48(current);
    }

    function _requireBounds(uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert ParameterOutOfBounds(value, min, max);
    }
}
