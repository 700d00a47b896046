// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AttesterSet} from "./AttesterSet.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {Predeploys} from "../Predeploys.sol";
import {QualityScore} from "./QualityScore.sol";
import {ScoreBook} from "./ScoreBook.sol";

/**
 * @title What providers deliver, as bonded attesters measure it
 * @notice In the round after the one measured, anyone submits what a quorum of attesters signed. An attester
 * that signs two different reports of one round loses its bond, and that round is void while it is pending.
 * @dev A report is good for the one round after its own, so nobody can keep a flattering one for later.
 */
contract QualityOracle is AttesterSet, ScoreBook, EIP712 {
    /// @dev Work that `provider` failed at, and what that costs in wei; the nonce tells faults of one job apart.
    struct Fault {
        address provider;
        bytes32 jobHash;
        uint256 value;
        uint256 nonce;
    }

    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "QualityReport(address provider,uint64 round,uint16 latency,uint16 throughput,uint16 availability,"
        "uint16 accuracy)"
    );
    bytes32 private constant FAULT_TYPEHASH =
        keccak256("Fault(address provider,bytes32 jobHash,uint256 value,uint256 nonce)");

    /// @notice Seconds for which the bond of an attester that left stays at least: with the times of genesis, longer
    /// than governance takes to vote on it. Where scores are fresh for longer, it stays as long as they.
    uint48 public immutable BOND_DELAY_SECONDS;
    /// @notice Whether the fault with this EIP-712 digest has been penalised.
    mapping(bytes32 digest => bool) public isPenalised;

    /// @notice A quorum found `provider` at fault in `jobHash`, for `value` wei of its bond.
    event ProviderPenalised(address indexed provider, bytes32 indexed jobHash, uint256 value, uint256 nonce);

    /// @notice Each report has one signature.
    error LengthMismatch(uint256 reports, uint256 signatures);
    /// @notice Reports of two signers contradict nothing.
    error SignersDiffer(address first, address second);
    /// @notice Twice the same report contradicts nothing.
    error ReportsAreEqual();
    /// @notice The fault with this digest has been penalised.
    error AlreadyPenalised(bytes32 digest);

    /// @param genesisAttesters Their bonds are in the balance that genesis gives this contract.
    /// @param bondDelay Seconds for which the bond of an attester that left stays at least: 1 s to 60 d, for ever.
    constructor(
        address[] memory genesisAttesters,
        uint256 threshold_,
        uint48 roundSeconds,
        uint48 challengeWindow_,
        uint48 maxAge_,
        uint48 bondDelay
    )
        AttesterSet(genesisAttesters, threshold_)
        ScoreBook(roundSeconds, challengeWindow_, maxAge_)
        EIP712("QualityOracle", "1")
    {
        _requireBounds(bondDelay, 1 seconds, 60 days);
        BOND_DELAY_SECONDS = bondDelay;
    }

    /// @notice Takes what attesters measured of `provider` in `round`. Anyone may call.
    /// @param reports At least `threshold()`, in ascending order of their signers.
    /// @param signatures Of `QualityReport`, one for each report.
    function submit(
        address provider,
        uint64 round,
        QualityScore.Metrics[] calldata reports,
        bytes[] calldata signatures
    ) external {
        if (reports.length != signatures.length) revert LengthMismatch(reports.length, signatures.length);
        address signer = address(0);
        for (uint256 i = 0; i < reports.length; ++i) {
            signer = _nextSigner(signer, reportDigest(provider, round, reports[i]), signatures[i]);
        }
        _requireThreshold(reports.length);
        _propose(provider, round, QualityScore.sample(reports));
    }

    /// @notice Proves that one attester signed two different reports of one round. It loses its bond, the
    /// caller gets 4 % of it, and the score of that round is void if it does not count yet. Of an attester that lost
    /// its bond, further proofs void what was submitted until then, and pay nothing: else a friend would bring the
    /// proof that harms least. What is submitted afterwards, also in place of what is void, has nothing of its.
    function challenge(
        address provider,
        uint64 round,
        QualityScore.Metrics calldata reportA,
        bytes calldata signatureA,
        QualityScore.Metrics calldata reportB,
        bytes calldata signatureB
    ) external {
        bytes32 digestA = reportDigest(provider, round, reportA);
        bytes32 digestB = reportDigest(provider, round, reportB);
        if (digestA == digestB) revert ReportsAreEqual();
        address attester = ECDSA.recoverCalldata(digestA, signatureA);
        address other = ECDSA.recoverCalldata(digestB, signatureB);
        if (attester != other) revert SignersDiffer(attester, other);
        if (_isBonded(standingOf(attester).status)) {
            _void(provider, round, block.timestamp);
            _slashAttester(attester, msg.sender);
        } else if (!_void(provider, round, slashedAt[attester])) {
            revert NotAttester(attester);
        }
    }

    /// @notice Takes `fault.value` wei, or what there is, of a provider's bond, once for each fault.
    /// @param signatures Of `Fault`, by a quorum.
    function penalise(Fault calldata fault, bytes[] calldata signatures) external {
        bytes32 digest = faultDigest(fault);
        if (isPenalised[digest]) revert AlreadyPenalised(digest);
        requireQuorum(digest, signatures);
        isPenalised[digest] = true;
        emit ProviderPenalised(fault.provider, fault.jobHash, fault.value, fault.nonce);
        IProviderRegistry(Predeploys.PROVIDER_REGISTRY).slash(fault.provider, fault.value);
    }

    /// @notice What an attester signs to say that it measured `report`.
    function reportDigest(
        address provider,
        uint64 round,
        QualityScore.Metrics calldata report
    ) public view returns (bytes32) {
        bytes memory fields = abi.encode(
            REPORT_TYPEHASH,
            provider,
            round,
            report.latency,
            report.throughput,
            report.availability,
            report.accuracy
        );
        return _hashTypedDataV4(keccak256(fields));
    }

    /// @notice What attesters sign to find a provider at fault.
    function faultDigest(Fault calldata fault) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(FAULT_TYPEHASH, fault)));
    }

    /// @dev At least as long as a score that the attester signed may be fresh: none is of a round after it left.
    function _bondDelay() internal view override returns (uint256) {
        return Math.max(maxAge, BOND_DELAY_SECONDS);
    }
}
