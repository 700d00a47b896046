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
    address internal constant TRAINING_VAULT = 0x0000000000000000000000000000000000000A13;
    address internal constant ECOSYSTEM_VAULT = 0x0000000000000000000000000000000000000a14;
    address internal constant COMMUNITY_TREASURY_VAULT = 0x0000000000000000000000000000000000000a15;
    address internal constant TEAM_VESTING = 0x0000000000000000000000000000000000000a16;
    address internal constant PUBLIC_SALE = 0x0000000000000000000000000000000000000A17;
    address internal constant LIQUIDITY_RESERVE = 0x0000000000000000000000000000000000000a18;
    address internal constant AI_STAKING = 0x0000000000000000000000000000000000000a19;
    address internal constant TRAINING_REWARDS = 0x0000000000000000000000000000000000000a1A;
    address internal constant COMPUTE_PAYMENTS = 0x0000000000000000000000000000000000000a1b;
    address internal constant PRICE_BOOK = 0x0000000000000000000000000000000000000a1C;
    address internal constant QUALITY_ORACLE = 0x0000000000000000000000000000000000000a1d;
    address internal constant PROVIDER_REGISTRY = 0x0000000000000000000000000000000000000A1e;
    address internal constant AI_BURN = 0x0000000000000000000000000000000000000a1F;
    address internal constant AI_GOVERNOR = 0x0000000000000000000000000000000000000A20;
    address internal constant TIMELOCK = 0x0000000000000000000000000000000000000a21;
    address internal constant ACCESS_MANAGER = 0x0000000000000000000000000000000000000a22;
    address internal constant PROPOSAL_BOND = 0x0000000000000000000000000000000000000a23;
    address internal constant IDENTITY_REGISTRY = 0x0000000000000000000000000000000000000a24;
    address internal constant CIRCUIT_BREAKER = 0x0000000000000000000000000000000000000A25;
    address internal constant SYSTEM_CONFIG = 0x0000000000000000000000000000000000000A26;
    /// @dev Kept for `IHanzoBridge`; no code yet.
    address internal constant HANZO_BRIDGE = 0x0000000000000000000000000000000000000A28;
    address internal constant VALIDATOR_SET = 0x0000000000000000000000000000000000000A29;
    /// @dev Safes of the guardians (3 of 5) and of the team.
    address internal constant GUARDIAN_SAFE = 0x0000000000000000000000000000000000000a2A;
    address internal constant TEAM_SAFE = 0x0000000000000000000000000000000000000A2B;
    address internal constant HMM_FACTORY = 0x0000000000000000000000000000000000000a30;
    address internal constant HMM_PAIR_AI_HUSD = 0x0000000000000000000000000000000000000a31;
    address internal constant HMM_ROUTER = 0x0000000000000000000000000000000000000a32;
    address internal constant HUSD = 0x0000000000000000000000000000000000000A36;

    /// @dev Last address of those kept for the system.
    uint160 private constant RESERVED_MAX = 0xfff;

    /// @dev Whether `account` is the system's: zero, precompiles, the contracts above and those to come. Nobody has
    /// a key to one, and most would never let go of coins that they did not ask for.
    function isReserved(address account) internal pure returns (bool) {
        return uint160(account) <= RESERVED_MAX || account == SYSTEM;
    }
}
