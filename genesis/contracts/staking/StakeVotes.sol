// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {ERC6372Utils} from "@openzeppelin/contracts/utils/ERC6372Utils.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IAIStaking} from "../interfaces/IAIStaking.sol";
import {IIdentityRegistry} from "../interfaces/IIdentityRegistry.sol";
import {Predeploys} from "../Predeploys.sol";
import {StakeTiers} from "./StakeTiers.sol";

/**
 * @title Stakes as tiers and votes
 * @notice Stakes are in wei of AI, voting units have 18 decimals. Votes are checkpoints by unix second.
 * @dev An account's units are recorded: an attestation changes them without the stake moving, and delegations and
 * the total must move by the same numbers.
 */
abstract contract StakeVotes is IAIStaking, Votes {
    using SafeCast for uint256;

    /// @dev One slot. `units` is what the votes count now.
    struct Position {
        uint128 stake;
        uint128 units;
    }

    IIdentityRegistry private constant IDENTITIES = IIdentityRegistry(Predeploys.IDENTITY_REGISTRY);

    mapping(address account => Position) private _positions;

    /// @notice The stake of `account` moved it to another tier.
    event TierChanged(address indexed account, Tier previous, Tier current);
    /// @notice `account` has `current` voting units, whoever it delegates them to.
    event VotingUnitsChanged(address indexed account, uint256 previous, uint256 current);

    /// @inheritdoc IAIStaking
    function syncVotes(address account) public {
        Position storage position = _positions[account];
        uint256 previous = position.units;
        uint256 current = StakeTiers.votingUnits(position.stake, IDENTITIES.isUnique(account));
        if (current == previous) return;
        position.units = current.toUint128();
        emit VotingUnitsChanged(account, previous, current);
        if (current > previous) _transferVotingUnits(address(0), account, current - previous);
        else _transferVotingUnits(account, address(0), previous - current);
    }

    /// @notice Wei that `account` has staked.
    function stakeOf(address account) public view returns (uint256) {
        return _positions[account].stake;
    }

    /// @inheritdoc IAIStaking
    function tierOf(address account) public view returns (Tier) {
        return StakeTiers.tierOf(stakeOf(account));
    }

    /// @inheritdoc IAIStaking
    function discountBps(address account) external view returns (uint256) {
        return StakeTiers.discountBps(tierOf(account));
    }

    /// @notice Voting units of `account`, whoever it delegates them to.
    function votingUnitsOf(address account) external view returns (uint256) {
        return _getVotingUnits(account);
    }

    /// @notice Voting units of all accounts.
    function totalVotingUnits() external view returns (uint256) {
        return _getTotalSupply();
    }

    /// @notice Votes are counted by unix second (ERC-6372).
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice Tells the clock to those who cannot guess it (ERC-6372).
    function CLOCK_MODE() public view override returns (string memory) {
        return ERC6372Utils.timestampClockMode(clock);
    }

    /// @dev Records a stake of `value` wei, its tier and its votes.
    function _setStake(address account, uint256 value) internal {
        Tier previous = tierOf(account);
        Tier current = StakeTiers.tierOf(value);
        _positions[account].stake = value.toUint128();
        if (current != previous) emit TierChanged(account, previous, current);
        syncVotes(account);
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return _positions[account].units;
    }
}
