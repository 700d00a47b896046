// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What stakes are good for
interface IAIStaking {
    enum Tier {
        None,
        Bronze,
        Silver,
        Gold,
        Platinum
    }

    /// @notice The tier of `account` by its stake.
    function tierOf(address account) external view returns (Tier);

    /// @notice Discount on compute of `account`, in basis points.
    function discountBps(address account) external view returns (uint256);

    /// @notice Adds `msg.value` wei to the budget that rewards are paid from.
    function fund() external payable;

    /// @notice Brings the votes of `account` in line with its stake and attestation. Anyone may call.
    function syncVotes(address account) external;
}
