// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ComputePricing} from "@hanzo/compute/ComputePricing.sol";
import {PriceBook} from "@hanzo/compute/PriceBook.sol";
import {SpenderVault} from "@hanzo/emission/SpenderVault.sol";
import {IPriceBook} from "@hanzo/interfaces/IPriceBook.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {ComputeCalls} from "./ComputeCalls.sol";
import {VM} from "./Vm.sol";

/// @dev What compute costs, and who gets it.
contract ComputePaymentsTest is ComputeCalls {
    uint256 private constant RATE = 0.001 ether;

    function setUp() external {
        _genesis();
    }

    function test_PriceIsRateTimesUnitsTimesTier() external {
        _measure(PROVIDER, 5);
        uint256[5] memory units = [uint256(1), 999, 1_000, 1_001, 1_000_000_000];
        for (uint8 tier = 1; tier <= 4; ++tier) {
            for (uint256 i = 0; i < 5; ++i) {
                uint256 price = RATE * units[i] * tier;
                _equal(_pay(price, units[i], tier), price);
            }
        }
    }

    function test_ModelUnitsCostTheListPrice() external {
        IPriceBook.Unit[5] memory units = [
            IPriceBook.Unit.InputToken,
            IPriceBook.Unit.OutputToken,
            IPriceBook.Unit.Epoch,
            IPriceBook.Unit.Run,
            IPriceBook.Unit.Vector
        ];
        uint256[5] memory prices = [uint256(1e13), 1e13, 0.1 ether, 10 ether, 0.0001 ether];
        uint256[4] memory amounts = [uint256(1), 999, 1_000, 1_001];
        for (uint256 u = 0; u < 5; ++u) {
            for (uint256 a = 0; a < 4; ++a) {
                uint256 price = prices[u] * amounts[a];
                VM.expectEmit(address(PAYMENTS));
                emit ComputePricing.ModelPurchased(
                    CLIENT,
                    PROVIDER,
                    2,
                    units[u],
                    amounts[a],
                    price,
                    price - _net(price)
                );
                _payModel(price, 2, units[u], amounts[a]);
            }
        }
    }

    function test_StakingTierGivesItsDiscount() external {
        for (uint256 tier = 0; tier <= 4; ++tier) {
            address client = address(uint160(0x57A4E0 + tier));
            VM.deal(client, 200_000 ether);
            _stake(client, tier);
            ComputePricing.Quotation memory quotation = PAYMENTS.quote(client, PROVIDER, 1_001, 1);
            uint256 list = RATE * 1_001;
            _equal(quotation.list, list);
            _equal(quotation.discount, (list * 5 * tier) / 100);
            _equal(quotation.price, list - quotation.discount);
            VM.prank(client);
            _equal(PAYMENTS.payForCompute{value: 2 ether}(PROVIDER, 1_001, 1), quotation.price);
        }
    }

    function test_ProviderLimitsTheDiscount() external {
        _stake(CLIENT, 4);
        uint256[5] memory limits = [uint256(0), 1, 500, 1_999, 2_000];
        for (uint256 i = 0; i < 5; ++i) {
            VM.prank(PROVIDER);
            PROVIDERS.update(limits[i], "");
            _equal(PAYMENTS.quote(CLIENT, PROVIDER, 1_000, 1).discount, 1e14 * limits[i]);
        }
    }

    function testFuzz_DiscountRoundsAgainstTheClient(uint96 tokenPrice, uint16 limit) external {
        uint256 own = 1 + (tokenPrice % 1e14);
        uint256 modelId = _registerModel(0);
        VM.prank(OWNER);
        BOOK.setModelPrices(modelId, own, 0);
        _stake(CLIENT, 4);
        limit %= 2_001;
        VM.prank(PROVIDER);
        PROVIDERS.update(limit, "");
        ComputePricing.Quotation memory quotation = PAYMENTS.quoteOrder(CLIENT, _tokens(modelId, 1));
        _equal(quotation.list, own);
        assert(quotation.price * 10_000 >= own * (10_000 - limit));
        assert((quotation.price - 1) * 10_000 < own * (10_000 - limit));
    }

    function test_AGovernedPriceHoldsAtOnce() external {
        VM.prank(Predeploys.TIMELOCK);
        BOOK.setPrice(uint8(PriceBook.Item.GpuSecond), 1e12 + 7);
        _equal(_pay(1 ether, 1_000, 1), 1e15 + 7_000);
    }

    // Who gets the price

    function test_NinetyFivePercentGoToTheProviderAndFiveBurn() external {
        uint256 before = PROVIDER.balance;
        VM.expectEmit(address(PAYMENTS));
        emit ComputePricing.ComputePurchased(CLIENT, PROVIDER, 1_000, 1, 1 ether, 0.05 ether);
        VM.expectEmit(address(SINK));
        emit AIBurn.Burned(AIBurn.Category.Compute, address(PAYMENTS), 0.05 ether);
        _pay(1 ether, 1_000, 1);
        _equal(PROVIDER.balance - before, 0.95 ether);
        _equal(_burned(), 0.05 ether);
        _equal(CLIENT.balance, CLIENT_WEI - 1 ether);
        _equal(address(PAYMENTS).balance, 0);
    }

    function test_OwnerTakesItsShareFromTheProvider() external {
        uint256 modelId = _registerModel(3_000);
        uint256 before = PROVIDER.balance;
        VM.expectEmit(address(PAYMENTS));
        emit ComputePricing.OwnerSharePaid(modelId, OWNER, 0.285 ether);
        _payModel(1 ether, modelId, IPriceBook.Unit.InputToken, 10_000);
        _equal(OWNER.balance, 0.285 ether);
        _equal(PROVIDER.balance - before, 0.665 ether);
        _equal(_burned(), 0.05 ether);
    }

    function test_AModelsOwnerGetsItsShareOfGpuSecondsToo() external {
        uint256 modelId = _registerModel(1_000);
        VM.expectEmit(address(PAYMENTS));
        emit ComputePricing.ModelPurchased(
            CLIENT,
            PROVIDER,
            modelId,
            IPriceBook.Unit.GpuSecond,
            1_000,
            1 ether,
            0.05 ether
        );
        _payModel(1 ether, modelId, IPriceBook.Unit.GpuSecond, 1_000);
        _equal(OWNER.balance, 0.095 ether);
    }

    /// @dev M9, to the wei, for any price, discount and share.
    function testFuzz_WhatTheClientPaysIsWhatOthersGet(
        uint96 tokenPrice,
        uint32 amount,
        uint8 stakeTier,
        uint16 shareBps,
        uint64 excess
    ) external {
        uint256 modelId = _registerModel(shareBps % 3_001);
        VM.prank(OWNER);
        BOOK.setModelPrices(modelId, 1 + (tokenPrice % 1e14), 0);
        _stake(CLIENT, stakeTier % 5);
        ComputePricing.Order memory order = _tokens(modelId, 1 + (amount % 1e9));
        ComputePricing.Quotation memory quotation = PAYMENTS.quoteOrder(CLIENT, order);
        uint256 clientBefore = CLIENT.balance;
        uint256 providerBefore = PROVIDER.balance;
        _payModel(quotation.price + excess, modelId, IPriceBook.Unit(order.unit), order.amount);
        uint256 paid = clientBefore - CLIENT.balance;
        uint256 earned = PROVIDER.balance - providerBefore;
        _equal(paid, quotation.price);
        _equal(earned + OWNER.balance + _burned(), paid);
        _equal(earned, quotation.providerShare);
        _equal(OWNER.balance, quotation.ownerShare);
        _equal(_burned(), quotation.burned);
        _equal(_burned(), paid - _net(paid));
        assert(_burned() * 20 >= paid && _burned() > 0);
        _equal(address(PAYMENTS).balance, 0);
    }

    // Recycling, from year 21

    function _setRecycle(uint256 bps) private {
        VM.prank(Predeploys.TIMELOCK);
        PAYMENTS.setRecycleBps(bps);
    }

    function test_TheBurnGoesToTheSinkAloneForTwentyYears() external {
        VM.roll(5 * ERA);
        VM.expectRevert(abi.encodeWithSelector(ComputePricing.RecycleTooEarly.selector, 5 * ERA, 5 * ERA));
        _setRecycle(1);
        VM.roll(5 * ERA + 1);
        VM.expectRevert(abi.encodeWithSelector(ComputePricing.RecycleOutOfRange.selector, 5_001, 5_000));
        _setRecycle(5_001);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, CLIENT));
        VM.prank(CLIENT);
        PAYMENTS.setRecycleBps(1);
        VM.expectEmit(address(PAYMENTS));
        emit ComputePricing.RecycleSet(0, 5_000);
        _setRecycle(5_000);
        assert(PAYMENTS.recycleBps() == 5_000);
    }

    function test_RecyclingLengthensTheTailAndNothingElse() external {
        VM.roll(6 * ERA);
        _setRecycle(5_000);
        uint256 entitled = VAULT.entitlement(6 * ERA);
        _equal(entitled, MINING);
        VM.expectEmit(address(PAYMENTS));
        emit ComputePricing.BurnRecycled(0.025 ether);
        VM.expectEmit(address(VAULT));
        emit SpenderVault.Recycled(address(PAYMENTS), 0.025 ether);
        _pay(1 ether, 1_000, 1);
        assert(_burned() == 0.025 ether && VAULT.recycled() == 0.025 ether);
        _equal(address(VAULT).balance, MINING + 0.025 ether);
        _equal(VAULT.remaining(), MINING + 0.025 ether);
        _equal(VAULT.entitlement(6 * ERA - 1), MINING - 3_906.25 ether);
        _equal(VAULT.entitlement(6 * ERA), MINING);
        _equal(VAULT.entitlement(6 * ERA + 1), MINING + 0.025 ether);
        VM.roll(6 * ERA + 1);
        _equal(VAULT.available(), MINING + 0.025 ether);
        VM.prank(address(REWARDS));
        VAULT.release(OTHER, MINING + 0.025 ether);
        assert(VAULT.remaining() == 0 && address(VAULT).balance == 0);
    }

    function testFuzz_RecyclingTakesFromTheBurnAlone(uint32 units, uint16 bps) external {
        VM.roll(5 * ERA + 1);
        _setRecycle(bps % 5_001);
        uint256 before = PROVIDER.balance;
        uint256 price = RATE * (1 + (units % 1e9));
        _pay(price, 1 + (units % 1e9), 1);
        uint256 fee = price - _net(price);
        _equal(PROVIDER.balance - before, _net(price));
        _equal(VAULT.recycled(), (fee * (bps % 5_001)) / 10_000);
        _equal(_burned() + VAULT.recycled(), fee);
    }
}
