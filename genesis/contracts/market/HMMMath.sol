// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/**
 * @title The arithmetic of the market
 * @notice Amounts are in base units of their token. A taker pays 0.30 % of the input: 0.20 % stays with those who
 * provide liquidity, 0.10 % is the protocol's.
 */
library HMMMath {
    /// @dev Fees in thousandths of the input.
    uint256 internal constant FEE = 3;
    uint256 internal constant PROTOCOL_FEE = 1;
    uint256 internal constant FEE_UNIT = 1_000;
    uint256 internal constant BPS = 10_000;
    /// @dev A price may rise by this much in one swap, in basis points, whichever way it is quoted.
    uint256 internal constant IMPACT_BPS_MAX = 1_000;
    /// @dev No pool holds more of a token.
    uint256 internal constant AMOUNT_MAX = type(uint112).max;

    /// @notice The trade has no input.
    error InsufficientInput();
    /// @notice The trade has no output.
    error InsufficientOutput();
    /// @notice The pool cannot serve this: it is empty, or would be.
    error InsufficientLiquidity();
    /// @notice No pool holds more than `max` of a token.
    error AmountTooLarge(uint256 amount, uint256 max);
    /// @notice `k` would fall.
    error ConstantProductFell();
    /// @notice A price would rise by `riseBps`, rounded up, of at most `maxBps`.
    error PriceImpactTooHigh(uint256 riseBps, uint256 maxBps);
    /// @notice The pool takes `optimal` of the token whose minimum is `minimum`.
    error BelowMinimum(uint256 optimal, uint256 minimum);

    /// @notice What `amountA` is worth at the spot price, rounded down.
    function quote(uint256 amountA, uint256 reserveA, uint256 reserveB) internal pure returns (uint256) {
        if (amountA == 0) revert InsufficientInput();
        if (reserveA == 0 || reserveB == 0) revert InsufficientLiquidity();
        requirePossible(amountA, reserveA, reserveB);
        return Math.mulDiv(amountA, reserveB, reserveA);
    }

    /// @notice The most that `amountIn` buys.
    function getAmountOut(uint256 amountIn, uint256 reserveIn, uint256 reserveOut) internal pure returns (uint256) {
        if (amountIn == 0) revert InsufficientInput();
        if (reserveIn == 0 || reserveOut == 0) revert InsufficientLiquidity();
        requirePossible(amountIn, reserveIn, reserveOut);
        uint256 taken = amountIn * (FEE_UNIT - FEE);
        return Math.mulDiv(taken, reserveOut, reserveIn * FEE_UNIT + taken);
    }

    /// @notice An amount that buys at least `amountOut`: the least one, or one unit more.
    function getAmountIn(uint256 amountOut, uint256 reserveIn, uint256 reserveOut) internal pure returns (uint256) {
        if (amountOut == 0) revert InsufficientOutput();
        if (reserveIn == 0 || amountOut >= reserveOut) revert InsufficientLiquidity();
        requirePossible(amountOut, reserveIn, reserveOut);
        return Math.mulDiv(reserveIn * FEE_UNIT, amountOut, (reserveOut - amountOut) * (FEE_UNIT - FEE)) + 1;
    }

    /// @notice The greatest deposit within `maxA` and `maxB` at the pool's price; everything if the pool is empty.
    /// @dev Coins that were sent to a pool before its first deposit set no price. Whoever names a maximum beyond all
    /// bounds has none.
    function deposit(
        uint256 reserveA,
        uint256 reserveB,
        uint256 maxA,
        uint256 maxB,
        uint256 minA,
        uint256 minB
    ) internal pure returns (uint256 amountA, uint256 amountB) {
        if (reserveA == 0 || reserveB == 0) return (maxA, maxB);
        (maxA, maxB) = (Math.min(maxA, AMOUNT_MAX), Math.min(maxB, AMOUNT_MAX));
        amountB = quote(maxA, reserveA, reserveB);
        if (amountB <= maxB) {
            if (amountB < minB) revert BelowMinimum(amountB, minB);
            return (maxA, amountB);
        }
        amountA = quote(maxB, reserveB, reserveA);
        if (amountA < minA) revert BelowMinimum(amountA, minA);
        return (amountA, maxB);
    }

    /// @notice Reverts if a pool cannot have such reserves, or such a trade.
    function requirePossible(uint256 amount, uint256 reserveA, uint256 reserveB) internal pure {
        uint256 largest = Math.max(amount, Math.max(reserveA, reserveB));
        if (largest > AMOUNT_MAX) revert AmountTooLarge(largest, AMOUNT_MAX);
    }

    /// @notice Reverts if `k` fell, with 0.30 % of both inputs left out of the new balances.
    function requireConstantProduct(
        uint256 reserve0,
        uint256 reserve1,
        uint256 balance0,
        uint256 balance1,
        uint256 amount0In,
        uint256 amount1In
    ) internal pure {
        uint256 adjusted0 = balance0 * FEE_UNIT - amount0In * FEE;
        uint256 adjusted1 = balance1 * FEE_UNIT - amount1In * FEE;
        if (adjusted0 * adjusted1 < reserve0 * reserve1 * FEE_UNIT ** 2) revert ConstantProductFell();
    }

    /// @notice Reverts if a swap moves either token's price in the other by more than 10 %, as far as what left
    /// tells: without fees the price moves by the square of what is left of a reserve.
    /// @dev What came in does not count. A gift to the pair beside it would else look like the trader's own, and
    /// stop every swap until somebody takes it away.
    function requireModestImpact(
        uint256 reserve0,
        uint256 reserve1,
        uint256 balance0,
        uint256 balance1
    ) internal pure {
        uint256 riseBps = Math.max(_riseBps(reserve0, balance0), _riseBps(reserve1, balance1));
        if (riseBps > IMPACT_BPS_MAX) revert PriceImpactTooHigh(riseBps, IMPACT_BPS_MAX);
    }

    function _riseBps(uint256 reserve, uint256 balance) private pure returns (uint256) {
        uint256 left = Math.min(reserve, balance);
        if (left == 0) revert InsufficientLiquidity();
        return Math.ceilDiv(reserve * reserve * BPS, left * left) - BPS;
    }
}
