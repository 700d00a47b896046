// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AttesterSet} from "@hanzo/compute/AttesterSet.sol";
import {QualityOracle} from "@hanzo/compute/QualityOracle.sol";
import {QualityScore} from "@hanzo/compute/QualityScore.sol";
import {TrainingRewards} from "@hanzo/compute/TrainingRewards.sol";
import {VM} from "../Vm.sol";
import {WorkCalls} from "./WorkCalls.sol";

/// @dev Attesters who score, find faults and vouch for training; the third of them lies, once, or leaves.
abstract contract AttesterCalls is WorkCalls {
    /// @dev Wei that training brought in all.
    uint256 public trained;
    uint256 private _number;

    function score(uint8 who, uint16 value) external acts {
        address provider = _provider(who);
        uint64 round = ORACLE.openRound();
        (, , uint256 countsAt) = ORACLE.pendingOf(provider);
        if (!_isQuorumAtHand() || countsAt != 0 || ORACLE.roundOf(provider) == round) return;
        QualityScore.Metrics[] memory reports = new QualityScore.Metrics[](2);
        reports[0] = _metrics(value);
        reports[1] = reports[0];
        bytes[] memory signatures = _attested(ORACLE.reportDigest(provider, round, reports[0]));
        // Good again if a liar's round is void, so none of those that are good once.
        ORACLE.submit(provider, round, reports, signatures);
        _done();
    }

    function train(uint8 user, uint8 provider, uint8 points) external acts {
        TrainingRewards.TrainingReport memory report = TrainingRewards.TrainingReport({
            user: _person(user),
            provider: _provider(provider),
            trainingHash: bytes32(++_number),
            score: 1 + (points % 100),
            deadline: type(uint64).max,
            feePaid: 0
        });
        uint256 value = 1e14 * uint256(report.score);
        bool isWithin = value <= TRAINERS.availableOf(report.user) && value <= TRAINERS.available();
        isWithin = isWithin && value <= TRAINING_VAULT.available() && value <= BREAKER.available(address(TRAINERS));
        if (!isWithin || !_isQuorumAtHand()) return;
        bytes[] memory signatures = _attested(TRAINERS.reportDigest(report));
        trained += value;
        _once(report.user, address(TRAINERS), 0, abi.encodeCall(TRAINERS.rewardTraining, (report, signatures)));
    }

    function penalise(uint8 who, uint64 value) external acts {
        if (!_isQuorumAtHand()) return;
        QualityOracle.Fault memory fault = QualityOracle.Fault(_provider(who), bytes32(0), value, ++_number);
        bytes[] memory signatures = _attested(ORACLE.faultDigest(fault));
        _once(_provider(who), address(ORACLE), 0, abi.encodeCall(ORACLE.penalise, (fault, signatures)));
    }

    /// @dev The third attester signs twice, and a provider brings it. Or it leaves, and takes its bond in the end.
    function part(uint8 who, uint8 chance) external acts {
        uint256 key = _attesterKeys()[2];
        AttesterSet.Standing memory standing = ORACLE.standingOf(VM.addr(key));
        if (standing.status == AttesterSet.Status.Active && chance % 16 == 0) {
            VM.prank(VM.addr(key));
            ORACLE.resign();
        } else if (standing.status == AttesterSet.Status.Active && chance % 16 == 1) {
            _challenge(_provider(who), key);
        } else if (standing.status == AttesterSet.Status.Leaving && time >= standing.bondReturnsAt) {
            VM.prank(VM.addr(key));
            ORACLE.withdrawBond();
        } else {
            return;
        }
        _done();
    }

    function _challenge(address provider, uint256 key) private {
        uint64 round = ORACLE.openRound();
        bytes memory ofA = _signature(key, ORACLE.reportDigest(provider, round, _metrics(1)));
        bytes memory ofB = _signature(key, ORACLE.reportDigest(provider, round, _metrics(2)));
        bytes memory data = abi.encodeCall(
            ORACLE.challenge,
            (provider, round, _metrics(1), ofA, _metrics(2), ofB)
        );
        _once(provider, address(ORACLE), 0, data);
    }

    function _metrics(uint16 value) private pure returns (QualityScore.Metrics memory) {
        return QualityScore.Metrics(value % 10_001, value % 10_001, value % 10_001, value % 10_001);
    }
}
