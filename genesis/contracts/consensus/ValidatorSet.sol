// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Certificates} from "./Certificates.sol";
import {Exits} from "./Exits.sol";
import {Slashing} from "./Slashing.sol";
import {Validators} from "./Validators.sol";

/**
 * @title The validators and their stakes
 * @notice Validators put coins at stake, vote on checkpoints, earn the finality pot, and are slashed
 * for votes that contradict each other. What this contract holds beyond the stakes is the pot.
 * @dev Nobody's code runs in a call: coins leave through the facade or to the sink. So nothing here
 * can be re-entered. No owner, and no parameter that anybody can change.
 */
contract ValidatorSet is Slashing, Certificates {
    struct GenesisValidator {
        address votingKey;
        address payout;
    }

    /// @notice An epoch has 1 to this many blocks: a checkpoint stays within reach of EIP-2935's history.
    uint256 public constant EPOCH_LENGTH_MAX = 1_024;
    /// @notice Stakes wait at least one epoch, and at most so many.
    uint256 public constant WITHDRAWAL_DELAY_MAX = 1_000_000;

    /// @notice 1 to `VALIDATORS_MAX` validators make a set.
    error CountOutOfRange(uint256 count);
    /// @notice The stakes are `total` wei and genesis gave this contract `balance` wei.
    error StakesNotHeld(uint256 total, uint256 balance);
    /// @notice An epoch has 1 to `EPOCH_LENGTH_MAX` blocks.
    error EpochLengthOutOfRange(uint256 epochLength);
    /// @notice A withdrawal takes 1 to `WITHDRAWAL_DELAY_MAX` epochs.
    error WithdrawalDelayOutOfRange(uint256 withdrawalDelay);

    /// @param epochLength Blocks from one checkpoint to the next: E.
    /// @param withdrawalDelay Epochs.
    /// @param genesisValidators In the order of their index: the set of dynasty 0, with
    /// `MINIMUM_STAKE` each, which is here already.
    constructor(
        uint256 epochLength,
        uint256 withdrawalDelay,
        GenesisValidator[] memory genesisValidators
    ) Validators(epochLength) Exits(withdrawalDelay) {
        if (epochLength == 0 || epochLength > EPOCH_LENGTH_MAX) revert EpochLengthOutOfRange(epochLength);
        if (withdrawalDelay == 0 || withdrawalDelay > WITHDRAWAL_DELAY_MAX) {
            revert WithdrawalDelayOutOfRange(withdrawalDelay);
        }
        uint256 n = genesisValidators.length;
        if (n == 0 || n > VALIDATORS_MAX) revert CountOutOfRange(n);
        for (uint256 i = 0; i < n; ++i) {
            _add(genesisValidators[i].votingKey, genesisValidators[i].payout, MINIMUM_STAKE, 0);
        }
        total = n * MINIMUM_STAKE;
        _found(n, total);
        if (address(this).balance != total) revert StakesNotHeld(total, address(this).balance);
    }

    /// @notice The set in force after checkpoint `epoch`; see `setOfDynasty`.
    function setAt(
        uint256 epoch
    ) external view returns (uint256[] memory indices, address[] memory votingKeys, uint256[] memory weights) {
        return setOfDynasty(dynastyAt(Math.saturatingMul(epoch, EPOCH_LENGTH)));
    }

    /// @notice The set of dynasty `number`, in the order of indices; weights in wei. Walks over all
    /// deposits up to that of the last member: for calls, not for transactions.
    function setOfDynasty(
        uint256 number
    ) public view returns (uint256[] memory indices, address[] memory votingKeys, uint256[] memory weights) {
        uint256 members = memberCount(number);
        indices = new uint256[](members);
        votingKeys = new address[](members);
        weights = new uint256[](members);
        uint256 found = 0;
        for (uint256 i = 0; found < members; ++i) {
            Validator storage validator = _validators[i];
            if (!_isMember(validator.start, validator.end, number)) continue;
            (indices[found], votingKeys[found], weights[found]) = (i, validator.votingKey, validator.stake);
            ++found;
        }
    }
}
