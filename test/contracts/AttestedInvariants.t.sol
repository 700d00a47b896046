// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {AttestedGenesis} from "./AttestedGenesis.sol";
import {AttesterSet} from "@hanzo/compute/AttesterSet.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ProviderRegistry} from "@hanzo/compute/ProviderRegistry.sol";
import {QualityOracle} from "@hanzo/compute/QualityOracle.sol";
import {QualityScore} from "@hanzo/compute/QualityScore.sol";
import {TrainingRewards} from "@hanzo/compute/TrainingRewards.sol";
import {VM} from "./Vm.sol";

/// @dev Attesters who come, go and lie; providers who register, fail and leave; users who train.
contract AttestedHandler is AttestedGenesis {
    uint256 public constant PURSE = 100_000 ether;
    address[3] public providers = [address(0x92010), address(0x92011), address(0x92012)];
    address[3] public users = [address(0x05E10), address(0x05E11), address(0x05E12)];
    address public constant FINDER = address(0xF12DE2);

    uint256 public number = 1;
    uint256 public time = START;
    /// @dev Wei that handlers know of.
    uint256 public gross;
    uint256 public burnedSlashing;
    uint256 public donated;
    mapping(uint256 window => uint256) public paidIn;
    mapping(address user => mapping(uint256 window => uint256)) public paidTo;
    uint256 private _nonce;

    constructor() {
        _genesis(3, 2);
        for (uint256 i = 0; i < KEYS; ++i) VM.deal(_signers[i], PURSE);
        for (uint256 i = 0; i < 3; ++i) VM.deal(providers[i], PURSE);
    }

    /// @dev Each call is an own transaction, which has to be told when it is.
    modifier atNow() {
        VM.roll(number);
        VM.warp(time);
        _;
    }

    function advance(uint8 blocks, uint8 duration) external {
        number += 1 + (blocks % 100);
        time += 1 + uint256(duration);
    }

    function score(uint8 which, uint16[4] calldata values) external atNow {
        address provider = providers[which % 3];
        uint64 round = ORACLE.openRound();
        (, , uint256 countsAt) = ORACLE.pendingOf(provider);
        if (countsAt != 0 || ORACLE.roundOf(provider) == round) return;
        QualityScore.Metrics memory report = QualityScore.Metrics(
            values[0] % 10_001, values[1] % 10_001, values[2] % 10_001, values[3] % 10_001
        );
        bytes[] memory signatures = _quorum(ORACLE.reportDigest(provider, round, report));
        if (signatures.length == 0) return;
        QualityScore.Metrics[] memory reports = new QualityScore.Metrics[](signatures.length);
        for (uint256 i = 0; i < reports.length; ++i) reports[i] = report;
        ORACLE.submit(provider, round, reports, signatures);
    }

    /// @dev Rarely, or nobody is left.
    function lie(uint8 who, uint8 which) external atNow {
        uint256 i = who % 64;
        if (i >= KEYS || !_isBonded(i)) return;
        address provider = providers[which % 3];
        uint64 round = ORACLE.openRound();
        bytes memory ofA = _sign(i, ORACLE.reportDigest(provider, round, _metrics(1)));
        bytes memory ofB = _sign(i, ORACLE.reportDigest(provider, round, _metrics(2)));
        VM.prank(FINDER);
        ORACLE.challenge(provider, round, _metrics(1), ofA, _metrics(2), ofB);
        burnedSlashing += 960 ether;
    }

    function accept(uint8 who) external atNow {
        address account = _signers[who % KEYS];
        if (ORACLE.standingOf(account).status != AttesterSet.Status.None) return;
        VM.prank(Predeploys.TIMELOCK);
        ORACLE.inviteAttester(account);
        VM.prank(account);
        ORACLE.accept{value: BOND}();
    }

    function part(uint8 who) external atNow {
        if (who % 32 >= KEYS) return;
        address account = _signers[who % 32];
        AttesterSet.Standing memory standing = ORACLE.standingOf(account);
        if (standing.status == AttesterSet.Status.Active) {
            VM.prank(account);
            ORACLE.resign();
        } else if (standing.status == AttesterSet.Status.Leaving && time >= standing.bondReturnsAt) {
            VM.prank(account);
            ORACLE.withdrawBond();
        }
    }

    function register(uint8 which, uint96 extra) external atNow {
        address provider = providers[which % 3];
        ProviderRegistry.Provider memory known = REGISTRY.providerOf(provider);
        uint256 value = extra % 10 ether;
        if (provider.balance < BOND + value || known.leavesAt != 0) return;
        VM.prank(provider);
        if (known.isRegistered) REGISTRY.topUp{value: value + 1}();
        else REGISTRY.register{value: BOND + value}(0, "x");
    }

    function exit(uint8 which) external atNow {
        address provider = providers[which % 3];
        ProviderRegistry.Provider memory known = REGISTRY.providerOf(provider);
        if (!known.isRegistered || (known.leavesAt != 0 && time < known.leavesAt)) return;
        VM.prank(provider);
        if (known.leavesAt == 0) REGISTRY.exit();
        else REGISTRY.withdraw();
    }

    function penalise(uint8 which, uint96 value) external atNow {
        address provider = providers[which % 3];
        QualityOracle.Fault memory fault = QualityOracle.Fault(provider, bytes32(0), value, ++_nonce);
        bytes[] memory signatures = _quorum(ORACLE.faultDigest(fault));
        if (signatures.length == 0) return;
        uint256 bond = REGISTRY.providerOf(provider).bond;
        ORACLE.penalise(fault, signatures);
        burnedSlashing += value < bond ? value : bond;
    }

    function train(uint8 user, uint8 provider, uint8 points) external atNow {
        TrainingRewards.TrainingReport memory report = TrainingRewards.TrainingReport({
            user: users[user % 3],
            provider: providers[provider % 3],
            trainingHash: bytes32(++_nonce),
            score: 1 + (points % 100),
            deadline: type(uint64).max,
            feePaid: 0
        });
        uint256 value = 1e14 * uint256(report.score);
        if (value > REWARDS.availableOf(report.user) || value > REWARDS.available()) return;
        bytes[] memory signatures = _quorum(REWARDS.reportDigest(report));
        if (signatures.length == 0) return;
        REWARDS.rewardTraining(report, signatures);
        gross += value;
        paidIn[number / WINDOW] += value;
        paidTo[report.user][number / WINDOW] += value;
    }

    function donate(uint8 which, uint64 value) external atNow {
        address provider = providers[which % 3];
        if (provider.balance < value) return;
        VM.prank(provider);
        assert(TOKEN.transfer(address(REWARDS), value));
        donated += value;
    }

    /// @dev Bonds of everybody who has one, in wei.
    function attesterBonds() external view returns (uint256 bonds) {
        for (uint256 i = 0; i < KEYS; ++i) if (_isBonded(i)) bonds += BOND;
    }

    function balances() external view returns (uint256 sum) {
        sum = FINDER.balance + address(VAULT).balance + address(ORACLE).balance + address(REGISTRY).balance
            + address(REWARDS).balance + address(SINK).balance;
        for (uint256 i = 0; i < KEYS; ++i) sum += _signers[i].balance;
        for (uint256 i = 0; i < 3; ++i) sum += providers[i].balance + users[i].balance;
    }

    function _isBonded(uint256 i) private view returns (bool) {
        AttesterSet.Status status = ORACLE.standingOf(_signers[i]).status;
        return status == AttesterSet.Status.Active || status == AttesterSet.Status.Leaving;
    }

    /// @dev By as many as it takes; empty if there are too few.
    function _quorum(bytes32 digest) private view returns (bytes[] memory signatures) {
        uint256 threshold = ORACLE.threshold();
        if (ORACLE.attesters().length < threshold) return signatures;
        signatures = new bytes[](threshold);
        uint256 n = 0;
        for (uint256 i = 0; n < threshold; ++i) if (ORACLE.isAttester(_signers[i])) signatures[n++] = _sign(i, digest);
    }
}

