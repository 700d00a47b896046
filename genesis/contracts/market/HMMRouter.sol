// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HMMPair} from "./HMMPair.sol";
import {HMMTolls} from "./HMMTolls.sol";

/**
 * @title The door to the market
 * @notice Speaks the interface of a Uniswap v2 router (`Router02`) with $AI as its wrapped coin. $AI needs no
 * wrapping: the functions with ETH in their name take native coins as `msg.value`, or pay them out, and that is all
 * that sets them apart. Deadlines are in unix seconds. Keeps nothing between calls.
 */
contract HMMRouter is HMMTolls {
    /// @notice The trade takes `amount` of the input, of which at most `maximum` was allowed.
    error InputAboveMaximum(uint256 amount, uint256 maximum);

    /// @notice Swaps exactly `amountIn` of the first token of `path` for the last one.
    function swapExactTokensForTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external nonReentrant ensure(deadline) returns (uint256[] memory amounts) {
        return _sellTokens(amountIn, amountOutMin, path, to);
    }

    /// @notice Swaps for exactly `amountOut` of the last token of `path`.
    function swapTokensForExactTokens(
        uint256 amountOut,
        uint256 amountInMax,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external nonReentrant ensure(deadline) returns (uint256[] memory amounts) {
        return _buyWithTokens(amountOut, amountInMax, path, to);
    }

    /// @notice Swaps exactly `msg.value` wei for the last token of `path`.
    function swapExactETHForTokens(
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external payable nonReentrant ensure(deadline) returns (uint256[] memory amounts) {
        _requireFirstAI(path);
        amounts = getAmountsOut(msg.value, path);
        _requireOutput(amounts[amounts.length - 1], amountOutMin);
        _push(path[0], path[1], amounts[0]);
        _swap(amounts, path, to);
    }

    /// @notice Swaps exactly `amountIn` of the first token of `path` for native coins.
    function swapExactTokensForETH(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external nonReentrant ensure(deadline) returns (uint256[] memory amounts) {
        _requireLastAI(path);
        return _sellTokens(amountIn, amountOutMin, path, to);
    }

    /// @notice Swaps for exactly `amountOut` native coins, in wei.
    function swapTokensForExactETH(
        uint256 amountOut,
        uint256 amountInMax,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external nonReentrant ensure(deadline) returns (uint256[] memory amounts) {
        _requireLastAI(path);
        return _buyWithTokens(amountOut, amountInMax, path, to);
    }

    /// @notice Swaps up to `msg.value` wei for exactly `amountOut` of the last token; the rest comes back.
    function swapETHForExactTokens(
        uint256 amountOut,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external payable nonReentrant ensure(deadline) returns (uint256[] memory amounts) {
        _requireFirstAI(path);
        amounts = getAmountsIn(amountOut, path);
        _requireInput(amounts[0], msg.value);
        _push(path[0], path[1], amounts[0]);
        _swap(amounts, path, to);
        _sendCoins(msg.sender, msg.value - amounts[0]);
    }

    function _sellTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to
    ) private returns (uint256[] memory amounts) {
        amounts = getAmountsOut(amountIn, path);
        _requireOutput(amounts[amounts.length - 1], amountOutMin);
        _pull(path[0], path[1], path[0], amounts[0]);
        _swap(amounts, path, to);
    }

    function _buyWithTokens(
        uint256 amountOut,
        uint256 amountInMax,
        address[] calldata path,
        address to
    ) private returns (uint256[] memory amounts) {
        amounts = getAmountsIn(amountOut, path);
        _requireInput(amounts[0], amountInMax);
        _pull(path[0], path[1], path[0], amounts[0]);
        _swap(amounts, path, to);
    }

    /// @dev The first pair holds the input; each pair sends to the next one, the last to `to`.
    function _swap(uint256[] memory amounts, address[] calldata path, address to) private {
        HMMPair pair = _pair(path[0], path[1]);
        for (uint256 i = 0; i + 1 < path.length; ++i) {
            HMMPair next = i + 2 < path.length ? _pair(path[i + 1], path[i + 2]) : HMMPair(to);
            uint256 out = amounts[i + 1];
            (uint256 amount0Out, uint256 amount1Out) = path[i] == pair.token0() ? (uint256(0), out) : (out, uint256(0));
            pair.swap(amount0Out, amount1Out, address(next), "");
            pair = next;
        }
    }

    function _requireInput(uint256 amount, uint256 maximum) private pure {
        if (amount > maximum) revert InputAboveMaximum(amount, maximum);
    }
}
