// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Predeploys} from "../Predeploys.sol";

/**
 * @title The validators and their stakes
 * @notice Validator i is the i-th deposit ever: its bit in a finality certificate. What this contract
 * holds beyond the stakes is the finality pot, fed by a tenth of every block reward.
 */
contract ValidatorSet {
    struct GenesisValidator {
        address votingKey;
        address payout;
    }

    /// @dev Two slots: (stake, votingKey), payout.
    struct Validator {
        address votingKey;
        uint96 stake;
        address payout;
    }

    /// @notice Wei that each genesis validator has at stake, and any validator at least.
    uint96 public constant MINIMUM_STAKE = 2_000 ether;
    /// @notice A certificate holds at most this many signatures.
    uint256 public constant VALIDATORS_MAX = 200;

    /// @notice Hash of block 0, known from block 1 on: no contract can hold it in genesis.
    bytes32 public genesisHash;
    /// @notice Wei at stake in all.
    uint256 public total;
    Validator[] private _validators;

    /// @notice The set learnt its chain's genesis hash.
    event Begun(bytes32 genesisHash);

    /// @notice Only `BlockRewards` may call.
    error NotBlockRewards(address caller);
    /// @notice The genesis hash is set once.
    error AlreadyBegun();
    /// @notice The zero hash names no chain.
    error GenesisHashIsZero();
    /// @notice 1 to `VALIDATORS_MAX` validators make a set.
    error CountOutOfRange(uint256 count);
    /// @notice A voting key must be non-zero and belong to one validator.
    error VotingKeyInvalid(address votingKey);
    /// @notice Rewards cannot be paid to this account.
    error PayoutInvalid(address payout);
    /// @notice The stakes are `total` wei and genesis gave this contract `balance` wei.
    error StakesNotHeld(uint256 total, uint256 balance);

    /// @param genesisValidators In the order of their index.
    constructor(GenesisValidator[] memory genesisValidators) {
        uint256 n = genesisValidators.length;
        if (n == 0 || n > VALIDATORS_MAX) revert CountOutOfRange(n);
        for (uint256 i = 0; i < n; ++i) {
            address votingKey = genesisValidators[i].votingKey;
            address payout = genesisValidators[i].payout;
            if (payout == address(0) || payout == Predeploys.AI) revert PayoutInvalid(payout);
            if (votingKey == address(0)) revert VotingKeyInvalid(votingKey);
            for (uint256 j = 0; j < i; ++j) {
                if (genesisValidators[j].votingKey == votingKey) revert VotingKeyInvalid(votingKey);
            }
            _validators.push(Validator({votingKey: votingKey, stake: MINIMUM_STAKE, payout: payout}));
        }
        total = n * MINIMUM_STAKE;
        if (address(this).balance != total) revert StakesNotHeld(total, address(this).balance);
    }

    /// @notice Tells the set the hash of block 0, in block 1.
    function begin(bytes32 hash) external {
        if (msg.sender != Predeploys.BLOCK_REWARDS) revert NotBlockRewards(msg.sender);
        if (genesisHash != 0) revert AlreadyBegun();
        if (hash == 0) revert GenesisHashIsZero();
        genesisHash = hash;
        emit Begun(hash);
    }

    /// @notice Validators ever, whether or not they are still active.
    function count() external view returns (uint256) {
        return _validators.length;
    }

    /// @notice Validator `index`; stake in wei.
    function validators(
        uint256 index
    ) external view returns (address votingKey, address payout, uint256 stakeWei) {
        Validator storage validator = _validators[index];
        return (validator.votingKey, validator.payout, validator.stake);
    }

    /// @notice Wei that validator `index` has at stake.
    function stake(uint256 index) external view returns (uint256) {
        return _validators[index].stake;
    }

    /// @notice Wei that the next finality certificate shares out: the balance less the stakes.
    function pot() external view returns (uint256) {
        return address(this).balance - total;
    }
}
