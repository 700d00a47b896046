// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Till} from "../contracts/Till.sol";
import {CHEATS} from "./Cheats.sol";

interface Token {
    function balanceOf(address account) external view returns (uint256);
    function totalSupply() external view returns (uint256);
}

/// Runs on a fork of our chain: what it reads is there, what it writes is forge's alone.
contract ForkTest {
    Till private till = Till(CHEATS.envAddress("TILL"));

    function test_IsOnTheChainThatItForked() external view {
        require(block.chainid == CHEATS.envUint("CHAIN_ID"), "chain id");
        require(block.number >= CHEATS.envUint("FORK_BLOCK"), "number");
        require(block.coinbase != address(1), "coinbase");
    }

    function test_ReadsCodeStorageAndBalances() external view {
        require(till.price() == CHEATS.envUint("PRICE"), "price");
        require(till.total() == CHEATS.envUint("TOTAL"), "total");
        require(address(till).balance == till.total(), "balance");
    }

    function test_SeesTheNativeCoinAsAnErc20() external view {
        Token token = Token(CHEATS.envAddress("AI"));
        address holder = CHEATS.envAddress("HOLDER");
        require(holder.balance > 0 && token.balanceOf(holder) == holder.balance, "one balance");
        require(token.totalSupply() == CHEATS.envUint("SUPPLY"), "supply");
    }

    function test_PaysOnTheForkAsSomebodyElse() external {
        uint256 before = till.total();
        CHEATS.prank(CHEATS.envAddress("HOLDER"));
        till.pay{value: till.price()}("on the fork");
        require(till.total() == before + till.price(), "total");
    }

    function test_IsRefusedAsOnTheChain() external {
        CHEATS.expectRevert(abi.encodeWithSelector(Till.Underpaid.selector, till.price(), 1));
        till.pay{value: 1}("too little");
    }
}
