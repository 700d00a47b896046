// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {AttestedGenesis} from "./AttestedGenesis.sol";
import {IAttesters} from "@hanzo/interfaces/IAttesters.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {SpenderVault} from "@hanzo/emission/SpenderVault.sol";
import {TrainingRewards} from "@hanzo/compute/TrainingRewards.sol";
import {VM} from "./Vm.sol";

/// @dev Who gets what for an interaction, on whose word; and that HIP-1's own exploits steal nothing.
contract TrainingRewardsTest is AttestedGenesis {
    address private constant USER = address(0x05E12);
    address private constant PROVIDER = address(0x9120F1DE2);
    address private constant ATTACKER = address(0xBADBAD);
    bytes32 private constant HASH = keccak256("interaction");
    bytes32 private constant TYPEHASH = keccak256(
        "TrainingReport(address user,address provider,bytes32 trainingHash,uint8 score,uint64 deadline,"
        "uint128 feePaid)"
    );

    function setUp() external {
        _genesis(3, 2);
    }

    function test_FullScorePaysOneHundredthOfACoin() external {
        VM.expectEmit(address(REWARDS));
        emit TrainingRewards.TrainingRewarded(USER, PROVIDER, HASH, 0.01 ether, 0.001 ether);
        VM.expectEmit(address(SINK));
        emit AIBurn.Burned(AIBurn.Category.Training, address(REWARDS), 0.001 ether);
        _reward(_report(100));
        assert(USER.balance == 0.0063 ether && PROVIDER.balance == 0.0027 ether);
        assert(SINK.burnedBy(uint8(AIBurn.Category.Training)) == 0.001 ether);
        assert(VAULT.released() == 0.01 ether && address(REWARDS).balance == 0 && REWARDS.isRewarded(HASH));
    }

    /// @dev N15, N23, G10, G11: 63 / 27 / 10 of 1e14 wei a point, to the wei.
    function test_EveryScoreSplitsExactly() external {
        for (uint8 score = 1; score <= 100; ++score) {
            uint256[4] memory before = _balances();
            TrainingRewards.TrainingReport memory report = _report(score);
            report.trainingHash = bytes32(uint256(score));
            _reward(report);
            uint256[4] memory later = _balances();
            assert(later[0] - before[0] == 63e12 * uint256(score));
            assert(later[1] - before[1] == 27e12 * uint256(score));
            assert(later[2] - before[2] == 10e12 * uint256(score));
            assert(before[3] - later[3] == 100e12 * uint256(score));
        }
        assert(address(REWARDS).balance == 0);
    }

    /// @dev M8, beyond the scores that are paid too.
    function testFuzz_SharesAddUpToGross(uint8 score) external pure {
        score %= 101;
        (uint256 gross, uint256 burned, uint256 toProvider, uint256 toUser) = REWARDS.split(score);
        assert(gross == 1e14 * uint256(score));
        assert(toUser + toProvider + burned == gross);
        assert(toUser * 3 >= toProvider * 7 && burned * 10 <= gross);
    }

    /// forge-config: default.fuzz.runs = 500
    function testFuzz_CoinsOnlyMove(uint8 score, bool isAlone) external {
        TrainingRewards.TrainingReport memory report = _report(1 + (score % 100));
        if (isAlone) report.provider = USER;
        _reward(report);
        uint256[4] memory balances = _balances();
        assert(balances[0] + balances[1] + balances[2] + balances[3] == BUCKET);
        assert(!isAlone || USER.balance == 90e12 * uint256(report.score));
    }

    /// @dev HIP-1 mints for whoever calls, the provider's share to the caller.
    function test_CallerGetsNothing() external {
        TrainingRewards.TrainingReport memory report = _report(100);
        bytes[] memory signatures = _signAll(2, _digest(report));
        VM.prank(ATTACKER);
        REWARDS.rewardTraining(report, signatures);
        assert(ATTACKER.balance == 0 && PROVIDER.balance == 0.0027 ether);
    }

    function test_NobodyIsRewardedOnItsOwnWord() external {
        TrainingRewards.TrainingReport memory report = _report(100);
        report.user = report.provider = ATTACKER;
        _refuse(report, new bytes[](0), abi.encodeWithSelector(IAttesters.QuorumNotReached.selector, 0, 2));
        bytes[] memory own = _signBoth(3, 4, _digest(report));
        _refuse(report, own, abi.encodeWithSelector(IAttesters.NotAttester.selector, _signers[3]));
    }

    function test_HashIsRewardedOnce() external {
        TrainingRewards.TrainingReport memory report = _report(100);
        bytes[] memory signatures = _signAll(2, _digest(report));
        REWARDS.rewardTraining(report, signatures);
        bytes memory reason = abi.encodeWithSelector(TrainingRewards.AlreadyRewarded.selector, HASH);
        _refuse(report, signatures, reason);
        _refuse(report, _signBoth(0, 2, _digest(report)), reason);
        report.score = 99;
        report.user = ATTACKER;
        _refuse(report, _signAll(2, _digest(report)), reason);
    }

    function test_VaultPaysNobodyElse() external {
        VM.prank(ATTACKER);
        VM.expectRevert(abi.encodeWithSelector(SpenderVault.NotSpender.selector, ATTACKER));
        VAULT.release(ATTACKER, 1);
    }

    function test_ReportIsGoodUntilItsDeadline() external {
        TrainingRewards.TrainingReport memory report = _report(100);
        bytes[] memory signatures = _signAll(2, _digest(report));
        VM.warp(uint256(report.deadline) + 1);
        _refuse(report, signatures, abi.encodeWithSelector(TrainingRewards.ReportExpired.selector, report.deadline));
        VM.warp(report.deadline);
        REWARDS.rewardTraining(report, signatures);
    }

    function test_ScoreIsOneToOneHundred() external {
        for (uint256 score = 0; score <= 101; score += 101) {
            // forge-lint: disable-next-line(unsafe-typecast)
            TrainingRewards.TrainingReport memory report = _report(uint8(score));
            bytes memory reason = abi.encodeWithSelector(TrainingRewards.ScoreOutOfRange.selector, score);
            _refuse(report, _signAll(2, _digest(report)), reason);
        }
    }

    function test_CoinsGoWhereTheyCanBeSpent() external {
        address[8] memory dead = [
            address(0),
            address(TOKEN),
            address(REWARDS),
            Predeploys.TRAINING_VAULT,
            Predeploys.AI_BURN,
            Predeploys.SYSTEM,
            Predeploys.TRANSFER,
            address(0xfff)
        ];
        for (uint256 i = 0; i < dead.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(TrainingRewards.RecipientInvalid.selector, dead[i]);
            TrainingRewards.TrainingReport memory report = _report(100);
            report.user = dead[i];
            _refuse(report, _signAll(2, _digest(report)), reason);
            report = _report(100);
            report.provider = dead[i];
            _refuse(report, _signAll(2, _digest(report)), reason);
        }
    }

    function test_QuorumIsTwoDifferentAttestersInOrder() external {
        TrainingRewards.TrainingReport memory report = _report(100);
        bytes32 digest = _digest(report);
        _refuse(report, _signAll(1, digest), abi.encodeWithSelector(IAttesters.QuorumNotReached.selector, 1, 2));
        bytes memory twice = abi.encodeWithSelector(
            IAttesters.SignersNotAscending.selector, _signers[0], _signers[0]
        );
        _refuse(report, _signBoth(0, 0, digest), twice);
        bytes memory turned = abi.encodeWithSelector(
            IAttesters.SignersNotAscending.selector, _signers[2], _signers[1]
        );
        _refuse(report, _signBoth(2, 1, digest), turned);
        bytes memory foreign = abi.encodeWithSelector(IAttesters.NotAttester.selector, _signers[4]);
        _refuse(report, _signBoth(0, 4, digest), foreign);
        _reward(report);
    }

    /// @dev G08: neither of another chain, nor contract, nor name, nor type, nor with a field changed.
    function test_SignaturesOfOtherDomainsAreForeign() external {
        TrainingRewards.TrainingReport memory report = _report(100);
        bytes32 structHash = keccak256(abi.encode(TYPEHASH, report));
        bytes32 right = _typed("TrainingRewards", block.chainid, address(REWARDS), structHash);
        assert(REWARDS.reportDigest(report) == right);
        _refuseForeign(report, _typed("TrainingRewards", block.chainid + 1, address(REWARDS), structHash));
        _refuseForeign(report, _typed("TrainingRewards", block.chainid, address(ORACLE), structHash));
        _refuseForeign(report, _typed("QualityOracle", block.chainid, address(REWARDS), structHash));
        _refuseForeign(report, structHash);
        report.score = 99;
        _refuseForeign(report, right);
        report = _report(100);
        report.feePaid = 1;
        _refuseForeign(report, right);
    }

    function test_AttesterThatLeftVouchesNoMore() external {
        TrainingRewards.TrainingReport memory report = _report(100);
        bytes[] memory signatures = _signAll(2, _digest(report));
        VM.prank(_signers[1]);
        ORACLE.resign();
        _refuse(report, signatures, abi.encodeWithSelector(IAttesters.NotAttester.selector, _signers[1]));
    }

    function _report(uint8 score) private view returns (TrainingRewards.TrainingReport memory) {
        return TrainingRewards.TrainingReport({
            user: USER,
            provider: PROVIDER,
            trainingHash: HASH,
            score: score,
            // forge-lint: disable-next-line(unsafe-typecast)
            deadline: uint64(block.timestamp + 60),
            feePaid: 0
        });
    }

    function _digest(TrainingRewards.TrainingReport memory report) private view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(TYPEHASH, report));
        return _typed("TrainingRewards", block.chainid, address(REWARDS), structHash);
    }

    function _reward(TrainingRewards.TrainingReport memory report) private {
        REWARDS.rewardTraining(report, _signAll(2, _digest(report)));
    }

    function _refuse(
        TrainingRewards.TrainingReport memory report,
        bytes[] memory signatures,
        bytes memory reason
    ) private {
        VM.prank(ATTACKER);
        VM.expectRevert(reason);
        REWARDS.rewardTraining(report, signatures);
    }

    /// @dev Whoever a wrong digest makes of the signers, they are no attesters.
    function _refuseForeign(TrainingRewards.TrainingReport memory report, bytes32 digest) private {
        bytes memory call = abi.encodeCall(TrainingRewards.rewardTraining, (report, _signAll(2, digest)));
        (bool ok, bytes memory reason) = address(REWARDS).call(call);
        bytes4 selector = bytes4(reason);
        assert(!ok);
        assert(selector == IAttesters.NotAttester.selector || selector == IAttesters.SignersNotAscending.selector);
    }

    function _balances() private view returns (uint256[4] memory) {
        return [USER.balance, PROVIDER.balance, SINK.burnedBy(uint8(AIBurn.Category.Training)), address(VAULT).balance];
    }
}
