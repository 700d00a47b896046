// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinalityDomain} from "@hanzo/consensus/FinalityDomain.sol";
import {FinalityPot} from "@hanzo/consensus/FinalityPot.sol";
import {ValidatorSetGenesis} from "./ValidatorSetGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Who gets the pot.
contract ValidatorSetPotTest is ValidatorSetGenesis {
    function setUp() external {
        _genesis(4);
    }

    function test_SignersShareThePotByWeight() external {
        _deposit(4, 6_000 ether);
        _justify(4);
        _fill(10 ether);
        _reach(5);
        // Shares round down; the rest waits.
        uint256 part = uint256(10 ether) / 7;
        uint256 heavy = uint256(30 ether) / 7;
        VM.expectEmit(address(SET));
        emit FinalityPot.PotShared(5, ALICE, 0, 4 * part + heavy);
        _certify(4, 5, _range(0, 5));
        for (uint256 i = 0; i < 4; ++i) _equal(_payout(i).balance, part);
        _equal(_payout(4).balance, heavy);
        assert(SET.pot() == 10 ether - 4 * part - heavy && SET.pot() > 0 && SET.total() == 14_000 ether);
    }

    function test_WhoDoesNotSignGetsNothing() external {
        _fill(3 ether);
        _reach(1);
        _certify(0, 1, _range(1, 4));
        assert(_payout(0).balance == 0 && _payout(1).balance == 1 ether && SET.pot() == 0);
    }

    function test_EmptyPotPaysNobody() external {
        VM.fee(1 gwei);
        _justify(2);
        assert(_payout(0).balance == 0 && ALICE.balance == 0 && SET.pot() == 0 && SET.total() == 4 * STAKE);
    }

    function test_OvertakenCertificatePaysItsSenderAlone() external {
        _reach(2);
        _certify(0, 2, _range(0, 4));
        _fill(1 ether);
        VM.fee(1 gwei);
        VM.setBlockhash(EPOCH, _hash(1));
        _certify(0, 1, _range(0, 4));
        assert(_payout(0).balance == 0 && ALICE.balance > 0 && SET.pot() == 1 ether - ALICE.balance);
    }

    function test_RepaysNoMoreThanThePot() external {
        _fill(0.001 ether);
        VM.fee(1_000 gwei);
        _reach(1);
        _certify(0, 1, _range(0, 4));
        assert(ALICE.balance > 0 && ALICE.balance + SET.pot() == 0.001 ether && _payout(0).balance == 0);
        assert(address(SET).balance == SET.total() + SET.pot());
    }

    function test_SlashedSignersCountAndGetNothing() external {
        _slash(0);
        _fill(3 ether);
        _reach(1);
        _certify(0, 1, _range(0, 3));
        assert(_payout(0).balance == 0 && _payout(1).balance == 1.5 ether && _payout(2).balance == 1.5 ether);
    }

    function test_PotWaitsWhenAllSignersAreSlashed() external {
        for (uint256 i = 0; i < 3; ++i) _slash(i);
        _fill(3 ether);
        _reach(1);
        _certify(0, 1, _range(0, 3));
        _equal(SET.pot(), 3 ether);
    }

    function testFuzz_SharesAreExactButForDust(uint96 value, uint64 feeWei, uint8 choice) external {
        value %= 300_000_000 ether;
        _fill(value);
        VM.fee(feeWei % 1_000_000 gwei);
        _reach(1);
        uint256 absent = choice % 5;
        uint256[] memory signers = absent == 4 ? _range(0, 4) : _without(absent);
        _certify(0, 1, signers);
        uint256 limit = block.basefee * (150_000 + signers.length * 26_000);
        uint256 part = value < limit ? 0 : (value - limit) / signers.length;
        for (uint256 i = 0; i < 4; ++i) _equal(_payout(i).balance, i == absent ? 0 : part);
        _equal(SET.pot() + ALICE.balance + part * signers.length, value);
        assert(ALICE.balance <= limit && SET.total() == 4 * STAKE);
    }

    function _without(uint256 absent) private pure returns (uint256[] memory signers) {
        signers = _range(0, 3);
        for (uint256 i = absent; i < 3; ++i) ++signers[i];
    }
}

/// @dev What a certificate costs its sender, and what of that it gets back.
contract ValidatorSetGasTest is ValidatorSetGenesis {
    event Gas(uint256 signers, uint256 gas, uint256 repaid);

    function test_RepaysFourSignersMostOfWhatTheyCost() external {
        _genesis(4);
        _justify(1);
        _measure(1, 2, 4, 70);
    }

    function test_RepaysTwoHundredSignersMostOfWhatTheyCost() external {
        _genesis(200);
        _justify(1);
        _measure(1, 2, 200, 90);
    }

    /// @dev Nobody but the sender is paid, so it costs less.
    function test_RepaysTheLateNoMoreThanTheyCost() external {
        _genesis(200);
        _reach(2);
        _certify(0, 2, _range(0, 200));
        VM.setBlockhash(EPOCH, _hash(1));
        _measure(0, 1, 200, 80);
    }

    function _measure(uint256 source, uint256 target, uint256 n, uint256 percentMin) private {
        _fill(10 ether);
        _reach(2);
        VM.setBlockhash(EPOCH, _hash(1));
        FinalityDomain.FinalityVote memory link = _link(source, target);
        bytes[] memory signatures = _signatures(link, _range(0, n));
        bytes memory call = abi.encodeCall(SET.certify, (link, _bitmap(_range(0, n)), signatures));
        VM.fee(1 gwei);
        VM.cool(address(SET));
        VM.cool(address(TOKEN));
        for (uint256 i = 0; i < n; ++i) VM.cool(_payout(i));
        VM.prank(ALICE);
        uint256 left = gasleft();
        (bool ok, bytes memory result) = address(SET).call(call);
        uint256 gas = left - gasleft();
        if (!ok) revert NotDone(result);
        gas += _intrinsic(call);
        uint256 repaid = ALICE.balance / 1 gwei;
        emit Gas(n, gas, repaid);
        assert(repaid <= gas && repaid * 100 >= gas * percentMin);
    }

    function _intrinsic(bytes memory call) private pure returns (uint256 gas) {
        gas = 21_000;
        for (uint256 i = 0; i < call.length; ++i) gas += call[i] == 0 ? 4 : 16;
    }
}