/// @dev Every coin of attesters, providers and rewards is accounted for.
contract AttestedInvariants is AttestedGenesis {
    AttestedHandler private _handler;

    function setUp() external {
        _handler = new AttestedHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev One campaign for all: forge would run one for each function.
    function invariant_CoinsRewardsQuorumsAndTiersAreInOrder() external view {
        _requireCoins();
        _requireRewards();
        _requireQuorums();
    }

    /// @dev M1, M7: coins only move; bonds are held, the sink has a tenth of all rewards and what was slashed.
    function _requireCoins() private view {
        assert(_handler.balances() == BUCKET + 3 * BOND + (KEYS + 3) * _handler.PURSE());
        assert(address(ORACLE).balance == _handler.attesterBonds());
        uint256 bonds = 0;
        for (uint256 i = 0; i < 3; ++i) bonds += REGISTRY.providerOf(_handler.providers(i)).bond;
        assert(address(REGISTRY).balance == bonds);
        assert(SINK.burnedBy(uint8(AIBurn.Category.Training)) * 10 == _handler.gross());
        assert(SINK.burnedBy(uint8(AIBurn.Category.Slashing)) == _handler.burnedSlashing() && SINK.other() == 0);
    }

    /// @dev M3, M4: rewards come out of the schedule, and nothing sticks to the contract that pays them.
    function _requireRewards() private view {
        uint256 number = _handler.number();
        assert(VAULT.released() == _handler.gross() && VAULT.released() <= VAULT.entitlement(number));
        assert(VAULT.released() + address(VAULT).balance == BUCKET);
        assert(address(REWARDS).balance == _handler.donated());
        uint256 window = number / WINDOW;
        assert(_handler.paidIn(window) <= REWARDS.windowBudget(window));
        for (uint256 i = 0; i < 3; ++i) assert(_handler.paidTo(_handler.users(i), window) <= USER_CAP);
    }

    /// @dev Any two quorums share an attester, and no stale score is worth a tier.
    function _requireQuorums() private view {
        address[] memory attesters = ORACLE.attesters();
        assert(2 * ORACLE.threshold() > attesters.length && attesters.length <= ORACLE.ATTESTERS_MAX());
        for (uint256 i = 0; i < attesters.length; ++i) assert(ORACLE.isAttester(attesters[i]));
        for (uint256 i = 0; i < 3; ++i) {
            address provider = _handler.providers(i);
            uint8 tier = ORACLE.maxTierOf(provider);
            assert(ORACLE.scoreOf(provider) <= 10_000 && tier >= 1 && tier <= 4);
            assert(tier == 1 || ORACLE.isFresh(provider));
        }
    }
}
