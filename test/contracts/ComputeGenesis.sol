// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@hanzo/governance/AccessManager.sol";
import {ComputePayments} from "@hanzo/compute/ComputePayments.sol";
import {ComputePricing} from "@hanzo/compute/ComputePricing.sol";
import {PriceBook} from "@hanzo/compute/PriceBook.sol";
import {ProviderRegistry} from "@hanzo/compute/ProviderRegistry.sol";
import {QualityOracle} from "@hanzo/compute/QualityOracle.sol";
import {QualityScore} from "@hanzo/compute/QualityScore.sol";
import {BlockRewards} from "@hanzo/emission/BlockRewards.sol";
import {SpenderVault} from "@hanzo/emission/SpenderVault.sol";
import {SystemConfig} from "@hanzo/governance/SystemConfig.sol";
import {IPriceBook} from "@hanzo/interfaces/IPriceBook.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIStaking} from "@hanzo/staking/AIStaking.sol";
import {IdentityRegistry} from "@hanzo/staking/IdentityRegistry.sol";
import {AI} from "@hanzo/token/AI.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {VM} from "./Vm.sol";

/// @dev Reverts whenever its code runs: coins must reach it all the same.
contract Trap {
    error Ran();

    fallback() external payable {
        revert Ran();
    }
}

/// @dev Block 0 with everything that payments for compute touch, at their addresses; one provider is
/// registered and two clients have coins.
abstract contract ComputeGenesis {
    uint256 internal constant GENESIS_TIME = 1_700_000_000;
    uint256 internal constant ERA = 2_400;
    uint256 internal constant MINING = 300_000_000 ether;
    uint256 internal constant CLIENT_WEI = 20_000_000 ether;
    uint256 internal constant PROVIDER_BOND = 1_000 ether;
    uint256 internal constant ALL_PHASES = 63;
    uint48 internal constant CHALLENGE = 60;
    uint48 internal constant VERDICT = 120;
    uint48 internal constant ROUND = 128;
    uint256 internal constant PROVIDER_KEY = 0x9801DE8;
    /// @dev Keys whose addresses ascend; see `_attesterKeys`.
    uint256 internal constant ATTESTERS = 3;

    AI internal constant TOKEN = AI(payable(Predeploys.AI));
    AIBurn internal constant SINK = AIBurn(payable(Predeploys.AI_BURN));
    BlockRewards internal constant REWARDS = BlockRewards(Predeploys.BLOCK_REWARDS);
    SpenderVault internal constant VAULT = SpenderVault(Predeploys.COMPUTE_MINING_VAULT);
    AIStaking internal constant STAKING = AIStaking(Predeploys.AI_STAKING);
    PriceBook internal constant BOOK = PriceBook(Predeploys.PRICE_BOOK);
    ComputePayments internal constant PAYMENTS = ComputePayments(Predeploys.COMPUTE_PAYMENTS);
    ProviderRegistry internal constant PROVIDERS = ProviderRegistry(Predeploys.PROVIDER_REGISTRY);
    QualityOracle internal constant ORACLE = QualityOracle(Predeploys.QUALITY_ORACLE);
    SystemConfig internal constant CONFIG = SystemConfig(Predeploys.SYSTEM_CONFIG);

    address internal constant CLIENT = address(0xC11E47);
    address internal constant OTHER = address(0x07BE8);
    address internal constant OWNER = address(0x0713E8);
    address internal immutable PROVIDER = VM.addr(PROVIDER_KEY);

    error ConstructorFailed(address target);
    error NotEqual(uint256 actual, uint256 expected);
    error NotAtMost(uint256 actual, uint256 max);

    function _genesis() internal {
        VM.warp(GENESIS_TIME);
        VM.roll(2);
        address[] memory attesters = new address[](ATTESTERS);
        for (uint256 i = 0; i < ATTESTERS; ++i) attesters[i] = VM.addr(_attesterKeys()[i]);
        VM.deal(address(VAULT), MINING);
        VM.deal(address(ORACLE), ATTESTERS * 1_000 ether);
        _deploy(address(TOKEN), type(AI).creationCode, "");
        _deploy(address(SINK), type(AIBurn).creationCode, "");
        _deploy(address(REWARDS), type(BlockRewards).creationCode, abi.encode(MINING, ERA));
        _deploy(address(VAULT), type(SpenderVault).creationCode, abi.encode(MINING, ERA, address(REWARDS)));
        _deploy(Predeploys.ACCESS_MANAGER, type(AccessManager).creationCode, abi.encode(Predeploys.TIMELOCK));
        _deploy(address(CONFIG), type(SystemConfig).creationCode, abi.encode(ALL_PHASES));
        _deploy(address(STAKING), type(AIStaking).creationCode, abi.encode(uint256(1 days), uint48(1)));
        _deploy(Predeploys.IDENTITY_REGISTRY, type(IdentityRegistry).creationCode, abi.encode(new address[](0)));
        _deploy(
            address(ORACLE),
            type(QualityOracle).creationCode,
            abi.encode(attesters, uint256(2), ROUND, ROUND / 4, 100 * ROUND, ROUND)
        );
        _deploy(
            address(PROVIDERS),
            type(ProviderRegistry).creationCode,
            abi.encode(uint256(100 ether), uint256(CHALLENGE + VERDICT + 1), true)
        );
        _deploy(address(BOOK), type(PriceBook).creationCode, "");
        _deploy(address(PAYMENTS), type(ComputePayments).creationCode, abi.encode(CHALLENGE, VERDICT, true));
        VM.deal(CLIENT, CLIENT_WEI);
        VM.deal(OTHER, CLIENT_WEI);
        _register(PROVIDER, 2_000);
    }

    /// @dev A provider that gives discounts up to `discountBps`.
    function _register(address provider, uint256 discountBps) internal {
        VM.deal(provider, provider.balance + PROVIDER_BOND);
        VM.prank(provider);
        PROVIDERS.register{value: PROVIDER_BOND}(discountBps, "");
    }

    /// @dev `rounds` perfect rounds lift a new provider to tier 2 (2 rounds), 3 (3) or 4 (5).
    function _measure(address provider, uint256 rounds) internal {
        QualityScore.Metrics[] memory reports = new QualityScore.Metrics[](2);
        reports[0] = QualityScore.Metrics(10_000, 10_000, 10_000, 10_000);
        reports[1] = reports[0];
        for (uint256 i = 0; i < rounds; ++i) {
            VM.warp(block.timestamp + ROUND);
            uint64 round = ORACLE.openRound();
            ORACLE.submit(provider, round, reports, _sign(ORACLE.reportDigest(provider, round, reports[0])));
            VM.warp(block.timestamp + ROUND / 2);
        }
    }

    /// @dev Coins for tier `tier` of staking: 100, 1,000, 10,000 and 100,000 AI.
    function _stake(address account, uint256 tier) internal {
        if (tier == 0) return;
        VM.prank(account);
        STAKING.stake{value: 10 ** (tier + 1) * 1 ether}();
    }

    /// @dev Signatures of two of the three attesters.
    function _sign(bytes32 digest) internal pure returns (bytes[] memory signatures) {
        signatures = new bytes[](2);
        for (uint256 i = 0; i < 2; ++i) signatures[i] = _signature(_attesterKeys()[i], digest);
    }

    function _signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _attesterKeys() internal pure returns (uint256[ATTESTERS] memory keys) {
        keys = [uint256(0xA77E), 0xA77F, 0xA780];
        for (uint256 a = 0; a < ATTESTERS; ++a) {
            for (uint256 b = a + 1; b < ATTESTERS; ++b) {
                if (VM.addr(keys[b]) < VM.addr(keys[a])) (keys[a], keys[b]) = (keys[b], keys[a]);
            }
        }
    }

    /// @dev EIP-712 digest in the domain of the payments, put together without the contract's code.
    function _digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domainType = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        bytes32 domain = keccak256(
            abi.encode(domainType, keccak256("ComputePayments"), keccak256("1"), block.chainid, address(PAYMENTS))
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _gpuSeconds(uint256 units, uint8 tier) internal view returns (ComputePricing.Order memory) {
        return ComputePricing.Order(PROVIDER, 0, uint8(IPriceBook.Unit.GpuSecond), units, tier);
    }

    function _tokens(uint256 modelId, uint256 amount) internal view returns (ComputePricing.Order memory) {
        return ComputePricing.Order(PROVIDER, modelId, uint8(IPriceBook.Unit.InputToken), amount, 1);
    }

    /// @dev A model of `OWNER`, large, with a share of `shareBps`.
    function _registerModel(uint256 shareBps) internal returns (uint256) {
        VM.prank(OWNER);
        return BOOK.registerModel("ipfs://model", 100, shareBps);
    }

    /// @dev What stays after the burn, by HIP-1's words: 95 %, rounded down.
    function _net(uint256 price) internal pure returns (uint256) {
        return (price * 95) / 100;
    }

    function _equal(uint256 actual, uint256 expected) internal pure {
        if (actual != expected) revert NotEqual(actual, expected);
    }

    function _atMost(uint256 actual, uint256 max) internal pure {
        if (actual > max) revert NotAtMost(actual, max);
    }

    function _deploy(address target, bytes memory code, bytes memory arguments) internal {
        VM.etch(target, abi.encodePacked(code, arguments));
        (bool ok, bytes memory returned) = target.call("");
        if (!ok) {
            if (returned.length == 0) revert ConstructorFailed(target);
            assembly {
                revert(add(returned, 32), mload(returned))
            }
        }
        VM.etch(target, returned);
    }
}
