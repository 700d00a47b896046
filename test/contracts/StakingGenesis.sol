// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@hanzo/governance/AccessManager.sol";
import {QualityOracle} from "@hanzo/compute/QualityOracle.sol";
import {TreasuryVault} from "@hanzo/emission/TreasuryVault.sol";
import {SystemConfig} from "@hanzo/governance/SystemConfig.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIStaking} from "@hanzo/staking/AIStaking.sol";
import {IdentityRegistry} from "@hanzo/staking/IdentityRegistry.sol";
import {AI} from "@hanzo/token/AI.sol";
import {VM} from "./Vm.sol";

/// @dev Block 0 with staking, the registry, the treasury and those they call, at their addresses.
abstract contract StakingGenesis {
    uint256 internal constant YEAR = 31_536_000;
    uint256 internal constant HORIZON = YEAR / 12;
    uint48 internal constant UNBONDING = 14 days;
    uint256 internal constant TREASURY = 150_000_000 ether;
    uint256 internal constant ERA = 2_400;
    uint256 internal constant SHARE_BPS = 4_000;
    uint256 internal constant GENESIS_TIME = 1_700_000_000;
    uint256 internal constant DEADLINE = GENESIS_TIME + 100 * YEAR;
    uint256 internal constant ATTESTER_KEYS = 3;
    uint256 internal constant ATTESTER_BOND = 1_000 ether;

    AI internal constant TOKEN = AI(payable(Predeploys.AI));
    AIStaking internal constant STAKING = AIStaking(Predeploys.AI_STAKING);
    IdentityRegistry internal constant REGISTRY = IdentityRegistry(Predeploys.IDENTITY_REGISTRY);
    TreasuryVault internal constant VAULT = TreasuryVault(Predeploys.COMMUNITY_TREASURY_VAULT);
    SystemConfig internal constant CONFIG = SystemConfig(Predeploys.SYSTEM_CONFIG);

    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B0B);
    address internal constant CAROL = address(0xCA401);
    /// @dev Attested since block 0.
    address internal constant GRACE = address(0x64ACE);

    error ConstructorFailed(address target);
    error NotEqual(uint256 actual, uint256 expected);
    error NotWithin(uint256 actual, uint256 min, uint256 max);

    function _genesis() internal {
        VM.warp(GENESIS_TIME);
        VM.roll(1);
        VM.deal(address(VAULT), TREASURY);
        address[] memory attested = new address[](1);
        attested[0] = GRACE;
        address[] memory attesters = new address[](ATTESTER_KEYS);
        for (uint256 i = 0; i < ATTESTER_KEYS; ++i) attesters[i] = VM.addr(_attesterKey(i));
        _deploy(address(TOKEN), type(AI).creationCode, "");
        _deploy(Predeploys.ACCESS_MANAGER, type(AccessManager).creationCode, abi.encode(Predeploys.TIMELOCK));
        _deploy(Predeploys.SYSTEM_CONFIG, type(SystemConfig).creationCode, abi.encode(1));
        VM.deal(Predeploys.QUALITY_ORACLE, ATTESTER_KEYS * ATTESTER_BOND);
        _deploy(Predeploys.QUALITY_ORACLE, type(QualityOracle).creationCode, abi.encode(attesters, 2, 20, 10, 600, 120));
        _deploy(address(STAKING), type(AIStaking).creationCode, abi.encode(YEAR, UNBONDING));
        _deploy(address(REGISTRY), type(IdentityRegistry).creationCode, abi.encode(attested));
        _deploy(address(VAULT), type(TreasuryVault).creationCode, abi.encode(TREASURY, ERA, SHARE_BPS));
    }

    function _deploy(address target, bytes memory code, bytes memory arguments) private {
        VM.etch(target, abi.encodePacked(code, arguments));
        (bool ok, bytes memory runtime) = target.call("");
        if (!ok) revert ConstructorFailed(target);
        VM.etch(target, runtime);
    }

    function _stake(address account, uint256 value) internal {
        VM.deal(account, account.balance + value);
        VM.prank(account);
        STAKING.stake{value: value}();
    }

    function _unstake(address account, uint256 value) internal {
        VM.prank(account);
        STAKING.unstake(value);
    }

    function _fund(uint256 value) internal {
        if (value == 0) return;
        VM.deal(address(this), address(this).balance + value);
        STAKING.fund{value: value}();
    }

    function _attest(address account) internal {
        uint256 nonce = REGISTRY.nonces(account);
        REGISTRY.attest(account, nonce, DEADLINE, _sign(_statement("Attest", account, nonce, DEADLINE)));
    }

    function _revoke(address account) internal {
        uint256 nonce = REGISTRY.nonces(account);
        REGISTRY.revoke(account, nonce, DEADLINE, _sign(_statement("Revoke", account, nonce, DEADLINE)));
    }

    /// @dev Private keys whose addresses ascend.
    function _attesterKey(uint256 i) internal pure returns (uint256) {
        uint256[ATTESTER_KEYS] memory keys = [uint256(0xA77F), 0xA77E, 0xA780];
        return keys[i];
    }

    /// @dev EIP-712 digest, put together without the contract's code.
    function _statement(
        string memory verb,
        address account,
        uint256 nonce,
        uint256 deadline
    ) internal view returns (bytes32) {
        bytes memory structType = abi.encodePacked(verb, "(address account,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(keccak256(structType), account, nonce, deadline));
        return _digest(_domain("IdentityRegistry", block.chainid, address(REGISTRY)), structHash);
    }

    function _domain(string memory name, uint256 chainId, address verifier) internal pure returns (bytes32) {
        bytes32 domainType = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        return keccak256(abi.encode(domainType, keccak256(bytes(name)), keccak256("1"), chainId, verifier));
    }

    function _digest(bytes32 domain, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    /// @dev Signatures of the first two attesters.
    function _sign(bytes32 digest) internal pure returns (bytes[] memory signatures) {
        signatures = new bytes[](2);
        for (uint256 i = 0; i < 2; ++i) signatures[i] = _signature(_attesterKey(i), digest);
    }

    function _signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _equal(uint256 actual, uint256 expected) internal pure {
        if (actual != expected) revert NotEqual(actual, expected);
    }

    function _within(uint256 actual, uint256 min, uint256 max) internal pure {
        if (actual < min || actual > max) revert NotWithin(actual, min, max);
    }
}
