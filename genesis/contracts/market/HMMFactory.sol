// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HMMPair} from "./HMMPair.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Where pairs are made and found
 * @notice Anyone may make the pair of two tokens, once. No owner; fees go to the Timelock, for ever.
 * @dev Speaks the interface of a Uniswap v2 factory without its setters. The pair of block 0 stands at a fixed
 * address, not at a CREATE2 one: find pairs with `getPair`.
 */
contract HMMFactory {
    /// @notice The pair of two tokens, in either order; zero if there is none.
    mapping(address tokenA => mapping(address tokenB => address)) public getPair;
    /// @notice Pairs in the order they were made.
    address[] public allPairs;

    /// @notice `pair` is the pair of these tokens; with it there are `count` pairs.
    event PairCreated(address indexed token0, address indexed token1, address pair, uint256 count);

    /// @notice A pair is of two tokens.
    error IdenticalTokens(address token);
    /// @notice No token is at the zero address.
    error ZeroAddress();
    /// @notice The pair is there already.
    error PairExists(address pair);

    /// @param quoteToken What the pair of block 0 holds beside $AI; zero if block 0 has no pair.
    constructor(address quoteToken) {
        if (quoteToken == address(0)) return;
        (address token0, address token1) = _sort(Predeploys.AI, quoteToken);
        _register(token0, token1, Predeploys.HMM_PAIR_AI_HUSD);
    }

    /// @notice Makes the pair of two tokens.
    function createPair(address tokenA, address tokenB) external returns (address pair) {
        (address token0, address token1) = _sort(tokenA, tokenB);
        if (getPair[token0][token1] != address(0)) revert PairExists(getPair[token0][token1]);
        pair = address(new HMMPair{salt: keccak256(abi.encode(token0, token1))}(token0, token1));
        _register(token0, token1, pair);
    }

    /// @notice How many pairs there are.
    function allPairsLength() external view returns (uint256) {
        return allPairs.length;
    }

    /// @notice Gets the protocol's part of the fees that is not burned.
    function feeTo() external pure returns (address) {
        return Predeploys.TIMELOCK;
    }

    /// @notice Nobody: `feeTo` is fixed.
    function feeToSetter() external pure returns (address) {
        return address(0);
    }

    function _register(address token0, address token1, address pair) private {
        getPair[token0][token1] = pair;
        getPair[token1][token0] = pair;
        allPairs.push(pair);
        emit PairCreated(token0, token1, pair, allPairs.length);
    }

    function _sort(address tokenA, address tokenB) private pure returns (address token0, address token1) {
        if (tokenA == tokenB) revert IdenticalTokens(tokenA);
        (token0, token1) = tokenA < tokenB ? (tokenA, tokenB) : (tokenB, tokenA);
        if (token0 == address(0)) revert ZeroAddress();
    }
}
