// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HMMFactory} from "./HMMFactory.sol";
import {HMMMath} from "./HMMMath.sol";
import {HMMPair} from "./HMMPair.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title The part of the router that finds pairs and tells prices
 * @notice Answers leave out the limit on price impact: a swap may still be refused for it.
 */
abstract contract HMMQuotes {
    HMMFactory internal constant FACTORY = HMMFactory(Predeploys.HMM_FACTORY);

    /// @notice Nobody made the pair of these tokens.
    error NoPair(address tokenA, address tokenB);
    /// @notice A path is of two tokens or more.
    error PathTooShort(uint256 length);
    /// @notice The path must begin, or end, with $AI here.
    error NotAI(address token);
    /// @notice The trade gives `amount` of the output, of which at least `minimum` was asked for.
    error OutputBelowMinimum(uint256 amount, uint256 minimum);

    /// @notice The factory that knows the pairs.
    function factory() external pure returns (address) {
        return Predeploys.HMM_FACTORY;
    }

    /// @notice $AI, which stands where others have a wrapped coin.
    // forge-lint: disable-next-line(mixed-case-function)
    function WETH() external pure returns (address) {
        return Predeploys.AI;
    }

    /// @notice What `amountA` is worth at the spot price.
    function quote(uint256 amountA, uint256 reserveA, uint256 reserveB) external pure returns (uint256 amountB) {
        return HMMMath.quote(amountA, reserveA, reserveB);
    }

    /// @notice The most that `amountIn` buys from such a pool.
    function getAmountOut(
        uint256 amountIn,
        uint256 reserveIn,
        uint256 reserveOut
    ) external pure returns (uint256 amountOut) {
        return HMMMath.getAmountOut(amountIn, reserveIn, reserveOut);
    }

    /// @notice What `amountOut` costs at such a pool.
    function getAmountIn(
        uint256 amountOut,
        uint256 reserveIn,
        uint256 reserveOut
    ) external pure returns (uint256 amountIn) {
        return HMMMath.getAmountIn(amountOut, reserveIn, reserveOut);
    }

    /// @notice What `amountIn` becomes at each step of `path`.
    function getAmountsOut(uint256 amountIn, address[] calldata path) public view returns (uint256[] memory amounts) {
        _requirePath(path);
        amounts = new uint256[](path.length);
        amounts[0] = amountIn;
        for (uint256 i = 0; i + 1 < path.length; ++i) {
            (uint256 reserveIn, uint256 reserveOut) = _reserves(path[i], path[i + 1]);
            amounts[i + 1] = HMMMath.getAmountOut(amounts[i], reserveIn, reserveOut);
        }
    }

    /// @notice What `amountOut` costs at each step of `path`.
    function getAmountsIn(uint256 amountOut, address[] calldata path) public view returns (uint256[] memory amounts) {
        _requirePath(path);
        amounts = new uint256[](path.length);
        amounts[path.length - 1] = amountOut;
        for (uint256 i = path.length - 1; i > 0; --i) {
            (uint256 reserveIn, uint256 reserveOut) = _reserves(path[i - 1], path[i]);
            amounts[i - 1] = HMMMath.getAmountIn(amounts[i], reserveIn, reserveOut);
        }
    }

    function _pair(address tokenA, address tokenB) internal view returns (HMMPair pair) {
        pair = HMMPair(FACTORY.getPair(tokenA, tokenB));
        if (address(pair) == address(0)) revert NoPair(tokenA, tokenB);
    }

    /// @dev Reserves in the order of the tokens asked for.
    function _reserves(address tokenA, address tokenB) internal view returns (uint256 reserveA, uint256 reserveB) {
        HMMPair pair = _pair(tokenA, tokenB);
        (uint256 reserve0, uint256 reserve1, ) = pair.getReserves();
        return tokenA == pair.token0() ? (reserve0, reserve1) : (reserve1, reserve0);
    }

    function _requireFirstAI(address[] calldata path) internal pure {
        _requirePath(path);
        if (path[0] != Predeploys.AI) revert NotAI(path[0]);
    }

    function _requireLastAI(address[] calldata path) internal pure {
        _requirePath(path);
        address last = path[path.length - 1];
        if (last != Predeploys.AI) revert NotAI(last);
    }

    function _requireOutput(uint256 amount, uint256 minimum) internal pure {
        if (amount < minimum) revert OutputBelowMinimum(amount, minimum);
    }

    function _requirePath(address[] calldata path) internal pure {
        if (path.length < 2) revert PathTooShort(path.length);
    }
}
