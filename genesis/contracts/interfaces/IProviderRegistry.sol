// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Bonded compute providers
interface IProviderRegistry {
    /// @notice `provider` is not registered, is leaving or lost its bond.
    error ProviderNotActive(address provider);

    /// @notice Whether `provider` may take work now.
    function isActive(address provider) external view returns (bool);

    /// @notice The greatest discount that `provider` gives, in basis points.
    function maxDiscountBps(address provider) external view returns (uint256);

    /// @notice Takes up to `value` wei of the bond of `provider` to the sink. Only the quality oracle and
    /// the compute payments may call.
    function slash(address provider, uint256 value) external;
}
