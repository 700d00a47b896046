// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ICircuitBreaker} from "@hanzo/interfaces/ICircuitBreaker.sol";
import {HMMMath} from "@hanzo/market/HMMMath.sol";
import {HMMPair} from "@hanzo/market/HMMPair.sol";
import {LiquidityReserve} from "@hanzo/market/LiquidityReserve.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {PlainToken} from "./MarketTokens.sol";
import {VM} from "./Vm.sol";

contract LiquidityReserveTest is MarketGenesis {
    /// @dev A tenth of 50 M AI, as the breaker of the fixture has it.
    uint256 private constant CAPACITY = 5_000_000 ether;

    function setUp() external {
        _genesis();
        _giveUsd(TIMELOCK, 1_000_000 ether);
        VM.prank(TIMELOCK);
        USD.approve(address(RESERVE), NEVER);
    }

    function _add(uint256 coinsMax, uint256 quoteMax) private returns (uint256 coins, uint256 quote, uint256 shares) {
        VM.prank(TIMELOCK);
        return RESERVE.add(address(USD), coinsMax, quoteMax, 0, 0, NEVER);
    }

    function test_OnlyGovernanceMovesAnything() external {
        bytes memory refused = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, ALICE);
        VM.expectRevert(refused);
        VM.prank(ALICE);
        RESERVE.add(address(USD), 1, 1, 0, 0, NEVER);
        VM.expectRevert(refused);
        VM.prank(ALICE);
        RESERVE.remove(address(USD), 1, 0, 0, NEVER);
        VM.expectRevert(refused);
        VM.prank(ALICE);
        RESERVE.release(ALICE, 1);
        assert(RESERVE.authority() == Predeploys.ACCESS_MANAGER);
    }

    function testFuzz_AddsAtThePriceOfThePoolAndKeepsTheShares(uint96 coinsMax, uint96 quoteMax) external {
        uint256 coinsAsked = 1 ether + coinsMax % CAPACITY;
        uint256 quoteAsked = 1 ether + quoteMax % 1_000_000 ether;
        uint256 before = PAIR.balanceOf(address(RESERVE));
        if (coinsAsked > CAPACITY) coinsAsked = CAPACITY;
        if (quoteAsked > 1_000_000 ether) quoteAsked = 1_000_000 ether;
        (uint256 coins, uint256 quote, uint256 shares) = _add(coinsAsked, quoteAsked);
        assert(coins <= coinsAsked && quote <= quoteAsked && (coins == coinsAsked || quote == quoteAsked));
        assert(coins / 10 == quote);
        _equal(address(RESERVE).balance, RESERVE_COINS - coins);
        _equal(USD.balanceOf(TIMELOCK), 1_000_000 ether - quote);
        _equal(PAIR.balanceOf(address(RESERVE)), before + shares);
        _equal(BREAKER.available(address(RESERVE)), CAPACITY - coins);
    }

    function test_AddingTellsWhatWentIn() external {
        uint256 shares = 1_000 ether * PAIR.totalSupply() / SEED_COINS;
        VM.expectEmit(address(RESERVE));
        emit LiquidityReserve.LiquidityAdded(address(PAIR), 1_000 ether, 100 ether, shares);
        _add(1_000 ether, 1_000 ether);
    }

    function test_AddingKeepsToMinimaAndDeadline() external {
        VM.warp(GENESIS_TIME + 1);
        VM.expectRevert(
            abi.encodeWithSelector(LiquidityReserve.Expired.selector, GENESIS_TIME, GENESIS_TIME + 1)
        );
        VM.prank(TIMELOCK);
        RESERVE.add(address(USD), 1, 1, 0, 0, GENESIS_TIME);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.BelowMinimum.selector, 100 ether, 101 ether));
        VM.prank(TIMELOCK);
        RESERVE.add(address(USD), 1_000 ether, 1_000 ether, 1_000 ether, 101 ether, NEVER);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.BelowMinimum.selector, 1_000 ether, 1_001 ether));
        VM.prank(TIMELOCK);
        RESERVE.add(address(USD), 2_000 ether, 100 ether, 1_001 ether, 0, NEVER);
    }

    function test_AddingOpensAPoolWithANewToken() external {
        PlainToken token = new PlainToken();
        token.mint(TIMELOCK, 4_000 ether);
        VM.prank(TIMELOCK);
        token.approve(address(RESERVE), NEVER);
        VM.prank(TIMELOCK);
        (uint256 coins, uint256 quote, uint256 shares) = RESERVE.add(
            address(token),
            9_000 ether,
            4_000 ether,
            9_000 ether,
            4_000 ether,
            NEVER
        );
        assert(coins == 9_000 ether && quote == 4_000 ether && shares == 6_000 ether - 1_000);
        HMMPair pair = HMMPair(FACTORY.getPair(address(TOKEN), address(token)));
        _equal(pair.balanceOf(address(RESERVE)), shares);
    }

    /// @dev Coins are token 1 beside a token of a lower address still.
    function test_CoinsMayBeOnEitherSideOfAPool() external {
        PlainToken low = PlainToken(address(0x0900));
        _install(address(low), type(PlainToken).creationCode);
        low.mint(TIMELOCK, 1_000 ether);
        VM.prank(TIMELOCK);
        low.approve(address(RESERVE), NEVER);
        VM.prank(TIMELOCK);
        RESERVE.add(address(low), 900 ether, 400 ether, 0, 0, NEVER);
        VM.prank(TIMELOCK);
        (uint256 coins, uint256 quote, uint256 shares) = RESERVE.add(address(low), 9 ether, 40 ether, 0, 0, NEVER);
        assert(coins == 9 ether && quote == 4 ether && shares == 6 ether);
        VM.prank(TIMELOCK);
        (coins, quote) = RESERVE.remove(address(low), 60 ether, 90 ether, 40 ether, NEVER);
        assert(coins == 90 ether && quote == 40 ether && low.balanceOf(TIMELOCK) == 1_000 ether - 364 ether);
        _equal(address(RESERVE).balance, RESERVE_COINS - 819 ether);
    }

    function testFuzz_RemovingBringsCoinsHereAndQuoteToTheTimelock(uint96 part) external {
        uint256 shares = 10_000 + part % (PAIR.balanceOf(address(RESERVE)) - 10_000);
        uint256 coins = shares * SEED_COINS / PAIR.totalSupply();
        uint256 quote = shares * SEED_QUOTE / PAIR.totalSupply();
        VM.expectEmit(address(RESERVE));
        emit LiquidityReserve.LiquidityRemoved(address(PAIR), coins, quote, shares);
        VM.prank(TIMELOCK);
        RESERVE.remove(address(USD), shares, coins, quote, NEVER);
        _equal(address(RESERVE).balance, RESERVE_COINS + coins);
        _equal(USD.balanceOf(TIMELOCK), 1_000_000 ether + quote);
        assert(USD.balanceOf(address(RESERVE)) == 0);
    }

    function test_RemovingKeepsToMinimaAndDeadline() external {
        uint256 shares = PAIR.totalSupply() / 2;
        VM.warp(GENESIS_TIME + 1);
        VM.expectRevert(
            abi.encodeWithSelector(LiquidityReserve.Expired.selector, GENESIS_TIME, GENESIS_TIME + 1)
        );
        VM.prank(TIMELOCK);
        RESERVE.remove(address(USD), shares, 0, 0, GENESIS_TIME);
        uint256 coins = shares * SEED_COINS / PAIR.totalSupply();
        uint256 quote = shares * SEED_QUOTE / PAIR.totalSupply();
        VM.expectRevert(abi.encodeWithSelector(LiquidityReserve.RedeemedBelowMinimum.selector, coins, coins + 1));
        VM.prank(TIMELOCK);
        RESERVE.remove(address(USD), shares, coins + 1, 0, NEVER);
        VM.expectRevert(abi.encodeWithSelector(LiquidityReserve.RedeemedBelowMinimum.selector, quote, quote + 1));
        VM.prank(TIMELOCK);
        RESERVE.remove(address(USD), shares, 0, quote + 1, NEVER);
        VM.expectRevert(abi.encodeWithSelector(LiquidityReserve.NoPair.selector, BOB));
        VM.prank(TIMELOCK);
        RESERVE.remove(BOB, shares, 0, 0, NEVER);
    }

    function test_WhatLeavesCountsAgainstTheBreaker() external {
        VM.expectEmit(address(RESERVE));
        emit LiquidityReserve.Released(BOB, 4_000_000 ether);
        VM.prank(TIMELOCK);
        RESERVE.release(BOB, 4_000_000 ether);
        assert(BOB.balance == 4_000_000 ether && address(RESERVE).balance == RESERVE_COINS - 4_000_000 ether);
        bytes4 above = ICircuitBreaker.OutflowAboveLimit.selector;
        VM.expectRevert(abi.encodeWithSelector(above, RESERVE, 1_000_000 ether + 1, 1_000_000 ether));
        VM.prank(TIMELOCK);
        RESERVE.release(BOB, 1_000_000 ether + 1);
        VM.expectRevert(abi.encodeWithSelector(above, RESERVE, 2_000_000 ether, 1_000_000 ether));
        VM.prank(TIMELOCK);
        RESERVE.add(address(USD), 2_000_000 ether, 1_000_000 ether, 0, 0, NEVER);
        _add(1_000_000 ether, 1_000_000 ether);
        _equal(BREAKER.available(address(RESERVE)), 0);
        VM.warp(GENESIS_TIME + 60);
        VM.prank(TIMELOCK);
        RESERVE.release(BOB, CAPACITY);
    }

    function test_NothingLeavesWhileOutflowsArePausedButLiquidityComesBack() external {
        VM.prank(Predeploys.GUARDIAN_SAFE);
        BREAKER.pause();
        VM.expectRevert(abi.encodeWithSelector(ICircuitBreaker.OutflowsPaused.selector, GENESIS_TIME + 7 days));
        VM.prank(TIMELOCK);
        RESERVE.release(BOB, 1);
        VM.prank(TIMELOCK);
        RESERVE.remove(address(USD), 1 ether, 0, 0, NEVER);
        assert(address(RESERVE).balance > RESERVE_COINS);
    }

    function test_PlainSendsBounce() external {
        VM.deal(ALICE, 1 ether);
        VM.prank(ALICE);
        (bool ok, ) = address(RESERVE).call{value: 1}("");
        assert(!ok);
    }
}
