// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Traders, depositors, donors, whoever calls skim and sync, and time.
contract HMMHandler is MarketGenesis {
    uint256 public constant ACTOR_COINS = 10_000_000 ether;
    uint256 public constant ACTOR_QUOTE = 1_000_000 ether;
    address[3] public actors = [ALICE, BOB, address(0xCA401)];
    /// @dev Wei of fees that a model of its own says were taken.
    uint256 public burned;
    uint256 public paid;
    uint256 private _time = GENESIS_TIME;

    constructor() {
        _genesis();
        for (uint256 i = 0; i < 3; ++i) _fund(actors[i], ACTOR_COINS, ACTOR_QUOTE);
    }

    /// @dev `k` for the square of a share never falls, whatever happens; over a swap `k` does not.
    modifier keepsShares() {
        (uint256 coins, uint256 quote) = _reserves();
        uint256 supply = PAIR.totalSupply();
        _;
        (uint256 coinsAfter, uint256 quoteAfter) = _reserves();
        uint256 supplyAfter = PAIR.totalSupply();
        (uint256 oldHigh, uint256 oldLow) = Math.mul512(coins * quote, supplyAfter * supplyAfter);
        (uint256 newHigh, uint256 newLow) = Math.mul512(coinsAfter * quoteAfter, supply * supply);
        assert(newHigh > oldHigh || (newHigh == oldHigh && newLow >= oldLow));
    }

    function sell(uint8 actor, uint256 value, bool native) external keepsShares {
        (uint256 coins, uint256 quote) = _reserves();
        value = 1 ether + value % (coins / 40);
        address trader = actors[actor % 3];
        if (trader.balance < value) return;
        _count(value, 0, _amountOut(value, coins, quote));
        VM.prank(trader);
        if (native) ROUTER.swapExactETHForTokens{value: value}(0, _sellPath(), trader, NEVER);
        else ROUTER.swapExactTokensForTokens(value, 0, _sellPath(), trader, NEVER);
        _requireGrowth(coins * quote);
    }

    function buy(uint8 actor, uint256 value, bool native) external keepsShares {
        (uint256 coins, uint256 quote) = _reserves();
        value = 1 ether + value % (quote / 40);
        address trader = actors[actor % 3];
        if (USD.balanceOf(trader) < value) return;
        _count(0, value, _amountOut(value, quote, coins));
        VM.prank(trader);
        if (native) ROUTER.swapExactTokensForETH(value, 0, _buyPath(), trader, NEVER);
        else ROUTER.swapExactTokensForTokens(value, 0, _buyPath(), trader, NEVER);
        _requireGrowth(coins * quote);
    }

    function add(uint8 actor, uint256 value, bool native) external keepsShares {
        address depositor = actors[actor % 3];
        value = depositor.balance / 1_000 * (value % 500);
        uint256 usd = USD.balanceOf(depositor) / 2;
        (uint256 coins, uint256 quote) = _reserves();
        if (Math.min(value, usd * coins / quote) < 1 ether) return;
        VM.prank(depositor);
        if (native) ROUTER.addLiquidityETH{value: value}(address(USD), usd, 0, 0, depositor, NEVER);
        else ROUTER.addLiquidity(address(TOKEN), address(USD), value, usd, 0, 0, depositor, NEVER);
    }

    function remove(uint8 actor, uint256 part, bool native) external keepsShares {
        address depositor = actors[actor % 3];
        uint256 shares = PAIR.balanceOf(depositor) / 100 * (part % 101);
        if (shares < 1 ether) return;
        VM.prank(depositor);
        if (native) ROUTER.removeLiquidityETH(address(USD), shares, 0, 0, depositor, NEVER);
        else ROUTER.removeLiquidity(address(TOKEN), address(USD), shares, 0, 0, depositor, NEVER);
    }

    function donate(uint8 actor, uint256 value, bool coins) external keepsShares {
        address donor = actors[actor % 3];
        value %= (coins ? donor.balance : USD.balanceOf(donor)) / 10_000 + 1;
        VM.prank(donor);
        if (coins) assert(TOKEN.transfer(address(PAIR), value));
        else assert(USD.transfer(address(PAIR), value));
    }

    function skim(uint8 actor) external keepsShares {
        PAIR.skim(actors[actor % 3]);
        _requireNoGifts();
    }

    function sync() external keepsShares {
        PAIR.sync();
        _requireNoGifts();
    }

    function wait(uint16 time) external {
        _time += time;
        VM.warp(_time);
    }

    /// @dev The fee of a swap to come, which takes gifts for input too.
    function _count(uint256 coinsIn, uint256 quoteIn, uint256 out) private {
        (uint256 coins, uint256 quote) = _reserves();
        uint256 coinsAfter = address(PAIR).balance + coinsIn - (coinsIn == 0 ? out : 0);
        uint256 quoteAfter = USD.balanceOf(address(PAIR)) + quoteIn - (quoteIn == 0 ? out : 0);
        coinsIn += address(PAIR).balance - coins;
        quoteIn += USD.balanceOf(address(PAIR)) - quote;
        uint256 fee = coinsIn / 1_000;
        fee += quoteIn * (coinsAfter - fee) / (quoteAfter * 1_000);
        burned += fee - fee * 75 / 100;
        paid += fee * 75 / 100;
    }

    function _requireNoGifts() private view {
        (uint256 coins, uint256 quote) = _reserves();
        assert(address(PAIR).balance == coins && USD.balanceOf(address(PAIR)) == quote);
    }

    function _requireGrowth(uint256 k) private view {
        (uint256 coins, uint256 quote) = _reserves();
        assert(coins * quote >= k);
    }
}

/// @dev M17 of the token economy, M1 and M7 for the market.
contract HMMInvariants is MarketGenesis {
    HMMHandler private _handler;

    function setUp() external {
        _handler = new HMMHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_PoolsAreCoveredFeesAddUpAndNothingIsLost() external view {
        (uint256 coins, uint256 quote) = _reserves();
        assert(address(PAIR).balance >= coins && USD.balanceOf(address(PAIR)) >= quote);
        assert(address(ROUTER).balance == 0 && USD.balanceOf(address(ROUTER)) == 0);
        assert(PAIR.balanceOf(address(PAIR)) == 0 && PAIR.balanceOf(address(SINK)) == 1_000);
        _equal(SINK.burnedBy(uint8(AIBurn.Category.HMM)), _handler.burned());
        _equal(SINK.totalBurned(), _handler.burned());
        _equal(TIMELOCK.balance, _handler.paid());
        uint256 coinsOfAll = address(PAIR).balance + SINK.totalBurned() + TIMELOCK.balance;
        uint256 usdOfAll = USD.balanceOf(address(PAIR));
        for (uint256 i = 0; i < 3; ++i) {
            coinsOfAll += _handler.actors(i).balance;
            usdOfAll += USD.balanceOf(_handler.actors(i));
        }
        _equal(coinsOfAll, SEED_COINS + 3 * _handler.ACTOR_COINS());
        _equal(usdOfAll, USD.totalSupply());
    }
}
