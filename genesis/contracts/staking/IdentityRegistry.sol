// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {IAIStaking} from "../interfaces/IAIStaking.sol";
import {IAttesters} from "../interfaces/IAttesters.sol";
import {IIdentityRegistry} from "../interfaces/IIdentityRegistry.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Accounts that are one person each
 * @notice Attesters sign that an account belongs to a person who has no other attested account, or that this is
 * no longer so; anyone may bring the statement here. The stake of an attested account votes by its square root.
 * @dev An attestation does not expire: votes are recorded when something happens, and an hour that strikes is
 * nothing that happens. A statement is good once, in its turn, until its deadline.
 */
contract IdentityRegistry is IIdentityRegistry, EIP712, Nonces {
    bytes32 private constant ATTEST_TYPEHASH = keccak256("Attest(address account,uint256 nonce,uint256 deadline)");
    bytes32 private constant REVOKE_TYPEHASH = keccak256("Revoke(address account,uint256 nonce,uint256 deadline)");
    IAttesters private constant ATTESTERS = IAttesters(Predeploys.QUALITY_ORACLE);
    IAIStaking private constant STAKING = IAIStaking(Predeploys.AI_STAKING);

    mapping(address account => bool) private _isUnique;

    /// @notice `account` is attested from now on.
    event Attested(address indexed account);
    /// @notice `account` is attested no longer.
    event Revoked(address indexed account);

    /// @notice The statement was good until `deadline` (unix seconds).
    error StatementExpired(uint256 deadline);
    /// @notice `account` is attested already.
    error AlreadyAttested(address account);
    /// @notice `account` is not attested.
    error NotAttested(address account);

    /// @param accounts Attested since block 0.
    constructor(address[] memory accounts) EIP712("IdentityRegistry", "1") {
        for (uint256 i = 0; i < accounts.length; ++i) _attest(accounts[i]);
    }

    /// @notice Attests `account`. Anyone may call with the signatures of enough attesters.
    /// @param nonce The nonce of `account`, see `nonces`.
    /// @param deadline Last unix second in which the statement is good.
    /// @param signatures 65 bytes each, in ascending order of their signers.
    function attest(address account, uint256 nonce, uint256 deadline, bytes[] calldata signatures) external {
        _useStatement(ATTEST_TYPEHASH, account, nonce, deadline, signatures);
        _attest(account);
        STAKING.syncVotes(account);
    }

    /// @notice Takes the attestation of `account` back. Anyone may call with the signatures of enough attesters.
    /// @param nonce The nonce of `account`, see `nonces`.
    /// @param deadline Last unix second in which the statement is good.
    /// @param signatures 65 bytes each, in ascending order of their signers.
    function revoke(address account, uint256 nonce, uint256 deadline, bytes[] calldata signatures) external {
        _useStatement(REVOKE_TYPEHASH, account, nonce, deadline, signatures);
        if (!_isUnique[account]) revert NotAttested(account);
        _isUnique[account] = false;
        emit Revoked(account);
        STAKING.syncVotes(account);
    }

    /// @inheritdoc IIdentityRegistry
    function isUnique(address account) external view returns (bool) {
        return _isUnique[account];
    }

    /// @notice The EIP-712 domain that statements are signed in.
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _attest(address account) private {
        if (_isUnique[account]) revert AlreadyAttested(account);
        _isUnique[account] = true;
        emit Attested(account);
    }

    /// @dev Reverts unless attesters signed this statement, in time and in its turn.
    function _useStatement(
        bytes32 typehash,
        address account,
        uint256 nonce,
        uint256 deadline,
        bytes[] calldata signatures
    ) private {
        if (block.timestamp > deadline) revert StatementExpired(deadline);
        _useCheckedNonce(account, nonce);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(typehash, account, nonce, deadline)));
        ATTESTERS.requireQuorum(digest, signatures);
    }
}
