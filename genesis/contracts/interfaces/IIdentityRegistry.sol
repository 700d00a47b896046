// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Who is attested to be one person
interface IIdentityRegistry {
    /// @notice Whether `account` is attested now.
    function isUnique(address account) external view returns (bool);
}
