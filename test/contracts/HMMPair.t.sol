// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {HMMMath} from "@hanzo/market/HMMMath.sol";
import {HMMPair} from "@hanzo/market/HMMPair.sol";
import {HMMReserves} from "@hanzo/market/HMMReserves.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {HookToken, PlainToken} from "./MarketTokens.sol";
import {VM} from "./Vm.sol";

/// @dev Shares; swaps are in `HMMSwap.t.sol`.
contract HMMPairTest is MarketGenesis {
    PlainToken private _a;
    PlainToken private _b;
    HMMPair private _pair;

    function setUp() external {
        _genesis();
        (_a, _b) = (new PlainToken(), new PlainToken());
        if (address(_a) > address(_b)) (_a, _b) = (_b, _a);
        _pair = HMMPair(FACTORY.createPair(address(_a), address(_b)));
    }

    /// @dev Sends both amounts and mints to the caller.
    function _deposit(uint256 amountA, uint256 amountB) private returns (uint256) {
        _a.mint(address(_pair), amountA);
        _b.mint(address(_pair), amountB);
        return _pair.mint(address(this));
    }

    function test_SeedOfBlockZeroBelongsToTheReserve() external view {
        uint256 shares = Math.sqrt(SEED_COINS * SEED_QUOTE);
        _equal(PAIR.totalSupply(), shares);
        _equal(PAIR.balanceOf(address(RESERVE)), shares - 1_000);
        _equal(PAIR.balanceOf(address(SINK)), PAIR.MINIMUM_LIQUIDITY());
        (uint112 coins, uint112 quote, uint32 time) = PAIR.getReserves();
        assert(coins == SEED_COINS && quote == SEED_QUOTE && time == GENESIS_TIME);
        assert(PAIR.token0() == address(TOKEN) && PAIR.token1() == address(USD));
        assert(PAIR.factory() == address(FACTORY) && PAIR.kLast() == 0);
        assert(keccak256(bytes(PAIR.symbol())) == keccak256("HMM-LP") && PAIR.decimals() == 18);
    }

    function test_WithoutSharesThereIsNothingToBurn() external {
        VM.expectRevert(abi.encodeWithSelector(HMMPair.InsufficientLiquidityBurned.selector));
        _pair.burn(ALICE);
    }

    function test_AmountsHaveAtMost112Bits() external {
        uint256 max = type(uint112).max;
        _a.mint(address(_pair), max + 1);
        _b.mint(address(_pair), 1 ether);
        bytes memory reason = abi.encodeWithSelector(HMMMath.AmountTooLarge.selector, max + 1, max);
        VM.expectRevert(reason);
        _pair.mint(ALICE);
        VM.expectRevert(reason);
        _pair.sync();
        _pair.skim(ALICE);
        _equal(_a.balanceOf(ALICE), max + 1);
    }

    function test_ABorrowerHasCodeAndAReason() external {
        VM.expectRevert(abi.encodeWithSelector(Address.AddressEmptyCode.selector, ALICE));
        PAIR.swap(0, 1, ALICE, "x");
        VM.expectRevert(abi.encodeWithSelector(Errors.FailedCall.selector));
        PAIR.swap(0, 1, address(SINK), "x");
    }

    function test_PermitsAreOfTheKindThatV2Tells() external view {
        bytes memory kind = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)";
        assert(PAIR.PERMIT_TYPEHASH() == keccak256(kind));
    }

    function testFuzz_FirstDepositIsWorthItsGeometricMean(uint112 amountA, uint112 amountB) external {
        VM.assume(Math.sqrt(uint256(amountA) * amountB) > 1_000);
        uint256 root = Math.sqrt(uint256(amountA) * amountB);
        VM.expectEmit(address(_pair));
        emit HMMPair.Mint(address(this), amountA, amountB);
        _equal(_mintAfter(amountA, amountB), root - 1_000);
        _equal(_pair.totalSupply(), root);
        _equal(_pair.balanceOf(address(SINK)), 1_000);
    }

    function _mintAfter(uint256 amountA, uint256 amountB) private returns (uint256) {
        // Written to storage: a transfer would be the first event.
        VM.store(address(_a), keccak256(abi.encode(address(_pair), uint256(0))), bytes32(amountA));
        VM.store(address(_b), keccak256(abi.encode(address(_pair), uint256(0))), bytes32(amountB));
        return _pair.mint(address(this));
    }

    function test_FirstDepositMustExceedTheMinimum() external {
        _a.mint(address(_pair), 1_000);
        _b.mint(address(_pair), 1_000);
        VM.expectRevert(abi.encodeWithSelector(HMMPair.InsufficientLiquidityMinted.selector));
        _pair.mint(address(this));
        _a.mint(address(_pair), 3);
        _equal(_pair.mint(address(this)), 1);
    }

    function testFuzz_LaterDepositsGetTheLesserShare(uint96 amountA, uint96 amountB) external {
        _deposit(4 ether, 9 ether);
        uint256 expected = Math.min(uint256(amountA) * 6 ether / 4 ether, uint256(amountB) * 6 ether / 9 ether);
        VM.assume(expected > 0);
        _equal(_deposit(amountA, amountB), expected);
    }

    function test_DepositOfNothingIsRefused() external {
        _deposit(4 ether, 9 ether);
        VM.expectRevert(abi.encodeWithSelector(HMMPair.InsufficientLiquidityMinted.selector));
        _pair.mint(address(this));
    }

    function testFuzz_RedeemingGivesTheShareOfBoth(uint96 shares) external {
        uint256 minted = _deposit(4 ether, 9 ether);
        uint256 redeemed = 1 + shares % minted;
        VM.assume(redeemed * 4 ether / 6 ether > 0);
        assert(_pair.transfer(address(_pair), redeemed));
        (uint256 amountA, uint256 amountB) = _pair.burn(ALICE);
        _equal(amountA, redeemed * 4 ether / 6 ether);
        _equal(amountB, redeemed * 9 ether / 6 ether);
        assert(_a.balanceOf(ALICE) == amountA && _b.balanceOf(ALICE) == amountB);
        _equal(_pair.totalSupply(), 6 ether - redeemed);
        (uint112 reserveA, uint112 reserveB, ) = _pair.getReserves();
        assert(reserveA == 4 ether - amountA && reserveB == 9 ether - amountB);
    }

    function test_RedeemingNothingIsRefused() external {
        _deposit(4 ether, 9 ether);
        VM.expectRevert(abi.encodeWithSelector(HMMPair.InsufficientLiquidityBurned.selector));
        _pair.burn(ALICE);
    }

    function test_RedeemingTellsBothAmounts() external {
        uint256 minted = _deposit(4 ether, 9 ether);
        assert(_pair.transfer(address(_pair), minted));
        VM.expectEmit(address(_pair));
        emit HMMReserves.Sync(667, 1_500);
        VM.expectEmit(address(_pair));
        emit HMMPair.Burn(address(this), 4 ether - 667, 9 ether - 1_500, ALICE);
        _pair.burn(ALICE);
    }

    /// @dev Whoever inflates a share to rob the next depositor pays more than it can rob.
    function testFuzz_InflatingTheFirstShareLosesMoney(uint96 donation, uint96 deposit) external {
        _deposit(1_001, 1_001);
        _a.mint(address(_pair), donation);
        _b.mint(address(_pair), donation);
        _pair.sync();
        uint256 supply = _pair.totalSupply();
        VM.assume(uint256(deposit) * supply / (uint256(donation) + 1_001) > 0);
        _a.mint(address(_pair), deposit);
        _b.mint(address(_pair), deposit);
        _pair.mint(ALICE);
        assert(_pair.transfer(address(_pair), 1));
        (uint256 amountA, ) = _pair.burn(BOB);
        assert(amountA < uint256(donation) + 1_001);
    }

    function test_TokenCodeSeesTheStateFromBeforeTheCall() external {
        HookToken hook = new HookToken();
        HMMPair pair = HMMPair(FACTORY.createPair(address(hook), address(_b)));
        hook.mint(address(pair), 1 ether);
        _b.mint(address(pair), 1 ether);
        pair.mint(address(this));
        VM.warp(GENESIS_TIME + 10);
        hook.watch(pair);
        assert(pair.transfer(address(pair), 0.5 ether));
        bytes32 before = hook.picture(pair);
        pair.burn(ALICE);
        assert(hook.calls() == 1 && hook.seen() == before);
        before = hook.picture(pair);
        _b.mint(address(pair), 0.01 ether);
        (bool hookFirst, uint256 out) = (pair.token0() == address(hook), 0.009 ether);
        pair.swap(hookFirst ? out : 0, hookFirst ? 0 : out, ALICE, "");
        assert(hook.calls() == 2 && hook.seen() == before);
    }
}
