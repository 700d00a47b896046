// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HMMMath} from "@hanzo/market/HMMMath.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {Borrower} from "./MarketTokens.sol";
import {VM} from "./Vm.sol";

/// @dev Swaps that are paid for in the callback; the borrower knocks at every door of the pair meanwhile.
contract HMMLoanTest is MarketGenesis {
    Borrower private _borrower;

    function setUp() external {
        _genesis();
        _borrower = new Borrower();
    }

    function testFuzz_ALoanCostsTheFeeInKind(uint256 amount, bool coins) external {
        amount = 1 ether + amount % 400_000 ether;
        uint256 due = amount * 1_000 / 997 + 1;
        VM.deal(address(_borrower), due);
        _giveUsd(address(_borrower), due);
        _borrower.borrow(PAIR, coins ? amount : 0, coins ? 0 : amount, coins ? due : 0, coins ? 0 : due);
        _equal(_borrower.refused(), 5);
        assert(_borrower.seen() == keccak256(abi.encode(SEED_COINS, SEED_QUOTE, PAIR.totalSupply())));
        assert(SINK.burnedBy(uint8(AIBurn.Category.HMM)) > 0);
    }

    function test_ALoanThatIsNotRepaidIsUndone() external {
        VM.deal(address(_borrower), 1 ether);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.InsufficientInput.selector));
        _borrower.borrow(PAIR, 1_000 ether, 0, 0, 0);
        VM.expectRevert(abi.encodeWithSelector(HMMMath.ConstantProductFell.selector));
        _borrower.borrow(PAIR, 1_000 ether, 0, 1_000 ether, 0);
    }

    function testFuzz_ALoanMayBeRepaidInBoth(uint256 amount, uint256 part) external {
        amount = 1 ether + amount % 20_000 ether;
        uint256 kept = part % amount;
        uint256 quote = kept * (SEED_QUOTE + 1) / (SEED_COINS - amount) * 1_010 / 1_000 + 1 ether;
        uint256 back = (amount - kept) * 1_010 / 1_000 + 1;
        VM.deal(address(_borrower), back);
        _giveUsd(address(_borrower), quote);
        _borrower.borrow(PAIR, amount, 0, back, quote);
        uint256 fee = back / 1_000;
        uint256 coins = SEED_COINS - amount + back - fee;
        fee += quote * coins / ((SEED_QUOTE + quote) * 1_000);
        _equal(TIMELOCK.balance, fee * 75 / 100);
        _equal(SINK.burnedBy(uint8(AIBurn.Category.HMM)), fee - fee * 75 / 100);
    }
}
