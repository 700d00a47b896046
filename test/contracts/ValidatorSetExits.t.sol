// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Dynasties} from "@hanzo/consensus/Dynasties.sol";
import {Exits} from "@hanzo/consensus/Exits.sol";
import {Validators} from "@hanzo/consensus/Validators.sol";
import {ValidatorSetGenesis} from "./ValidatorSetGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Leaving, and having the stake back.
contract ValidatorSetExitsTest is ValidatorSetGenesis {
    function setUp() external {
        _genesis(4);
    }

    function test_ExitTakesEffectTwoDynastiesLater() external {
        VM.expectEmit(address(SET));
        emit Exits.ExitQueued(1, 2);
        _exit(1);
        _justify(3);
        for (uint256 d = 0; d <= 2; ++d) {
            (uint256[] memory indices, , ) = SET.setOfDynasty(d);
            _equal(indices.length, d < 2 ? 4 : 3);
            _equal(indices[1], d < 2 ? 1 : 2);
            _equal(SET.totalWeight(d), indices.length * STAKE);
        }
    }

    function test_VotingKeyMayAsk() external {
        VM.prank(_votingKey(2));
        SET.exit(2);
        (, , , , , uint256 end, , ) = SET.validators(2);
        _equal(end, 2);
    }

    function test_NobodyElseMayAsk() external {
        VM.expectRevert(abi.encodeWithSelector(Exits.NotStaker.selector, 2, address(this)));
        SET.exit(2);
        VM.prank(_payout(1));
        VM.expectRevert(abi.encodeWithSelector(Exits.NotStaker.selector, 2, _payout(1)));
        SET.exit(2);
        VM.expectRevert(abi.encodeWithSelector(Validators.UnknownValidator.selector, 4));
        SET.exit(4);
    }

    function test_LeavesOnce() external {
        _exit(0);
        VM.prank(_payout(0));
        VM.expectRevert(abi.encodeWithSelector(Exits.AlreadyLeaving.selector, 0, 2));
        SET.exit(0);
    }

    function test_LeavesAfterItJoined() external {
        _deposit(4, STAKE);
        _justify(2);
        VM.prank(_payout(4));
        VM.expectRevert(abi.encodeWithSelector(Exits.NotYetMember.selector, 4, 2));
        SET.exit(4);
        _justify(1);
        _exit(4);
        (, , , , , uint256 end, , ) = SET.validators(4);
        _equal(end, 4);
    }

    function test_TheLastMemberStays() external {
        for (uint256 i = 0; i < 3; ++i) _exit(i);
        VM.prank(_payout(3));
        VM.expectRevert(abi.encodeWithSelector(Dynasties.LastMember.selector));
        SET.exit(3);
        _deposit(4, STAKE);
        _exit(3);
        _justify(7);
        (uint256[] memory indices, , ) = SET.setOfDynasty(6);
        assert(indices.length == 1 && indices[0] == 4);
    }

    function test_WithdrawsAfterTheDelay() external {
        _exit(1);
        _equal(SET.withdrawableAt(1), FOREVER);
        _refuseWithdrawal(1, FOREVER);
        _justify(2);
        _refuseWithdrawal(1, FOREVER);
        _justify(1);
        uint256 free = SET.beganAt(2) + DELAY * EPOCH;
        _equal(SET.withdrawableAt(1), free);
        VM.roll(free - 1);
        _refuseWithdrawal(1, free);
        VM.roll(free);
        VM.expectEmit(address(SET));
        emit Exits.Withdrawn(1, _payout(1), STAKE);
        SET.withdraw(1);
        assert(_payout(1).balance == STAKE && SET.total() == 3 * STAKE && address(SET).balance == 3 * STAKE);
        (, , uint256 held, uint256 weight, , , , bool gone) = SET.validators(1);
        assert(held == 0 && SET.stake(1) == 0 && weight == STAKE && gone);
        VM.expectRevert(abi.encodeWithSelector(Exits.AlreadyWithdrawn.selector, 1));
        SET.withdraw(1);
    }

    function test_WithdrawalLeavesPastSetsAlone() external {
        _exit(1);
        _justify(3);
        VM.roll(SET.withdrawableAt(1));
        bytes32 before = keccak256(abi.encode(_set(0), _set(1), _set(2)));
        SET.withdraw(1);
        assert(keccak256(abi.encode(_set(0), _set(1), _set(2))) == before);
    }

    function test_WithdrawsNobodyWhoStays() external {
        _refuseWithdrawal(0, FOREVER);
        VM.expectRevert(abi.encodeWithSelector(Validators.UnknownValidator.selector, 4));
        SET.withdraw(4);
        VM.expectRevert(abi.encodeWithSelector(Validators.UnknownValidator.selector, 4));
        SET.withdrawableAt(4);
    }

    function test_ViewsKnowNoFuture() external {
        _justify(2);
        bytes memory ahead = abi.encodeWithSelector(Dynasties.DynastyAhead.selector, 2);
        VM.expectRevert(ahead);
        SET.setOfDynasty(2);
        VM.expectRevert(ahead);
        SET.totalWeight(2);
        VM.expectRevert(ahead);
        SET.memberCount(2);
        VM.expectRevert(ahead);
        SET.beganAt(2);
        VM.expectRevert(abi.encodeWithSelector(Dynasties.BlockAhead.selector, 18));
        SET.dynastyAt(18);
        VM.expectRevert(abi.encodeWithSelector(Dynasties.BlockAhead.selector, 24));
        SET.setAt(3);
        _equal(SET.dynastyAt(17), 1);
    }

    /// @dev Gaps of all sizes, and blocks with more than one beginning.
    function test_FindsTheDynastyOfEveryBlock() external {
        for (uint256 round = 0; round < 12; ++round) {
            uint256 source = SET.lastCertified();
            uint256 batch = 1 + round % 3;
            VM.roll((source + batch) * EPOCH + 1 + (round * 5) % 9);
            for (uint256 i = 1; i <= batch; ++i) {
                VM.setBlockhash((source + i) * EPOCH, _hash(source + i));
                _certify(source + i - 1, source + i, _electorate(source + i - 1, source + i));
            }
        }
        uint256 number = 0;
        for (uint256 n = 0; n <= block.number; ++n) {
            while (number < SET.dynasty() && SET.beganAt(number + 1) <= n) ++number;
            _equal(SET.dynastyAt(n), number);
        }
        _equal(number, SET.dynasty());
    }

    function _refuseWithdrawal(uint256 i, uint256 free) private {
        VM.expectRevert(abi.encodeWithSelector(Exits.WithdrawalTooEarly.selector, i, free));
        SET.withdraw(i);
    }

    function _set(uint256 number) private view returns (bytes memory) {
        (uint256[] memory indices, address[] memory keys, uint256[] memory weights) = SET.setOfDynasty(number);
        return abi.encode(indices, keys, weights);
    }
}
