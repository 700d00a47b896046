// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {VM} from "../Vm.sol";
import {World} from "./World.sol";

/// @dev Traders, depositors, bidders, and whoever tidies up after them.
abstract contract MarketCalls is World {
    constructor() {
        for (uint256 i = 0; i < PEOPLE; ++i) {
            address account = _person(i);
            for (uint256 j = 0; j < 20; ++j) {
                VM.prank(account);
                USD.faucet();
            }
            address[4] memory spenders = [address(ROUTER), address(ROUTER), address(ROUTER), address(SALE)];
            address[4] memory tokens = [address(TOKEN), address(USD), address(PAIR), address(USD)];
            for (uint256 j = 0; j < 4; ++j) {
                VM.prank(account);
                (bool ok, ) = tokens[j].call(abi.encodeWithSignature("approve(address,uint256)", spenders[j], NEVER));
                assert(ok);
            }
        }
    }

    function faucet(uint8 who) external acts {
        VM.prank(_person(who));
        USD.faucet();
        _done();
    }

    function sell(uint8 who, uint256 value, bool isNative) external acts {
        address trader = _person(who);
        (uint256 coins, , ) = PAIR.getReserves();
        value = 1 ether + value % (coins / 40);
        if (trader.balance < value) return;
        VM.prank(trader);
        if (isNative) ROUTER.swapExactETHForTokens{value: value}(0, _path(true), trader, NEVER);
        else ROUTER.swapExactTokensForTokens(value, 0, _path(true), trader, NEVER);
        _done();
    }

    function buy(uint8 who, uint256 value, bool isNative) external acts {
        address trader = _person(who);
        (, uint256 quote, ) = PAIR.getReserves();
        value = 1 ether + value % (quote / 40);
        if (USD.balanceOf(trader) < value) return;
        VM.prank(trader);
        if (isNative) ROUTER.swapExactTokensForETH(value, 0, _path(false), trader, NEVER);
        else ROUTER.swapExactTokensForTokens(value, 0, _path(false), trader, NEVER);
        _done();
    }

    function addLiquidity(uint8 who, uint8 part, bool isNative) external acts {
        address account = _person(who);
        uint256 value = account.balance / 512 * part;
        uint256 usd = USD.balanceOf(account) / 2;
        (uint256 coins, uint256 quote, ) = PAIR.getReserves();
        if (Math.min(value, usd * coins / quote) < 1 ether) return;
        VM.prank(account);
        if (isNative) ROUTER.addLiquidityETH{value: value}(address(USD), usd, 0, 0, account, NEVER);
        else ROUTER.addLiquidity(address(TOKEN), address(USD), value, usd, 0, 0, account, NEVER);
        _done();
    }

    function removeLiquidity(uint8 who, uint8 part, bool isNative) external acts {
        address account = _person(who);
        uint256 shares = PAIR.balanceOf(account) / 255 * part;
        if (shares < 1 ether) return;
        VM.prank(account);
        if (isNative) ROUTER.removeLiquidityETH(address(USD), shares, 0, 0, account, NEVER);
        else ROUTER.removeLiquidity(address(TOKEN), address(USD), shares, 0, 0, account, NEVER);
        _done();
    }

    /// @dev Gifts to the pool are whoever's comes first.
    function tidyPool(uint8 who, bool isSync) external acts {
        if (isSync) PAIR.sync();
        else PAIR.skim(_person(who));
        _done();
    }

    function bid(uint8 who, uint8 tick, uint256 quantity) external acts {
        address account = _person(who);
        if (time >= SALE.endsAt() || SALE.quantityOf(account) > 200_000 ether) return;
        quantity = 1 ether + quantity % 10_000 ether;
        uint256 cost = Math.ceilDiv(quantity * SALE.priceAt(tick % 128), 1 ether);
        if (USD.balanceOf(account) < cost) return;
        VM.prank(account);
        SALE.bid(tick % 128, quantity);
        _done();
    }

    function endSale(uint8 who, uint8 bidId) external acts {
        uint256 endsAt = SALE.endsAt();
        if (endsAt == 0 || time < endsAt) return;
        if (!SALE.isSettled()) {
            _once(_person(who), address(SALE), 0, abi.encodeCall(SALE.settle, ()));
        } else {
            bytes memory data = abi.encodeCall(SALE.claim, (1 + (bidId % (1 + SALE.bidCount()))));
            (address bidder, , ) = SALE.bids(1 + (bidId % (1 + SALE.bidCount())));
            if (bidder != address(0)) _once(_person(who), address(SALE), 0, data);
        }
    }

    function _path(bool isSale) private pure returns (address[] memory path) {
        path = new address[](2);
        (path[0], path[1]) = isSale ? (address(TOKEN), address(USD)) : (address(USD), address(TOKEN));
    }
}
