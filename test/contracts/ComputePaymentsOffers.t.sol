// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ComputePayments} from "@hanzo/compute/ComputePayments.sol";
import {ComputePricing} from "@hanzo/compute/ComputePricing.sol";
import {IPriceBook} from "@hanzo/interfaces/IPriceBook.sol";
import {IProviderRegistry} from "@hanzo/interfaces/IProviderRegistry.sol";
import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {ComputeGenesis} from "./ComputeGenesis.sol";
import {VM} from "./Vm.sol";

contract ComputePaymentsOffersTest is ComputeGenesis {
    uint256 private constant EXPIRY = GENESIS_TIME + 100;

    function setUp() external {
        _genesis();
    }

    /// @dev 1,000 GPU-seconds, 1 AI by the list.
    function _offer(uint256 price) private view returns (ComputePayments.Offer memory) {
        return ComputePayments.Offer(_gpuSeconds(1_000, 1), CLIENT, price, 7, EXPIRY);
    }

    function _digestOf(ComputePayments.Offer memory offer) private view returns (bytes32) {
        bytes memory orderType = "Order(address provider,uint256 modelId,uint8 unit,uint256 amount,uint8 tier)";
        bytes memory offerType = abi.encodePacked(
            "Offer(Order order,address client,uint256 price,uint256 nonce,uint256 expiry)",
            orderType
        );
        ComputePricing.Order memory order = offer.order;
        bytes32 orderHash = keccak256(
            abi.encode(keccak256(orderType), order.provider, order.modelId, order.unit, order.amount, order.tier)
        );
        bytes memory fields = abi.encode(
            keccak256(offerType),
            orderHash,
            offer.client,
            offer.price,
            offer.nonce,
            offer.expiry
        );
        return _digest(keccak256(fields));
    }

    function _signed(ComputePayments.Offer memory offer) private view returns (bytes memory) {
        return _signature(PROVIDER_KEY, _digestOf(offer));
    }

    function _take(ComputePayments.Offer memory offer, bytes memory signature) private returns (uint256) {
        VM.prank(CLIENT);
        return PAYMENTS.payQuoted{value: 10 ether}(offer, signature);
    }

    function test_DigestIsThatOfTheStandard() external view {
        assert(PAYMENTS.offerDigest(_offer(5)) == _digestOf(_offer(5)));
    }

    function test_ClientPaysTheOfferWhereItIsLower() external {
        ComputePayments.Offer memory offer = _offer(0.4 ether);
        bytes memory signature = _signed(offer);
        bytes32 digest = _digestOf(offer);
        assert(!PAYMENTS.isOfferUsed(digest));
        VM.expectEmit(address(PAYMENTS));
        emit ComputePayments.OfferTaken(digest, CLIENT, PROVIDER);
        VM.expectEmit(address(PAYMENTS));
        emit ComputePricing.ComputePurchased(CLIENT, PROVIDER, 1_000, 1, 0.4 ether, 0.02 ether);
        _equal(_take(offer, signature), 0.4 ether);
        _equal(CLIENT.balance, CLIENT_WEI - 0.4 ether);
        assert(PAYMENTS.isOfferUsed(digest));
    }

    function test_ClientNeverPaysMoreThanTheListLessDiscount() external {
        ComputePayments.Offer memory offer = _offer(5 ether);
        _equal(_take(offer, _signed(offer)), 1 ether);
        _stake(CLIENT, 4);
        offer = _offer(0.9 ether);
        _equal(_take(offer, _signed(offer)), 0.8 ether);
    }

    function test_AnOfferIsTakenOnce() external {
        ComputePayments.Offer memory offer = _offer(0.4 ether);
        bytes memory signature = _signed(offer);
        _take(offer, signature);
        VM.expectRevert(abi.encodeWithSelector(ComputePayments.OfferUsed.selector, _digestOf(offer)));
        _take(offer, signature);
        offer.nonce += 1;
        _take(offer, _signed(offer));
    }

    function test_AnOfferExpires() external {
        ComputePayments.Offer memory offer = _offer(0.4 ether);
        bytes memory signature = _signed(offer);
        VM.warp(EXPIRY + 1);
        VM.expectRevert(abi.encodeWithSelector(ComputePayments.OfferExpired.selector, EXPIRY));
        _take(offer, signature);
        VM.warp(EXPIRY);
        _take(offer, signature);
    }

    function test_AnOfferIsForOneClient() external {
        ComputePayments.Offer memory offer = _offer(0.4 ether);
        bytes memory signature = _signed(offer);
        VM.expectRevert(abi.encodeWithSelector(ComputePayments.NotOffered.selector, CLIENT, OTHER));
        VM.prank(OTHER);
        PAYMENTS.payQuoted{value: 1 ether}(offer, signature);
    }

    function test_AnOfferIsTheProvidersWord() external {
        ComputePayments.Offer memory offer = _offer(0.4 ether);
        address signer = VM.addr(0xBAD);
        VM.expectRevert(
            abi.encodeWithSelector(ComputePayments.NotSignedByProvider.selector, signer, PROVIDER)
        );
        _take(offer, _signature(0xBAD, _digestOf(offer)));
        VM.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, 2));
        _take(offer, hex"0102");
        VM.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector));
        _take(offer, new bytes(65));
    }

    /// @dev Every field is under the signature.
    function test_NothingInAnOfferCanBeChanged() external {
        bytes memory signature = _signed(_offer(0.4 ether));
        for (uint256 i = 0; i < 6; ++i) {
            ComputePayments.Offer memory offer = _offer(0.4 ether);
            if (i == 0) offer.order.amount -= 1;
            if (i == 1) offer.order.modelId = 1;
            if (i == 2) offer.order.unit = uint8(IPriceBook.Unit.Epoch);
            if (i == 3) offer.price -= 1;
            if (i == 4) offer.nonce += 1;
            if (i == 5) offer.expiry += 1;
            address signer = ECDSA.recover(_digestOf(offer), signature);
            assert(signer != PROVIDER);
            VM.expectRevert(
                abi.encodeWithSelector(ComputePayments.NotSignedByProvider.selector, signer, PROVIDER)
            );
            _take(offer, signature);
        }
    }

    function test_AnOfferHasAPrice() external {
        ComputePayments.Offer memory offer = _offer(0);
        VM.expectRevert(abi.encodeWithSelector(ComputePayments.PriceIsZero.selector));
        _take(offer, _signed(offer));
    }

    function test_TheLastWeiBurns() external {
        ComputePayments.Offer memory offer = _offer(1);
        uint256 before = PROVIDER.balance;
        _equal(_take(offer, _signed(offer)), 1);
        assert(PROVIDER.balance == before && SINK.burnedBy(uint8(AIBurn.Category.Compute)) == 1);
    }

    function test_AnOfferOfOneWhoLeftIsVoid() external {
        ComputePayments.Offer memory offer = _offer(0.4 ether);
        VM.prank(PROVIDER);
        PROVIDERS.exit();
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.ProviderNotActive.selector, PROVIDER));
        _take(offer, _signed(offer));
    }

    function test_NoOfferIsTakenWhilePhaseIsOff() external {
        ComputePayments.Offer memory offer = _offer(0.4 ether);
        VM.prank(Predeploys.TIMELOCK);
        CONFIG.setPhase(uint8(ISystemConfig.Phase.Compute), false);
        VM.expectRevert(
            abi.encodeWithSelector(ISystemConfig.PhaseNotActive.selector, ISystemConfig.Phase.Compute)
        );
        _take(offer, _signed(offer));
    }

    function testFuzz_AnOfferSplitsExactly(uint96 price) external {
        ComputePayments.Offer memory offer = _offer(1 + (price % 2 ether));
        uint256 before = PROVIDER.balance;
        uint256 paid = _take(offer, _signed(offer));
        assert(paid == (offer.price < 1 ether ? offer.price : 1 ether));
        _equal(PROVIDER.balance - before, _net(paid));
        _equal(SINK.burnedBy(uint8(AIBurn.Category.Compute)), paid - _net(paid));
    }
}
