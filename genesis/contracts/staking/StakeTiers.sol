// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAIStaking} from "../interfaces/IAIStaking.sol";

/**
 * @title What a stake is worth
 * @notice Four tiers, from 100, 1,000, 10,000 and 100,000 AI on. Stakes are in wei, shares in basis points,
 * voting units have 18 decimals.
 */
library StakeTiers {
    /// @dev Yield and discount both rise by 5 % a tier.
    uint256 private constant STEP_BPS = 500;
    /// @dev An account that is not attested has one unit for this many AI, whatever it holds: splitting a stake
    /// over accounts gains nothing. The square root gives the same at 1,000,000 AI.
    uint256 private constant AI_PER_LINEAR_UNIT = 1_000;
    /// @dev Under the root, so that the root of 1 AI is 1 unit and not the root of 1 wei.
    uint256 private constant ONE_UNIT = 1e18;

    /// @notice The tier of a stake of `stake` wei.
    function tierOf(uint256 stake) internal pure returns (IAIStaking.Tier) {
        if (stake >= 100_000 ether) return IAIStaking.Tier.Platinum;
        if (stake >= 10_000 ether) return IAIStaking.Tier.Gold;
        if (stake >= 1_000 ether) return IAIStaking.Tier.Silver;
        if (stake >= 100 ether) return IAIStaking.Tier.Bronze;
        return IAIStaking.Tier.None;
    }

    /// @notice The greatest yield of `tier`, in basis points a year.
    function apyBps(IAIStaking.Tier tier) internal pure returns (uint256) {
        return uint256(tier) * STEP_BPS;
    }

    /// @notice Discount on compute of `tier`, in basis points.
    function discountBps(IAIStaking.Tier tier) internal pure returns (uint256) {
        return uint256(tier) * STEP_BPS;
    }

    /// @notice Voting units of a stake of `stake` wei: quadratic and multiplied by the tier where the account is
    /// attested to be one person, linear where a person could own many of them.
    function votingUnits(uint256 stake, bool isUnique) internal pure returns (uint256) {
        IAIStaking.Tier tier = tierOf(stake);
        if (!isUnique || tier == IAIStaking.Tier.None) return stake / AI_PER_LINEAR_UNIT;
        return (Math.sqrt(stake * ONE_UNIT) * _weightTenths(tier)) / 10;
    }

    /// @dev 1, 1.5, 2 and 3 times, in tenths.
    function _weightTenths(IAIStaking.Tier tier) private pure returns (uint256) {
        if (tier == IAIStaking.Tier.Platinum) return 30;
        if (tier == IAIStaking.Tier.Gold) return 20;
        if (tier == IAIStaking.Tier.Silver) return 15;
        return 10;
    }
}
