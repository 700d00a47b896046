// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Predeploys} from "@hanzo/Predeploys.sol";
import {VM} from "../Vm.sol";
import {World} from "./World.sol";

/// @dev Sealers, and time: blocks of any work, mostly few at a time, now and then a season.
abstract contract TimeCalls is World {
    uint256 private constant BLOCK_SECONDS = 2;
    uint256 private constant SEASON = 150;

    uint256 private _releasedBefore;
    /// @dev The most wei by which a block was ever paid more than its budget.
    uint256 private _worstExcess;

    function mine(uint8 sealer, uint256 operations, uint256 difficulty, uint16 quality, uint8 blocks) external acts {
        // A quarter of the blocks is sealed by whoever is no genesis validator, be it the vault or nobody.
        address[4] memory odd = [address(0), address(TOKEN), address(MINING_VAULT), _person(sealer)];
        address coinbase = sealer % 4 == 0 ? odd[sealer / 64] : _payout(sealer % VALIDATORS);
        difficulty = 1 + (difficulty % 2 ** 200);
        _advance(blocks % 32 == 31 ? SEASON : 1 + (blocks % 12));
        VM.prank(Predeploys.SYSTEM);
        REWARDS.onBlock(coinbase, operations % 2 ** 201, quality % 8 == 0 ? quality % 10_001 : 5_000, difficulty);
        _done();
    }

    /// @dev M6: wei above the budget that the mining vault ever paid in one block.
    function excess() public view returns (uint256) {
        uint256 paid = MINING_VAULT.released() - _releasedBefore;
        uint256 budget = REWARDS.calculateReward(number, 1, 10_000, 1);
        return paid > budget + _worstExcess ? paid - budget : _worstExcess;
    }

    function _advance(uint256 blocks) private {
        _worstExcess = excess();
        _releasedBefore = MINING_VAULT.released();
        number += blocks;
        time += blocks * BLOCK_SECONDS;
        VM.roll(number);
        VM.warp(time);
    }
}
