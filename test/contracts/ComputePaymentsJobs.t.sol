// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComputeJobs} from "@hanzo/compute/ComputeJobs.sol";
import {ComputePricing} from "@hanzo/compute/ComputePricing.sol";
import {PriceBook} from "@hanzo/compute/PriceBook.sol";
import {BlockRewards} from "@hanzo/emission/BlockRewards.sol";
import {IPriceBook} from "@hanzo/interfaces/IPriceBook.sol";
import {IProviderRegistry} from "@hanzo/interfaces/IProviderRegistry.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ComputeCalls} from "./ComputeCalls.sol";
import {VM} from "./Vm.sol";

/// @dev Jobs that go as they should: opened, answered, paid; or refunded in time.
contract ComputePaymentsJobsTest is ComputeCalls {
    function setUp() external {
        _begin();
    }

    function test_OpeningHoldsThePriceAndReturnsTheExcess() external {
        VM.expectEmit(address(PAYMENTS));
        emit ComputeJobs.JobOpened(2, OTHER, PROVIDER, _gpuSeconds(7, 1), REQUEST, 0.007 ether, DEADLINE);
        VM.prank(OTHER);
        assert(PAYMENTS.openJob{value: 1 ether}(_gpuSeconds(7, 1), REQUEST, DEADLINE) == 2);
        _equal(OTHER.balance, CLIENT_WEI - 0.007 ether);
        _equal(address(PAYMENTS).balance, PRICE + 0.007 ether);
        assert(PAYMENTS.jobCount() == 2);
    }

    function test_AJobRemembersWhatWasOrdered() external {
        uint256 modelId = _registerModel(100);
        VM.prank(OTHER);
        uint256 id = PAYMENTS.openJob{value: 1 ether}(_tokens(modelId, 10_000), REQUEST, DEADLINE);
        ComputeJobs.Job memory job = PAYMENTS.jobOf(id);
        assert(job.client == OTHER && job.provider == PROVIDER && job.until == DEADLINE);
        assert(job.state == ComputeJobs.State.Open && job.unit == IPriceBook.Unit.InputToken && job.tier == 1);
        assert(job.modelId == modelId && job.amount == 10_000 && job.price == 1 ether && job.bond == 0);
        assert(job.requestHash == REQUEST && job.resultHash == 0);
        assert(PAYMENTS.jobOf(99).state == ComputeJobs.State.None);
    }

    function test_DeadlinesAreBounded() external {
        uint256 max = GENESIS_TIME + 30 days;
        uint256[4] memory deadlines = [0, GENESIS_TIME, max + 1, type(uint48).max];
        for (uint256 i = 0; i < 4; ++i) {
            VM.expectRevert(
                abi.encodeWithSelector(ComputeJobs.DeadlineOutOfRange.selector, deadlines[i], max)
            );
            VM.prank(CLIENT);
            PAYMENTS.openJob{value: PRICE}(_gpuSeconds(1, 1), REQUEST, uint48(deadlines[i]));
        }
        VM.prank(CLIENT);
        PAYMENTS.openJob{value: PRICE}(_gpuSeconds(1, 1), REQUEST, uint48(GENESIS_TIME + 1));
        VM.prank(CLIENT);
        PAYMENTS.openJob{value: PRICE}(_gpuSeconds(1, 1), REQUEST, uint48(max));
    }

    function test_AJobCostsWhatAPaymentCosts() external {
        VM.expectRevert(abi.encodeWithSelector(ComputePricing.PriceNotCovered.selector, PRICE - 1, PRICE));
        VM.prank(CLIENT);
        PAYMENTS.openJob{value: PRICE - 1}(_gpuSeconds(1_000, 1), REQUEST, DEADLINE);
        VM.expectRevert(abi.encodeWithSelector(ComputePricing.TierOutOfRange.selector, 2, 1));
        VM.prank(CLIENT);
        PAYMENTS.openJob{value: PRICE}(_gpuSeconds(1, 2), REQUEST, DEADLINE);
        VM.expectRevert(abi.encodeWithSelector(ComputePricing.UnitsOutOfRange.selector, 0, 1e9));
        VM.prank(CLIENT);
        PAYMENTS.openJob{value: PRICE}(_gpuSeconds(0, 1), REQUEST, DEADLINE);
        ComputePricing.Order memory order = _gpuSeconds(1, 1);
        order.provider = OTHER;
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.ProviderNotActive.selector, OTHER));
        VM.prank(CLIENT);
        PAYMENTS.openJob{value: PRICE}(order, REQUEST, DEADLINE);
    }

    function test_ThePriceIsThatOfTheOpening() external {
        VM.prank(Predeploys.TIMELOCK);
        BOOK.setPrice(uint8(PriceBook.Item.GpuSecond), 1 ether);
        _submit();
        _settle(CLIENT);
        _requireSettled(0);
    }

    // Settled

    function test_ClientAcceptsAtOnce() external {
        VM.expectEmit(address(PAYMENTS));
        emit ComputeJobs.ResultSubmitted(_jobId, RESULT, GENESIS_TIME + CHALLENGE);
        _submit();
        assert(PAYMENTS.jobOf(_jobId).resultHash == RESULT);
        VM.expectEmit(address(PAYMENTS));
        emit ComputePricing.ComputePurchased(CLIENT, PROVIDER, 1_000, 1, PRICE, 0.05 ether);
        VM.expectEmit(address(REWARDS));
        emit BlockRewards.JobBonusPaid(PROVIDER, 0.05 ether, 0.04 ether);
        VM.expectEmit(address(PAYMENTS));
        emit ComputeJobs.JobSettled(_jobId, PROVIDER, PRICE, 0.05 ether, 0.04 ether);
        _settle(CLIENT);
        _requireSettled(0);
    }

    function test_AnyoneSettlesAfterTheChallengeWindow() external {
        _submit();
        uint256 until = GENESIS_TIME + CHALLENGE;
        VM.warp(until);
        _expectTooEarly(until);
        _settle(PROVIDER);
        VM.warp(until + 1);
        _settle(OTHER);
        _requireSettled(0);
    }

    function test_OwnerGetsItsShareWhenAJobSettles() external {
        uint256 modelId = _registerModel(3_000);
        VM.prank(CLIENT);
        _jobId = PAYMENTS.openJob{value: PRICE}(_tokens(modelId, 10_000), REQUEST, DEADLINE);
        _submit();
        VM.expectEmit(address(PAYMENTS));
        emit ComputePricing.ModelPurchased(
            CLIENT,
            PROVIDER,
            modelId,
            IPriceBook.Unit.InputToken,
            10_000,
            PRICE,
            0.05 ether
        );
        _settle(CLIENT);
        _equal(OWNER.balance, 0.285 ether);
        _equal(PROVIDER.balance - _providerBefore, 0.665 ether + 0.04 ether);
    }

    // Refunded

    function test_AnyoneRefundsAJobThatNobodyAnswered() external {
        VM.warp(DEADLINE);
        _expectTooEarly(DEADLINE);
        PAYMENTS.refund(_jobId);
        VM.warp(DEADLINE + 1);
        _expectRefunded(PRICE, ComputeJobs.Refund.Late);
        VM.prank(OTHER);
        PAYMENTS.refund(_jobId);
        _requireRefunded();
    }

    function test_ProviderAnswersUpToTheDeadline() external {
        VM.warp(DEADLINE + 1);
        _expectTooLate(DEADLINE);
        _submit();
        VM.warp(DEADLINE);
        _submit();
        assert(_state() == ComputeJobs.State.Submitted);
    }

    function test_ProviderDeclines() external {
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.NotProvider.selector, _jobId, CLIENT));
        VM.prank(CLIENT);
        PAYMENTS.decline(_jobId);
        _expectRefunded(PRICE, ComputeJobs.Refund.Declined);
        VM.prank(PROVIDER);
        PAYMENTS.decline(_jobId);
        _requireRefunded();
    }

    function test_OnlyTheProviderAnswersWithSomethingAndABond() external {
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.NotProvider.selector, _jobId, OTHER));
        VM.prank(OTHER);
        PAYMENTS.submit(_jobId, RESULT);
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.ResultIsZero.selector));
        VM.prank(PROVIDER);
        PAYMENTS.submit(_jobId, 0);
        VM.prank(PROVIDER);
        PROVIDERS.exit();
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.ProviderNotActive.selector, PROVIDER));
        _submit();
    }
}
