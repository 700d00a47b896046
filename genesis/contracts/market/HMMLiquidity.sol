// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {HMMMath} from "./HMMMath.sol";
import {HMMPair} from "./HMMPair.sol";
import {HMMQuotes} from "./HMMQuotes.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title The half of the router that deposits and redeems
 * @dev A function that takes coins as `msg.value` never pulls $AI with `transferFrom`: the other token cannot be
 * $AI, which is no pair with itself. Coins in flight are told by `msg.value`, not by the router's balance.
 */
abstract contract HMMLiquidity is HMMQuotes, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice It is `time`, later than the `deadline`, in unix seconds.
    error Expired(uint256 deadline, uint256 time);
    /// @notice The shares are worth `amount` of the token whose minimum is `minimum`.
    error RedeemedBelowMinimum(uint256 amount, uint256 minimum);

    modifier ensure(uint256 deadline) {
        _ensure(deadline);
        _;
    }

    /// @notice Deposits within the desired amounts, at the pool's price, for shares to `to`. Makes the pair if
    /// there is none.
    function addLiquidity(
        address tokenA,
        address tokenB,
        uint256 amountADesired,
        uint256 amountBDesired,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline
    ) external nonReentrant ensure(deadline) returns (uint256 amountA, uint256 amountB, uint256 liquidity) {
        (amountA, amountB) = _deposit(tokenA, tokenB, amountADesired, amountBDesired, amountAMin, amountBMin);
        _pull(tokenA, tokenB, tokenA, amountA);
        _pull(tokenA, tokenB, tokenB, amountB);
        liquidity = _pair(tokenA, tokenB).mint(to);
    }

    /// @notice The same with `msg.value` wei as the desired amount of $AI; what the pool does not take comes back.
    function addLiquidityETH(
        address token,
        uint256 amountTokenDesired,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    )
        external
        payable
        nonReentrant
        ensure(deadline)
        returns (uint256 amountToken, uint256 amountETH, uint256 liquidity)
    {
        (amountToken, amountETH) = _deposit(
            token,
            Predeploys.AI,
            amountTokenDesired,
            msg.value,
            amountTokenMin,
            amountETHMin
        );
        _pull(token, Predeploys.AI, token, amountToken);
        _push(token, Predeploys.AI, amountETH);
        liquidity = _pair(token, Predeploys.AI).mint(to);
        _sendCoins(msg.sender, msg.value - amountETH);
    }

    /// @notice Redeems `liquidity` shares of the caller; both tokens go to `to`.
    function removeLiquidity(
        address tokenA,
        address tokenB,
        uint256 liquidity,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline
    ) external nonReentrant ensure(deadline) returns (uint256 amountA, uint256 amountB) {
        return _redeem(tokenA, tokenB, liquidity, amountAMin, amountBMin, to);
    }

    /// @notice The same for a pair with $AI, which arrives as native coins either way.
    function removeLiquidityETH(
        address token,
        uint256 liquidity,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) external nonReentrant ensure(deadline) returns (uint256 amountToken, uint256 amountETH) {
        return _redeem(token, Predeploys.AI, liquidity, amountTokenMin, amountETHMin, to);
    }

    /// @notice Redeems with a signature over the shares, or over all there can be.
    function removeLiquidityWithPermit(
        address tokenA,
        address tokenB,
        uint256 liquidity,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline,
        bool approveMax,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant ensure(deadline) returns (uint256 amountA, uint256 amountB) {
        _permit(tokenA, tokenB, approveMax ? type(uint256).max : liquidity, deadline, v, r, s);
        return _redeem(tokenA, tokenB, liquidity, amountAMin, amountBMin, to);
    }

    /// @notice The same for a pair with $AI.
    function removeLiquidityETHWithPermit(
        address token,
        uint256 liquidity,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline,
        bool approveMax,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant ensure(deadline) returns (uint256 amountToken, uint256 amountETH) {
        _permit(token, Predeploys.AI, approveMax ? type(uint256).max : liquidity, deadline, v, r, s);
        return _redeem(token, Predeploys.AI, liquidity, amountTokenMin, amountETHMin, to);
    }

    /// @dev Takes `amount` of `token` from the caller to the pair of `tokenA` and `tokenB`.
    function _pull(address tokenA, address tokenB, address token, uint256 amount) internal {
        IERC20(token).safeTransferFrom(msg.sender, address(_pair(tokenA, tokenB)), amount);
    }

    /// @dev Sends `value` wei of `msg.value` to the pair of `tokenA` and `tokenB`.
    function _push(address tokenA, address tokenB, uint256 value) internal {
        _sendCoins(address(_pair(tokenA, tokenB)), value);
    }

    /// @dev Through the facade: no code of the recipient runs.
    function _sendCoins(address to, uint256 value) internal {
        if (value > 0) IERC20(Predeploys.AI).safeTransfer(to, value);
    }

    /// @dev What a deposit within these amounts takes. Makes the pair if there is none.
    function _deposit(
        address tokenA,
        address tokenB,
        uint256 maxA,
        uint256 maxB,
        uint256 minA,
        uint256 minB
    ) private returns (uint256 amountA, uint256 amountB) {
        if (FACTORY.getPair(tokenA, tokenB) == address(0)) FACTORY.createPair(tokenA, tokenB);
        (uint256 reserveA, uint256 reserveB) = _reserves(tokenA, tokenB);
        return HMMMath.deposit(reserveA, reserveB, maxA, maxB, minA, minB);
    }

    function _redeem(
        address tokenA,
        address tokenB,
        uint256 liquidity,
        uint256 minA,
        uint256 minB,
        address to
    ) internal returns (uint256 amountA, uint256 amountB) {
        HMMPair pair = _pair(tokenA, tokenB);
        IERC20(address(pair)).safeTransferFrom(msg.sender, address(pair), liquidity);
        (uint256 amount0, uint256 amount1) = pair.burn(to);
        (amountA, amountB) = tokenA == pair.token0() ? (amount0, amount1) : (amount1, amount0);
        if (amountA < minA) revert RedeemedBelowMinimum(amountA, minA);
        if (amountB < minB) revert RedeemedBelowMinimum(amountB, minB);
    }

    /// @dev A permit that somebody else sent first has done its work; a bad one shows in the allowance.
    function _permit(
        address tokenA,
        address tokenB,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) internal {
        IERC20Permit pair = IERC20Permit(address(_pair(tokenA, tokenB)));
        try pair.permit(msg.sender, address(this), value, deadline, v, r, s) {} catch {}
    }

    function _ensure(uint256 deadline) private view {
        if (block.timestamp > deadline) revert Expired(deadline, block.timestamp);
    }
}
