// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISystemConfig} from "../interfaces/ISystemConfig.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title When a sale is, and on what grid of prices
 * @notice Governance sets the terms once, by opening the bidding, and nobody changes them after. Prices are in base
 * units of the quote token for 10^18 wei of AI.
 */
abstract contract SaleTerms is AccessManaged {
    /// @notice Prices of the grid.
    uint256 public constant TICKS = 128;
    /// @notice The longest sale, in seconds.
    uint256 public constant DURATION_MAX = 30 days;
    /// @notice The shortest sale, in seconds: a second on devnets, a day elsewhere.
    uint256 public immutable DURATION_MIN;

    /// @notice What bids are paid in.
    IERC20 public quoteToken;
    /// @notice When bidding ends, in unix seconds; 0 before the start.
    uint64 public endsAt;
    /// @notice Whether only attested persons may bid.
    bool public attestedOnly;
    /// @notice The price of tick 0.
    uint96 public minPrice;
    /// @notice The step from one price to the next.
    uint96 public tickSize;

    /// @notice Bids may come until `endsAt`, in unix seconds.
    event SaleStarted(address indexed quoteToken, uint256 endsAt, uint256 minPrice, uint256 tickSize, bool attestedOnly);

    /// @notice There is one sale.
    error AlreadyStarted();
    /// @notice A sale lasts `min` to `max` seconds.
    error DurationOutOfRange(uint256 duration, uint256 min, uint256 max);
    /// @notice Prices and steps are at least 1.
    error PriceIsZero();
    /// @notice `token` cannot pay for bids: it is $AI, or nothing.
    error InvalidQuoteToken(address token);
    /// @notice The grid has `ticks` prices, counted from 0.
    error UnknownTick(uint256 tick, uint256 ticks);

    constructor(bool dev) AccessManaged(Predeploys.ACCESS_MANAGER) {
        DURATION_MIN = dev ? 1 seconds : 1 days;
    }

    /// @notice Opens the bidding for `duration` seconds, once.
    /// @param quote A token that delivers what it is told to.
    function start(
        IERC20 quote,
        uint256 duration,
        uint96 minPrice_,
        uint96 tickSize_,
        bool attestedOnly_
    ) external restricted {
        ISystemConfig(Predeploys.SYSTEM_CONFIG).requireActive(ISystemConfig.Phase.Sale);
        if (endsAt != 0) revert AlreadyStarted();
        if (duration < DURATION_MIN || duration > DURATION_MAX) {
            revert DurationOutOfRange(duration, DURATION_MIN, DURATION_MAX);
        }
        if (minPrice_ == 0 || tickSize_ == 0) revert PriceIsZero();
        if (address(quote) == Predeploys.AI || address(quote).code.length == 0) {
            revert InvalidQuoteToken(address(quote));
        }
        quoteToken = quote;
        endsAt = uint64(block.timestamp + duration);
        minPrice = minPrice_;
        tickSize = tickSize_;
        attestedOnly = attestedOnly_;
        emit SaleStarted(address(quote), endsAt, minPrice_, tickSize_, attestedOnly_);
    }

    /// @notice The price of `tick`.
    function priceAt(uint256 tick) public view returns (uint256) {
        if (tick >= TICKS) revert UnknownTick(tick, TICKS);
        return minPrice + tick * tickSize;
    }
}
