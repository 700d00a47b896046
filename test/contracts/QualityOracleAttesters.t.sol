// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {AttestedGenesis} from "./AttestedGenesis.sol";
import {AttesterSet} from "@hanzo/compute/AttesterSet.sol";
import {IAttesters} from "@hanzo/interfaces/IAttesters.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {QualityOracle} from "@hanzo/compute/QualityOracle.sol";
import {ScoreBook} from "@hanzo/compute/ScoreBook.sol";
import {VM} from "./Vm.sol";

/// @dev The set of attesters: who is in it, what makes a quorum, where the bonds are.
contract QualityOracleAttestersTest is AttestedGenesis {
    bytes32 private constant DIGEST = keccak256("digest");
    address private constant STRANGER = address(0x57A6E);

    function setUp() external {
        _genesis(3, 2);
    }

    function test_GenesisAttestersAreActiveAndBonded() external view {
        address[] memory attesters = ORACLE.attesters();
        assert(attesters.length == 3 && ORACLE.threshold() == 2);
        for (uint256 i = 0; i < 3; ++i) assert(attesters[i] == _signers[i] && ORACLE.isAttester(_signers[i]));
        assert(!ORACLE.isAttester(_signers[3]));
        assert(ORACLE.authority() == Predeploys.ACCESS_MANAGER);
        assert(ORACLE.ROUND_SECONDS() == ROUND && ORACLE.challengeWindow() == CHALLENGE && ORACLE.maxAge() == MAX_AGE);
    }

    function test_ConstructorRefusesABadSet() external {
        _refuse(_oracleArgs(0, 1), abi.encodeWithSelector(AttesterSet.AttesterCountOutOfBounds.selector, 0));
        bytes memory args = abi.encode(new address[](17), 9, ROUND, CHALLENGE, MAX_AGE, BOND_DELAY);
        _refuse(args, abi.encodeWithSelector(AttesterSet.AttesterCountOutOfBounds.selector, 17));
        _refuse(_oracleArgs(3, 1), abi.encodeWithSelector(AttesterSet.ThresholdOutOfBounds.selector, 1, 2, 3));
        _refuse(_oracleArgs(3, 4), abi.encodeWithSelector(AttesterSet.ThresholdOutOfBounds.selector, 4, 2, 3));
        bytes memory reason = abi.encodeWithSelector(AttesterSet.BondsNotHeld.selector, 4 * BOND, 3 * BOND);
        _refuse(_oracleArgs(4, 3), reason);
        reason = abi.encodeWithSelector(AttesterSet.BondsNotHeld.selector, 2 * BOND, 3 * BOND);
        _refuse(_oracleArgs(2, 2), reason);
    }

    function test_ConstructorRefusesNobodyAndTheSameTwice() external {
        address[] memory attesters = _attesters(3);
        attesters[2] = attesters[0];
        bytes memory args = abi.encode(attesters, 2, ROUND, CHALLENGE, MAX_AGE, BOND_DELAY);
        bytes memory reason = abi.encodeWithSelector(AttesterSet.AttesterInvalid.selector, attesters[0]);
        _refuse(args, reason);
        attesters[2] = address(0);
        args = abi.encode(attesters, 2, ROUND, CHALLENGE, MAX_AGE, BOND_DELAY);
        _refuse(args, abi.encodeWithSelector(AttesterSet.AttesterInvalid.selector, address(0)));
    }

    function test_ConstructorHoldsTimesToTheirBounds() external {
        _refuseTimes(7, 3, 21, abi.encodeWithSelector(ScoreBook.SecondsOutOfBounds.selector, 7, 8, 7 days));
        _refuseTimes(7 days + 1, 0, 0, _outOfBounds(7 days + 1, 8, 7 days));
        _refuseTimes(8, 1, 24, _outOfBounds(1, 2, 4));
        _refuseTimes(8, 5, 24, _outOfBounds(5, 2, 4));
        _refuseTimes(8, 4, 23, _outOfBounds(23, 24, 8_000));
        _refuseTimes(8, 4, 8_001, _outOfBounds(8_001, 24, 8_000));
    }

    function test_ConstructorHoldsTheBondDelayToItsBounds() external {
        uint48[2] memory refused = [0, uint48(60 days + 1)];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory args = abi.encode(_attesters(3), 2, ROUND, CHALLENGE, MAX_AGE, refused[i]);
            _refuse(args, _outOfBounds(refused[i], 1, 60 days));
        }
        assert(ORACLE.BOND_DELAY_SECONDS() == BOND_DELAY);
    }

    /// @dev A vote takes its time, so a bond stays at least that long, however short the age of scores is.
    function test_BondStaysForTheLongerOfDelayAndAge() external {
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.setMaxAge(3 * ROUND);
        VM.prank(_signers[0]);
        ORACLE.resign();
        assert(ORACLE.standingOf(_signers[0]).bondReturnsAt == START + BOND_DELAY);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.setMaxAge(BOND_DELAY + 1);
        VM.prank(_signers[1]);
        ORACLE.resign();
        assert(ORACLE.standingOf(_signers[1]).bondReturnsAt == START + BOND_DELAY + 1);
    }

    function test_QuorumTakesTwoOfThree() external {
        ORACLE.requireQuorum(DIGEST, _signBoth(0, 1, DIGEST));
        ORACLE.requireQuorum(DIGEST, _signBoth(0, 2, DIGEST));
        ORACLE.requireQuorum(DIGEST, _signAll(3, DIGEST));
        bytes[] memory one = _signAll(1, DIGEST);
        VM.expectRevert(abi.encodeWithSelector(IAttesters.QuorumNotReached.selector, 1, 2));
        ORACLE.requireQuorum(DIGEST, one);
        VM.expectRevert(abi.encodeWithSelector(IAttesters.QuorumNotReached.selector, 0, 2));
        ORACLE.requireQuorum(DIGEST, new bytes[](0));
    }

    function test_QuorumCountsEachSignerOnce() external {
        bytes[] memory twice = _signBoth(1, 1, DIGEST);
        VM.expectRevert(_notAscending(_signers[1], _signers[1]));
        ORACLE.requireQuorum(DIGEST, twice);
        bytes[] memory turned = _signBoth(2, 1, DIGEST);
        VM.expectRevert(_notAscending(_signers[2], _signers[1]));
        ORACLE.requireQuorum(DIGEST, turned);
    }

    function test_QuorumRefusesForeignSignaturesHoweverMany() external {
        bytes[] memory four = _signAll(4, DIGEST);
        VM.expectRevert(abi.encodeWithSelector(IAttesters.NotAttester.selector, _signers[3]));
        ORACLE.requireQuorum(DIGEST, four);
    }

    function test_QuorumRefusesMalleableAndShortSignatures() external {
        bytes[] memory signatures = _signAll(2, DIGEST);
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(_keys[1], DIGEST);
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes32 highS = bytes32(order - uint256(s));
        signatures[1] = abi.encodePacked(r, highS, v == 27 ? uint8(28) : uint8(27));
        VM.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, highS));
        ORACLE.requireQuorum(DIGEST, signatures);
        signatures[1] = abi.encodePacked(r, s);
        VM.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, 64));
        ORACLE.requireQuorum(DIGEST, signatures);
    }

    function test_InvitedAttesterCountsFromItsBondOn() external {
        address fourth = _signers[3];
        VM.expectEmit(address(ORACLE));
        emit AttesterSet.AttesterInvited(fourth);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.inviteAttester(fourth);
        assert(!ORACLE.isAttester(fourth));
        VM.deal(fourth, 2 * BOND);
        for (uint256 off = 0; off < 2; ++off) {
            uint256 value = BOND - 1 + 2 * off;
            VM.prank(fourth);
            VM.expectRevert(abi.encodeWithSelector(AttesterSet.BondMismatch.selector, value, BOND));
            ORACLE.accept{value: value}();
        }
        VM.expectEmit(address(ORACLE));
        emit AttesterSet.AttesterAdded(fourth);
        VM.expectEmit(address(ORACLE));
        emit AttesterSet.ThresholdSet(2, 3);
        VM.prank(fourth);
        ORACLE.accept{value: BOND}();
        assert(ORACLE.isAttester(fourth) && ORACLE.threshold() == 3 && address(ORACLE).balance == 4 * BOND);
        ORACLE.requireQuorum(DIGEST, _signAll(3, DIGEST));
        VM.prank(fourth);
        VM.expectRevert(_wrongStatus(fourth, AttesterSet.Status.Active));
        ORACLE.accept{value: BOND}();
    }

    function test_NobodyJoinsUninvited() external {
        VM.deal(STRANGER, BOND);
        VM.prank(STRANGER);
        VM.expectRevert(_wrongStatus(STRANGER, AttesterSet.Status.None));
        ORACLE.accept{value: BOND}();
    }

    function test_InvitationsAreForNewcomersAndCanBeTakenBack() external {
        VM.prank(Predeploys.TIMELOCK);
        VM.expectRevert(_wrongStatus(_signers[0], AttesterSet.Status.Active));
        ORACLE.inviteAttester(_signers[0]);
        VM.prank(Predeploys.TIMELOCK);
        VM.expectRevert(abi.encodeWithSelector(AttesterSet.AttesterInvalid.selector, address(0)));
        ORACLE.inviteAttester(address(0));
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.inviteAttester(STRANGER);
        VM.expectEmit(address(ORACLE));
        emit AttesterSet.InvitationWithdrawn(STRANGER);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.removeAttester(STRANGER);
        assert(ORACLE.standingOf(STRANGER).status == AttesterSet.Status.None);
        VM.prank(Predeploys.TIMELOCK);
        VM.expectRevert(_wrongStatus(STRANGER, AttesterSet.Status.None));
        ORACLE.removeAttester(STRANGER);
    }

    function test_SixteenAttestersAreEnough() external {
        for (uint160 i = 0; i < 13; ++i) _join(address(0x10000 + i));
        assert(ORACLE.attesters().length == 16 && ORACLE.threshold() == 9);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.inviteAttester(STRANGER);
        VM.deal(STRANGER, BOND);
        VM.prank(STRANGER);
        VM.expectRevert(abi.encodeWithSelector(AttesterSet.AttesterCountOutOfBounds.selector, 17));
        ORACLE.accept{value: BOND}();
    }

    function test_RemovedAttesterGetsItsBondBackAfterTheDelay() external {
        address first = _signers[0];
        VM.expectEmit(address(ORACLE));
        emit AttesterSet.AttesterLeft(first, START + MAX_AGE);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.removeAttester(first);
        assert(!ORACLE.isAttester(first) && ORACLE.attesters().length == 2);
        bytes[] memory signatures = _signAll(2, DIGEST);
        VM.expectRevert(abi.encodeWithSelector(IAttesters.NotAttester.selector, first));
        ORACLE.requireQuorum(DIGEST, signatures);
        VM.warp(START + MAX_AGE - 1);
        VM.prank(first);
        VM.expectRevert(abi.encodeWithSelector(AttesterSet.BondNotDue.selector, START + MAX_AGE));
        ORACLE.withdrawBond();
        VM.warp(START + MAX_AGE);
        VM.expectEmit(address(ORACLE));
        emit AttesterSet.BondReturned(first, BOND);
        VM.prank(first);
        ORACLE.withdrawBond();
        assert(first.balance == BOND && address(ORACLE).balance == 2 * BOND);
        VM.prank(first);
        VM.expectRevert(_wrongStatus(first, AttesterSet.Status.None));
        ORACLE.withdrawBond();
    }

    function test_AttestersMayResignAndComeBack() external {
        address last = _signers[2];
        VM.prank(last);
        ORACLE.resign();
        VM.prank(last);
        VM.expectRevert(_wrongStatus(last, AttesterSet.Status.Leaving));
        ORACLE.resign();
        VM.prank(Predeploys.TIMELOCK);
        VM.expectRevert(_wrongStatus(last, AttesterSet.Status.Leaving));
        ORACLE.inviteAttester(last);
        VM.warp(START + MAX_AGE);
        VM.prank(last);
        ORACLE.withdrawBond();
        _join(last);
        ORACLE.requireQuorum(DIGEST, _signAll(3, DIGEST));
    }

    /// @dev One that is left must not be a quorum by itself.
    function test_TooFewAttestersMakeNoQuorum() external {
        for (uint256 i = 1; i < 3; ++i) {
            VM.prank(_signers[i]);
            ORACLE.resign();
        }
        assert(ORACLE.attesters().length == 1 && ORACLE.threshold() == 2);
        bytes[] memory one = _signAll(1, DIGEST);
        VM.expectRevert(abi.encodeWithSelector(IAttesters.QuorumNotReached.selector, 1, 2));
        ORACLE.requireQuorum(DIGEST, one);
        _join(_signers[3]);
        ORACLE.requireQuorum(DIGEST, _signBoth(0, 3, DIGEST));
    }

    function test_ThresholdIsMoreThanHalfAndAtMostAll() external {
        VM.prank(Predeploys.TIMELOCK);
        VM.expectRevert(abi.encodeWithSelector(AttesterSet.ThresholdOutOfBounds.selector, 1, 2, 3));
        ORACLE.setThreshold(1);
        VM.prank(Predeploys.TIMELOCK);
        VM.expectRevert(abi.encodeWithSelector(AttesterSet.ThresholdOutOfBounds.selector, 4, 2, 3));
        ORACLE.setThreshold(4);
        VM.expectEmit(address(ORACLE));
        emit AttesterSet.ThresholdSet(2, 3);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.setThreshold(3);
        assert(ORACLE.threshold() == 3);
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.setThreshold(2);
    }

    function test_OnlyGovernanceSetsAnything() external {
        _expectUnauthorized(_signers[0]);
        ORACLE.inviteAttester(STRANGER);
        _expectUnauthorized(_signers[0]);
        ORACLE.removeAttester(_signers[1]);
        _expectUnauthorized(_signers[0]);
        ORACLE.setThreshold(3);
        _expectUnauthorized(_signers[0]);
        ORACLE.setChallengeWindow(10);
        _expectUnauthorized(_signers[0]);
        ORACLE.setMaxAge(600);
    }

    function _join(address account) private {
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.inviteAttester(account);
        VM.deal(account, BOND);
        VM.prank(account);
        ORACLE.accept{value: BOND}();
    }

    /// @dev At an address that holds three bonds.
    function _refuse(bytes memory args, bytes memory reason) private {
        VM.deal(address(0x12345), 3 * BOND);
        _refused(address(0x12345), type(QualityOracle).creationCode, args, reason);
    }

    function _refuseTimes(uint48 round, uint48 challenge, uint48 age, bytes memory reason) private {
        _refuse(abi.encode(_attesters(3), 2, round, challenge, age, BOND_DELAY), reason);
    }

    function _outOfBounds(uint256 value, uint256 min, uint256 max) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ScoreBook.SecondsOutOfBounds.selector, value, min, max);
    }

    function _notAscending(address previous, address next) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAttesters.SignersNotAscending.selector, previous, next);
    }

    function _wrongStatus(address account, AttesterSet.Status status) private pure returns (bytes memory) {
        return abi.encodeWithSelector(AttesterSet.WrongStatus.selector, account, status);
    }
}
