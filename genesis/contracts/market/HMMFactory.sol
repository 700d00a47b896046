// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {HMMPair} from "./HMMPair.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Where pairs are made and found
 * @notice Anyone may make the pair of two tokens, once. No owner; fees go to the Timelock, for ever.
 * @dev Speaks the interface of a Uniswap v2 factory without its setters. Pairs stand where v2's arithmetic puts
 * them, with the hash of our init code; only the pair of block 0 has an address of its own.
 */
contract HMMFactory {
    /// @notice The pair of two tokens, in either order; zero if there is none.
    mapping(address tokenA => mapping(address tokenB => address)) public getPair;
    address[] private _pairs;
    /// @dev The tokens of the pair that is being made: its constructor asks for them.
    address private transient _token0;
    address private transient _token1;

    /// @notice `pair` is the pair of these tokens; with it there are `count` pairs.
    event PairCreated(address indexed token0, address indexed token1, address pair, uint256 count);

    /// @notice A pair is of two tokens.
    error IdenticalTokens(address token);
    /// @notice No token is at the zero address.
    error ZeroAddress();
    /// @notice `token` is no token: it does not tell balances.
    error NotAToken(address token);
    /// @notice There are `count` pairs, counted from 0.
    error UnknownPair(uint256 index, uint256 count);
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
        _requireToken(token0);
        _requireToken(token1);
        (_token0, _token1) = (token0, token1);
        pair = address(new HMMPair{salt: keccak256(abi.encodePacked(token0, token1))}());
        (_token0, _token1) = (address(0), address(0));
        _register(token0, token1, pair);
    }

    /// @notice The tokens of the pair that is being made, for its constructor; zeros at any other time.
    function newPairTokens() external view returns (address token0, address token1) {
        return (_token0, _token1);
    }

    /// @notice Pair `index`, in the order they were made.
    function allPairs(uint256 index) external view returns (address) {
        if (index >= _pairs.length) revert UnknownPair(index, _pairs.length);
        return _pairs[index];
    }

    /// @notice How many pairs there are.
    function allPairsLength() external view returns (uint256) {
        return _pairs.length;
    }

    /// @notice Hash of a pair's init code: with the salt `keccak256(abi.encodePacked(token0, token1))` it tells the
    /// pair's address before there is one.
    function INIT_CODE_PAIR_HASH() external pure returns (bytes32) {
        return keccak256(type(HMMPair).creationCode);
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
        _pairs.push(pair);
        emit PairCreated(token0, token1, pair, _pairs.length);
    }

    function _sort(address tokenA, address tokenB) private pure returns (address token0, address token1) {
        if (tokenA == tokenB) revert IdenticalTokens(tokenA);
        (token0, token1) = tokenA < tokenB ? (tokenA, tokenB) : (tokenB, tokenA);
        if (token0 == address(0)) revert ZeroAddress();
    }

    /// @dev What has no code, or another kind of code, would fail later without a word.
    function _requireToken(address token) private view {
        (bool ok, bytes memory answer) = token.staticcall(abi.encodeCall(IERC20.balanceOf, (address(this))));
        if (!ok || answer.length != 32 || token.code.length == 0) revert NotAToken(token);
    }
}
