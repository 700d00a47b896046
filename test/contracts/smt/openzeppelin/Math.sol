// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev What OpenZeppelin's function of this name is specified to return, without the bits it does that with, which
/// the checker does not follow.
library Math {
    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
