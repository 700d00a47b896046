// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ComputeJobs} from "@hanzo/compute/ComputeJobs.sol";
import {ComputePayments} from "@hanzo/compute/ComputePayments.sol";
import {ComputePricing} from "@hanzo/compute/ComputePricing.sol";
import {PriceBook} from "@hanzo/compute/PriceBook.sol";
import {ProviderRegistry} from "@hanzo/compute/ProviderRegistry.sol";
import {BlockRewards} from "@hanzo/emission/BlockRewards.sol";
import {IAttesters} from "@hanzo/interfaces/IAttesters.sol";
import {IPriceBook} from "@hanzo/interfaces/IPriceBook.sol";
import {IProviderRegistry} from "@hanzo/interfaces/IProviderRegistry.sol";
import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {ComputeGenesis, Trap} from "./ComputeGenesis.sol";
import {VM} from "./Vm.sol";

contract ComputePaymentsJobsTest is ComputeGenesis {
    bytes32 private constant REQUEST = keccak256("request");
    bytes32 private constant RESULT = keccak256("result");
    uint48 private constant DEADLINE = uint48(GENESIS_TIME + 1_000);
    /// @dev 1,000 GPU-seconds.
    uint256 private constant PRICE = 1 ether;
    uint256 private constant BOND = 0.1 ether;

    uint256 private _jobId;
    uint256 private _providerBefore;

    function setUp() external {
        _genesis();
        _jobId = _open();
        _providerBefore = PROVIDER.balance;
    }

    function _open() private returns (uint256) {
        VM.prank(CLIENT);
        return PAYMENTS.openJob{value: PRICE}(_gpuSeconds(1_000, 1), REQUEST, DEADLINE);
    }

    function _submit() private {
        VM.prank(PROVIDER);
        PAYMENTS.submit(_jobId, RESULT);
    }

    function _dispute() private {
        VM.prank(CLIENT);
        PAYMENTS.dispute{value: BOND}(_jobId);
    }

    function _settle(address caller) private {
        VM.prank(caller);
        PAYMENTS.settle(_jobId);
    }

    function _resolve(bool providerAtFault) private {
        PAYMENTS.resolve(_jobId, providerAtFault, _verdict(_jobId, providerAtFault));
    }

    /// @dev Typed data put together without the contract's code.
    function _verdict(uint256 jobId, bool providerAtFault) private view returns (bytes[] memory) {
        bytes32 typeHash = keccak256("Verdict(uint256 jobId,bool providerAtFault)");
        return _sign(_digest(keccak256(abi.encode(typeHash, jobId, providerAtFault))));
    }

    function _state() private view returns (ComputeJobs.State) {
        return PAYMENTS.jobOf(_jobId).state;
    }

    function _expectWrongState(ComputeJobs.State state) private {
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.WrongState.selector, _jobId, state));
    }

    function _expectTooLate(uint256 until) private {
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.TooLate.selector, _jobId, until));
    }

    function _expectTooEarly(uint256 until) private {
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.TooEarly.selector, _jobId, until));
    }

    function _expectRefunded(uint256 value, ComputeJobs.Refund reason) private {
        VM.expectEmit(address(PAYMENTS));
        emit ComputeJobs.JobRefunded(_jobId, CLIENT, value, reason);
    }

    /// @dev The client is whole, nothing was burned and no bonus paid.
    function _requireRefunded() private view {
        assert(_state() == ComputeJobs.State.Refunded);
        _equal(CLIENT.balance, CLIENT_WEI);
        _equal(address(PAYMENTS).balance, 0);
        _equal(PROVIDER.balance, _providerBefore);
        assert(SINK.burnedBy(AIBurn.Category.Compute) == 0 && REWARDS.totalBonus() == 0);
    }

    /// @dev 95 % and the bonus, 0.8 of the burn, went to the provider.
    function _requireSettled(uint256 bond) private view {
        assert(_state() == ComputeJobs.State.Settled);
        _equal(CLIENT.balance, CLIENT_WEI - PRICE - bond);
        _equal(PROVIDER.balance - _providerBefore, 0.95 ether + 0.04 ether + bond);
        _equal(address(PAYMENTS).balance, 0);
        _equal(SINK.burnedBy(AIBurn.Category.Compute), 0.05 ether);
        _equal(REWARDS.totalBonus(), 0.04 ether);
    }

    // Opening

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
        BOOK.setPrice(PriceBook.Item.GpuSecond, 1 ether);
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

    // Disputed

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
        _equal(SINK.burnedBy(AIBurn.Category.Slashing), PRICE);
    }

    /// @dev R9: whoever cries wolf pays for it.
    function test_AFalseChallengePaysTheProvider() external {
        _submit();
        _dispute();
        VM.expectEmit(address(PAYMENTS));
        emit ComputeJobs.DisputeResolved(_jobId, false);
        _resolve(false);
        _requireSettled(BOND);
        assert(SINK.burnedBy(AIBurn.Category.Slashing) == 0);
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
        assert(SINK.burnedBy(AIBurn.Category.Slashing) == 0);
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
        _equal(SINK.burnedBy(AIBurn.Category.Slashing), PROVIDER_BOND);
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
        _equal(SINK.burnedBy(AIBurn.Category.Slashing), PRICE);
    }

    // Once

    /// @dev No state but the right one takes a step: so there is one payment, and one bonus, for a job (R4).
    function test_EveryStepNeedsItsState() external {
        ComputeJobs.State[6] memory states = [
            ComputeJobs.State.None,
            ComputeJobs.State.Open,
            ComputeJobs.State.Submitted,
            ComputeJobs.State.Disputed,
            ComputeJobs.State.Settled,
            ComputeJobs.State.Refunded
        ];
        for (uint256 i = 0; i < 6; ++i) {
            _jobId = i == 0 ? 99 : _open();
            if (i == 5) {
                VM.prank(PROVIDER);
                PAYMENTS.decline(_jobId);
            } else if (i >= 2) {
                _submit();
                if (i == 3) _dispute();
                if (i == 4) _settle(CLIENT);
            }
            assert(_state() == states[i]);
            _requireNoOtherStep(states[i]);
        }
    }

    function _requireNoOtherStep(ComputeJobs.State state) private {
        bytes[] memory signatures = _verdict(_jobId, true);
        if (state != ComputeJobs.State.Open) {
            _expectWrongState(state);
            _submit();
            _expectWrongState(state);
            VM.prank(PROVIDER);
            PAYMENTS.decline(_jobId);
        }
        if (state != ComputeJobs.State.Submitted) {
            _expectWrongState(state);
            _settle(CLIENT);
            _expectWrongState(state);
            _dispute();
        }
        if (state != ComputeJobs.State.Disputed) {
            _expectWrongState(state);
            PAYMENTS.resolve(_jobId, true, signatures);
        }
        if (state != ComputeJobs.State.Open && state != ComputeJobs.State.Disputed) {
            _expectWrongState(state);
            PAYMENTS.refund(_jobId);
        }
    }

    // Nobody is locked in

    function test_WhatIsHeldSettlesInAnyPhase() external {
        uint256 late = _open();
        uint256 disputed = _open();
        VM.prank(Predeploys.TIMELOCK);
        CONFIG.setPhase(ISystemConfig.Phase.Compute, false);
        VM.expectRevert(
            abi.encodeWithSelector(ISystemConfig.PhaseNotActive.selector, ISystemConfig.Phase.Compute)
        );
        _open();
        _submit();
        _settle(CLIENT);
        uint256 first = _jobId;
        _jobId = disputed;
        _submit();
        _dispute();
        _resolve(false);
        VM.warp(DEADLINE + 1);
        PAYMENTS.refund(late);
        _equal(address(PAYMENTS).balance, 0);
        assert(PAYMENTS.jobOf(first).state == ComputeJobs.State.Settled);
    }

    function test_RunsNoCodeOfClientProviderOrOwner() external {
        address client = address(new Trap());
        address provider = address(new Trap());
        address owner = address(new Trap());
        _register(provider, 0);
        VM.deal(client, 10 ether);
        VM.prank(owner);
        uint256 modelId = BOOK.registerModel("u", 7, 3_000);
        ComputePricing.Order memory order = ComputePricing.Order(
            provider,
            modelId,
            IPriceBook.Unit.Epoch,
            10,
            1
        );
        uint256[3] memory ids;
        for (uint256 i = 0; i < 3; ++i) {
            VM.prank(client);
            ids[i] = PAYMENTS.openJob{value: 2 ether}(order, REQUEST, DEADLINE);
        }
        _equal(client.balance, 7 ether);
        VM.prank(provider);
        PAYMENTS.decline(ids[0]);
        VM.prank(provider);
        PAYMENTS.submit(ids[1], RESULT);
        VM.prank(client);
        PAYMENTS.settle(ids[1]);
        VM.warp(DEADLINE + 1);
        PAYMENTS.refund(ids[2]);
        _equal(client.balance, 9 ether);
        _equal(provider.balance, 0.665 ether + 0.04 ether);
        _equal(owner.balance, 0.285 ether);
    }

    // Dealing with oneself

    /// @dev R3: provider, client and owner of the model in one hand lose a fifth of the burn or more.
    function testFuzz_DealingWithOneselfLosesMoney(uint32 units, uint16 shareBps, bool isDisputed) external {
        VM.prank(PROVIDER);
        uint256 modelId = BOOK.registerModel("u", 7, shareBps % 3_001);
        VM.deal(PROVIDER, CLIENT_WEI);
        ComputePricing.Order memory order = _tokens(modelId, 1 + (units % 1e9));
        uint256 price = PAYMENTS.quoteOrder(PROVIDER, order).price;
        VM.prank(PROVIDER);
        _jobId = PAYMENTS.openJob{value: price}(order, REQUEST, DEADLINE);
        _submit();
        if (isDisputed) {
            uint256 bond = PAYMENTS.disputeBond(_jobId);
            VM.prank(PROVIDER);
            PAYMENTS.dispute{value: bond}(_jobId);
            _resolve(false);
        } else {
            _settle(PROVIDER);
        }
        uint256 burned = price - _net(price);
        uint256 lost = CLIENT_WEI - PROVIDER.balance;
        assert(lost > 0 && lost * 5 >= burned);
        _equal(lost, burned - REWARDS.totalBonus());
    }

    function testFuzz_SettlementSplitsExactly(uint96 tokenPrice, uint32 amount, uint16 shareBps) external {
        uint256 modelId = _registerModel(shareBps % 3_001);
        VM.prank(OWNER);
        BOOK.setModelPrices(modelId, 1 + (tokenPrice % 1e14), 0);
        ComputePricing.Order memory order = _tokens(modelId, 1 + (amount % 1e9));
        VM.prank(OTHER);
        _jobId = PAYMENTS.openJob{value: OTHER.balance}(order, REQUEST, DEADLINE);
        _submit();
        _settle(OTHER);
        uint256 paid = CLIENT_WEI - OTHER.balance;
        uint256 burned = SINK.burnedBy(AIBurn.Category.Compute);
        uint256 earned = PROVIDER.balance - _providerBefore - REWARDS.totalBonus();
        _equal(burned, paid - _net(paid));
        _equal(earned + OWNER.balance + burned, paid);
        _equal(address(PAYMENTS).balance, PRICE);
    }

    // Windows

    function _setWindows(uint48 challenge, uint48 verdict) private {
        VM.prank(Predeploys.TIMELOCK);
        PAYMENTS.setWindows(challenge, verdict);
    }

    function _expectWindow(uint256 window, uint256 min) private {
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.WindowOutOfRange.selector, window, min, 30 days));
    }

    function test_GovernanceSetsWindowsOfWhatIsToCome() external {
        _submit();
        VM.expectEmit(address(PAYMENTS));
        emit ComputeJobs.WindowsSet(1, 30 days, CHALLENGE, VERDICT);
        _setWindows(1, 30 days);
        assert(PAYMENTS.challengeSeconds() == 1 && PAYMENTS.verdictSeconds() == 30 days);
        assert(PAYMENTS.jobOf(_jobId).until == GENESIS_TIME + CHALLENGE);
        _setWindows(30 days, 1);
        _dispute();
        assert(PAYMENTS.jobOf(_jobId).until == GENESIS_TIME + 1);
    }

    function test_WindowsAreBounded() external {
        _expectWindow(0, 1);
        _setWindows(0, 1);
        _expectWindow(0, 1);
        _setWindows(1, 0);
        _expectWindow(30 days + 1, 1);
        _setWindows(30 days + 1, 1);
        _expectWindow(30 days + 1, 1);
        _setWindows(1, 30 days + 1);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, OTHER));
        VM.prank(OTHER);
        PAYMENTS.setWindows(1, 1);
    }

    function test_OnlyADevelopmentChainHasShortWindows() external {
        _expectWindow(599, 600);
        new ComputePayments(599, 600, false);
        _expectWindow(599, 600);
        new ComputePayments(600, 599, false);
        ComputePayments payments = new ComputePayments(600, 601, false);
        assert(payments.challengeSeconds() == 600 && payments.verdictSeconds() == 601);
        assert(payments.WINDOW_MIN() == 600 && PAYMENTS.WINDOW_MIN() == 1);
    }

    function test_VerdictDigestIsThatOfTheStandard() external view {
        bytes32 typeHash = keccak256("Verdict(uint256 jobId,bool providerAtFault)");
        bytes32 expected = _digest(keccak256(abi.encode(typeHash, 5, true)));
        assert(PAYMENTS.verdictDigest(5, true) == expected);
    }
}
