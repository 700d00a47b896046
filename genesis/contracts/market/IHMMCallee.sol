// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Who may receive a swap's output before paying for it
/// @dev The name that Uniswap v2 gave the call, so that existing borrowers work unchanged.
interface IHMMCallee {
    /// @notice The caller, a pair, sent `amount0` and `amount1` on behalf of `sender` and wants to be paid by the
    /// end of this call.
    function uniswapV2Call(address sender, uint256 amount0, uint256 amount1, bytes calldata data) external;
}
