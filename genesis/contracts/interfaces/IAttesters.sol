// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The bonded attesters, as those who need their word see them
interface IAttesters {
    /// @notice Too few of the signatures count: `signed` of `threshold`.
    error QuorumNotReached(uint256 signed, uint256 threshold);
    /// @notice `signer` is no active attester.
    error NotAttester(address signer);
    /// @notice Signers must come in ascending order of their addresses, each once.
    error SignersNotAscending(address previous, address next);

    /// @notice Reverts unless at least `threshold()` different active attesters signed `digest`.
    /// @param digest EIP-712 digest in the domain of the contract that asks.
    /// @param signatures 65 bytes each, in ascending order of their signers.
    function requireQuorum(bytes32 digest, bytes[] calldata signatures) external view;

    /// @notice Signatures that make a quorum.
    function threshold() external view returns (uint256);

    /// @notice Whether `account` attests now.
    function isAttester(address account) external view returns (bool);
}
