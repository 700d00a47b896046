// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {AttesterSet} from "../compute/AttesterSet.sol";
import {ComputeJobs} from "../compute/ComputeJobs.sol";
import {ComputePricing} from "../compute/ComputePricing.sol";
import {PriceBook} from "../compute/PriceBook.sol";
import {ProviderRegistry} from "../compute/ProviderRegistry.sol";
import {ScoreBook} from "../compute/ScoreBook.sol";
import {TrainingRewards} from "../compute/TrainingRewards.sol";
import {TreasuryVault} from "../emission/TreasuryVault.sol";
import {AIStaking} from "../staking/AIStaking.sol";
import {CircuitBreaker} from "./CircuitBreaker.sol";
import {GovernorTimelock} from "./GovernorTimelock.sol";
import {GovernorTypes} from "./GovernorTypes.sol";
import {ProposalBond} from "./ProposalBond.sol";
import {SystemConfig} from "./SystemConfig.sol";
import {Timelock} from "./Timelock.sol";

/**
 * @title What a Parameter proposal may call
 * @notice Setters of contracts of block 0 that keep a number within hard bounds, or turn a switch, without value.
 * None of them sends a coin or a token where the proposal says, hands out a role or exchanges a guardian. One moves
 * coins at all: `setStakingShareBps` first pays out what is due by the old share, as anybody may by `release()`.
 * @dev A list, since everything else may do all that: the facade, foreign tokens, the models that the Timelock
 * owns, `relay` of the governor, `schedule` of the Timelock, roles of the AccessManager. It names selectors alone, as
 * pairs with addresses do not fit into the governor's code: that each selector is one contract's is tested.
 */
library ParameterCalls {
    /// @dev Contracts of block 0 are at 0x0a00 to 0x0aff.
    uint160 private constant PREFIX = 0x0a;

    function isSetter(address target, uint256 value, bytes memory data) internal pure returns (bool) {
        if (value > 0 || uint160(target) >> 8 != PREFIX || data.length < 4) return false;
        bytes4 selector = bytes4(data);
        return _isOfGovernance(selector) || _isOfWork(selector);
    }

    function _isOfGovernance(bytes4 selector) private pure returns (bool) {
        return
            selector == GovernorSettings.setVotingDelay.selector ||
            selector == GovernorSettings.setVotingPeriod.selector ||
            selector == GovernorSettings.setProposalThreshold.selector ||
            selector == GovernorPreventLateQuorum.setLateQuorumVoteExtension.selector ||
            selector == GovernorTypes.setEmergencyVotingPeriod.selector ||
            selector == GovernorTypes.setQuorumPercent.selector ||
            selector == GovernorTimelock.setStandardDelay.selector ||
            selector == Timelock.updateDelay.selector ||
            selector == ProposalBond.setBondSize.selector ||
            selector == CircuitBreaker.setLimit.selector ||
            selector == SystemConfig.setPhase.selector;
    }

    function _isOfWork(bytes4 selector) private pure returns (bool) {
        return
            selector == AttesterSet.setThreshold.selector ||
            selector == ScoreBook.setChallengeWindow.selector ||
            selector == ScoreBook.setMaxAge.selector ||
            selector == ProviderRegistry.setMinimumBond.selector ||
            selector == ProviderRegistry.setExitDelay.selector ||
            selector == ComputeJobs.setWindows.selector ||
            selector == ComputePricing.setRecycleBps.selector ||
            selector == PriceBook.setPrice.selector ||
            selector == PriceBook.setModelPrices.selector ||
            selector == TrainingRewards.setUserCap.selector ||
            selector == TrainingRewards.setBudget.selector ||
            selector == TrainingRewards.setFeeShare.selector ||
            selector == TreasuryVault.setStakingShareBps.selector ||
            selector == AIStaking.setUnbondingPeriod.selector;
    }
}
