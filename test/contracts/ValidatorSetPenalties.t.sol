// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Dynasties} from "@hanzo/consensus/Dynasties.sol";
import {Exits} from "@hanzo/consensus/Exits.sol";
import {Slashing} from "@hanzo/consensus/Slashing.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {ValidatorSetGenesis} from "./ValidatorSetGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev What an offence costs, who gets it, and what becomes of the offender.
contract ValidatorSetPenaltiesTest is ValidatorSetGenesis {
    function test_AFewLoseFivePercent() external {
        _genesis(100);
        VM.expectEmit(address(SET));
        emit Slashing.Slashed(7, FINDER, 100 ether, 4 ether);
        VM.expectEmit(address(SET));
        emit Exits.ExitQueued(7, 2);
        VM.expectEmit(address(SINK));
        emit AIBurn.Burned(AIBurn.Category.Slashing, address(SET), 96 ether);
        _slash(7);
        assert(FINDER.balance == 4 ether && SINK.burnedBy(uint8(AIBurn.Category.Slashing)) == 96 ether);
        (, , uint256 held, uint256 weight, , uint256 end, bool slashed, ) = SET.validators(7);
        assert(held == 1_900 ether && SET.stake(7) == held && weight == STAKE && end == 2 && slashed);
        assert(SET.total() == 100 * STAKE - 100 ether && address(SET).balance == SET.total());
        _equal(SET.slashedRecently(), STAKE);
    }

    function test_ManyLoseThreeTimesTheirPart() external {
        _genesis(10);
        uint256[4] memory penalties = [uint256(600 ether), 1_200 ether, 1_800 ether, 2_000 ether];
        for (uint256 i = 0; i < 4; ++i) {
            uint256 before = SET.total();
            _slash(i);
            _equal(before - SET.total(), penalties[i]);
            _equal(SET.stake(i), STAKE - penalties[i]);
            _equal(SET.slashedRecently(), (i + 1) * STAKE);
        }
        assert(FINDER.balance == 224 ether && SINK.totalBurned() == 5_600 ether - 224 ether);
    }

    function test_StakeCountsAndNotHeads() external {
        _genesis(9);
        _deposit(9, 12_000 ether);
        _justify(3);
        _slash(0);
        // 3 * 2,000 / 30,000 of 2,000, then 3 * 14,000 / 30,000 capped.
        _equal(SET.stake(0), 1_600 ether);
        _slash(9);
        _equal(SET.stake(9), 0);
    }

    function test_OffencesAreForgottenAfterTheDelay() external {
        _genesis(10);
        VM.roll(5 * EPOCH);
        _slash(0);
        VM.roll((5 + DELAY + 1) * EPOCH - 1);
        _equal(SET.slashedRecently(), STAKE);
        VM.roll((5 + DELAY + 1) * EPOCH);
        _equal(SET.slashedRecently(), 0);
    }

    /// @dev At the last block that remembers the first offence, and at the next.
    function test_PenaltyGrowsWithinTheDelayAlone() external {
        _genesis(10);
        VM.roll(3 * EPOCH);
        _bring(0, 3);
        VM.roll((3 + DELAY + 1) * EPOCH - 1);
        _bring(1, 3 + DELAY);
        _equal(SET.stake(1), STAKE - 1_200 ether);
        VM.roll((3 + DELAY + 1) * EPOCH);
        _bring(2, 3 + DELAY);
        _equal(SET.stake(2), STAKE - 1_200 ether);
    }

    function test_PenaltyRoundsUpAndTheFeeDown() external {
        _genesis(100);
        _deposit(100, STAKE + 7);
        _slash(100);
        // 5 % of 2,000 AI and 7 wei.
        assert(SET.stake(100) == STAKE + 7 - 100 ether - 1 && FINDER.balance == 4 ether);
        _equal(SINK.totalBurned(), 96 ether + 1);
    }

    function test_LeavingValidatorKeepsItsTurn() external {
        _genesis(10);
        _exit(3);
        _exit(4);
        _slash(4);
        _slash(3);
        (, , , , , uint256 end, , ) = SET.validators(3);
        _equal(end, 2);
        (, , , , , end, , ) = SET.validators(4);
        _equal(end, 3);
        (, uint256 members, uint256 weight) = SET.planned();
        assert(members == 8 && weight == 8 * STAKE);
    }

    function test_SlashesWhoLeftAndHasNotWithdrawn() external {
        _genesis(10);
        _exit(3);
        _justify(3);
        uint256 free = SET.withdrawableAt(3);
        VM.roll(free);
        _bring(3, free / EPOCH);
        SET.withdraw(3);
        _equal(_payout(3).balance, (STAKE * 2) / 3);
    }

    function test_SlashesNobodyWhoHasWithdrawn() external {
        _genesis(10);
        _exit(3);
        _justify(3);
        VM.roll(SET.withdrawableAt(3));
        SET.withdraw(3);
        _refuseWithdrawn(3);
    }

    function test_WeightStaysUntilTheTurnComes() external {
        _genesis(10);
        _slash(0);
        assert(SET.totalWeight(0) == 10 * STAKE && SET.memberCount(0) == 10);
        _justify(3);
        assert(SET.totalWeight(1) == 10 * STAKE && SET.totalWeight(2) == 9 * STAKE);
    }

    function test_TheLastMemberIsSeenOutWhenAnotherComes() external {
        _genesis(1);
        _slash(0);
        (, , uint256 held, , , uint256 end, bool slashed, ) = SET.validators(0);
        assert(held == 0 && end == type(uint40).max && slashed);
        VM.expectRevert(abi.encodeWithSelector(Dynasties.LastMember.selector));
        SET.exit(0);
        _deposit(1, STAKE);
        SET.exit(0);
        _justify(7);
        (uint256[] memory indices, , ) = SET.setOfDynasty(SET.dynasty());
        assert(indices.length == 1 && indices[0] == 1);
        VM.roll(SET.withdrawableAt(0));
        SET.withdraw(0);
        assert(_payout(0).balance == 0 && SET.total() == STAKE);
    }

    function _bring(uint256 i, uint256 target) private {
        (bytes memory signature1, bytes memory signature2) = _pair(i, target);
        VM.prank(FINDER);
        SET.slash(_link(target - 1, target), signature1, _link(target - 2, target), signature2);
    }

    function _refuseWithdrawn(uint256 i) private {
        uint256 target = block.number / EPOCH;
        (bytes memory signature1, bytes memory signature2) = _pair(i, target);
        VM.expectRevert(abi.encodeWithSelector(Exits.AlreadyWithdrawn.selector, i));
        SET.slash(_link(target - 1, target), signature1, _link(target - 2, target), signature2);
    }

    function _pair(uint256 i, uint256 target) private view returns (bytes memory, bytes memory) {
        bytes32 digest1 = SET.hashVote(_link(target - 1, target));
        bytes32 digest2 = SET.hashVote(_link(target - 2, target));
        return (_sign(i, digest1), _sign(i, digest2));
    }
}
