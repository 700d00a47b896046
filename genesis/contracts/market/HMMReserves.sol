// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {HMMMath} from "./HMMMath.sol";
import {Predeploys} from "../Predeploys.sol";

/// @dev Whoever makes a pair, as its constructor sees it.
interface IPairMaker {
    /// @notice The tokens of the pair that is being made, in ascending order.
    function newPairTokens() external view returns (address token0, address token1);
}

/**
 * @title What a pool holds, and what it was worth over time
 * @notice Reserves are the balances that the pool has taken note of. For an average price, read an accumulator
 * twice and divide the difference by the seconds between.
 */
abstract contract HMMReserves {
    /// @notice The token with the lower address.
    address public immutable token0;
    /// @notice The token with the higher address.
    address public immutable token1;

    uint112 private _reserve0;
    uint112 private _reserve1;
    uint32 private _timestampLast;
    /// @notice Sum over seconds of the price of token 0 in token 1, as UQ112x112; wraps around.
    uint256 public price0CumulativeLast;
    /// @notice Sum over seconds of the price of token 1 in token 0, as UQ112x112; wraps around.
    uint256 public price1CumulativeLast;

    /// @notice The reserves are now these.
    event Sync(uint112 reserve0, uint112 reserve1);

    /// @dev Init code without arguments is the same for all pairs, so that clients can compute addresses of pairs.
    /// In block 0 no other contract is sure to have code: that pair knows its tokens.
    constructor() {
        bool isOfBlockZero = address(this) == Predeploys.HMM_PAIR_AI_HUSD;
        (token0, token1) = isOfBlockZero ? (Predeploys.AI, Predeploys.HUSD) : IPairMaker(msg.sender).newPairTokens();
    }

    /// @notice The reserves, and the low 32 bits of the time of their last change.
    function getReserves() public view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast) {
        return (_reserve0, _reserve1, _timestampLast);
    }

    /// @dev The first change in a second adds the price that stood until then, so that nothing done in a block
    /// counts towards that block's averages.
    function _update(uint256 balance0, uint256 balance1) internal {
        HMMMath.requirePossible(0, balance0, balance1);
        (uint112 reserve0, uint112 reserve1, uint32 timestampLast) = getReserves();
        uint32 timestamp = uint32(block.timestamp % 2 ** 32);
        unchecked {
            // Times and sums wrap around; their differences stay right.
            uint32 elapsed = timestamp - timestampLast;
            if (elapsed > 0 && reserve0 != 0 && reserve1 != 0) {
                price0CumulativeLast += ((uint256(reserve1) << 112) / reserve0) * elapsed;
                price1CumulativeLast += ((uint256(reserve0) << 112) / reserve1) * elapsed;
            }
        }
        _reserve0 = uint112(balance0);
        _reserve1 = uint112(balance1);
        _timestampLast = timestamp;
        emit Sync(_reserve0, _reserve1);
    }

    function _balances() internal view returns (uint256 balance0, uint256 balance1) {
        return (IERC20(token0).balanceOf(address(this)), IERC20(token1).balanceOf(address(this)));
    }
}
