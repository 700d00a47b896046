// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@hanzo/governance/AccessManager.sol";
import {ComputePayments} from "@hanzo/compute/ComputePayments.sol";
import {PriceBook} from "@hanzo/compute/PriceBook.sol";
import {ProviderRegistry} from "@hanzo/compute/ProviderRegistry.sol";
import {QualityOracle} from "@hanzo/compute/QualityOracle.sol";
import {TrainingRewards} from "@hanzo/compute/TrainingRewards.sol";
import {ValidatorSet} from "@hanzo/consensus/ValidatorSet.sol";
import {BeneficiaryVault} from "@hanzo/emission/BeneficiaryVault.sol";
import {BlockRewards} from "@hanzo/emission/BlockRewards.sol";
import {SpenderVault} from "@hanzo/emission/SpenderVault.sol";
import {TeamVesting} from "@hanzo/emission/TeamVesting.sol";
import {TreasuryVault} from "@hanzo/emission/TreasuryVault.sol";
import {AIGovernor} from "@hanzo/governance/AIGovernor.sol";
import {CircuitBreaker} from "@hanzo/governance/CircuitBreaker.sol";
import {ProposalBond} from "@hanzo/governance/ProposalBond.sol";
import {SystemConfig} from "@hanzo/governance/SystemConfig.sol";
import {Timelock} from "@hanzo/governance/Timelock.sol";
import {HMMFactory} from "@hanzo/market/HMMFactory.sol";
import {HMMPair} from "@hanzo/market/HMMPair.sol";
import {HMMRouter} from "@hanzo/market/HMMRouter.sol";
import {HUSD} from "@hanzo/market/HUSD.sol";
import {LiquidityReserve} from "@hanzo/market/LiquidityReserve.sol";
import {PublicSale} from "@hanzo/market/PublicSale.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIStaking} from "@hanzo/staking/AIStaking.sol";
import {IdentityRegistry} from "@hanzo/staking/IdentityRegistry.sol";
import {AI} from "@hanzo/token/AI.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {VM} from "./Vm.sol";

/**
 * @dev The whole of a devnet's block 0, as `genesis/build` makes it: every contract at its address with the
 * parameters of `genesis/economy/economy-params.ts`, and all 10^27 wei where `allocation.ts` puts them. Four
 * validators, ten public accounts. The two Safes are accounts without code here; the node's tests have the real.
 */
