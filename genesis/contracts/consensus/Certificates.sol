// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {FinalityPot} from "./FinalityPot.sol";

/**
 * @title What the validators agreed on
 * @notice A certificate is a link from a justified checkpoint to a later one, signed by more than two
 * thirds of the set in force after the one and of the set in force after the other. It justifies its
 * target; a link to the very next checkpoint also makes its source final.
 */
abstract contract Certificates is FinalityPot {
    /// @dev What the signatures weigh, of what there is in either set.
    struct Tally {
        uint256 sourceDynasty;
        uint256 targetDynasty;
        uint256 sourceWeight;
        uint256 targetWeight;
    }

    /// @notice Epoch of the newest justified checkpoint.
    uint64 public lastCertified;
    /// @notice Epoch of the newest final checkpoint.
    uint64 public lastFinalized;
    mapping(uint256 epoch => bytes32) private _justified;

    /// @notice Checkpoint `epoch` is justified. Its block is `hash`.
    event Certified(uint256 indexed epoch, bytes32 indexed hash);
    /// @notice Checkpoint `epoch` is final, and with it all blocks before. Its block is `hash`.
    event Finalized(uint256 indexed epoch, bytes32 indexed hash);

    /// @notice No certificate on this chain justifies checkpoint `epoch` with block `hash`.
    error SourceNotJustified(uint256 epoch, bytes32 hash);
    /// @notice A link leads to a later checkpoint.
    error LinkNotForward(uint256 sourceEpoch, uint256 targetEpoch);
    /// @notice Checkpoint `epoch` is justified already, or not after the last final one.
    error TargetNotNew(uint256 epoch);
    /// @notice Block `hash` is not checkpoint `epoch` of this chain, or too old to tell.
    error TargetNotAncestor(uint256 epoch, bytes32 hash);
    /// @notice The last byte of a bitmap is not zero.
    error BitmapNotCanonical();
    /// @notice `signatures` signatures for `signers` bits; `VALIDATORS_MAX` at the most.
    error SignatureCountInvalid(uint256 signers, uint256 signatures);
    /// @notice Validator `index` is in neither set.
    error NotMember(uint256 index);
    /// @notice Validator `index` did not sign this.
    error SignatureInvalid(uint256 index);
    /// @notice `signed` wei of stake are not more than two thirds of the `weight` wei of dynasty `number`.
    error QuorumNotReached(uint256 number, uint256 signed, uint256 weight);

    /// @notice Records a certificate and pays for it. Anyone may call.
    /// @param bitmap Bit i, `bitmap[i >> 3] >> (i & 7) & 1`, is validator i.
    /// @param signatures Theirs of `hashVote(link)`, in order of i.
    function certify(FinalityVote calldata link, bytes calldata bitmap, bytes[] calldata signatures) external {
        uint256 gasAtStart = gasleft();
        _requireNews(link);
        Share[] memory shares = _verify(link, bitmap, signatures);
        bool isNewest = link.targetEpoch > lastCertified;
        _record(link, isNewest);
        // One that comes late fills a gap in the chain of sources, and is worth its gas.
        _sharePot(link.targetEpoch, shares, gasAtStart, isNewest);
    }

    /// @notice The block of checkpoint `epoch`; zero if no certificate on this chain justifies it.
    function justifiedHash(uint256 epoch) public view returns (bytes32) {
        return epoch == 0 ? genesisHash : _justified[epoch];
    }

    /// @dev A target older than the newest is news too: sources may be justified by a certificate that
    /// was overtaken, and without that one no later link from them could be recorded.
    function _requireNews(FinalityVote calldata link) private view {
        (uint256 source, uint256 target) = (link.sourceEpoch, link.targetEpoch);
        bytes32 sourceHash = justifiedHash(source);
        if (sourceHash == 0 || sourceHash != link.sourceHash) revert SourceNotJustified(source, link.sourceHash);
        if (target <= source) revert LinkNotForward(source, target);
        if (target <= lastFinalized || _justified[target] != 0) revert TargetNotNew(target);
        bytes32 targetHash = Blockhash.blockHash(target * EPOCH_LENGTH);
        if (targetHash == 0 || targetHash != link.targetHash) revert TargetNotAncestor(target, link.targetHash);
    }

    function _verify(
        FinalityVote calldata link,
        bytes calldata bitmap,
        bytes[] calldata signatures
    ) private view returns (Share[] memory shares) {
        uint256[] memory signers = _signers(bitmap, signatures.length);
        bytes32 digest = hashVote(link);
        Tally memory tally;
        tally.sourceDynasty = dynastyAt(link.sourceEpoch * EPOCH_LENGTH);
        tally.targetDynasty = dynastyAt(link.targetEpoch * EPOCH_LENGTH);
        shares = new Share[](signers.length);
        for (uint256 i = 0; i < signers.length; ++i) {
            uint256 index = signers[i];
            Validator memory validator = _validator(index);
            _count(tally, validator, index);
            if (_signerOf(digest, signatures[i]) != validator.votingKey) revert SignatureInvalid(index);
            if (!validator.isSlashed) shares[i] = Share(validator.payout, validator.stake);
        }
        _requireQuorum(tally.sourceDynasty, tally.sourceWeight);
        _requireQuorum(tally.targetDynasty, tally.targetWeight);
    }

    /// @dev The indices that `bitmap` names, in ascending order: as many as there are signatures.
    function _signers(bytes calldata bitmap, uint256 length) private pure returns (uint256[] memory signers) {
        if (length > VALIDATORS_MAX) revert SignatureCountInvalid(length, length);
        if (bitmap.length != 0 && bitmap[bitmap.length - 1] == 0) revert BitmapNotCanonical();
        signers = new uint256[](length);
        uint256 found = 0;
        for (uint256 i = 0; i < bitmap.length; ++i) {
            uint256 index = i * 8;
            for (uint256 bits = uint8(bitmap[i]); bits != 0; bits >>= 1) {
                if (bits & 1 == 1) {
                    if (found == length) revert SignatureCountInvalid(found + 1, length);
                    signers[found++] = index;
                }
                ++index;
            }
        }
        if (found != length) revert SignatureCountInvalid(found, length);
    }

    function _count(Tally memory tally, Validator memory validator, uint256 index) private pure {
        bool isOfSource = _isMember(validator.start, validator.end, tally.sourceDynasty);
        bool isOfTarget = _isMember(validator.start, validator.end, tally.targetDynasty);
        if (!isOfSource && !isOfTarget) revert NotMember(index);
        if (isOfSource) tally.sourceWeight += validator.stake;
        if (isOfTarget) tally.targetWeight += validator.stake;
    }

    function _requireQuorum(uint256 number, uint256 signed) private view {
        uint256 weight = totalWeight(number);
        if (3 * signed <= 2 * weight) revert QuorumNotReached(number, signed, weight);
    }

    function _record(FinalityVote calldata link, bool isNewest) private {
        _justified[link.targetEpoch] = link.targetHash;
        if (isNewest) lastCertified = link.targetEpoch;
        emit Certified(link.targetEpoch, link.targetHash);
        if (link.targetEpoch != link.sourceEpoch + 1 || link.sourceEpoch <= lastFinalized) return;
        lastFinalized = link.sourceEpoch;
        emit Finalized(link.sourceEpoch, link.sourceHash);
        _beginDynasty();
    }
}
