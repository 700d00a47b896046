// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {HMMReserves} from "@hanzo/market/HMMReserves.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Donations and averages.
contract HMMReservesTest is MarketGenesis {
    function setUp() external {
        _genesis();
        _fund(ALICE, 1_000_000 ether, 1_000_000 ether);
    }

    function _picture() private view returns (uint256 price0, uint256 price1) {
        return (PAIR.price0CumulativeLast(), PAIR.price1CumulativeLast());
    }

    function _donateUsd(uint256 value) private {
        VM.prank(ALICE);
        assert(USD.transfer(address(PAIR), value));
    }

    function test_PlainSendsBounceAndFacadeMovesArrive() external {
        VM.prank(ALICE);
        (bool ok, ) = address(PAIR).call{value: 1 ether}("");
        assert(!ok && address(PAIR).balance == SEED_COINS);
        VM.prank(ALICE);
        assert(TOKEN.transfer(address(PAIR), 1 ether));
        _equal(address(PAIR).balance, SEED_COINS + 1 ether);
    }

    function test_SkimSendsWhatIsAboveTheReserves() external {
        VM.deal(address(PAIR), SEED_COINS + 7);
        _donateUsd(9);
        PAIR.skim(BOB);
        assert(BOB.balance == 7 && USD.balanceOf(BOB) == 9);
        PAIR.skim(BOB);
        assert(BOB.balance == 7 && USD.balanceOf(BOB) == 9);
    }

    function test_SyncMakesDonationsReserves() external {
        VM.deal(address(PAIR), SEED_COINS + 7);
        _donateUsd(9);
        VM.expectEmit(address(PAIR));
        emit HMMReserves.Sync(uint112(SEED_COINS + 7), uint112(SEED_QUOTE + 9));
        PAIR.sync();
        (uint256 coins, uint256 quote) = _reserves();
        assert(coins == SEED_COINS + 7 && quote == SEED_QUOTE + 9);
    }

    function test_AveragesCountThePriceBeforeTheFirstChangeOfASecond() external {
        uint256 price0 = (SEED_QUOTE << 112) / SEED_COINS;
        uint256 price1 = (SEED_COINS << 112) / SEED_QUOTE;
        VM.warp(GENESIS_TIME + 10);
        _donateUsd(100_000 ether);
        PAIR.sync();
        (uint256 sum0, uint256 sum1) = _picture();
        assert(sum0 == price0 * 10 && sum1 == price1 * 10);
        _donateUsd(100_000 ether);
        PAIR.sync();
        (sum0, sum1) = _picture();
        assert(sum0 == price0 * 10 && sum1 == price1 * 10);
        VM.warp(GENESIS_TIME + 15);
        PAIR.sync();
        (sum0, sum1) = _picture();
        _equal(sum0, price0 * 10 + (((SEED_QUOTE + 200_000 ether) << 112) / SEED_COINS) * 5);
        _equal(sum1, price1 * 10 + ((SEED_COINS << 112) / (SEED_QUOTE + 200_000 ether)) * 5);
    }

    function test_TimeWrapsAround() external {
        VM.warp(2 ** 32 - 3);
        PAIR.sync();
        (uint256 before, ) = _picture();
        VM.warp(2 ** 32 + 4);
        PAIR.sync();
        (uint256 sum, ) = _picture();
        _equal(sum - before, ((SEED_QUOTE << 112) / SEED_COINS) * 7);
        (, , uint32 time) = PAIR.getReserves();
        assert(time == 4);
    }

    function test_CoinsCannotGoToTheFacade() external {
        VM.deal(address(PAIR), SEED_COINS + 7);
        VM.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, Predeploys.AI));
        PAIR.skim(Predeploys.AI);
    }
}
