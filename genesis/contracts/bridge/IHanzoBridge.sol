// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title The bridge to a first layer, to come at `Predeploys.HANZO_BRIDGE`
 * @notice Coins that leave are locked and coins that return are unlocked: a bridge never mints. Its code will
 * be a named fork of the genesis file once there is a chain to bridge to.
 */
interface IHanzoBridge {
    /// @notice `from` locked `value` wei for `to` on chain `chainId`.
    event Locked(uint256 indexed nonce, address indexed from, uint256 indexed chainId, address to, uint256 value);
    /// @notice `value` wei, locked on chain `chainId` as `nonce`, came back to `to`.
    event Unlocked(uint256 indexed nonce, address indexed to, uint256 indexed chainId, uint256 value);

    /// @notice Locks `msg.value` wei for `to` on chain `chainId`.
    function lock(uint256 chainId, address to) external payable returns (uint256 nonce);

    /// @notice Unlocks `value` wei for `to` with the word of enough relayers, once for each nonce.
    function unlock(uint256 chainId, uint256 nonce, address to, uint256 value, bytes[] calldata signatures) external;
}
