// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {HMMMath} from "@hanzo/market/HMMMath.sol";
import {HMMPair} from "@hanzo/market/HMMPair.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {PlainToken} from "./MarketTokens.sol";
import {VM} from "./Vm.sol";

/// @dev Swaps straight at the pair: price, fees, limits.
contract HMMSwapTest is MarketGenesis {
    /// @dev A pool without coins: 3,000 of its first token, 5,000 of its second.
    HMMPair private _plain;
    /// @dev A pool whose second token is the coins, like the seed otherwise.
    HMMPair private _low;
    PlainToken private constant LOW = PlainToken(address(0x0900));

    function setUp() external {
        _genesis();
        _fund(ALICE, 5_000_000 ether, 5_000_000 ether);
        _plain = HMMPair(FACTORY.createPair(address(new PlainToken()), address(new PlainToken())));
        PlainToken(_plain.token0()).mint(address(_plain), 3_000 ether);
        PlainToken(_plain.token1()).mint(address(_plain), 5_000 ether);
        _plain.mint(address(this));
        _install(address(LOW), type(PlainToken).creationCode);
        _low = HMMPair(FACTORY.createPair(address(TOKEN), address(LOW)));
        LOW.mint(address(_low), SEED_QUOTE);
        VM.deal(address(_low), SEED_COINS);
        _low.mint(address(this));
    }

    function _pay(bool coins, uint256 value) private {
        VM.prank(ALICE);
        if (coins) assert(TOKEN.transfer(address(PAIR), value));
        else assert(USD.transfer(address(PAIR), value));
    }

    /// @dev 0.10 % in coins at the price after the trade, split 25 / 75 with the odd wei to the sink.
    function _feeOf(bool sell, uint256 amountIn, uint256 out) private pure returns (uint256 burned, uint256 paid) {
        uint256 fee = sell ? amountIn / 1_000 : amountIn * (SEED_COINS - out) / ((SEED_QUOTE + amountIn) * 1_000);
        paid = fee * 75 / 100;
        burned = fee - paid;
    }

    /// @dev Rise of the dearer token's price after a sale of coins, in basis points, rounded up.
    function _riseAfterSale(uint256 amountIn) private pure returns (uint256) {
        uint256 quote = SEED_QUOTE - _amountOut(amountIn, SEED_COINS, SEED_QUOTE);
        return (SEED_QUOTE ** 2 * 10_000 - 1) / quote ** 2 + 1 - 10_000;
    }

    function _riseAfterPurchase(uint256 amountIn) private pure returns (uint256) {
        uint256 out = _amountOut(amountIn, SEED_QUOTE, SEED_COINS);
        (uint256 burned, uint256 paid) = _feeOf(false, amountIn, out);
        uint256 coins = SEED_COINS - out - burned - paid;
        return (SEED_COINS ** 2 * 10_000 - 1) / coins ** 2 + 1 - 10_000;
    }

    /// @dev The greatest input whose impact is allowed.
    function _greatest(function(uint256) pure returns (uint256) rise, uint256 high) private pure returns (uint256) {
        uint256 low = 1 ether;
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            if (rise(middle) > 1_000) high = middle;
            else low = middle;
        }
        return low;
    }

    function testFuzz_SalesGetTheV2AmountAndPayToTheWei(uint256 amountIn) external {
        amountIn = 100 + amountIn % 240_000 ether;
        uint256 out = _amountOut(amountIn, SEED_COINS, SEED_QUOTE);
        (uint256 burned, uint256 paid) = _feeOf(true, amountIn, out);
        _pay(true, amountIn);
        PAIR.swap(0, out, BOB, "");
        _equal(USD.balanceOf(BOB), out);
        _requireFees(burned, paid);
        (uint256 coins, uint256 quote) = _reserves();
        assert(coins == SEED_COINS + amountIn - burned - paid && quote == SEED_QUOTE - out);
        assert(coins * quote >= SEED_COINS * SEED_QUOTE);
    }

    function testFuzz_PurchasesGetTheV2AmountAndPayToTheWei(uint256 amountIn) external {
        amountIn = 100 + amountIn % 24_000 ether;
        uint256 out = _amountOut(amountIn, SEED_QUOTE, SEED_COINS);
        (uint256 burned, uint256 paid) = _feeOf(false, amountIn, out);
        _pay(false, amountIn);
        PAIR.swap(out, 0, BOB, "");
        _equal(BOB.balance, out);
        _requireFees(burned, paid);
        (uint256 coins, uint256 quote) = _reserves();
        assert(coins == SEED_COINS - out - burned - paid && quote == SEED_QUOTE + amountIn);
        assert(coins * quote >= SEED_COINS * SEED_QUOTE);
    }

    function _requireFees(uint256 burned, uint256 paid) private view {
        _equal(SINK.burnedBy(uint8(AIBurn.Category.HMM)), burned);
        _equal(TIMELOCK.balance, paid);
        (uint256 coins, uint256 quote) = _reserves();
        assert(coins == address(PAIR).balance && quote == USD.balanceOf(address(PAIR)));
    }

    function testFuzz_AUnitMoreThanTheV2AmountIsRefused(uint256 amountIn, bool sell) external {
        amountIn = 1 ether + amountIn % 20_000 ether;
        (uint256 reserveIn, uint256 reserveOut) = sell ? (SEED_COINS, SEED_QUOTE) : (SEED_QUOTE, SEED_COINS);
        uint256 out = _amountOut(amountIn, reserveIn, reserveOut) + 1;
        _pay(sell, amountIn);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.ConstantProductFell.selector));
        PAIR.swap(sell ? 0 : out, sell ? out : 0, BOB, "");
    }

    function test_ASaleTellsItsAmounts() external {
        uint256 out = _amountOut(1_000 ether, SEED_COINS, SEED_QUOTE);
        _pay(true, 1_000 ether);
        VM.expectEmit(address(SINK));
        emit AIBurn.Burned(AIBurn.Category.HMM, address(PAIR), 0.25 ether);
        VM.expectEmit(address(PAIR));
        emit HMMPair.ProtocolFeePaid(address(TOKEN), 0.25 ether, 0.75 ether);
        VM.expectEmit(address(PAIR));
        emit HMMPair.Swap(ALICE, 1_000 ether, 0, 0, out, BOB);
        VM.prank(ALICE);
        PAIR.swap(0, out, BOB, "");
    }

    function test_TheOddWeiBurnsAndDustPaysNothing() external {
        _pay(true, 1_999);
        PAIR.swap(0, 1, BOB, "");
        _requireFees(1, 0);
        _pay(true, 999);
        PAIR.swap(0, 1, BOB, "");
        _requireFees(1, 0);
    }

    function test_ASaleMovesThePriceByTenPercentAtMost() external {
        uint256 amountIn = _greatest(_riseAfterSale, 1_000_000 ether);
        assert(amountIn > 240_000 ether && amountIn < 250_000 ether);
        _requireBoundary(true, amountIn, _riseAfterSale(amountIn + 1));
    }

    function test_APurchaseMovesThePriceByTenPercentAtMost() external {
        uint256 amountIn = _greatest(_riseAfterPurchase, 100_000 ether);
        assert(amountIn > 24_000 ether && amountIn < 25_000 ether);
        _requireBoundary(false, amountIn, _riseAfterPurchase(amountIn + 1));
    }

    function _requireBoundary(bool sell, uint256 amountIn, uint256 riseAbove) private {
        (uint256 reserveIn, uint256 reserveOut) = sell ? (SEED_COINS, SEED_QUOTE) : (SEED_QUOTE, SEED_COINS);
        uint256 out = _amountOut(amountIn + 1, reserveIn, reserveOut);
        _equal(riseAbove, 1_001);
        _pay(sell, amountIn + 1);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.PriceImpactTooHigh.selector, riseAbove, 1_000));
        PAIR.swap(sell ? 0 : out, sell ? out : 0, BOB, "");
        PAIR.skim(ALICE);
        out = _amountOut(amountIn, reserveIn, reserveOut);
        _pay(sell, amountIn);
        PAIR.swap(sell ? 0 : out, sell ? out : 0, BOB, "");
    }

    /// @dev Either way, and without anybody's sync or skim.
    function test_AGiftToThePoolStopsNoTrader() external {
        _pay(true, 600_000 ether);
        uint256 out = _amountOut(1_000 ether, SEED_COINS, SEED_QUOTE);
        _pay(true, 1_000 ether);
        PAIR.swap(0, out, BOB, "");
        (uint256 coins, uint256 quote, ) = PAIR.getReserves();
        _pay(false, quote / 5);
        out = _amountOut(100 ether, quote, coins);
        _pay(false, 100 ether);
        PAIR.swap(out, 0, BOB, "");
    }

    function test_SwapsThatMakeNoSenseAreRefused() external {
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientOutput.selector));
        PAIR.swap(0, 0, BOB, "");
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientLiquidity.selector));
        PAIR.swap(SEED_COINS, 0, BOB, "");
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientLiquidity.selector));
        PAIR.swap(0, SEED_QUOTE, BOB, "");
        VM.expectRevert(abi.encodeWithSelector(HMMPair.InvalidRecipient.selector, address(TOKEN)));
        PAIR.swap(0, 1, address(TOKEN), "");
        VM.expectRevert(abi.encodeWithSelector(HMMPair.InvalidRecipient.selector, address(USD)));
        PAIR.swap(0, 1, address(USD), "");
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientInput.selector));
        PAIR.swap(0, 1, BOB, "");
    }

    function test_WithoutTheMarketPhaseNobodySwapsButEverybodyLeaves() external {
        _setPhase(ISystemConfig.Phase.Market, false);
        _pay(true, 1 ether);
        VM.expectRevert(abi.encodeWithSelector(ISystemConfig.PhaseNotActive.selector, ISystemConfig.Phase.Market));
        PAIR.swap(0, 1, BOB, "");
        uint256 shares = PAIR.balanceOf(address(RESERVE));
        VM.prank(address(RESERVE));
        assert(PAIR.transfer(address(PAIR), shares));
        (uint256 coins, uint256 quote) = PAIR.burn(ALICE);
        assert(coins > SEED_COINS - 1 ether && quote > SEED_QUOTE - 1 ether);
    }

    function testFuzz_WithoutCoinsTheFeeIsInTheTokenThatCameIn(uint256 amountIn, bool firstIn) external {
        (PlainToken tokenIn, PlainToken tokenOut) = (PlainToken(_plain.token0()), PlainToken(_plain.token1()));
        (uint256 reserveIn, uint256 reserveOut) = (3_000 ether, 5_000 ether);
        if (!firstIn) (tokenIn, tokenOut, reserveIn, reserveOut) = (tokenOut, tokenIn, reserveOut, reserveIn);
        amountIn = 100 + amountIn % 140 ether;
        uint256 out = _amountOut(amountIn, reserveIn, reserveOut);
        tokenIn.mint(address(_plain), amountIn);
        _plain.swap(firstIn ? 0 : out, firstIn ? out : 0, BOB, "");
        _equal(tokenOut.balanceOf(BOB), out);
        _equal(tokenIn.balanceOf(TIMELOCK), amountIn / 1_000);
        _equal(tokenOut.balanceOf(TIMELOCK), 0);
        _equal(SINK.totalBurned(), 0);
        _equal(tokenIn.balanceOf(address(_plain)), reserveIn + amountIn - amountIn / 1_000);
    }

    function test_TokenFeesAreToldAndBurnNothing() external {
        PlainToken token = PlainToken(_plain.token1());
        token.mint(address(_plain), 10 ether);
        VM.expectEmit(address(_plain));
        emit HMMPair.ProtocolFeePaid(address(token), 0, 0.01 ether);
        _plain.swap(5 ether, 0, BOB, "");
    }

    /// @dev Coins are token 1 beside a token of a lower address still.
    function testFuzz_FeesAreInCoinsOnWhicheverSideTheyAre(uint256 amountIn, bool sell) external {
        HMMPair pair = _low;
        assert(pair.token0() == address(LOW) && pair.token1() == address(TOKEN));
        amountIn = 100 + amountIn % 24_000 ether;
        (uint256 reserveIn, uint256 reserveOut) = sell ? (SEED_COINS, SEED_QUOTE) : (SEED_QUOTE, SEED_COINS);
        uint256 out = _amountOut(amountIn, reserveIn, reserveOut);
        if (sell) VM.deal(address(pair), SEED_COINS + amountIn);
        else LOW.mint(address(pair), amountIn);
        pair.swap(sell ? out : 0, sell ? 0 : out, BOB, "");
        (uint256 burned, uint256 paid) = _feeOf(sell, amountIn, out);
        _equal(SINK.burnedBy(uint8(AIBurn.Category.HMM)), burned);
        _equal(TIMELOCK.balance, paid);
        _equal(address(pair).balance, SEED_COINS + (sell ? amountIn : 0) - (sell ? 0 : out) - burned - paid);
    }
}
