// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Dynasties} from "@hanzo/consensus/Dynasties.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {Validators} from "@hanzo/consensus/Validators.sol";
import {ValidatorSetGenesis} from "./ValidatorSetGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Deposits, and the line that they wait in.
contract ValidatorSetDepositsTest is ValidatorSetGenesis {
    function setUp() external {
        _genesis(4);
    }

    function test_DepositMakesTheNextValidator() external {
        _justify(2);
        bytes memory proof = _sign(4, SET.hashDeposit(_payout(4)));
        VM.deal(ALICE, 3_000 ether);
        VM.expectEmit(address(SET));
        emit Validators.Deposited(4, _votingKey(4), _payout(4), 3_000 ether, 3);
        VM.prank(ALICE);
        _equal(SET.deposit{value: 3_000 ether}(_votingKey(4), _payout(4), proof), 4);
        (address key, address payout, uint256 held, uint256 weight, uint256 start, uint256 end, bool slashed, bool gone)
            = SET.validators(4);
        assert(key == _votingKey(4) && payout == _payout(4) && held == 3_000 ether && weight == 3_000 ether);
        assert(start == 3 && end == type(uint40).max && !slashed && !gone);
        assert(SET.count() == 5 && SET.indexOf(key) == 4 && SET.total() == 4 * STAKE + 3_000 ether);
        assert(SET.pot() == 0 && address(SET).balance == SET.total());
    }

    function test_DepositVotesTwoDynastiesLater() external {
        _deposit(4, STAKE);
        _justify(2);
        _equal(SET.dynasty(), 1);
        _equal(SET.memberCount(1), 4);
        _justify(1);
        _equal(SET.memberCount(2), 5);
        _equal(SET.totalWeight(2), 5 * STAKE);
        (uint256[] memory indices, address[] memory keys, uint256[] memory weights) = SET.setOfDynasty(2);
        assert(indices.length == 5 && indices[4] == 4 && keys[4] == _votingKey(4) && weights[4] == STAKE);
        (indices, , ) = SET.setOfDynasty(1);
        _equal(indices.length, 4);
    }

    /// @dev The bitmap of a certificate reaches no further.
    function test_TakesNoMoreThanBitsForAll() external {
        bytes memory proof = _sign(4, SET.hashDeposit(_payout(4)));
        VM.deal(address(this), 2 * STAKE);
        VM.store(address(SET), bytes32(uint256(5)), bytes32(uint256(8_192)));
        _equal(SET.count(), SET.DEPOSITS_MAX());
        VM.expectRevert(abi.encodeWithSelector(Validators.DepositsExhausted.selector));
        SET.deposit{value: STAKE}(_votingKey(4), _payout(4), proof);
        VM.store(address(SET), bytes32(uint256(5)), bytes32(uint256(8_191)));
        _equal(SET.deposit{value: STAKE}(_votingKey(4), _payout(4), proof), 8_191);
    }

    function test_TakesTheMinimumAndNothingLess() external {
        bytes memory proof = _sign(4, SET.hashDeposit(_payout(4)));
        VM.deal(address(this), STAKE);
        VM.expectRevert(abi.encodeWithSelector(Validators.StakeTooSmall.selector, STAKE - 1));
        SET.deposit{value: STAKE - 1}(_votingKey(4), _payout(4), proof);
        _deposit(4, STAKE);
    }

    function test_TakesNoKeyWithoutItsSignature() external {
        bytes32 digest = SET.hashDeposit(_payout(4));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(KEY + 4, digest);
        _refuseProof(_sign(5, digest));
        _refuseProof(_sign(4, SET.hashDeposit(_payout(5))));
        _refuseProof(abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? 28 : 27));
        _refuseProof(abi.encodePacked(r, s));
        _refuseProof(abi.encodePacked(r, s, v, uint8(0)));
        _refuseProof(abi.encodePacked(r, s, v - 27));
        _refuseProof("");
        _deposit(4, STAKE);
    }

    function test_TakesNoKeyTwice() external {
        _deposit(4, STAKE);
        for (uint256 i = 0; i < 5; i += 4) {
            bytes memory proof = _sign(i, SET.hashDeposit(_payout(9)));
            bytes memory reason = abi.encodeWithSelector(Validators.VotingKeyInvalid.selector, _votingKey(i));
            _refuseDeposit(i, _payout(9), proof, reason);
        }
    }

    function test_TakesNoKeyOfNobody() external {
        VM.deal(address(this), STAKE);
        VM.expectRevert(abi.encodeWithSelector(Validators.VotingKeyInvalid.selector, address(0)));
        SET.deposit{value: STAKE}(address(0), _payout(4), "");
    }

    function test_TakesNoPayoutThatCannotBePaid() external {
        address[3] memory payouts = [address(0), Predeploys.AI, address(SET)];
        for (uint256 i = 0; i < payouts.length; ++i) {
            bytes memory proof = _sign(4, SET.hashDeposit(payouts[i]));
            _refuseDeposit(4, payouts[i], proof, abi.encodeWithSelector(Validators.PayoutInvalid.selector, payouts[i]));
        }
    }

    function test_OneJoinsInADynastyOfASmallSet() external {
        for (uint256 i = 4; i < 8; ++i) _deposit(i, STAKE);
        for (uint256 i = 4; i < 8; ++i) _equal(_start(i), i - 2);
        (uint256 number, uint256 members, uint256 weight) = SET.planned();
        assert(number == 5 && members == 8 && weight == 8 * STAKE);
        _justify(6);
        for (uint256 d = 1; d <= 5; ++d) _equal(SET.memberCount(d), d < 2 ? 4 : d + 3);
    }

    function test_OneJoinsHoweverMuchItWeighs() external {
        _deposit(4, 1_000_000 ether);
        _deposit(5, STAKE);
        assert(_start(4) == 2 && _start(5) == 3);
    }

    function test_LineIsHeldInItsOrder() external {
        _deposit(4, 100_000 ether);
        _exit(0);
        _deposit(5, STAKE);
        _exit(1);
        assert(_start(4) == 2 && _end(0) == 3 && _start(5) == 4 && _end(1) == 5);
        _justify(2);
        // The line is longer than two dynasties.
        _deposit(6, STAKE);
        assert(SET.dynasty() == 1 && _start(6) == 6);
    }

    function _start(uint256 i) private view returns (uint256 start) {
        (, , , , start, , , ) = SET.validators(i);
    }

    function _end(uint256 i) private view returns (uint256 end) {
        (, , , , , end, , ) = SET.validators(i);
    }

    function _refuseProof(bytes memory proof) private {
        bytes memory reason = abi.encodeWithSelector(
            Validators.DepositNotSigned.selector,
            _votingKey(4),
            _payout(4)
        );
        _refuseDeposit(4, _payout(4), proof, reason);
    }

    function _refuseDeposit(uint256 i, address payout, bytes memory proof, bytes memory reason) private {
        VM.deal(address(this), STAKE);
        VM.expectRevert(reason);
        SET.deposit{value: STAKE}(_votingKey(i), payout, proof);
    }
}

