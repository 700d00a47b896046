// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {PublicSale} from "@hanzo/market/PublicSale.sol";
import {SaleTerms} from "@hanzo/market/SaleTerms.sol";
import {TollToken} from "./MarketTokens.sol";
import {SaleGenesis} from "./SaleGenesis.sol";
import {VM} from "./Vm.sol";

contract PublicSaleTest is SaleGenesis {
    uint256 private constant TRANCHE = 500_000 ether;
    address private constant ATTESTED = address(0xA77E57);

    function setUp() external {
        _saleGenesis(TRANCHE, ATTESTED);
    }

    function test_TheTrancheIsWhatWasThereInBlockZero() external view {
        assert(SALE.TRANCHE() == TRANCHE && SALE.DURATION_MIN() == 1 && SALE.TICKS() == 128);
        assert(SALE.endsAt() == 0 && !SALE.isSettled() && SALE.ACCOUNT_MAX() == 250_000 ether);
        _equal(SALE.priceAt(0), 0);
    }

    function test_WithoutTheSalePhaseThereIsNoStartAndNoBid() external {
        bytes memory off = abi.encodeWithSelector(ISystemConfig.PhaseNotActive.selector, ISystemConfig.Phase.Sale);
        _setPhase(ISystemConfig.Phase.Sale, false);
        VM.expectRevert(off);
        VM.prank(TIMELOCK);
        SALE.start(USD, 60, 1, 1, false);
        _setPhase(ISystemConfig.Phase.Sale, true);
        _start(60);
        uint256 bidId = _bid(ALICE, 5, 10 ether);
        _setPhase(ISystemConfig.Phase.Sale, false);
        VM.expectRevert(off);
        SALE.bid(5, 1 ether);
        VM.warp(GENESIS_TIME + 60);
        SALE.settle();
        SALE.claim(bidId);
        _equal(ALICE.balance, 10 ether);
    }

    function test_ABidEscrowsItsPriceRoundedUp() external {
        _start(60);
        uint256 quantity = 3 ether + 1;
        uint256 escrow = (quantity * SALE.priceAt(7) - 1) / 1 ether + 1;
        _giveUsd(ALICE, escrow);
        VM.prank(ALICE);
        USD.approve(address(SALE), NEVER);
        VM.expectEmit(address(SALE));
        emit PublicSale.BidPlaced(1, ALICE, 7, quantity, escrow);
        VM.prank(ALICE);
        _equal(SALE.bid(7, quantity), 1);
        assert(USD.balanceOf(ALICE) == 0 && USD.balanceOf(address(SALE)) == escrow);
        (address bidder, uint8 tick, uint88 wanted) = SALE.bids(1);
        assert(bidder == ALICE && tick == 7 && wanted == quantity && SALE.demandAt(7) == quantity);
        assert(SALE.openBids() == 1 && SALE.bidCount() == 1 && SALE.quantityOf(ALICE) == quantity);
    }

    function test_BidsAreOnTheGridAndNotTooSmall() external {
        _start(60);
        _bid(ALICE, 127, 1 ether);
        VM.expectRevert(abi.encodeWithSelector(SaleTerms.UnknownTick.selector, 128, 128));
        SALE.bid(128, 1 ether);
        VM.expectRevert(abi.encodeWithSelector(PublicSale.BidTooSmall.selector, 1 ether - 1, 1 ether));
        SALE.bid(0, 1 ether - 1);
    }

    function test_AnAccountBidsForAQuarterMillionAtMostInAllItsBids() external {
        _start(60);
        _bid(ALICE, 3, 200_000 ether);
        _bid(ALICE, 4, 50_000 ether);
        bytes4 above = PublicSale.AboveAccountLimit.selector;
        VM.expectRevert(abi.encodeWithSelector(above, ALICE, 250_001 ether, 250_000 ether));
        VM.prank(ALICE);
        SALE.bid(4, 1 ether);
        VM.expectRevert(abi.encodeWithSelector(above, BOB, 250_000 ether + 1, 250_000 ether));
        VM.prank(BOB);
        SALE.bid(4, 250_000 ether + 1);
        VM.expectRevert(abi.encodeWithSelector(above, ALICE, NEVER, 250_000 ether));
        VM.prank(ALICE);
        SALE.bid(4, NEVER);
    }

    function test_TheGridHas128Prices() external {
        _start(60);
        VM.expectRevert(abi.encodeWithSelector(SaleTerms.UnknownTick.selector, NEVER, 128));
        SALE.priceAt(NEVER);
    }

    function test_ASaleMayBeForAttestedPersonsAlone() external {
        VM.prank(TIMELOCK);
        SALE.start(USD, 60, 1, 1, true);
        _bid(ATTESTED, 0, 1 ether);
        VM.expectRevert(abi.encodeWithSelector(PublicSale.NotAttested.selector, ALICE));
        VM.prank(ALICE);
        SALE.bid(0, 1 ether);
    }

    function test_BiddingIsFromStartToEndAndSettlingAfter() external {
        VM.expectRevert(abi.encodeWithSelector(PublicSale.NotOpen.selector, 0));
        SALE.bid(0, 1 ether);
        VM.expectRevert(abi.encodeWithSelector(PublicSale.NotEnded.selector, 0));
        SALE.settle();
        _start(60);
        VM.warp(GENESIS_TIME + 59);
        uint256 bidId = _bid(ALICE, 0, 1 ether);
        VM.expectRevert(abi.encodeWithSelector(PublicSale.NotEnded.selector, GENESIS_TIME + 60));
        SALE.settle();
        VM.expectRevert(abi.encodeWithSelector(PublicSale.NotSettled.selector));
        SALE.claim(bidId);
        VM.warp(GENESIS_TIME + 60);
        VM.expectRevert(abi.encodeWithSelector(PublicSale.NotOpen.selector, GENESIS_TIME + 60));
        SALE.bid(0, 1 ether);
        SALE.settle();
        VM.expectRevert(abi.encodeWithSelector(PublicSale.AlreadySettled.selector));
        SALE.settle();
    }

    function test_ATokenThatDeliversLessIsRefused() external {
        TollToken toll = new TollToken();
        VM.prank(TIMELOCK);
        SALE.start(toll, 60, 1 ether, 1, false);
        toll.mint(ALICE, 100 ether);
        VM.prank(ALICE);
        toll.approve(address(SALE), NEVER);
        VM.expectRevert(abi.encodeWithSelector(PublicSale.EscrowNotReceived.selector, 99 ether, 100 ether));
        VM.prank(ALICE);
        SALE.bid(0, 100 ether);
    }

    function test_WithoutBidsEverythingGoesToTheTimelock() external {
        _start(60);
        VM.warp(GENESIS_TIME + 60);
        VM.expectEmit(address(SALE));
        emit PublicSale.SaleSettled(0, MIN_PRICE, 0, TRANCHE);
        SALE.settle();
        assert(TIMELOCK.balance == TRANCHE && address(SALE).balance == 0);
    }

    function test_TooFewBidsAllClearAtTheLowestPrice() external {
        _start(60);
        uint256 high = _bid(ALICE, 10, 100_000 ether);
        uint256 low = _bid(BOB, 0, 100_000 ether);
        VM.warp(GENESIS_TIME + 60);
        SALE.settle();
        _equal(TIMELOCK.balance, 300_000 ether);
        SALE.claim(high);
        SALE.claim(low);
        assert(ALICE.balance == 100_000 ether && BOB.balance == 100_000 ether);
        _equal(USD.balanceOf(ALICE), 100_000 * (SALE.priceAt(10) - MIN_PRICE));
        assert(USD.balanceOf(BOB) == 0 && USD.balanceOf(TIMELOCK) == 200_000 * MIN_PRICE);
    }

    /// @dev 250,000 above, then 250,000 of 300,001 at the price, then one below.
    function test_TheClearingTickIsSharedInProportionAndTheRestIsSwept() external {
        _start(60);
        uint256 above = _bid(ALICE, 9, 250_000 ether);
        uint256 first = _bid(BOB, 4, 100_000 ether);
        uint256 second = _bid(ATTESTED, 4, 200_001 ether);
        uint256 below = _bid(address(0xCA401), 3, 1 ether);
        VM.deal(address(SALE), TRANCHE + 5);
        VM.warp(GENESIS_TIME + 60);
        VM.expectEmit(address(SALE));
        emit PublicSale.SaleSettled(4, SALE.priceAt(4), TRANCHE, 5);
        SALE.settle();
        uint256 share = uint256(100_000 ether * 250_000) / 300_001;
        uint256 cost = (share * SALE.priceAt(4) - 1) / 1 ether + 1;
        VM.expectEmit(address(SALE));
        emit PublicSale.BidClaimed(first, BOB, share, cost, 100_000 * SALE.priceAt(4) - cost);
        VM.prank(ALICE);
        SALE.claim(first);
        _equal(BOB.balance, share);
        SALE.claim(below);
        assert(address(0xCA401).balance == 0 && USD.balanceOf(address(0xCA401)) == SALE.priceAt(3));
        SALE.claim(above);
        _equal(ALICE.balance, 250_000 ether);
        VM.expectEmit(address(SALE));
        emit PublicSale.RestSwept(1, 0);
        SALE.claim(second);
        assert(address(SALE).balance == 0 && USD.balanceOf(address(SALE)) == 0 && TIMELOCK.balance == 5 + 1);
        VM.expectRevert(abi.encodeWithSelector(PublicSale.UnknownBid.selector, first));
        SALE.claim(first);
        VM.expectRevert(abi.encodeWithSelector(PublicSale.UnknownBid.selector, 99));
        SALE.claim(99);
    }

    function test_ExactlyEnoughBidsFillTheLowestOfThem() external {
        _start(60);
        uint256 high = _bid(ALICE, 9, 250_000 ether);
        uint256 exact = _bid(BOB, 2, 250_000 ether);
        uint256 low = _bid(ATTESTED, 1, 250_000 ether);
        VM.warp(GENESIS_TIME + 60);
        SALE.settle();
        assert(SALE.clearingTick() == 2 && SALE.clearingQuantity() == 250_000 ether);
        SALE.claim(low);
        SALE.claim(exact);
        SALE.claim(high);
        assert(ALICE.balance == 250_000 ether && BOB.balance == 250_000 ether && ATTESTED.balance == 0);
        _equal(USD.balanceOf(TIMELOCK), 500_000 * SALE.priceAt(2));
    }

    function test_PlainSendsBounce() external {
        VM.deal(ALICE, 1);
        VM.prank(ALICE);
        (bool ok, ) = address(SALE).call{value: 1}("");
        assert(!ok);
    }
}
