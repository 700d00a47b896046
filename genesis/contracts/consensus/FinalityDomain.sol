// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title What validators sign
 * @notice EIP-712 with the hash of block 0 as salt: a signature counts on one chain alone, even
 * among chains that share an id.
 * @dev OpenZeppelin's EIP712 has no salt, and this one is known from block 1 on only.
 */
abstract contract FinalityDomain is IERC5267 {
    /// @dev Checkpoints: blocks whose number is a multiple of the epoch length, by that multiple.
    struct FinalityVote {
        uint64 sourceEpoch;
        bytes32 sourceHash;
        uint64 targetEpoch;
        bytes32 targetHash;
        bytes32 outputRoot;
    }

    bytes32 private constant DOMAIN_TYPE =
        keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
        );
    bytes32 private constant VOTE_TYPE =
        keccak256(
            "FinalityVote(uint64 sourceEpoch,bytes32 sourceHash,"
            "uint64 targetEpoch,bytes32 targetHash,bytes32 outputRoot)"
        );
    bytes32 private constant DEPOSIT_TYPE = keccak256("Deposit(address payout)");
    string private constant NAME = "HanzoFinality";
    string private constant VERSION = "1";
    /// @dev ERC-5267: all five fields of the domain are used.
    bytes1 private constant FIELDS = 0x1f;

    /// @notice Hash of block 0, known from block 1 on: no contract can hold it in genesis.
    bytes32 public genesisHash;

    /// @notice The set learnt its chain's genesis hash.
    event Begun(bytes32 genesisHash);

    /// @notice Only `BlockRewards` may call.
    error NotBlockRewards(address caller);
    /// @notice The genesis hash is set once.
    error AlreadyBegun();
    /// @notice The zero hash names no chain.
    error GenesisHashIsZero();

    /// @notice Tells the set the hash of block 0, in block 1.
    function begin(bytes32 hash) external {
        if (msg.sender != Predeploys.BLOCK_REWARDS) revert NotBlockRewards(msg.sender);
        if (genesisHash != 0) revert AlreadyBegun();
        if (hash == 0) revert GenesisHashIsZero();
        genesisHash = hash;
        emit Begun(hash);
    }

    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (FIELDS, NAME, VERSION, block.chainid, address(this), genesisHash, new uint256[](0));
    }

    /// @notice What a validator signs to vote.
    function hashVote(FinalityVote calldata vote) public view returns (bytes32) {
        return
            _digest(
                keccak256(
                    abi.encode(
                        VOTE_TYPE,
                        vote.sourceEpoch,
                        vote.sourceHash,
                        vote.targetEpoch,
                        vote.targetHash,
                        vote.outputRoot
                    )
                )
            );
    }

    /// @notice What a voting key signs before the deposit it is to vote for: that it is one's own, and
    /// that `payout` gets what it earns.
    function hashDeposit(address payout) public view returns (bytes32) {
        return _digest(keccak256(abi.encode(DEPOSIT_TYPE, payout)));
    }

    /// @notice The domain of every signature that this contract asks for.
    function domainSeparator() public view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    DOMAIN_TYPE,
                    keccak256(bytes(NAME)),
                    keccak256(bytes(VERSION)),
                    block.chainid,
                    address(this),
                    genesisHash
                )
            );
    }

    /// @dev Whose signature it is; zero if no key makes it. 65 bytes (r, s, v), `s` in the lower half.
    function _signerOf(bytes32 digest, bytes calldata signature) internal pure returns (address signer) {
        (signer, , ) = ECDSA.tryRecoverCalldata(digest, signature);
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domainSeparator(), structHash);
    }
}
