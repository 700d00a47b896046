// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Hanzo USD, play money of devnets
 * @notice Backed by nothing and free for anyone: a quote token for the market and the sale where there is no real
 * one. Amounts are in units of 10^-18 hUSD.
 */
contract HUSD is ERC20Permit {
    /// @notice What one call of `faucet` gives.
    uint256 public constant FAUCET_AMOUNT = 1_000 ether;

    /// @param seed What the $AI/hUSD pair starts with.
    constructor(uint256 seed) ERC20("Hanzo USD", "hUSD") ERC20Permit("Hanzo USD") {
        _mint(Predeploys.HMM_PAIR_AI_HUSD, seed);
    }

    /// @notice Gives the caller 1,000 hUSD.
    function faucet() external {
        _mint(msg.sender, FAUCET_AMOUNT);
    }
}
