// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {HMMFactory} from "@hanzo/market/HMMFactory.sol";
import {HMMLiquidity} from "@hanzo/market/HMMLiquidity.sol";
import {HMMMath} from "@hanzo/market/HMMMath.sol";
import {HMMPair} from "@hanzo/market/HMMPair.sol";
import {HMMQuotes} from "@hanzo/market/HMMQuotes.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {PlainToken} from "./MarketTokens.sol";
import {VM} from "./Vm.sol";

contract HMMRouterLiquidityTest is MarketGenesis {
    uint256 private constant COINS = 1_000_000 ether;
    uint256 private constant KEY = 0xA11CE;
    address private _owner;
    PlainToken private _token;

    function setUp() external {
        _genesis();
        _owner = VM.addr(KEY);
        _fund(_owner, COINS, COINS);
        _token = new PlainToken();
        _token.mint(_owner, COINS);
        VM.prank(_owner);
        _token.approve(address(ROUTER), NEVER);
    }

    function _add(uint256 coins, uint256 quote) private returns (uint256 shares) {
        VM.prank(_owner);
        (, , shares) = ROUTER.addLiquidity(address(TOKEN), address(USD), coins, quote, 0, 0, _owner, NEVER);
    }

    function _permit(uint256 value, uint256 deadline) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 permit = keccak256(abi.encode(typeHash, _owner, ROUTER, value, PAIR.nonces(_owner), deadline));
        return VM.sign(KEY, keccak256(abi.encodePacked(hex"1901", PAIR.DOMAIN_SEPARATOR(), permit)));
    }

    function testFuzz_DepositsAtThePriceOfThePool(uint96 coinsMax, uint96 quoteMax, bool native) external {
        uint256 coins = 1_000 + coinsMax % (COINS - 1_000);
        uint256 quote = 1_000 + quoteMax % (COINS - 1_000);
        // All of the token named first if its worth in the other, rounded down, is offered.
        bool isCoinsFirst = native ? coins < quote * 10 : coins / 10 <= quote;
        uint256 coinsIn = isCoinsFirst ? coins : quote * 10;
        uint256 quoteIn = isCoinsFirst ? coins / 10 : quote;
        VM.prank(_owner);
        if (native) ROUTER.addLiquidityETH{value: coins}(address(USD), quote, quoteIn, coinsIn, BOB, NEVER);
        else ROUTER.addLiquidity(address(TOKEN), address(USD), coins, quote, coinsIn, quoteIn, BOB, NEVER);
        assert(_owner.balance == COINS - coinsIn && USD.balanceOf(_owner) == COINS - quoteIn);
        assert(address(ROUTER).balance == 0 && PAIR.balanceOf(BOB) > 0);
        (uint256 reserve, ) = _reserves();
        _equal(reserve, SEED_COINS + coinsIn);
    }

    function test_TokensMayComeInEitherOrder() external {
        VM.prank(_owner);
        (uint256 quote, uint256 coins, uint256 shares) = ROUTER.addLiquidity(
            address(USD),
            address(TOKEN),
            1 ether,
            100 ether,
            0,
            0,
            BOB,
            NEVER
        );
        assert(quote == 1 ether && coins == 10 ether && shares == PAIR.balanceOf(BOB));
    }

    function test_DepositsKeepToTheMinima() external {
        VM.expectRevert(abi.encodeWithSelector(HMMMath.BelowMinimum.selector, 1 ether, 1 ether + 1));
        VM.prank(_owner);
        ROUTER.addLiquidity(address(TOKEN), address(USD), 10 ether, 5 ether, 0, 1 ether + 1, BOB, NEVER);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.BelowMinimum.selector, 10 ether, 10 ether + 1));
        VM.prank(_owner);
        ROUTER.addLiquidity(address(TOKEN), address(USD), 50 ether, 1 ether, 10 ether + 1, 0, BOB, NEVER);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.BelowMinimum.selector, 10 ether, 10 ether + 1));
        VM.prank(_owner);
        ROUTER.addLiquidityETH{value: 50 ether}(address(USD), 1 ether, 0, 10 ether + 1, BOB, NEVER);
    }

    function test_ADepositMakesThePairAndItsPrice() external {
        VM.prank(_owner);
        ROUTER.addLiquidityETH{value: 9 ether}(address(_token), 4 ether, 4 ether, 9 ether, BOB, NEVER);
        HMMPair pair = HMMPair(FACTORY.getPair(address(TOKEN), address(_token)));
        assert(pair.balanceOf(BOB) == 6 ether - 1_000 && address(pair).balance == 9 ether);
    }

    function test_CoinsSentBeforeTheFirstDepositDoNotBlockThePair() external {
        HMMPair pair = HMMPair(FACTORY.createPair(address(TOKEN), address(_token)));
        VM.prank(_owner);
        assert(TOKEN.transfer(address(pair), 1));
        pair.sync();
        VM.prank(_owner);
        ROUTER.addLiquidityETH{value: 9 ether}(address(_token), 4 ether, 4 ether, 9 ether, BOB, NEVER);
        assert(pair.balanceOf(BOB) == 6 ether - 1_000);
    }

    /// @dev Value and `transferFrom` for the same coins: there is no pair of $AI with itself.
    function test_CoinsCannotBeGivenAsValueAndAsTokens() external {
        VM.expectRevert(abi.encodeWithSelector(HMMFactory.IdenticalTokens.selector, TOKEN));
        VM.prank(_owner);
        ROUTER.addLiquidityETH{value: 1 ether}(address(TOKEN), 1 ether, 0, 0, _owner, NEVER);
        VM.expectRevert(abi.encodeWithSelector(HMMFactory.IdenticalTokens.selector, TOKEN));
        VM.prank(_owner);
        ROUTER.addLiquidity(address(TOKEN), address(TOKEN), 1 ether, 1 ether, 0, 0, _owner, NEVER);
        _equal(_owner.balance, COINS);
    }

    function testFuzz_RedeemsBothEitherWay(uint96 part, bool native) external {
        uint256 shares = 1_000 + part % (_add(100_000 ether, 10_000 ether) - 1_000);
        uint256 supply = PAIR.totalSupply();
        uint256 coins = shares * (SEED_COINS + 100_000 ether) / supply;
        uint256 quote = shares * (SEED_QUOTE + 10_000 ether) / supply;
        VM.prank(_owner);
        if (native) ROUTER.removeLiquidityETH(address(USD), shares, quote, coins, BOB, NEVER);
        else ROUTER.removeLiquidity(address(TOKEN), address(USD), shares, coins, quote, BOB, NEVER);
        assert(BOB.balance == coins && USD.balanceOf(BOB) == quote);
        assert(coins <= 100_000 ether && quote <= 10_000 ether);
    }

    function test_RedeemsKeepToTheMinima() external {
        uint256 shares = _add(100_000 ether, 10_000 ether);
        uint256 supply = PAIR.totalSupply();
        uint256 coins = shares * (SEED_COINS + 100_000 ether) / supply;
        uint256 quote = shares * (SEED_QUOTE + 10_000 ether) / supply;
        VM.expectRevert(abi.encodeWithSelector(HMMLiquidity.RedeemedBelowMinimum.selector, coins, coins + 1));
        VM.prank(_owner);
        ROUTER.removeLiquidity(address(TOKEN), address(USD), shares, coins + 1, quote, BOB, NEVER);
        VM.expectRevert(abi.encodeWithSelector(HMMLiquidity.RedeemedBelowMinimum.selector, quote, quote + 1));
        VM.prank(_owner);
        ROUTER.removeLiquidity(address(TOKEN), address(USD), shares, coins, quote + 1, BOB, NEVER);
    }

    function test_RedeemsWithAPermitForTheSharesOrForAll() external {
        uint256 shares = _add(100_000 ether, 10_000 ether) / 2;
        VM.prank(_owner);
        PAIR.approve(address(ROUTER), 0);
        (uint8 v, bytes32 r, bytes32 s) = _permit(shares, NEVER);
        VM.prank(_owner);
        ROUTER.removeLiquidityWithPermit(address(TOKEN), address(USD), shares, 0, 0, BOB, NEVER, false, v, r, s);
        (v, r, s) = _permit(NEVER, NEVER);
        VM.prank(_owner);
        ROUTER.removeLiquidityETHWithPermit(address(USD), shares, 0, 0, BOB, NEVER, true, v, r, s);
        assert(PAIR.balanceOf(_owner) <= 1 && BOB.balance > 99_999 ether && USD.balanceOf(BOB) > 9_999 ether);
    }

    function test_APermitSentByAnotherFirstDoesNoHarm() external {
        uint256 shares = _add(100_000 ether, 10_000 ether);
        VM.prank(_owner);
        PAIR.approve(address(ROUTER), 0);
        (uint8 v, bytes32 r, bytes32 s) = _permit(shares, NEVER);
        PAIR.permit(_owner, address(ROUTER), shares, NEVER, v, r, s);
        VM.prank(_owner);
        ROUTER.removeLiquidityETHWithPermit(address(USD), shares, 0, 0, BOB, NEVER, false, v, r, s);
        assert(BOB.balance > 99_999 ether);
    }

    function test_ABadPermitMovesNothing() external {
        uint256 shares = _add(100_000 ether, 10_000 ether);
        VM.prank(_owner);
        PAIR.approve(address(ROUTER), 0);
        (uint8 v, bytes32 r, bytes32 s) = _permit(shares - 1, NEVER);
        VM.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, ROUTER, 0, shares));
        VM.prank(_owner);
        ROUTER.removeLiquidityETHWithPermit(address(USD), shares, 0, 0, BOB, NEVER, false, v, r, s);
    }

    function test_AllOfItHasADeadline() external {
        VM.warp(GENESIS_TIME + 1);
        bytes memory late = abi.encodeWithSelector(HMMLiquidity.Expired.selector, GENESIS_TIME, GENESIS_TIME + 1);
        (address ai, address usd) = (address(TOKEN), address(USD));
        VM.expectRevert(late);
        ROUTER.addLiquidity(ai, usd, 1, 1, 0, 0, BOB, GENESIS_TIME);
        VM.expectRevert(late);
        ROUTER.addLiquidityETH(usd, 1, 0, 0, BOB, GENESIS_TIME);
        VM.expectRevert(late);
        ROUTER.removeLiquidity(ai, usd, 1, 0, 0, BOB, GENESIS_TIME);
        VM.expectRevert(late);
        ROUTER.removeLiquidityETH(usd, 1, 0, 0, BOB, GENESIS_TIME);
        VM.expectRevert(late);
        ROUTER.removeLiquidityWithPermit(ai, usd, 1, 0, 0, BOB, GENESIS_TIME, false, 0, 0, 0);
        VM.expectRevert(late);
        ROUTER.removeLiquidityETHWithPermit(usd, 1, 0, 0, BOB, GENESIS_TIME, false, 0, 0, 0);
    }

    function test_RedeemingFromNoPairIsRefused() external {
        VM.expectRevert(abi.encodeWithSelector(HMMQuotes.NoPair.selector, _token, TOKEN));
        ROUTER.removeLiquidityETH(address(_token), 1, 0, 0, BOB, NEVER);
    }
}
