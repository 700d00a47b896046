// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {HMMLiquidity} from "@hanzo/market/HMMLiquidity.sol";
import {HMMMath} from "@hanzo/market/HMMMath.sol";
import {HMMPair} from "@hanzo/market/HMMPair.sol";
import {HMMQuotes} from "@hanzo/market/HMMQuotes.sol";
import {HMMRouter} from "@hanzo/market/HMMRouter.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {PlainToken} from "./MarketTokens.sol";
import {VM} from "./Vm.sol";

/// @dev Swaps and quotes; deposits are in `HMMRouterLiquidity.t.sol`.
contract HMMRouterTest is MarketGenesis {
    uint256 private constant COINS = 1_000_000 ether;
    PlainToken private _token;
    HMMPair private _second;

    function setUp() external {
        _genesis();
        _fund(ALICE, COINS, COINS);
        _token = new PlainToken();
        _second = HMMPair(FACTORY.createPair(address(USD), address(_token)));
        _giveUsd(address(_second), 400_000 ether);
        _token.mint(address(_second), 800_000 ether);
        _second.mint(address(this));
    }

    /// @dev $AI, hUSD, the token; or the other way.
    function _longPath(bool fromCoins) private view returns (address[] memory path) {
        path = new address[](3);
        (path[0], path[1], path[2]) = fromCoins
            ? (address(TOKEN), address(USD), address(_token))
            : (address(_token), address(USD), address(TOKEN));
    }

    function _idle() private view {
        assert(address(ROUTER).balance == 0 && USD.balanceOf(address(ROUTER)) == 0);
    }

    function test_SpeaksV2WithAIAsItsWrappedCoin() external {
        assert(ROUTER.factory() == address(FACTORY) && ROUTER.WETH() == address(TOKEN));
        _equal(ROUTER.quote(3, 10, 20), 6);
        _equal(ROUTER.getAmountOut(1 ether, 100 ether, 50 ether), _amountOut(1 ether, 100 ether, 50 ether));
        _equal(ROUTER.getAmountIn(1 ether, 100 ether, 50 ether), uint256(100 ether * 1_000) / (49 * 997) + 1);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientInput.selector));
        ROUTER.quote(0, 1, 1);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientLiquidity.selector));
        ROUTER.quote(1, 0, 1);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientInput.selector));
        ROUTER.getAmountOut(0, 1, 1);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientLiquidity.selector));
        ROUTER.getAmountOut(1, 1, 0);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientOutput.selector));
        ROUTER.getAmountIn(0, 1, 1);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientLiquidity.selector));
        ROUTER.getAmountIn(7, 9, 7);
    }

    function test_QuotesAreOfAmountsThatAPoolCanHold() external {
        uint256 max = type(uint112).max;
        bytes memory reason = abi.encodeWithSelector(HMMMath.AmountTooLarge.selector, max + 1, max);
        address[] memory path = _longPath(true);
        VM.expectRevert(reason);
        ROUTER.getAmountsOut(max + 1, path);
        VM.expectRevert(reason);
        ROUTER.getAmountOut(1, max + 1, 1);
        VM.expectRevert(reason);
        ROUTER.getAmountIn(1, max + 1, 2);
        VM.expectRevert(reason);
        ROUTER.quote(max + 1, 1, 1);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientLiquidity.selector));
        ROUTER.getAmountsIn(NEVER, path);
        _equal(ROUTER.getAmountsOut(max, path).length, 3);
    }

    function testFuzz_TheInputAskedForBuysTheOutput(uint96 out, uint96 reserveIn, uint96 reserveOut) external pure {
        VM.assume(reserveIn > 0 && reserveOut > 1);
        uint256 amountOut = 1 + out % (uint256(reserveOut) - 1);
        uint256 amountIn = ROUTER.getAmountIn(amountOut, reserveIn, reserveOut);
        // The last units of a deep pool cost more than it could hold.
        VM.assume(amountIn <= type(uint112).max);
        assert(ROUTER.getAmountOut(amountIn, reserveIn, reserveOut) >= amountOut);
        if (amountIn > 2) assert(ROUTER.getAmountOut(amountIn - 2, reserveIn, reserveOut) < amountOut);
    }

    function testFuzz_SellsExactCoinsEitherWay(uint256 amountIn, bool native) external {
        amountIn = 1 ether + amountIn % 200_000 ether;
        uint256 out = _amountOut(amountIn, SEED_COINS, SEED_QUOTE);
        VM.prank(ALICE);
        uint256[] memory amounts = native
            ? ROUTER.swapExactETHForTokens{value: amountIn}(out, _sellPath(), BOB, NEVER)
            : ROUTER.swapExactTokensForTokens(amountIn, out, _sellPath(), BOB, NEVER);
        assert(amounts.length == 2 && amounts[0] == amountIn && amounts[1] == out);
        assert(ALICE.balance == COINS - amountIn && USD.balanceOf(BOB) == out);
        _idle();
    }

    function testFuzz_BuysCoinsForExactTokensEitherWay(uint256 amountIn, bool native) external {
        amountIn = 1 ether + amountIn % 20_000 ether;
        uint256 out = _amountOut(amountIn, SEED_QUOTE, SEED_COINS);
        VM.prank(ALICE);
        if (native) ROUTER.swapExactTokensForETH(amountIn, out, _buyPath(), BOB, NEVER);
        else ROUTER.swapExactTokensForTokens(amountIn, out, _buyPath(), BOB, NEVER);
        assert(USD.balanceOf(ALICE) == COINS - amountIn && BOB.balance == out);
        _idle();
    }

    function testFuzz_BuysExactTokensForCoinsEitherWay(uint256 out, bool native) external {
        out = 1 ether + out % 20_000 ether;
        uint256 amountIn = ROUTER.getAmountIn(out, SEED_COINS, SEED_QUOTE);
        VM.prank(ALICE);
        if (native) ROUTER.swapETHForExactTokens{value: COINS / 2}(out, _sellPath(), BOB, NEVER);
        else ROUTER.swapTokensForExactTokens(out, amountIn, _sellPath(), BOB, NEVER);
        assert(ALICE.balance == COINS - amountIn && USD.balanceOf(BOB) == out);
        _idle();
    }

    function testFuzz_BuysExactCoinsForTokensEitherWay(uint256 out, bool native) external {
        out = 1 ether + out % 200_000 ether;
        uint256 amountIn = ROUTER.getAmountIn(out, SEED_QUOTE, SEED_COINS);
        VM.prank(ALICE);
        if (native) ROUTER.swapTokensForExactETH(out, amountIn, _buyPath(), BOB, NEVER);
        else ROUTER.swapTokensForExactTokens(out, amountIn, _buyPath(), BOB, NEVER);
        assert(USD.balanceOf(ALICE) == COINS - amountIn && BOB.balance == out);
        _idle();
    }

    function test_GoesThroughTwoPairs() external {
        uint256 middle = _amountOut(1_000 ether, SEED_COINS, SEED_QUOTE);
        uint256 out = _amountOut(middle, 400_000 ether, 800_000 ether);
        VM.prank(ALICE);
        ROUTER.swapExactETHForTokens{value: 1_000 ether}(out, _longPath(true), ALICE, NEVER);
        _equal(_token.balanceOf(ALICE), out);
        VM.prank(ALICE);
        _token.approve(address(ROUTER), NEVER);
        uint256[] memory needed = ROUTER.getAmountsIn(900 ether, _longPath(false));
        VM.prank(ALICE);
        uint256[] memory amounts = ROUTER.swapTokensForExactETH(900 ether, out, _longPath(false), BOB, NEVER);
        assert(keccak256(abi.encode(amounts)) == keccak256(abi.encode(needed)) && amounts.length == 3);
        assert(BOB.balance == 900 ether && _token.balanceOf(ALICE) == out - amounts[0]);
        _idle();
    }

    function test_KeepsToTheSlippageOfTheCaller() external {
        uint256 out = _amountOut(1_000 ether, SEED_COINS, SEED_QUOTE);
        bytes memory tooLittle = abi.encodeWithSelector(HMMQuotes.OutputBelowMinimum.selector, out, out + 1);
        VM.expectRevert(tooLittle);
        VM.prank(ALICE);
        ROUTER.swapExactTokensForTokens(1_000 ether, out + 1, _sellPath(), BOB, NEVER);
        VM.expectRevert(tooLittle);
        VM.prank(ALICE);
        ROUTER.swapExactETHForTokens{value: 1_000 ether}(out + 1, _sellPath(), BOB, NEVER);
        uint256 needed = ROUTER.getAmountIn(1_000 ether, SEED_QUOTE, SEED_COINS);
        bytes memory tooDear = abi.encodeWithSelector(HMMRouter.InputAboveMaximum.selector, needed, needed - 1);
        VM.expectRevert(tooDear);
        VM.prank(ALICE);
        ROUTER.swapTokensForExactETH(1_000 ether, needed - 1, _buyPath(), BOB, NEVER);
        needed = ROUTER.getAmountIn(1_000 ether, SEED_COINS, SEED_QUOTE);
        VM.expectRevert(abi.encodeWithSelector(HMMRouter.InputAboveMaximum.selector, needed, needed - 1));
        VM.prank(ALICE);
        ROUTER.swapETHForExactTokens{value: needed - 1}(1_000 ether, _sellPath(), BOB, NEVER);
    }

    function test_TheLimitOnPriceImpactHoldsHereToo() external {
        VM.expectRevert(abi.encodeWithSelector(HMMMath.PriceImpactTooHigh.selector, 1_022, 1_000));
        VM.prank(ALICE);
        ROUTER.swapExactETHForTokens{value: 250_000 ether}(0, _sellPath(), BOB, NEVER);
    }

    function test_DeadlinesAreInclusive() external {
        VM.warp(GENESIS_TIME + 60);
        VM.prank(ALICE);
        ROUTER.swapExactETHForTokens{value: 1 ether}(0, _sellPath(), BOB, GENESIS_TIME + 60);
        bytes memory late = abi.encodeWithSelector(HMMLiquidity.Expired.selector, GENESIS_TIME + 59, GENESIS_TIME + 60);
        uint256 deadline = GENESIS_TIME + 59;
        VM.expectRevert(late);
        ROUTER.swapExactTokensForTokens(1, 0, _sellPath(), BOB, deadline);
        VM.expectRevert(late);
        ROUTER.swapTokensForExactTokens(1, 1, _sellPath(), BOB, deadline);
        VM.expectRevert(late);
        ROUTER.swapExactETHForTokens(0, _sellPath(), BOB, deadline);
        VM.expectRevert(late);
        ROUTER.swapExactTokensForETH(1, 0, _buyPath(), BOB, deadline);
        VM.expectRevert(late);
        ROUTER.swapTokensForExactETH(1, 1, _buyPath(), BOB, deadline);
        VM.expectRevert(late);
        ROUTER.swapETHForExactTokens(1, _sellPath(), BOB, deadline);
    }

    function test_PathsAreOfTwoTokensOrMoreWithAPairBetween() external {
        bytes memory short = abi.encodeWithSelector(HMMQuotes.PathTooShort.selector, 1);
        VM.expectRevert(short);
        ROUTER.getAmountsOut(1, new address[](1));
        VM.expectRevert(short);
        ROUTER.getAmountsIn(1, new address[](1));
        VM.expectRevert(abi.encodeWithSelector(HMMQuotes.PathTooShort.selector, 0));
        ROUTER.swapETHForExactTokens(1, new address[](0), BOB, NEVER);
        VM.expectRevert(abi.encodeWithSelector(HMMQuotes.PathTooShort.selector, 0));
        ROUTER.swapExactTokensForETH(1, 0, new address[](0), BOB, NEVER);
        VM.expectRevert(abi.encodeWithSelector(HMMQuotes.NoPair.selector, TOKEN, _token));
        ROUTER.getAmountsOut(1, _path(address(TOKEN), address(_token)));
    }

    function test_FunctionsForCoinsWantAIAtTheirEndOfThePath() external {
        bytes memory notAI = abi.encodeWithSelector(HMMQuotes.NotAI.selector, USD);
        VM.expectRevert(notAI);
        ROUTER.swapExactETHForTokens(0, _buyPath(), BOB, NEVER);
        VM.expectRevert(notAI);
        ROUTER.swapETHForExactTokens(1, _buyPath(), BOB, NEVER);
        VM.expectRevert(notAI);
        ROUTER.swapExactTokensForETH(1, 0, _sellPath(), BOB, NEVER);
        VM.expectRevert(notAI);
        ROUTER.swapTokensForExactETH(1, 1, _sellPath(), BOB, NEVER);
    }

    function test_CoinsAreNotPaidTwice() external {
        // An allowance of all coins stands, and the router still takes the value alone.
        VM.prank(ALICE);
        ROUTER.swapExactETHForTokens{value: 10 ether}(0, _sellPath(), ALICE, NEVER);
        _equal(ALICE.balance, COINS - 10 ether);
        // And what was paid once buys once.
        uint256 out = _amountOut(20 ether, SEED_COINS + 9.99 ether, USD.balanceOf(address(PAIR)));
        VM.prank(ALICE);
        assert(TOKEN.transfer(address(PAIR), 10 ether));
        VM.expectRevert(abi.encodeWithSelector(HMMMath.ConstantProductFell.selector));
        PAIR.swap(0, out, ALICE, "");
        // Without an allowance nothing moves.
        VM.deal(BOB, 10 ether);
        VM.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, ROUTER, 0, 10 ether)
        );
        VM.prank(BOB);
        ROUTER.swapExactTokensForTokens(10 ether, 0, _sellPath(), BOB, NEVER);
    }

    function test_PlainSendsBounce() external {
        VM.prank(ALICE);
        (bool ok, ) = address(ROUTER).call{value: 1}("");
        assert(!ok);
    }
}