/// @dev Sets of which a tenth is more than one member, up to the greatest.
contract ValidatorSetChurnTest is ValidatorSetGenesis {
    function test_ATenthOfTheStakeChangesInADynasty() external {
        _genesis(40);
        _deposit(40, 2_000 ether);
        _exit(0);
        _deposit(41, 4_000 ether);
        (uint256 number, uint256 members, uint256 weight) = SET.planned();
        assert(number == 2 && members == 41 && weight == 84_000 ether);
        _deposit(42, 2_000 ether);
        (number, , ) = SET.planned();
        _equal(number, 3);
    }

    function test_AWeiAboveATenthWaits() external {
        _genesis(40);
        _deposit(40, 2_000 ether);
        _deposit(41, 6_000 ether + 1);
        _deposit(42, 2_000 ether);
        (, , , , uint256 start, , , ) = SET.validators(41);
        _equal(start, 3);
        (, , , , start, , , ) = SET.validators(42);
        _equal(start, 4);
    }

    function test_TheTenthIsOfTheStakeInForce() external {
        _genesis(10);
        _deposit(10, 1_000_000 ether);
        // A tenth of 20,000 AI yet, whoever is on the way.
        _deposit(11, 2_000 ether);
        _deposit(12, 2_000 ether);
        (uint256 number, , ) = SET.planned();
        _equal(number, 4);
        _justify(3);
        _deposit(13, 50_000 ether);
        _deposit(14, 50_000 ether);
        (number, , ) = SET.planned();
        _equal(number, 4);
        _deposit(15, 2_000 ether);
        (number, , ) = SET.planned();
        _equal(number, 5);
    }

    function test_AFullSetTakesNoMoreUntilSomebodyLeaves() external {
        _genesis(199);
        _deposit(199, STAKE);
        bytes memory proof = _sign(200, SET.hashDeposit(_payout(200)));
        VM.deal(address(this), STAKE);
        VM.expectRevert(abi.encodeWithSelector(Dynasties.SetIsFull.selector));
        SET.deposit{value: STAKE}(_votingKey(200), _payout(200), proof);
        _exit(7);
        _deposit(200, STAKE);
        (, uint256 members, ) = SET.planned();
        _equal(members, 200);
    }
}
