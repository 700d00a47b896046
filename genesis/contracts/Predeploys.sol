// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Fixed addresses of block 0
/// @dev The same table as `genesis/predeploys.ts`; a test compares them.
library Predeploys {
    /// @dev Caller of system calls, as in EIP-4788 and EIP-2935.
    address internal constant SYSTEM = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;
    /// @dev Node precompile that moves native coins, for the facade alone.
    address internal constant TRANSFER = 0x00000000000000000000000000000000000000fd;

    address internal constant AI = 0x0000000000000000000000000000000000000a10;
    address internal constant BLOCK_REWARDS = 0x0000000000000000000000000000000000000a11;
    address internal constant COMPUTE_MINING_VAULT = 0x0000000000000000000000000000000000000A12;
    address internal constant AI_BURN = 0x0000000000000000000000000000000000000a1F;
    address internal constant VALIDATOR_SET = 0x0000000000000000000000000000000000000A29;
}
