// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HMMLiquidity} from "@hanzo/market/HMMLiquidity.sol";
import {HMMPair} from "@hanzo/market/HMMPair.sol";
import {HMMQuotes} from "@hanzo/market/HMMQuotes.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {TollToken} from "./MarketTokens.sol";
import {VM} from "./Vm.sol";

/// @dev Tokens that keep a hundredth of what is transferred, through the functions of Router02 that are made for them.
contract HMMTollsTest is MarketGenesis {
    uint256 private constant DEPTH = 400_000 ether;
    uint256 private constant OWNER_KEY = 0xA11CE;
    address private immutable OWNER = VM.addr(OWNER_KEY);
    TollToken private _toll;
    HMMPair private _pair;

    function setUp() external {
        _genesis();
        _fund(ALICE, 10_000 ether, 10_000 ether);
        _fund(OWNER, DEPTH, DEPTH);
        _toll = new TollToken();
        _toll.mint(ALICE, 10_000 ether);
        _toll.mint(OWNER, 2 * DEPTH);
        VM.prank(ALICE);
        _toll.approve(address(ROUTER), NEVER);
        _pair = HMMPair(FACTORY.createPair(address(TOKEN), address(_toll)));
        VM.startPrank(OWNER);
        _toll.approve(address(ROUTER), NEVER);
        ROUTER.addLiquidityETH{value: DEPTH}(address(_toll), DEPTH, 0, 0, OWNER, NEVER);
        VM.stopPrank();
    }

    function _tolled(uint256 value) private pure returns (uint256) {
        return value - value / 100;
    }

    function _reservesOfToll() private view returns (uint256 coins, uint256 tokens) {
        (coins, tokens, ) = _pair.getReserves();
        if (_pair.token0() != address(TOKEN)) (coins, tokens) = (tokens, coins);
    }

    function testFuzz_SellsForCoinsWhatArrives(uint256 amount, bool isNative) external {
        amount = 1 ether + amount % 5_000 ether;
        (uint256 coins, uint256 tokens) = _reservesOfToll();
        uint256 out = _amountOut(_tolled(amount), tokens, coins);
        address[] memory path = _path(address(_toll), address(TOKEN));
        VM.expectRevert(abi.encodeWithSelector(HMMQuotes.OutputBelowMinimum.selector, out, out + 1));
        VM.prank(ALICE);
        ROUTER.swapExactTokensForETHSupportingFeeOnTransferTokens(amount, out + 1, path, BOB, NEVER);
        VM.prank(ALICE);
        if (isNative) ROUTER.swapExactTokensForETHSupportingFeeOnTransferTokens(amount, out, path, BOB, NEVER);
        else ROUTER.swapExactTokensForTokensSupportingFeeOnTransferTokens(amount, out, path, BOB, NEVER);
        _equal(BOB.balance, out);
    }

    function testFuzz_TheMinimumIsOfWhatArrivesAtTheBuyer(uint256 amount) external {
        amount = 1 ether + amount % 5_000 ether;
        (uint256 coins, uint256 tokens) = _reservesOfToll();
        uint256 out = _tolled(_amountOut(amount, coins, tokens));
        address[] memory path = _path(address(TOKEN), address(_toll));
        VM.expectRevert(abi.encodeWithSelector(HMMQuotes.OutputBelowMinimum.selector, out, out + 1));
        VM.prank(ALICE);
        ROUTER.swapExactETHForTokensSupportingFeeOnTransferTokens{value: amount}(out + 1, path, BOB, NEVER);
        VM.prank(ALICE);
        ROUTER.swapExactETHForTokensSupportingFeeOnTransferTokens{value: amount}(out, path, BOB, NEVER);
        _equal(_toll.balanceOf(BOB), out);
        assert(address(ROUTER).balance == 0);
    }

    function test_GoesOverSeveralPairs() external {
        address[] memory path = new address[](3);
        (path[0], path[1], path[2]) = (address(_toll), address(TOKEN), address(USD));
        (uint256 coins, uint256 tokens) = _reservesOfToll();
        uint256 between = _amountOut(99 ether, tokens, coins);
        uint256 out = _amountOut(between, SEED_COINS, SEED_QUOTE);
        VM.prank(ALICE);
        ROUTER.swapExactTokensForTokensSupportingFeeOnTransferTokens(100 ether, out, path, BOB, NEVER);
        _equal(USD.balanceOf(BOB), out);
    }

    function test_PathsBeginOrEndWithAIWhereTheNameSaysETH() external {
        address[] memory path = _path(address(_toll), address(USD));
        VM.startPrank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(HMMQuotes.NotAI.selector, address(_toll)));
        ROUTER.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1}(0, path, BOB, NEVER);
        VM.expectRevert(abi.encodeWithSelector(HMMQuotes.NotAI.selector, address(USD)));
        ROUTER.swapExactTokensForETHSupportingFeeOnTransferTokens(1, 0, path, BOB, NEVER);
        VM.expectRevert(abi.encodeWithSelector(HMMQuotes.PathTooShort.selector, 1));
        ROUTER.swapExactTokensForTokensSupportingFeeOnTransferTokens(1, 0, new address[](1), BOB, NEVER);
        VM.expectRevert(abi.encodeWithSelector(HMMQuotes.NoPair.selector, address(TOKEN), address(0xBEEF)));
        path = _path(address(TOKEN), address(0xBEEF));
        ROUTER.swapExactETHForTokensSupportingFeeOnTransferTokens{value: 1}(0, path, BOB, NEVER);
        VM.stopPrank();
    }

    function test_AfterTheDeadlineNothingGoes() external {
        address[] memory path = _path(address(_toll), address(TOKEN));
        VM.warp(GENESIS_TIME + 10);
        bytes memory expired = abi.encodeWithSelector(HMMLiquidity.Expired.selector, GENESIS_TIME, GENESIS_TIME + 10);
        VM.expectRevert(expired);
        ROUTER.swapExactTokensForETHSupportingFeeOnTransferTokens(1, 0, path, BOB, GENESIS_TIME);
        VM.expectRevert(expired);
        ROUTER.removeLiquidityETHSupportingFeeOnTransferTokens(address(_toll), 1, 0, 0, BOB, GENESIS_TIME);
    }

    function test_RedeemsAndTellsTheCoins() external {
        uint256 shares = _pair.balanceOf(OWNER);
        (uint256 coins, uint256 tokens) = _reservesOfToll();
        uint256 supply = _pair.totalSupply();
        VM.startPrank(OWNER);
        _pair.approve(address(ROUTER), NEVER);
        uint256 got =
            ROUTER.removeLiquidityETHSupportingFeeOnTransferTokens(address(_toll), shares, 0, 0, BOB, NEVER);
        VM.stopPrank();
        assert(got == coins * shares / supply && BOB.balance == got);
        _equal(_toll.balanceOf(BOB), _tolled(tokens * shares / supply));
    }

    function testFuzz_RedeemsWithASignature(uint256 part, bool isMax) external {
        uint256 half = _pair.balanceOf(OWNER) / 2;
        uint256 shares = half / 1_000 + part % (half - half / 1_000 + 1);
        (uint8 v, bytes32 r, bytes32 s) = _permit(isMax ? NEVER : shares);
        VM.prank(OWNER);
        uint256 got = ROUTER.removeLiquidityETHWithPermitSupportingFeeOnTransferTokens(
            address(_toll), shares, 0, 0, BOB, NEVER, isMax, v, r, s
        );
        assert(got > 0 && BOB.balance == got && _pair.balanceOf(OWNER) >= shares);
        _equal(_pair.allowance(OWNER, address(ROUTER)), isMax ? NEVER : 0);
    }

    function _permit(uint256 value) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 message = keccak256(
            abi.encode(_pair.PERMIT_TYPEHASH(), OWNER, ROUTER, value, _pair.nonces(OWNER), NEVER)
        );
        return VM.sign(OWNER_KEY, keccak256(abi.encodePacked(hex"1901", _pair.DOMAIN_SEPARATOR(), message)));
    }
}
