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

    /// @notice Wei of bond without which nobody takes work.
    function minimumBond() external view returns (uint128);

    /// @notice Seconds from the exit of a provider to the return of its bond.
    function exitDelay() external view returns (uint48);

    /// @notice Whether `provider` may answer a job that it took when the least bond was `leastBond` wei: it stays,
    /// and has that, or what is the least today if that is less.
    function mayAnswer(address provider, uint256 leastBond) external view returns (bool);

    /// @notice Keeps the bond of `provider` through `until` (unix seconds) at least. Only the compute payments may
    /// call.
    function hold(address provider, uint48 until) external;

    /// @notice Takes up to `value` wei of the bond of `provider` to the sink. Only the quality oracle and
    /// the compute payments may call.
    function slash(address provider, uint256 value) external;
}
