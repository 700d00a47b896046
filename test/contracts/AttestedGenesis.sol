// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@hanzo/governance/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AI} from "@hanzo/token/AI.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {CircuitBreaker} from "@hanzo/governance/CircuitBreaker.sol";
import {ComputePayments} from "@hanzo/compute/ComputePayments.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ProviderRegistry} from "@hanzo/compute/ProviderRegistry.sol";
import {QualityOracle} from "@hanzo/compute/QualityOracle.sol";
import {QualityScore} from "@hanzo/compute/QualityScore.sol";
import {SpenderVault} from "@hanzo/emission/SpenderVault.sol";
import {SystemConfig} from "@hanzo/governance/SystemConfig.sol";
import {TrainingRewards} from "@hanzo/compute/TrainingRewards.sol";
import {VM} from "./Vm.sol";

/// @dev Block 0 as far as attesters, providers and training rewards need it, and seven keys to sign with.
abstract contract AttestedGenesis {
    uint256 internal constant ERA = 2_400;
    uint256 internal constant BUCKET = 200_000_000 ether;
    uint256 internal constant BOND = 1_000 ether;
    uint48 internal constant ROUND = 20;
    uint48 internal constant CHALLENGE = 10;
    uint48 internal constant MAX_AGE = 600;
    /// @dev Less than the age of scores, so the latter counts.
    uint48 internal constant BOND_DELAY = 120;
    /// @dev A second longer than the windows of jobs.
    uint256 internal constant EXIT_DELAY = 31;
    uint256 internal constant WINDOW = 64;
    uint256 internal constant USER_CAP = 1 ether;
    /// @dev Start of a round, in unix seconds.
    uint256 internal constant START = 1_700_000_000;
    uint256 internal constant KEYS = 7;
    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    AI internal constant TOKEN = AI(payable(Predeploys.AI));
    AIBurn internal constant SINK = AIBurn(payable(Predeploys.AI_BURN));
    SpenderVault internal constant VAULT = SpenderVault(Predeploys.TRAINING_VAULT);
    TrainingRewards internal constant REWARDS = TrainingRewards(Predeploys.TRAINING_REWARDS);
    QualityOracle internal constant ORACLE = QualityOracle(Predeploys.QUALITY_ORACLE);
    ProviderRegistry internal constant REGISTRY = ProviderRegistry(Predeploys.PROVIDER_REGISTRY);
    CircuitBreaker internal constant BREAKER = CircuitBreaker(Predeploys.CIRCUIT_BREAKER);
    SystemConfig internal constant CONFIG = SystemConfig(Predeploys.SYSTEM_CONFIG);

    /// @dev In ascending order of their addresses; the first ones attest from block 0 on.
    uint256[KEYS] internal _keys;
    address[KEYS] internal _signers;

    /// @dev `n` attesters, of which `threshold` make a quorum.
    function _genesis(uint256 n, uint256 threshold) internal {
        _makeKeys();
        VM.roll(1);
        VM.warp(START);
        VM.deal(address(VAULT), BUCKET);
        VM.deal(address(ORACLE), n * BOND);
        _deploy(address(TOKEN), type(AI).creationCode, "");
        _deploy(address(SINK), type(AIBurn).creationCode, "");
        _deploy(Predeploys.ACCESS_MANAGER, type(AccessManager).creationCode, abi.encode(Predeploys.TIMELOCK));
        _deploy(address(VAULT), type(SpenderVault).creationCode, abi.encode(BUCKET, ERA, address(REWARDS)));
        _deploy(address(CONFIG), type(SystemConfig).creationCode, abi.encode(63));
        bytes memory limits = abi.encode(true, BUCKET, uint256(50_000_000 ether), uint256(1_000), uint256(60));
        _deploy(address(BREAKER), type(CircuitBreaker).creationCode, limits);
        _deploy(address(ORACLE), type(QualityOracle).creationCode, _oracleArgs(n, threshold));
        _deploy(address(REGISTRY), type(ProviderRegistry).creationCode, abi.encode(BOND, EXIT_DELAY, true));
        bytes memory windows = abi.encode(uint48(10), uint48(20), true);
        _deploy(Predeploys.COMPUTE_PAYMENTS, type(ComputePayments).creationCode, windows);
        _deploy(address(REWARDS), type(TrainingRewards).creationCode, abi.encode(WINDOW, USER_CAP));
    }

    function _oracleArgs(uint256 n, uint256 threshold) internal view returns (bytes memory) {
        return abi.encode(_attesters(n), threshold, ROUND, CHALLENGE, MAX_AGE, BOND_DELAY);
    }

    function _attesters(uint256 n) internal view returns (address[] memory attesters) {
        attesters = new address[](n);
        for (uint256 i = 0; i < n; ++i) attesters[i] = _signers[i];
    }

    /// @dev Init code at the target address, called there, as the builder of block 0 does it.
    function _deploy(address target, bytes memory initCode, bytes memory args) internal {
        (bool ok, bytes memory runtime) = _construct(target, initCode, args);
        assert(ok);
        VM.etch(target, runtime);
    }

    function _construct(
        address target,
        bytes memory initCode,
        bytes memory args
    ) internal returns (bool ok, bytes memory result) {
        VM.etch(target, abi.encodePacked(initCode, args));
        return target.call("");
    }

    /// @dev A constructor that must fail, and how.
    function _refused(address target, bytes memory initCode, bytes memory args, bytes memory reason) internal {
        (bool ok, bytes memory result) = _construct(target, initCode, args);
        assert(!ok && keccak256(result) == keccak256(reason));
    }

    /// @dev By the key of signer `i`.
    function _sign(uint256 i, bytes32 digest) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(_keys[i], digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev By the first `n` signers, in their order.
    function _signAll(uint256 n, bytes32 digest) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](n);
        for (uint256 i = 0; i < n; ++i) signatures[i] = _sign(i, digest);
    }

    /// @dev By signers `i` and `j`, in that order.
    function _signBoth(uint256 i, uint256 j, bytes32 digest) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](2);
        signatures[0] = _sign(i, digest);
        signatures[1] = _sign(j, digest);
    }

    /// @dev EIP-712, written out.
    function _typed(
        string memory name,
        uint256 chainId,
        address verifier,
        bytes32 structHash
    ) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(name)), keccak256("1"), chainId, verifier)
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _metrics(uint256 value) internal pure returns (QualityScore.Metrics memory) {
        // forge-lint: disable-next-line(unsafe-typecast)
        uint16 bps = uint16(value);
        return QualityScore.Metrics(bps, bps, bps, bps);
    }

    /// @dev Whoever is not governance may not set anything.
    function _expectUnauthorized(address caller) internal {
        VM.prank(caller);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
    }

    function _makeKeys() private {
        for (uint256 i = 0; i < KEYS; ++i) {
            uint256 key = 0xA77E57 + i;
            address signer = VM.addr(key);
            uint256 j = i;
            for (; j > 0 && _signers[j - 1] > signer; --j) {
                _signers[j] = _signers[j - 1];
                _keys[j] = _keys[j - 1];
            }
            _signers[j] = signer;
            _keys[j] = key;
        }
    }
}
