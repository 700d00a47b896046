// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {HMMFactory} from "./HMMFactory.sol";
import {HMMMath} from "./HMMMath.sol";
import {HMMPair} from "./HMMPair.sol";
import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title The bucket for liquidity
 * @notice Holds the coins of the bucket and the shares of the pools that they went into. Only governance moves them;
 * the quote tokens are the Timelock's. Coins that leave, for a pool or elsewhere, count against the circuit breaker.
 * Amounts are in base units, $AI in wei.
 */
contract LiquidityReserve is AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    HMMFactory private constant FACTORY = HMMFactory(Predeploys.HMM_FACTORY);

    /// @notice `coins` wei of the reserve and `quote` of the Timelock's went into `pair`, for `shares`.
    event LiquidityAdded(address indexed pair, uint256 coins, uint256 quote, uint256 shares);
    /// @notice `shares` of `pair` brought `coins` wei to the reserve and `quote` to the Timelock.
    event LiquidityRemoved(address indexed pair, uint256 coins, uint256 quote, uint256 shares);
    /// @notice `value` wei went to `to`.
    event Released(address indexed to, uint256 value);

    /// @notice It is `time`, later than the `deadline`, in unix seconds.
    error Expired(uint256 deadline, uint256 time);
    /// @notice Nobody made the pair of $AI and `quoteToken`.
    error NoPair(address quoteToken);
    /// @notice The shares are worth `amount` of the token whose minimum is `minimum`.
    error RedeemedBelowMinimum(uint256 amount, uint256 minimum);

    constructor() AccessManaged(Predeploys.ACCESS_MANAGER) {}

    /// @notice Deposits within the maxima, at the pool's price, into the pair of $AI and `quoteToken`; makes the
    /// pair if there is none. The quote comes from the Timelock, which has approved it.
    /// @return coins Wei that went in.
    /// @return quote Quote tokens that went in.
    /// @return shares Shares that stay here.
    function add(
        address quoteToken,
        uint256 coinsMax,
        uint256 quoteMax,
        uint256 coinsMin,
        uint256 quoteMin,
        uint256 deadline
    ) external restricted nonReentrant returns (uint256 coins, uint256 quote, uint256 shares) {
        if (block.timestamp > deadline) revert Expired(deadline, block.timestamp);
        HMMPair pair = HMMPair(FACTORY.getPair(Predeploys.AI, quoteToken));
        if (address(pair) == address(0)) pair = HMMPair(FACTORY.createPair(Predeploys.AI, quoteToken));
        (uint256 coinReserve, uint256 quoteReserve, ) = pair.getReserves();
        if (pair.token0() != Predeploys.AI) (coinReserve, quoteReserve) = (quoteReserve, coinReserve);
        (coins, quote) = HMMMath.deposit(coinReserve, quoteReserve, coinsMax, quoteMax, coinsMin, quoteMin);
        ICircuitBreaker(Predeploys.CIRCUIT_BREAKER).consume(coins);
        IERC20(quoteToken).safeTransferFrom(Predeploys.TIMELOCK, address(pair), quote);
        IERC20(Predeploys.AI).safeTransfer(address(pair), coins);
        shares = pair.mint(address(this));
        emit LiquidityAdded(address(pair), coins, quote, shares);
    }

    /// @notice Redeems `shares` of the pair of $AI and `quoteToken`: coins come back here, the quote goes to the
    /// Timelock.
    /// @return coins Wei that came back.
    /// @return quote Quote tokens that the Timelock got.
    function remove(
        address quoteToken,
        uint256 shares,
        uint256 coinsMin,
        uint256 quoteMin,
        uint256 deadline
    ) external restricted nonReentrant returns (uint256 coins, uint256 quote) {
        if (block.timestamp > deadline) revert Expired(deadline, block.timestamp);
        HMMPair pair = HMMPair(FACTORY.getPair(Predeploys.AI, quoteToken));
        if (address(pair) == address(0)) revert NoPair(quoteToken);
        IERC20(address(pair)).safeTransfer(address(pair), shares);
        (coins, quote) = pair.burn(address(this));
        if (pair.token0() != Predeploys.AI) (coins, quote) = (quote, coins);
        if (coins < coinsMin) revert RedeemedBelowMinimum(coins, coinsMin);
        if (quote < quoteMin) revert RedeemedBelowMinimum(quote, quoteMin);
        IERC20(quoteToken).safeTransfer(Predeploys.TIMELOCK, quote);
        emit LiquidityRemoved(address(pair), coins, quote, shares);
    }

    /// @notice Sends `value` wei to `to`, for pools elsewhere.
    function release(address to, uint256 value) external restricted {
        ICircuitBreaker(Predeploys.CIRCUIT_BREAKER).consume(value);
        emit Released(to, value);
        IERC20(Predeploys.AI).safeTransfer(to, value);
    }
}
