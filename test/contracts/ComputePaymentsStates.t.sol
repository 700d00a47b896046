// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ComputeJobs} from "@hanzo/compute/ComputeJobs.sol";
import {ComputePayments} from "@hanzo/compute/ComputePayments.sol";
import {ComputePricing} from "@hanzo/compute/ComputePricing.sol";
import {IPriceBook} from "@hanzo/interfaces/IPriceBook.sol";
import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {ProviderRegistry} from "@hanzo/compute/ProviderRegistry.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {ComputeCalls} from "./ComputeCalls.sol";
import {Trap} from "./ComputeGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Every step in every state, the phases and windows of jobs, and what their money does in the end.
contract ComputePaymentsStatesTest is ComputeCalls {
    function setUp() external {
        _begin();
    }

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
        CONFIG.setPhase(uint8(ISystemConfig.Phase.Compute), false);
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
            uint8(IPriceBook.Unit.Epoch),
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
        uint256 burned = SINK.burnedBy(uint8(AIBurn.Category.Compute));
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
        _setExitDelay(60 days);
        VM.expectEmit(address(PAYMENTS));
        emit ComputeJobs.WindowsSet(1, 30 days, CHALLENGE, VERDICT);
        _setWindows(1, 30 days);
        assert(PAYMENTS.challengeSeconds() == 1 && PAYMENTS.verdictSeconds() == 30 days);
        assert(PAYMENTS.jobOf(_jobId).until == GENESIS_TIME + CHALLENGE);
        _setWindows(30 days, 1);
        _dispute();
        assert(PAYMENTS.jobOf(_jobId).until == GENESIS_TIME + 1);
    }

    /// @dev The attack: windows so long that a bond leaves before the verdict.
    function test_WindowsTogetherAreShorterThanTheExitDelay() external {
        _setExitDelay(10 days);
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.WindowsTooLong.selector, 10 days, 10 days));
        _setWindows(3 days, 7 days);
        _setWindows(3 days, 7 days - 1);
        assert(PAYMENTS.windowSeconds() == 10 days - 1);
    }

    /// @dev Windows and the delay change in between, and the bond is there for the verdict all the same.
    function test_TheBondStaysForTheVerdictWhateverChanges() external {
        _submit();
        assert(PROVIDERS.providerOf(PROVIDER).heldUntil == GENESIS_TIME + CHALLENGE);
        VM.prank(PROVIDER);
        PROVIDERS.exit();
        _setExitDelay(60 days);
        _setWindows(1, 30 days);
        VM.warp(GENESIS_TIME + CHALLENGE);
        _dispute();
        uint256 until = GENESIS_TIME + CHALLENGE + 30 days;
        assert(PROVIDERS.providerOf(PROVIDER).heldUntil == until);
        VM.warp(until);
        VM.prank(PROVIDER);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondNotDue.selector, until + 1));
        PROVIDERS.withdraw();
        _resolve(true);
        assert(PROVIDERS.providerOf(PROVIDER).bond == PROVIDER_BOND - PRICE);
        VM.warp(until + 1);
        VM.prank(PROVIDER);
        PROVIDERS.withdraw();
    }

    /// @dev The attack: a vote raises the least bond, and what providers have open turns into refunds.
    function test_ARaisedLeastBondStopsNoAnswer() external {
        VM.prank(Predeploys.TIMELOCK);
        PROVIDERS.setMinimumBond(10_000 ether);
        assert(!PROVIDERS.isActive(PROVIDER) && PAYMENTS.jobOf(_jobId).leastBond == 100);
        _submit();
        assert(_state() == ComputeJobs.State.Submitted);
    }

    function test_AnswersAtTheLeastBondOfTheOpeningAndNotAWeiBelow() external {
        VM.prank(Predeploys.TIMELOCK);
        PROVIDERS.setMinimumBond(10_000 ether);
        VM.prank(address(PAYMENTS));
        PROVIDERS.slash(PROVIDER, PROVIDER_BOND - 100 ether + 1);
        _expectNotActive(PROVIDER);
        _submit();
        VM.deal(PROVIDER, 1);
        VM.prank(PROVIDER);
        PROVIDERS.topUp{value: 1}();
        _submit();
    }

    function _setExitDelay(uint256 delay) private {
        VM.prank(Predeploys.TIMELOCK);
        PROVIDERS.setExitDelay(delay);
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
