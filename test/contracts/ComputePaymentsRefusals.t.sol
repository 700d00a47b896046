// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComputePricing} from "@hanzo/compute/ComputePricing.sol";
import {IPriceBook} from "@hanzo/interfaces/IPriceBook.sol";
import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ComputeCalls} from "./ComputeCalls.sol";
import {Trap} from "./ComputeGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Payments at once that are refused, and what they leave alone.
contract ComputePaymentsRefusalsTest is ComputeCalls {
    function setUp() external {
        _genesis();
    }

    function test_ExcessComesBack() external {
        _equal(_pay(5 ether, 1_000, 1), 1 ether);
        _equal(CLIENT.balance, CLIENT_WEI - 1 ether);
    }

    function test_RefusesLessThanThePrice() external {
        VM.expectRevert(
            abi.encodeWithSelector(ComputePricing.PriceNotCovered.selector, 1 ether - 1, 1 ether)
        );
        _pay(1 ether - 1, 1_000, 1);
    }

    // What HIP-1's contract allowed

    function test_TierIsAtMostWhatAttestersSaw() external {
        uint8[4] memory tooHigh = [2, 4, 5, 255];
        for (uint256 i = 0; i < 4; ++i) {
            _expectTier(tooHigh[i], 1);
            _pay(1_000 ether, 1, tooHigh[i]);
        }
        _measure(PROVIDER, 2);
        _pay(1 ether, 1, 2);
        _expectTier(3, 2);
        _pay(1 ether, 1, 3);
        _measure(PROVIDER, 3);
        _pay(1 ether, 1, 4);
        uint8[2] memory beyond = [5, 255];
        for (uint256 i = 0; i < 2; ++i) {
            _expectTier(beyond[i], 4);
            _pay(1 ether, 1, beyond[i]);
        }
    }

    function test_UnitsAreBounded() external {
        uint256[3] memory units = [uint256(0), 1_000_000_001, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            VM.expectRevert(
                abi.encodeWithSelector(ComputePricing.UnitsOutOfRange.selector, units[i], 1_000_000_000)
            );
            _pay(1 ether, units[i], 1);
        }
        _equal(_pay(1_000_000 ether, 1_000_000_000, 1), 1_000_000 ether);
    }

    function test_OnlyActiveProvidersArePaid() external {
        address[3] memory strangers = [OTHER, address(0), Predeploys.AI];
        for (uint256 i = 0; i < 3; ++i) {
            _expectNotActive(strangers[i]);
            VM.prank(CLIENT);
            PAYMENTS.payForCompute{value: 1 ether}(strangers[i], 1, 1);
        }
        VM.prank(PROVIDER);
        PROVIDERS.exit();
        _expectNotActive(PROVIDER);
        _pay(1 ether, 1, 1);
        _expectNotActive(PROVIDER);
        PAYMENTS.quote(CLIENT, PROVIDER, 1, 1);
    }

    function test_PayingOneselfLosesTheBurn() external {
        VM.deal(PROVIDER, 1 ether);
        VM.prank(PROVIDER);
        PAYMENTS.payForCompute{value: 1 ether}(PROVIDER, 1_000, 1);
        _equal(PROVIDER.balance, 0.95 ether);
    }

    /// @dev Nothing shows that anything was delivered.
    function test_PaymentsAtOnceEarnNoBonus() external {
        _pay(1 ether, 1_000, 1);
        assert(REWARDS.totalBonus() == 0 && VAULT.released() == 0);
    }

    // Who can stop a payment

    function test_NothingSoldWhilePhaseIsOff() external {
        VM.prank(Predeploys.TIMELOCK);
        CONFIG.setPhase(uint8(ISystemConfig.Phase.Compute), false);
        bytes memory off = abi.encodeWithSelector(
            ISystemConfig.PhaseNotActive.selector,
            ISystemConfig.Phase.Compute
        );
        VM.expectRevert(off);
        _pay(1 ether, 1, 1);
        VM.expectRevert(off);
        _payModel(1 ether, 1, IPriceBook.Unit.Epoch, 1);
    }

    function test_RunsNoCodeOfThoseItPays() external {
        address provider = address(new Trap());
        address owner = address(new Trap());
        address client = address(new Trap());
        _register(provider, 2_000);
        VM.prank(owner);
        uint256 modelId = BOOK.registerModel("u", 7, 3_000);
        VM.deal(client, 10 ether);
        VM.prank(client);
        PAYMENTS.payForModel{value: 10 ether}(provider, modelId, uint8(IPriceBook.Unit.Epoch), 10);
        assert(provider.balance == 0.665 ether && owner.balance == 0.285 ether && client.balance == 9 ether);
    }

    function test_RefusesCoinsWithoutAnOrder() external {
        VM.deal(address(this), 1 ether);
        (bool ok, ) = address(PAYMENTS).call{value: 1 ether}("");
        assert(!ok);
    }

    function test_UnknownModelsAreNotSold() external {
        VM.expectRevert(abi.encodeWithSelector(IPriceBook.UnknownModel.selector, 0));
        _payModel(1 ether, 0, IPriceBook.Unit.InputToken, 1);
        VM.expectRevert(abi.encodeWithSelector(IPriceBook.UnknownModel.selector, 4));
        _payModel(1 ether, 4, IPriceBook.Unit.Epoch, 1);
    }

    function test_QualityIsPricedForGpuSecondsAlone() external {
        _measure(PROVIDER, 5);
        ComputePricing.Order memory order = _tokens(1, 1);
        order.tier = 2;
        _expectTier(2, 1);
        PAYMENTS.quoteOrder(CLIENT, order);
    }
}
