// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AIBurn} from "../token/AIBurn.sol";
import {Exits} from "./Exits.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title What two votes that contradict each other cost
 * @notice Anyone may bring them, and gets a part of the penalty; the rest is burned. The penalty grows
 * with what others were slashed within the withdrawal delay: one fault is a mishap, many an attack.
 * @dev Evidence comes with its content: who sees it in the pool may bring it first.
 */
abstract contract Slashing is Exits {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    uint256 private constant BPS = 10_000;
    /// @notice The least that a slashed validator loses of its stake, in basis points.
    uint256 public constant PENALTY_MINIMUM_BPS = 500;
    /// @notice Else it loses so many times the part of all stake that was slashed within the delay.
    uint256 public constant PENALTY_FACTOR = 3;
    /// @notice What the finder gets of a penalty, in basis points.
    uint256 public constant FINDER_BPS = 400;

    /// @dev Wei of the stakes of all who were ever slashed, by epoch.
    Checkpoints.Trace208 private _slashed;

    /// @notice Validator `index` lost `penalty` wei: `fee` of them to `finder`, the rest to the sink.
    event Slashed(uint256 indexed index, address indexed finder, uint256 penalty, uint256 fee);

    /// @notice An honest validator may have signed both votes.
    error NoOffence();
    /// @notice The votes are of two signers.
    error SignersDiffer(address signer1, address signer2);
    /// @notice The newer target, `targetEpoch`, is older than the withdrawal delay: only `oldestEpoch` or later counts.
    error EvidenceTooOld(uint256 targetEpoch, uint256 oldestEpoch);
    /// @notice A validator is slashed once.
    error AlreadySlashed(uint256 index);

    /// @notice Punishes the signer of two votes that differ for one target epoch, or of which one's epochs
    /// surround the other's. It leaves the set in its turn, and gets no more shares of the pot.
    function slash(
        FinalityVote calldata vote1,
        bytes calldata signature1,
        FinalityVote calldata vote2,
        bytes calldata signature2
    ) external {
        uint256 index = _offender(vote1, signature1, vote2, signature2);
        Validator storage validator = _validators[index];
        if (validator.isWithdrawn) revert AlreadyWithdrawn(index);
        if (validator.isSlashed) revert AlreadySlashed(index);
        uint256 penalty = _penaltyOf(validator.stake);
        validator.isSlashed = true;
        _penalties[index] = penalty;
        total -= penalty;
        uint256 fee = Math.mulDiv(penalty, FINDER_BPS, BPS);
        emit Slashed(index, msg.sender, penalty, fee);
        // The last member stays, for the chain's sake, until somebody joins: see `exit`.
        (, uint256 members, ) = planned();
        if (validator.end == NEVER && members > 1) _leave(index);
        AIBurn(payable(Predeploys.AI_BURN)).burn{value: penalty - fee}(uint8(AIBurn.Category.Slashing));
        _pay(msg.sender, fee);
    }

    /// @notice Wei of the stakes that were slashed within the withdrawal delay.
    function slashedRecently() public view returns (uint256) {
        uint256 oldest = _oldestEpoch();
        uint256 before = oldest == 0 ? 0 : _slashed.upperLookupRecent((oldest - 1).toUint48());
        return _slashed.latest() - before;
    }

    function _offender(
        FinalityVote calldata vote1,
        bytes calldata signature1,
        FinalityVote calldata vote2,
        bytes calldata signature2
    ) private view returns (uint256 index) {
        bytes32 digest1 = hashVote(vote1);
        bytes32 digest2 = hashVote(vote2);
        bool isDouble = vote1.targetEpoch == vote2.targetEpoch && digest1 != digest2;
        if (!isDouble && !_surrounds(vote1, vote2) && !_surrounds(vote2, vote1)) revert NoOffence();
        // Whoever signs the later half of a pair does wrong then, however old the first half is.
        uint256 newest = Math.max(vote1.targetEpoch, vote2.targetEpoch);
        if (newest < _oldestEpoch()) revert EvidenceTooOld(newest, _oldestEpoch());
        address signer1 = _signerOf(digest1, signature1);
        address signer2 = _signerOf(digest2, signature2);
        if (signer1 != signer2) revert SignersDiffer(signer1, signer2);
        return indexOf(signer1);
    }

    function _surrounds(FinalityVote calldata outer, FinalityVote calldata inner) private pure returns (bool) {
        return outer.sourceEpoch < inner.sourceEpoch && inner.targetEpoch < outer.targetEpoch;
    }

    /// @dev The first epoch that is within the withdrawal delay of this block.
    function _oldestEpoch() private view returns (uint256) {
        uint256 epoch = block.number / EPOCH_LENGTH;
        return epoch > WITHDRAWAL_DELAY ? epoch - WITHDRAWAL_DELAY : 0;
    }

    /// @dev Counts `stakeWei` as slashed, and rounds up what it costs.
    function _penaltyOf(uint256 stakeWei) private returns (uint256) {
        uint256 sum = _slashed.latest() + stakeWei;
        _slashed.push((block.number / EPOCH_LENGTH).toUint48(), sum.toUint208());
        uint256 least = Math.mulDiv(stakeWei, PENALTY_MINIMUM_BPS, BPS, Math.Rounding.Ceil);
        uint256 part = Math.mulDiv(
            stakeWei,
            PENALTY_FACTOR * slashedRecently(),
            totalWeight(dynasty),
            Math.Rounding.Ceil
        );
        return Math.min(stakeWei, Math.max(least, part));
    }
}
