// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComputeJobs} from "@hanzo/compute/ComputeJobs.sol";
import {ProviderRegistry} from "@hanzo/compute/ProviderRegistry.sol";
import {IAttesters} from "@hanzo/interfaces/IAttesters.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {ComputeCalls} from "./ComputeCalls.sol";
import {VM} from "./Vm.sol";

/// @dev Jobs whose client and provider do not agree.
contract ComputePaymentsDisputesTest is ComputeCalls {
    function setUp() external {
        _begin();
    }

    function test_ClientDisputesWithinTheWindow() external {
        _submit();
        uint256 until = GENESIS_TIME + CHALLENGE;
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.NotClient.selector, _jobId, OTHER));
        VM.prank(OTHER);
        PAYMENTS.dispute{value: BOND}(_jobId);
        VM.warp(until + 1);
        _expectTooLate(until);
        _dispute();
        VM.warp(until);
        VM.expectEmit(address(PAYMENTS));
        emit ComputeJobs.JobDisputed(_jobId, BOND, until + VERDICT);
        _dispute();
        assert(_state() == ComputeJobs.State.Disputed && PAYMENTS.jobOf(_jobId).bond == BOND);
        _equal(address(PAYMENTS).balance, PRICE + BOND);
    }

    function test_ABondIsATenthOfThePriceAndNotTooSmall() external {
        _equal(PAYMENTS.disputeBond(_jobId), BOND);
        _submit();
        uint256[3] memory wrong = [uint256(0), BOND - 1, BOND + 1];
        for (uint256 i = 0; i < 3; ++i) {
            VM.expectRevert(abi.encodeWithSelector(ComputeJobs.WrongBond.selector, wrong[i], BOND));
            VM.prank(CLIENT);
            PAYMENTS.dispute{value: wrong[i]}(_jobId);
        }
        uint256[3] memory units = [uint256(1), 100, 101];
        uint256[3] memory bonds = [uint256(0.01 ether), 0.01 ether, 0.0101 ether];
        for (uint256 i = 0; i < 3; ++i) {
            VM.prank(CLIENT);
            uint256 id = PAYMENTS.openJob{value: 1 ether}(_gpuSeconds(units[i], 1), REQUEST, DEADLINE);
            _equal(PAYMENTS.disputeBond(id), bonds[i]);
        }
    }

    function test_AFaultRefundsTheClientAndSlashesTheProvider() external {
        _submit();
        _dispute();
        VM.expectEmit(address(PAYMENTS));
        emit ComputeJobs.DisputeResolved(_jobId, true);
        _expectRefunded(PRICE + BOND, ComputeJobs.Refund.Fault);
        VM.expectEmit(address(PROVIDERS));
        emit ProviderRegistry.ProviderSlashed(PROVIDER, address(PAYMENTS), PRICE, PROVIDER_BOND - PRICE);
        _resolve(true);
        _requireRefunded();
        _equal(SINK.burnedBy(uint8(AIBurn.Category.Slashing)), PRICE);
    }

    /// @dev R9: whoever cries wolf pays for it.
    function test_AFalseChallengePaysTheProvider() external {
        _submit();
        _dispute();
        VM.expectEmit(address(PAYMENTS));
        emit ComputeJobs.DisputeResolved(_jobId, false);
        _resolve(false);
        _requireSettled(BOND);
        assert(SINK.burnedBy(uint8(AIBurn.Category.Slashing)) == 0);
    }

    function test_NoVerdictInTimeRefundsAndSlashesNobody() external {
        _submit();
        _dispute();
        uint256 until = GENESIS_TIME + VERDICT;
        VM.warp(until);
        _expectTooEarly(until);
        PAYMENTS.refund(_jobId);
        VM.warp(until + 1);
        bytes[] memory signatures = _verdict(_jobId, false);
        _expectTooLate(until);
        PAYMENTS.resolve(_jobId, false, signatures);
        _expectRefunded(PRICE + BOND, ComputeJobs.Refund.NoVerdict);
        PAYMENTS.refund(_jobId);
        _requireRefunded();
        assert(SINK.burnedBy(uint8(AIBurn.Category.Slashing)) == 0);
    }

    function test_AttestersDecideUpToTheLastSecond() external {
        _submit();
        _dispute();
        VM.warp(GENESIS_TIME + VERDICT);
        _resolve(true);
        _requireRefunded();
    }

    function test_AVerdictNeedsAQuorumForThisJobAndThisSide() external {
        _submit();
        _dispute();
        bytes[] memory one = new bytes[](1);
        one[0] = _verdict(_jobId, true)[0];
        VM.expectRevert(abi.encodeWithSelector(IAttesters.QuorumNotReached.selector, 1, 2));
        PAYMENTS.resolve(_jobId, true, one);
        bytes[][2] memory wrong = [_verdict(_jobId, false), _verdict(_jobId + 1, true)];
        for (uint256 i = 0; i < 2; ++i) {
            (bool ok, ) = address(PAYMENTS).call(
                abi.encodeCall(PAYMENTS.resolve, (_jobId, true, wrong[i]))
            );
            assert(!ok);
        }
        assert(_state() == ComputeJobs.State.Disputed);
    }

    function test_TheSlashIsAtMostTheBond() external {
        VM.prank(CLIENT);
        _jobId = PAYMENTS.openJob{value: 2_000 ether}(_gpuSeconds(2_000_000, 1), REQUEST, DEADLINE);
        _submit();
        VM.prank(CLIENT);
        PAYMENTS.dispute{value: 200 ether}(_jobId);
        _resolve(true);
        _equal(SINK.burnedBy(uint8(AIBurn.Category.Slashing)), PROVIDER_BOND);
        _equal(CLIENT.balance, CLIENT_WEI - PRICE);
        assert(!PROVIDERS.isActive(PROVIDER));
    }

    /// @dev Leaving after the answer does not get the bond out in time.
    function test_AProviderThatLeavesIsSlashedAllTheSame() external {
        _submit();
        VM.prank(PROVIDER);
        PROVIDERS.exit();
        VM.warp(GENESIS_TIME + CHALLENGE);
        _dispute();
        VM.warp(GENESIS_TIME + CHALLENGE + VERDICT - 1);
        _resolve(true);
        _equal(SINK.burnedBy(uint8(AIBurn.Category.Slashing)), PRICE);
    }
}
