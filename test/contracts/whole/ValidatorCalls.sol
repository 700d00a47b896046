// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinalityDomain} from "@hanzo/consensus/FinalityDomain.sol";
import {VM} from "../Vm.sol";
import {World} from "./World.sol";

/// @dev Validators who agree, join, leave, and now and then contradict themselves.
abstract contract ValidatorCalls is World {
    uint256 private constant KEYS_MAX = 12;

    /// @dev The newest checkpoint, signed by all who may.
    function certify(uint8 who, uint40 baseFee) external acts {
        uint256 source = SET.lastCertified();
        uint256 target = (number - 1) / EPOCH;
        if (target <= source) return;
        VM.setBlockhash(target * EPOCH, _checkpoint(target));
        VM.fee(baseFee % 10 gwei);
        FinalityDomain.FinalityVote memory link = _link(source, target, 0);
        (bytes memory bitmap, bytes[] memory signatures) = _votes(link);
        _once(_person(who), address(SET), 0, abi.encodeCall(SET.certify, (link, bitmap, signatures)));
    }

    function joinValidators(uint8 who, uint16 excess) external acts {
        uint256 i = SET.count();
        uint256 value = STAKE + excess;
        if (i == KEYS_MAX || _person(who).balance < value) return;
        bytes memory proof = _signature(VOTING_KEY + i, SET.hashDeposit(_payout(i % VALIDATORS)));
        bytes memory data = abi.encodeCall(SET.deposit, (_votingKey(i), _payout(i % VALIDATORS), proof));
        _once(_person(who), address(SET), value, data);
    }

    function quit(uint8 choice) external acts {
        uint256 i = choice % SET.count();
        (, address payout, , , uint256 start, uint256 end, , ) = SET.validators(i);
        (, uint256 members, ) = SET.planned();
        if (start > SET.dynasty() || end != type(uint40).max || members < 3 || choice > 64) return;
        _once(payout, address(SET), 0, abi.encodeCall(SET.exit, (i)));
    }

    function withdrawStake(uint8 choice) external acts {
        uint256 i = choice % SET.count();
        (, , , , , , , bool isWithdrawn) = SET.validators(i);
        if (isWithdrawn || SET.withdrawableAt(i) > number) return;
        _once(_person(choice), address(SET), 0, abi.encodeCall(SET.withdraw, (i)));
    }

    /// @dev Seldom, and while three others are there: who is slashed earns nothing any more.
    function contradict(uint8 choice, uint8 finder) external acts {
        if (choice % 16 != 0) return;
        uint256 i = (choice / 16) % SET.count();
        (, , , , , uint256 end, bool isSlashed, bool isWithdrawn) = SET.validators(i);
        (, uint256 members, ) = SET.planned();
        if (isSlashed || isWithdrawn || end != type(uint40).max || members < 4) return;
        FinalityDomain.FinalityVote memory vote1 = _link(0, number / EPOCH + 1, 1);
        FinalityDomain.FinalityVote memory vote2 = _link(0, number / EPOCH + 1, 2);
        bytes memory signature1 = _signature(VOTING_KEY + i, SET.hashVote(vote1));
        bytes memory signature2 = _signature(VOTING_KEY + i, SET.hashVote(vote2));
        bytes memory data = abi.encodeCall(SET.slash, (vote1, signature1, vote2, signature2));
        _once(_person(finder), address(SET), 0, data);
    }

    function _votes(
        FinalityDomain.FinalityVote memory link
    ) private view returns (bytes memory bitmap, bytes[] memory signatures) {
        uint256 sourceDynasty = SET.dynastyAt(link.sourceEpoch * EPOCH);
        uint256 targetDynasty = SET.dynastyAt(link.targetEpoch * EPOCH);
        bytes32 digest = SET.hashVote(link);
        signatures = new bytes[](SET.count());
        uint256 n = 0;
        uint256 mask = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            (, , , , uint256 start, uint256 end, , ) = SET.validators(i);
            bool isOfSource = start <= sourceDynasty && sourceDynasty < end;
            if (!isOfSource && !(start <= targetDynasty && targetDynasty < end)) continue;
            mask |= 1 << i;
            signatures[n++] = _signature(VOTING_KEY + i, digest);
        }
        assembly ("memory-safe") {
            mstore(signatures, n)
        }
        bitmap = mask > 255 ? abi.encodePacked(uint8(mask), uint8(mask >> 8)) : abi.encodePacked(uint8(mask));
    }

    function _link(
        uint256 source,
        uint256 target,
        uint256 root
    ) private pure returns (FinalityDomain.FinalityVote memory) {
        bytes32 sourceHash = source == 0 ? GENESIS_HASH : _checkpoint(source);
        return FinalityDomain.FinalityVote(
            uint64(source), sourceHash, uint64(target), _checkpoint(target), bytes32(root)
        );
    }

    function _checkpoint(uint256 epoch) private pure returns (bytes32) {
        return keccak256(abi.encode("checkpoint", epoch));
    }
}
