// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Validators} from "./Validators.sol";

/**
 * @title How validators leave
 * @notice A validator asks to leave, votes until its turn comes, and has its stake back once the
 * withdrawal delay is over: until then, what it signed can still cost it.
 */
abstract contract Exits is Validators {
    using SafeCast for uint256;

    /// @notice Epochs between the last vote of a validator and its withdrawal; older evidence is void.
    uint256 public immutable WITHDRAWAL_DELAY;

    /// @notice Validator `index` votes up to dynasty `endDynasty` - 1.
    event ExitQueued(uint256 indexed index, uint256 endDynasty);
    /// @notice Validator `index` has its stake back, less what it was slashed: `value` wei.
    event Withdrawn(uint256 indexed index, address indexed payout, uint256 value);

    /// @notice Only the voting key or the payout account of validator `index` may ask.
    error NotStaker(uint256 index, address caller);
    /// @notice Validator `index` joins in dynasty `startDynasty`, and may leave from then on.
    error NotYetMember(uint256 index, uint256 startDynasty);
    /// @notice Validator `index` leaves with dynasty `endDynasty` already.
    error AlreadyLeaving(uint256 index, uint256 endDynasty);
    /// @notice The stake of validator `index` is free from block `blockNumber` on; 2^256 - 1 while it votes.
    error WithdrawalTooEarly(uint256 index, uint256 blockNumber);
    /// @notice Validator `index` has its stake back.
    error AlreadyWithdrawn(uint256 index);

    constructor(uint256 withdrawalDelay) {
        WITHDRAWAL_DELAY = withdrawalDelay;
    }

    /// @notice Queues the exit of validator `index`. Anybody may see a slashed one out that is still in.
    function exit(uint256 index) external {
        Validator storage validator = _validator(index);
        bool isStaker = msg.sender == validator.payout || msg.sender == validator.votingKey;
        if (!isStaker && !validator.isSlashed) revert NotStaker(index, msg.sender);
        if (validator.end != NEVER) revert AlreadyLeaving(index, validator.end);
        if (validator.start > dynasty) revert NotYetMember(index, validator.start);
        _leave(index);
    }

    /// @notice Pays what is held for validator `index` to its payout account. Anyone may call: that
    /// account need not be able to.
    function withdraw(uint256 index) external {
        Validator storage validator = _validator(index);
        if (validator.isWithdrawn) revert AlreadyWithdrawn(index);
        uint256 blockNumber = withdrawableAt(index);
        if (block.number < blockNumber) revert WithdrawalTooEarly(index, blockNumber);
        uint256 value = stake(index);
        address payout = validator.payout;
        validator.isWithdrawn = true;
        total -= value;
        emit Withdrawn(index, payout, value);
        _pay(payout, value);
    }

    /// @notice The first block in which validator `index` can be withdrawn; 2^256 - 1 while it votes.
    function withdrawableAt(uint256 index) public view returns (uint256 blockNumber) {
        uint256 end = _validator(index).end;
        if (end > dynasty) return type(uint256).max;
        return beganAt(end) + WITHDRAWAL_DELAY * EPOCH_LENGTH;
    }

    function _leave(uint256 index) internal {
        Validator storage validator = _validators[index];
        uint256 end = _queueExit(validator.stake);
        validator.end = end.toUint40();
        emit ExitQueued(index, end);
    }
}
