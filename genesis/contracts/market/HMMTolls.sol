// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {HMMLiquidity} from "./HMMLiquidity.sol";
import {HMMMath} from "./HMMMath.sol";
import {HMMPair} from "./HMMPair.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title The part of the router for tokens that keep a toll of what is transferred
 * @notice Each step sells what arrived at its pair, and the minimum is of what arrived at the recipient. $AI itself
 * takes no toll.
 */
abstract contract HMMTolls is HMMLiquidity {
    /// @notice Redeems shares of a pair with $AI; the token's toll is the recipient's loss.
    function removeLiquidityETHSupportingFeeOnTransferTokens(
        address token,
        uint256 liquidity,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) external nonReentrant ensure(deadline) returns (uint256 amountETH) {
        (, amountETH) = _redeem(token, Predeploys.AI, liquidity, amountTokenMin, amountETHMin, to);
    }

    /// @notice The same with a signature over the shares, or over all there can be.
    function removeLiquidityETHWithPermitSupportingFeeOnTransferTokens(
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
    ) external nonReentrant ensure(deadline) returns (uint256 amountETH) {
        _permit(token, Predeploys.AI, approveMax ? type(uint256).max : liquidity, deadline, v, r, s);
        (, amountETH) = _redeem(token, Predeploys.AI, liquidity, amountTokenMin, amountETHMin, to);
    }

    /// @notice Swaps what arrives of `amountIn` of the first token of `path` for the last one.
    function swapExactTokensForTokensSupportingFeeOnTransferTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external nonReentrant ensure(deadline) {
        _requirePath(path);
        _sellArriving(amountIn, amountOutMin, path, to);
    }

    /// @notice Swaps exactly `msg.value` wei for the last token of `path`.
    function swapExactETHForTokensSupportingFeeOnTransferTokens(
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external payable nonReentrant ensure(deadline) {
        _requireFirstAI(path);
        _push(path[0], path[1], msg.value);
        _swapArrived(amountOutMin, path, to);
    }

    /// @notice Swaps what arrives of `amountIn` of the first token of `path` for native coins.
    function swapExactTokensForETHSupportingFeeOnTransferTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external nonReentrant ensure(deadline) {
        _requireLastAI(path);
        _sellArriving(amountIn, amountOutMin, path, to);
    }

    function _sellArriving(uint256 amountIn, uint256 amountOutMin, address[] calldata path, address to) private {
        _pull(path[0], path[1], path[0], amountIn);
        _swapArrived(amountOutMin, path, to);
    }

    /// @dev The first pair has the input already.
    function _swapArrived(uint256 amountOutMin, address[] calldata path, address to) private {
        IERC20 last = IERC20(path[path.length - 1]);
        // What has a pair is a token, and can be asked for balances.
        _pair(path[path.length - 2], address(last));
        uint256 before = last.balanceOf(to);
        for (uint256 i = 0; i + 1 < path.length; ++i) {
            address next = i + 2 < path.length ? address(_pair(path[i + 1], path[i + 2])) : to;
            _swapStep(path[i], path[i + 1], next);
        }
        _requireOutput(Math.saturatingSub(last.balanceOf(to), before), amountOutMin);
    }

    function _swapStep(address tokenIn, address tokenOut, address to) private {
        HMMPair pair = _pair(tokenIn, tokenOut);
        (uint256 reserveIn, uint256 reserveOut) = _reserves(tokenIn, tokenOut);
        uint256 arrived = Math.saturatingSub(IERC20(tokenIn).balanceOf(address(pair)), reserveIn);
        uint256 out = HMMMath.getAmountOut(arrived, reserveIn, reserveOut);
        (uint256 amount0Out, uint256 amount1Out) = tokenIn < tokenOut ? (uint256(0), out) : (out, uint256(0));
        pair.swap(amount0Out, amount1Out, to, "");
    }
}
