// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Certificates} from "@hanzo/consensus/Certificates.sol";
import {FinalityDomain} from "@hanzo/consensus/FinalityDomain.sol";
import {Validators} from "@hanzo/consensus/Validators.sol";
import {ValidatorSetGenesis} from "./ValidatorSetGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Whose signatures count. Nine validators of one weight.
contract ValidatorSetSignaturesTest is ValidatorSetGenesis {
    FinalityDomain.FinalityVote private _vote;
    bytes[] private _all;

    function setUp() external {
        _genesis(9);
        _reach(1);
        _vote = _link(0, 1);
        _all = _signatures(_vote, _range(0, 9));
    }

    function test_TwoThirdsAreNotEnough() external {
        _refuse(0, 1, _range(0, 6), _tooFew(0, 6 * STAKE, 9 * STAKE));
        _certify(0, 1, _range(2, 9));
    }

    function test_NobodyIsNotEnough() external {
        _refuse(0, 1, _range(0, 0), _tooFew(0, 0, 9 * STAKE));
    }

    function test_RefusesABitmapThatEndsInZero() external {
        _refuseBits(hex"ff0100", _all, abi.encodeWithSelector(Certificates.BitmapNotCanonical.selector));
        _refuseBits(hex"00", new bytes[](0), abi.encodeWithSelector(Certificates.BitmapNotCanonical.selector));
        SET.certify(_vote, hex"ff01", _all);
    }

    function test_RefusesOtherThanOneSignatureABit() external {
        bytes memory reason = abi.encodeWithSelector(Certificates.SignatureCountInvalid.selector, 8, 9);
        _refuseBits(hex"ff", _all, reason);
        _refuseBits(hex"7f01", _all, reason);
        reason = abi.encodeWithSelector(Certificates.SignatureCountInvalid.selector, 10, 9);
        _refuseBits(hex"ff03", _all, reason);
        _refuseBits(hex"ffffffffff", _all, reason);
        bytes[] memory many = new bytes[](201);
        _refuseBits(hex"ff01", many, abi.encodeWithSelector(Certificates.SignatureCountInvalid.selector, 201, 201));
    }

    function test_RefusesWhoNeverDeposited() external {
        _refuseBits(hex"7f03", _all, abi.encodeWithSelector(Certificates.SignatureInvalid.selector, 8));
        bytes[] memory signatures = _all;
        signatures[7] = signatures[8];
        _refuseBits(hex"7f03", signatures, abi.encodeWithSelector(Validators.UnknownValidator.selector, 9));
    }

    function test_RefusesWhatAnotherSigned() external {
        bytes[] memory signatures = _all;
        signatures[3] = _all[4];
        _refuseSignatures(signatures, 3);
        signatures[4] = _all[3];
        _refuseSignatures(signatures, 3);
    }

    function test_RefusesWhatWasSignedForAnotherLink() external {
        bytes[] memory signatures = _all;
        FinalityDomain.FinalityVote memory other = _vote;
        other.outputRoot = "another";
        signatures[8] = _sign(8, SET.hashVote(other));
        _refuseSignatures(signatures, 8);
        VM.expectRevert(abi.encodeWithSelector(Certificates.SignatureInvalid.selector, 0));
        SET.certify(other, hex"ff01", signatures);
    }

    function test_RefusesOtherFormsOfASignature() external {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(KEY + 5, SET.hashVote(_vote));
        _refuseForm(abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? 28 : 27));
        _refuseForm(abi.encodePacked(r, s, v - 27));
        _refuseForm(abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255))));
        _refuseForm(abi.encodePacked(r, s, v, v));
        _refuseForm("");
    }

    function _tooFew(uint256 number, uint256 signed, uint256 weight) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Certificates.QuorumNotReached.selector, number, signed, weight);
    }

    function _refuseForm(bytes memory signature) private {
        bytes[] memory signatures = _all;
        signatures[5] = signature;
        _refuseSignatures(signatures, 5);
    }

    function _refuseSignatures(bytes[] memory signatures, uint256 index) private {
        _refuseBits(hex"ff01", signatures, abi.encodeWithSelector(Certificates.SignatureInvalid.selector, index));
    }

    function _refuseBits(bytes memory bitmap, bytes[] memory signatures, bytes memory reason) private {
        VM.expectRevert(reason);
        SET.certify(_vote, bitmap, signatures);
    }
}