abstract contract WholeGenesis {
    uint256 internal constant GENESIS_TIME = 1_767_225_600;
    uint256 internal constant MAX_SUPPLY = 1_000_000_000 ether;
    uint256 internal constant ERA = 2_400;
    uint256 internal constant EPOCH = 8;
    uint256 internal constant YEAR = 1_200;
    uint256 internal constant MINING = 300_000_000 ether;
    uint256 internal constant TRAINING = 200_000_000 ether;
    uint256 internal constant PROGRAMME = 150_000_000 ether;
    uint256 internal constant TEAM = 100_000_000 ether;
    uint256 internal constant TRANCHE = 50_000_000 ether;
    uint256 internal constant POOL_SEED = 1_000_000 ether;
    uint256 internal constant ATTESTER_BOND = 1_000 ether;
    uint256 internal constant PROPOSAL_BOND = 10 ether;
    uint256 internal constant DEV_WEI = 10_000 ether;
    uint256 internal constant STAKE = 2_000 ether;
    uint256 internal constant VOTING_KEY_WEI = 10 ether;
    uint256 internal constant DEVS = 10;
    uint256 internal constant VALIDATORS = 4;
    uint256 internal constant ATTESTERS = 3;
    /// @dev Of public account i and of voting key i: keys `DEV_KEY + i` and `VOTING_KEY + i`.
    uint256 internal constant DEV_KEY = 0xDE70000;
    uint256 internal constant VOTING_KEY = 0xC0DE0000;
    uint256 internal constant NEVER = type(uint256).max;
    bytes32 internal constant GENESIS_HASH = keccak256("genesis");

    AI internal constant TOKEN = AI(payable(Predeploys.AI));
    AIBurn internal constant SINK = AIBurn(payable(Predeploys.AI_BURN));
    BlockRewards internal constant REWARDS = BlockRewards(Predeploys.BLOCK_REWARDS);
    SpenderVault internal constant MINING_VAULT = SpenderVault(Predeploys.COMPUTE_MINING_VAULT);
    SpenderVault internal constant TRAINING_VAULT = SpenderVault(Predeploys.TRAINING_VAULT);
    BeneficiaryVault internal constant ECOSYSTEM_VAULT = BeneficiaryVault(Predeploys.ECOSYSTEM_VAULT);
    TreasuryVault internal constant TREASURY_VAULT = TreasuryVault(Predeploys.COMMUNITY_TREASURY_VAULT);
    TeamVesting internal constant VESTING = TeamVesting(Predeploys.TEAM_VESTING);
    PublicSale internal constant SALE = PublicSale(Predeploys.PUBLIC_SALE);
    LiquidityReserve internal constant RESERVE = LiquidityReserve(Predeploys.LIQUIDITY_RESERVE);
    AIStaking internal constant STAKING = AIStaking(Predeploys.AI_STAKING);
    TrainingRewards internal constant TRAINERS = TrainingRewards(Predeploys.TRAINING_REWARDS);
    ComputePayments internal constant PAYMENTS = ComputePayments(Predeploys.COMPUTE_PAYMENTS);
    PriceBook internal constant BOOK = PriceBook(Predeploys.PRICE_BOOK);
    QualityOracle internal constant ORACLE = QualityOracle(Predeploys.QUALITY_ORACLE);
    ProviderRegistry internal constant PROVIDERS = ProviderRegistry(Predeploys.PROVIDER_REGISTRY);
    AIGovernor internal constant GOVERNOR = AIGovernor(payable(Predeploys.AI_GOVERNOR));
    Timelock internal constant TIMELOCK = Timelock(payable(Predeploys.TIMELOCK));
    AccessManager internal constant MANAGER = AccessManager(Predeploys.ACCESS_MANAGER);
    ProposalBond internal constant BONDS = ProposalBond(Predeploys.PROPOSAL_BOND);
    IdentityRegistry internal constant IDENTITIES = IdentityRegistry(Predeploys.IDENTITY_REGISTRY);
    CircuitBreaker internal constant BREAKER = CircuitBreaker(Predeploys.CIRCUIT_BREAKER);
    SystemConfig internal constant CONFIG = SystemConfig(Predeploys.SYSTEM_CONFIG);
    ValidatorSet internal constant SET = ValidatorSet(Predeploys.VALIDATOR_SET);
    HMMFactory internal constant FACTORY = HMMFactory(Predeploys.HMM_FACTORY);
    HMMPair internal constant PAIR = HMMPair(Predeploys.HMM_PAIR_AI_HUSD);
    HMMRouter internal constant ROUTER = HMMRouter(Predeploys.HMM_ROUTER);
    HUSD internal constant USD = HUSD(Predeploys.HUSD);

    error NotEqual(uint256 actual, uint256 expected);
    error NotAtMost(uint256 actual, uint256 max);

    function _genesis() internal {
        VM.warp(GENESIS_TIME);
        VM.roll(0);
        _allocate();
        _deploySupply();
        _deployWork();
        _deployGovernance();
        _deployMarket();
        VM.prank(address(RESERVE));
        PAIR.mint(address(RESERVE));
    }

    function _dev(uint256 i) internal pure returns (address) {
        return VM.addr(DEV_KEY + i);
    }

    function _votingKey(uint256 i) internal pure returns (address) {
        return VM.addr(VOTING_KEY + i);
    }

    function _payout(uint256 i) internal pure returns (address) {
        return address(uint160(0xFA_0000 + i));
    }

    function _signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev Keys of the attesters, public accounts 7 to 9, in ascending order of their addresses.
    function _attesterKeys() internal pure returns (uint256[ATTESTERS] memory keys) {
        keys = [DEV_KEY + 7, DEV_KEY + 8, DEV_KEY + 9];
        for (uint256 a = 0; a < ATTESTERS; ++a) {
            for (uint256 b = a + 1; b < ATTESTERS; ++b) {
                if (VM.addr(keys[b]) < VM.addr(keys[a])) (keys[a], keys[b]) = (keys[b], keys[a]);
            }
        }
    }

    /// @dev By the first two attesters.
    function _attested(bytes32 digest) internal pure returns (bytes[] memory signatures) {
        signatures = new bytes[](2);
        for (uint256 i = 0; i < 2; ++i) signatures[i] = _signature(_attesterKeys()[i], digest);
    }

    function _equal(uint256 actual, uint256 expected) internal pure {
        if (actual != expected) revert NotEqual(actual, expected);
    }

    function _atMost(uint256 actual, uint256 max) internal pure {
        if (actual > max) revert NotAtMost(actual, max);
    }

    function _allocate() private {
        VM.deal(address(MINING_VAULT), MINING);
        VM.deal(address(TRAINING_VAULT), TRAINING);
        VM.deal(address(ECOSYSTEM_VAULT), PROGRAMME);
        VM.deal(address(TREASURY_VAULT), PROGRAMME);
        VM.deal(address(VESTING), TEAM);
        uint256 carved = DEVS * DEV_WEI + VALIDATORS * (STAKE + VOTING_KEY_WEI) + ATTESTERS * ATTESTER_BOND;
        VM.deal(address(SALE), TRANCHE - carved);
        VM.deal(address(RESERVE), TRANCHE - POOL_SEED);
        VM.deal(address(PAIR), POOL_SEED);
        VM.deal(address(SET), VALIDATORS * STAKE);
        VM.deal(address(ORACLE), ATTESTERS * ATTESTER_BOND);
        for (uint256 i = 0; i < DEVS; ++i) VM.deal(_dev(i), DEV_WEI);
        for (uint256 i = 0; i < VALIDATORS; ++i) VM.deal(_votingKey(i), VOTING_KEY_WEI);
    }

    function _deploySupply() private {
        ValidatorSet.GenesisValidator[] memory validators = new ValidatorSet.GenesisValidator[](VALIDATORS);
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            validators[i] = ValidatorSet.GenesisValidator(_votingKey(i), _payout(i));
        }
        bytes memory vault = type(SpenderVault).creationCode;
        _deploy(address(TOKEN), type(AI).creationCode, "");
        _deploy(address(SINK), type(AIBurn).creationCode, "");
        _deploy(address(REWARDS), type(BlockRewards).creationCode, abi.encode(MINING, ERA));
        _deploy(address(MINING_VAULT), vault, abi.encode(MINING, ERA, address(REWARDS)));
        _deploy(address(TRAINING_VAULT), vault, abi.encode(TRAINING, ERA, address(TRAINERS)));
        bytes memory ecosystem = abi.encode(PROGRAMME, ERA, address(TIMELOCK));
        _deploy(address(ECOSYSTEM_VAULT), type(BeneficiaryVault).creationCode, ecosystem);
        _deploy(address(TREASURY_VAULT), type(TreasuryVault).creationCode, abi.encode(PROGRAMME, ERA, 4_000));
        _deploy(address(VESTING), type(TeamVesting).creationCode, abi.encode(YEAR));
        _deploy(address(SET), type(ValidatorSet).creationCode, abi.encode(EPOCH, 64, validators));
    }

    function _deployWork() private {
        address[] memory people = new address[](7);
        for (uint256 i = 0; i < 7; ++i) people[i] = _dev(i);
        address[] memory attesters = new address[](ATTESTERS);
        for (uint256 i = 0; i < ATTESTERS; ++i) attesters[i] = _dev(7 + i);
        _deploy(address(STAKING), type(AIStaking).creationCode, abi.encode(YEAR, 30));
        _deploy(address(IDENTITIES), type(IdentityRegistry).creationCode, abi.encode(people));
        _deploy(address(TRAINERS), type(TrainingRewards).creationCode, abi.encode(64, 1 ether));
        _deploy(address(PAYMENTS), type(ComputePayments).creationCode, abi.encode(10, 20, true));
        _deploy(address(BOOK), type(PriceBook).creationCode, "");
        _deploy(address(ORACLE), type(QualityOracle).creationCode, abi.encode(attesters, 2, 20, 10, 600, 120));
        _deploy(address(PROVIDERS), type(ProviderRegistry).creationCode, abi.encode(100 ether, 60, true));
    }

    function _deployGovernance() private {
        bytes memory governor = abi.encode(true, 10, 60, 30, 10, 10e18, 15);
        _deploy(address(GOVERNOR), type(AIGovernor).creationCode, governor);
        _deploy(address(TIMELOCK), type(Timelock).creationCode, abi.encode(true, 5, 600));
        _deploy(address(MANAGER), type(AccessManager).creationCode, abi.encode(TIMELOCK));
        _deploy(address(BONDS), type(ProposalBond).creationCode, abi.encode(PROPOSAL_BOND));
        bytes memory limits = abi.encode(true, TRAINING, TRANCHE, 1_000, 60);
        _deploy(address(BREAKER), type(CircuitBreaker).creationCode, limits);
        _deploy(address(CONFIG), type(SystemConfig).creationCode, abi.encode(63));
    }

    function _deployMarket() private {
        _deploy(address(SALE), type(PublicSale).creationCode, abi.encode(true));
        _deploy(address(RESERVE), type(LiquidityReserve).creationCode, "");
        _deploy(address(FACTORY), type(HMMFactory).creationCode, abi.encode(USD));
        _deploy(address(PAIR), type(HMMPair).creationCode, "");
        _deploy(address(ROUTER), type(HMMRouter).creationCode, "");
        _deploy(address(USD), type(HUSD).creationCode, abi.encode(POOL_SEED));
    }

    /// @dev Init code at the target address, called there.
    function _deploy(address target, bytes memory code, bytes memory arguments) private {
        VM.etch(target, abi.encodePacked(code, arguments));
        (bool ok, bytes memory runtime) = target.call("");
        assert(ok);
        VM.etch(target, runtime);
    }
}
