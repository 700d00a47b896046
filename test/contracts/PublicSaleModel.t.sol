// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SaleGenesis} from "./SaleGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev The sale against an auction that sorts its bids and serves them one after the other.
contract PublicSaleModelTest is SaleGenesis {
    uint256 private constant TRANCHE = 700_000 ether;
    uint256 private constant BIDS_MAX = 8;

    struct Bid {
        address account;
        uint256 price;
        uint256 quantity;
        uint256 filled;
        uint256 cost;
    }

    function setUp() external {
        _saleGenesis(TRANCHE, ALICE);
        _start(60);
    }

    function _account(uint256 i) private pure returns (address) {
        return address(uint160(0xB1D000 + i));
    }

    function _ceil(uint256 quantity, uint256 price) private pure returns (uint256) {
        return (quantity * price + 1 ether - 1) / 1 ether;
    }

    /// @dev Places bids that crowd on few prices; `spread` 1 puts them all on one.
    function _place(uint256 seed, uint256 count, uint256 spread) private returns (Bid[] memory bids) {
        bids = new Bid[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            uint256 tick = (random >> 128) % spread;
            uint256 quantity = 1 ether + random % (random & 1 == 0 ? 249_999 ether : 300 ether);
            _equal(_bid(_account(i), tick, quantity), i + 1);
            bids[i] = Bid(_account(i), SALE.priceAt(tick), quantity, 0, 0);
        }
    }

    function _sort(Bid[] memory bids) private pure {
        for (uint256 i = 1; i < bids.length; ++i) {
            for (uint256 j = i; j > 0 && bids[j - 1].price < bids[j].price; --j) {
                (bids[j - 1], bids[j]) = (bids[j], bids[j - 1]);
            }
        }
    }

    /// @dev Fills sorted bids, group by group of one price, and says what all pay.
    function _clear(Bid[] memory bids) private pure returns (uint256 price) {
        uint256 left = TRANCHE;
        price = MIN_PRICE;
        for (uint256 i = 0; i < bids.length && left > 0; ) {
            uint256 next = i;
            uint256 group = 0;
            while (next < bids.length && bids[next].price == bids[i].price) group += bids[next++].quantity;
            uint256 served = group < left ? group : left;
            for (uint256 j = i; j < next; ++j) bids[j].filled = bids[j].quantity * served / group;
            if (group >= left) price = bids[i].price;
            left -= served;
            i = next;
        }
        for (uint256 i = 0; i < bids.length; ++i) bids[i].cost = _ceil(bids[i].filled, price);
    }

    function _claim(uint256 count, bool backwards) private {
        VM.warp(GENESIS_TIME + 60);
        SALE.settle();
        for (uint256 i = 1; i <= count; ++i) SALE.claim(backwards ? count + 1 - i : i);
    }

    function testFuzz_AgreesWithAnAuctionThatSorts(uint256 seed, uint8 bidders, uint8 prices, bool backwards) external {
        Bid[] memory bids = _place(seed, bidders % (BIDS_MAX + 1), 1 + prices % 128);
        uint256 escrow = USD.balanceOf(address(SALE));
        _claim(bids.length, backwards);
        _sort(bids);
        uint256 price = _clear(bids);
        uint256 sold = 0;
        uint256 proceeds = 0;
        uint256 refunds = 0;
        for (uint256 i = 0; i < bids.length; ++i) {
            Bid memory made = bids[i];
            _equal(made.account.balance, made.filled);
            _equal(USD.balanceOf(made.account), _ceil(made.quantity, made.price) - made.cost);
            sold += made.filled;
            proceeds += made.cost;
            refunds += USD.balanceOf(made.account);
        }
        _equal(SALE.priceAt(SALE.clearingTick()), price);
        _equal(TIMELOCK.balance, TRANCHE - sold);
        _equal(USD.balanceOf(TIMELOCK), proceeds);
        _equal(proceeds + refunds, escrow);
        assert(address(SALE).balance == 0 && USD.balanceOf(address(SALE)) == 0 && SALE.openBids() == 0);
    }
}
