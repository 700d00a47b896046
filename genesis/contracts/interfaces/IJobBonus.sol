// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The second half of a block's reward, for settled jobs
interface IJobBonus {
    /// @notice Pays `provider` for a settled job: at most 0.8 of what the job burned, and of what this block's
    /// budget has left. Only the compute payments may call.
    /// @param provider Gets the bonus.
    /// @param burned Wei that the job's payment burned.
    /// @return bonus Wei paid.
    function payBonus(address provider, uint256 burned) external returns (uint256 bonus);
}