/// @dev A link over a change of the set: validators 0 to 3, with 2,000 AI each, decide after checkpoint
/// 3; after checkpoint 4 number 4 does too, with 10,000 AI; number 5 comes later.
contract ValidatorSetBothSetsTest is ValidatorSetGenesis {
    function setUp() external {
        _genesis(4);
        _deposit(4, 10_000 ether);
        _justify(3);
        _deposit(5, STAKE);
        _reach(4);
    }

    function test_NeedsTheSetAfterTheTarget() external {
        _refuse(3, 4, _range(0, 4), _tooFew(2, 8_000 ether, 18_000 ether));
    }

    function test_NeedsTheSetAfterTheSource() external {
        uint256[] memory signers = _range(2, 5);
        _refuse(3, 4, signers, _tooFew(1, 4_000 ether, 8_000 ether));
    }

    function test_TakesTwoThirdsOfBoth() external {
        _certify(3, 4, _range(1, 5));
    }

    function test_NobodyCountsBeforeItsTime() external {
        _refuse(3, 4, _range(0, 6), abi.encodeWithSelector(Certificates.NotMember.selector, 5));
    }

    function test_NobodyCountsAfterItsTime() external {
        _exit(0);
        _justify(4);
        uint256 target = SET.lastCertified() + 1;
        _reach(target);
        _refuse(target - 1, target, _range(0, 6), abi.encodeWithSelector(Certificates.NotMember.selector, 0));
        _certify(target - 1, target, _range(1, 6));
    }

    /// @dev I10, for every choice of signers: there are 32.
    /// forge-config: default.fuzz.runs = 500
    function testFuzz_CountsBothSets(uint8 choice) external {
        uint256[] memory signers = new uint256[](5);
        uint256 n = 0;
        uint256 ofSource = 0;
        uint256 ofTarget = 0;
        for (uint256 i = 0; i < 5; ++i) {
            if (choice & (1 << i) == 0) continue;
            signers[n++] = i;
            if (i < 4) ofSource += 2;
            ofTarget += i < 4 ? 2 : 10;
        }
        uint256[] memory some = new uint256[](n);
        for (uint256 i = 0; i < n; ++i) some[i] = signers[i];
        if (3 * ofSource <= 2 * 8) _refuse(3, 4, some, _tooFew(1, ofSource * 1_000 ether, 8_000 ether));
        else if (3 * ofTarget <= 2 * 18) _refuse(3, 4, some, _tooFew(2, ofTarget * 1_000 ether, 18_000 ether));
        else _certify(3, 4, some);
    }

    function _tooFew(uint256 number, uint256 signed, uint256 weight) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Certificates.QuorumNotReached.selector, number, signed, weight);
    }
}

/// @dev The least that is more than two thirds.
contract ValidatorSetMajorityTest is ValidatorSetGenesis {
    function test_TwoThirdsToTheWeiAreNotEnough() external {
        _decide(36_000 ether);
        bytes4 tooFew = Certificates.QuorumNotReached.selector;
        _refuse(4, 5, _range(9, 10), abi.encodeWithSelector(tooFew, 2, 36_000 ether, 54_000 ether));
    }

    function test_AWeiMoreIsEnough() external {
        _decide(36_000 ether + 1);
        _certify(4, 5, _range(9, 10));
    }

    /// @dev Nine validators with 18,000 AI, then one with `value` wei.
    function _decide(uint256 value) private {
        _genesis(9);
        _deposit(9, value);
        _justify(4);
        _reach(5);
    }
}
