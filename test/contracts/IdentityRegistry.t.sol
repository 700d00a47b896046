// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {IAttesters} from "@hanzo/interfaces/IAttesters.sol";
import {IdentityRegistry} from "@hanzo/staking/IdentityRegistry.sol";
import {StakingGenesis} from "./StakingGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Statements of attesters: those that count, and all the ways in which they do not.
contract IdentityRegistryTest is StakingGenesis {
    function setUp() external {
        _genesis();
    }

    function test_AccountsOfBlock0AreAttested() external {
        assert(REGISTRY.isUnique(GRACE) && !REGISTRY.isUnique(ALICE));
        address[] memory accounts = new address[](2);
        accounts[0] = ALICE;
        accounts[1] = BOB;
        IdentityRegistry registry = new IdentityRegistry(accounts);
        assert(registry.isUnique(ALICE) && registry.isUnique(BOB) && !registry.isUnique(GRACE));
        accounts[1] = ALICE;
        VM.expectRevert(abi.encodeWithSelector(IdentityRegistry.AlreadyAttested.selector, ALICE));
        new IdentityRegistry(accounts);
    }

    function test_AnyoneBringsAStatement() external {
        bytes[] memory signatures = _sign(_statement("Attest", ALICE, 0, DEADLINE));
        VM.expectEmit(address(REGISTRY));
        emit IdentityRegistry.Attested(ALICE);
        VM.prank(BOB);
        REGISTRY.attest(ALICE, 0, DEADLINE, signatures);
        assert(REGISTRY.isUnique(ALICE));
        _equal(REGISTRY.nonces(ALICE), 1);
        signatures = _sign(_statement("Revoke", ALICE, 1, DEADLINE));
        VM.expectEmit(address(REGISTRY));
        emit IdentityRegistry.Revoked(ALICE);
        VM.prank(BOB);
        REGISTRY.revoke(ALICE, 1, DEADLINE, signatures);
        assert(!REGISTRY.isUnique(ALICE));
        _equal(REGISTRY.nonces(ALICE), 2);
        _attest(ALICE);
        assert(REGISTRY.isUnique(ALICE));
    }

    function test_AStatementIsGoodUntilItsDeadline() external {
        bytes[] memory signatures = _sign(_statement("Attest", ALICE, 0, GENESIS_TIME));
        VM.warp(GENESIS_TIME + 1);
        VM.expectRevert(abi.encodeWithSelector(IdentityRegistry.StatementExpired.selector, GENESIS_TIME));
        REGISTRY.attest(ALICE, 0, GENESIS_TIME, signatures);
        VM.expectRevert(abi.encodeWithSelector(IdentityRegistry.StatementExpired.selector, GENESIS_TIME));
        REGISTRY.revoke(GRACE, 0, GENESIS_TIME, signatures);
        VM.warp(GENESIS_TIME);
        REGISTRY.attest(ALICE, 0, GENESIS_TIME, signatures);
        assert(REGISTRY.isUnique(ALICE));
    }

    function test_AStatementIsGoodOnce() external {
        bytes[] memory signatures = _sign(_statement("Attest", ALICE, 0, DEADLINE));
        REGISTRY.attest(ALICE, 0, DEADLINE, signatures);
        _revoke(ALICE);
        VM.expectRevert(abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, ALICE, 2));
        REGISTRY.attest(ALICE, 0, DEADLINE, signatures);
        _expectForeigner(_statement("Attest", ALICE, 2, DEADLINE), signatures);
        REGISTRY.attest(ALICE, 2, DEADLINE, signatures);
        assert(!REGISTRY.isUnique(ALICE));
    }

    function test_AStatementWaitsForItsTurn() external {
        bytes[] memory signatures = _sign(_statement("Attest", ALICE, 1, DEADLINE));
        VM.expectRevert(abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, ALICE, 0));
        REGISTRY.attest(ALICE, 1, DEADLINE, signatures);
    }

    function test_AttestingTwiceAndRevokingNothingRevert() external {
        bytes[] memory signatures = _sign(_statement("Attest", GRACE, 0, DEADLINE));
        VM.expectRevert(abi.encodeWithSelector(IdentityRegistry.AlreadyAttested.selector, GRACE));
        REGISTRY.attest(GRACE, 0, DEADLINE, signatures);
        signatures = _sign(_statement("Revoke", ALICE, 0, DEADLINE));
        VM.expectRevert(abi.encodeWithSelector(IdentityRegistry.NotAttested.selector, ALICE));
        REGISTRY.revoke(ALICE, 0, DEADLINE, signatures);
    }

    function test_TooFewOrForeignSignaturesRevert() external {
        bytes32 digest = _statement("Attest", ALICE, 0, DEADLINE);
        bytes[] memory one = new bytes[](1);
        one[0] = _signature(_attesterKey(2), digest);
        VM.expectRevert(abi.encodeWithSelector(IAttesters.QuorumNotReached.selector, 1, 2));
        REGISTRY.attest(ALICE, 0, DEADLINE, one);
        bytes[] memory twice = new bytes[](2);
        (twice[0], twice[1]) = (one[0], one[0]);
        address signer = VM.addr(_attesterKey(2));
        VM.expectRevert(abi.encodeWithSelector(IAttesters.SignersNotAscending.selector, signer, signer));
        REGISTRY.attest(ALICE, 0, DEADLINE, twice);
        one[0] = _signature(0xBAD, digest);
        VM.expectRevert(abi.encodeWithSelector(IAttesters.NotAttester.selector, VM.addr(0xBAD)));
        REGISTRY.attest(ALICE, 0, DEADLINE, one);
        VM.expectRevert(abi.encodeWithSelector(IAttesters.QuorumNotReached.selector, 0, 2));
        REGISTRY.attest(ALICE, 0, DEADLINE, new bytes[](0));
        assert(!REGISTRY.isUnique(ALICE));
        _equal(REGISTRY.nonces(ALICE), 0);
    }

    function test_AnAttestationIsNoRevocation() external {
        bytes[] memory attest = _sign(_statement("Attest", GRACE, 0, DEADLINE));
        _expectForeigner(_statement("Revoke", GRACE, 0, DEADLINE), attest);
        REGISTRY.revoke(GRACE, 0, DEADLINE, attest);
        bytes[] memory revoke = _sign(_statement("Revoke", ALICE, 0, DEADLINE));
        _expectForeigner(_statement("Attest", ALICE, 0, DEADLINE), revoke);
        REGISTRY.attest(ALICE, 0, DEADLINE, revoke);
        assert(REGISTRY.isUnique(GRACE) && !REGISTRY.isUnique(ALICE));
    }

    function test_AStatementOfAnotherChainOrContractReverts() external {
        bytes32 structHash = keccak256(
            abi.encode(keccak256("Attest(address account,uint256 nonce,uint256 deadline)"), ALICE, 0, DEADLINE)
        );
        bytes32 chain = _domain("IdentityRegistry", block.chainid + 1, address(REGISTRY));
        bytes[] memory signatures = _sign(_digest(chain, structHash));
        _expectForeigner(_statement("Attest", ALICE, 0, DEADLINE), signatures);
        REGISTRY.attest(ALICE, 0, DEADLINE, signatures);
        bytes32 verifier = _domain("IdentityRegistry", block.chainid, address(STAKING));
        signatures = _sign(_digest(verifier, structHash));
        _expectForeigner(_statement("Attest", ALICE, 0, DEADLINE), signatures);
        REGISTRY.attest(ALICE, 0, DEADLINE, signatures);
        assert(REGISTRY.DOMAIN_SEPARATOR() == _domain("IdentityRegistry", block.chainid, address(REGISTRY)));
    }

    function testFuzz_SignaturesOfAnotherStatementRevert(address account, uint64 deadline) external {
        VM.assume(account != ALICE || deadline != DEADLINE);
        bytes[] memory signatures = _sign(_statement("Attest", account, 0, deadline));
        _expectForeigner(_statement("Attest", ALICE, 0, DEADLINE), signatures);
        REGISTRY.attest(ALICE, 0, DEADLINE, signatures);
        assert(!REGISTRY.isUnique(ALICE));
    }

    /// @dev Signatures of something else are, for what is checked, those of accounts that nobody knows.
    function _expectForeigner(bytes32 digestChecked, bytes[] memory signatures) private {
        address foreigner = ECDSA.recover(digestChecked, signatures[0]);
        VM.expectRevert(abi.encodeWithSelector(IAttesters.NotAttester.selector, foreigner));
    }
}
