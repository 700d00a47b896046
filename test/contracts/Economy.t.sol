// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {Genesis} from "./Genesis.sol";
import {VM} from "./Vm.sol";

/// @dev Blocks of any difficulty by any sealer, users who move and burn, and whoever calls release.
contract EconomyHandler is Genesis {
    uint256 public constant USERS_WEI = 1_000_000 ether;
    address[3] public actors = [address(0xA11CE), address(0xB0B0B), address(0xCA401)];
    uint256 public number;
    /// @dev Sum of budgets of the blocks that were made, at the quality they had.
    uint256 public paidMax;
    uint256 public burned;

    constructor() {
        _genesis();
        VM.deal(actors[0], USERS_WEI);
        VM.roll(0);
        VM.roll(1);
        VM.setBlockhash(0, keccak256("genesis"));
    }

    function makeBlock(uint256 operations, uint256 difficulty, uint16 quality, uint8 sealer, uint16 skip) external {
        number += 1 + (skip % 1_000);
        VM.roll(number);
        VM.setBlockhash(0, keccak256("genesis"));
        difficulty = 1 + (difficulty % 2 ** 200);
        operations %= 2 ** 201;
        uint256 qualityBps = quality % 10_001;
        paidMax += REWARDS.calculateReward(number, difficulty, qualityBps, difficulty);
        VM.prank(Predeploys.SYSTEM);
        REWARDS.onBlock(actors[sealer % 3], operations, qualityBps, difficulty);
    }

    function transfer(uint8 from, uint8 to, uint256 value) external {
        address sender = actors[from % 3];
        value %= sender.balance + 1;
        VM.prank(sender);
        assert(TOKEN.transfer(actors[to % 3], value));
    }

    function burn(uint8 from, uint8 category, uint256 value) external {
        address sender = actors[from % 3];
        value %= sender.balance + 1;
        burned += value;
        VM.prank(sender);
        if (category % 6 == 5) TOKEN.burn(value);
        else SINK.burn{value: value}(AIBurn.Category(category % 6));
    }

    function deposit(uint8 from, uint256 value) external {
        address sender = actors[from % 3];
        value %= sender.balance + 1;
        VM.prank(sender);
        TOKEN.deposit{value: value}();
    }

    function stream() external {
        VM.roll(number);
        ECOSYSTEM_VAULT.release();
    }
}

/// @dev Invariants M1 to M4, M6, M7 and M15 of the token economy.
contract EconomyInvariants is Genesis {
    EconomyHandler private _handler;

    function setUp() external {
        _handler = new EconomyHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev M1: coins only move.
    function invariant_ConservesCoins() external view {
        uint256 sum = address(MINING_VAULT).balance + address(ECOSYSTEM_VAULT).balance + address(VALIDATORS).balance
            + address(SINK).balance + TIMELOCK.balance;
        for (uint256 i = 0; i < 3; ++i) sum += _handler.actors(i).balance;
        assert(sum == MINING + ECOSYSTEM + STAKES + _handler.USERS_WEI());
    }

    /// @dev M2 and M7: supply falls by what the sink gets, and the sink keeps it.
    function invariant_SinkKeepsWhatWasBurned() external view {
        assert(SINK.totalBurned() == _handler.burned());
        assert(TOKEN.totalSupply() == TOKEN.MAX_SUPPLY() - _handler.burned());
    }

    /// @dev M3 and M4: a vault stays within bucket and schedule, and holds the rest.
    function invariant_VaultsKeepToTheSchedule() external view {
        uint256 number = _handler.number();
        assert(MINING_VAULT.released() <= MINING_VAULT.entitlement(number));
        assert(MINING_VAULT.released() + address(MINING_VAULT).balance == MINING);
        assert(ECOSYSTEM_VAULT.released() <= ECOSYSTEM_VAULT.entitlement(number));
        assert(ECOSYSTEM_VAULT.released() + address(ECOSYSTEM_VAULT).balance == ECOSYSTEM);
    }

    /// @dev M6: rewards are at most the budgets; all of them left the mining vault.
    function invariant_RewardsKeepToTheBudget() external view {
        assert(REWARDS.totalPaid() <= _handler.paidMax());
        assert(REWARDS.totalPaid() == MINING_VAULT.released());
    }

    /// @dev Stakes never leave; the pot is what rewards brought.
    function invariant_StakesAreHeld() external view {
        assert(VALIDATORS.total() == STAKES);
        assert(VALIDATORS.pot() <= REWARDS.totalPaid() / 10);
    }

    /// @dev M15: the facade keeps nothing.
    function invariant_FacadeHoldsNothing() external view {
        assert(address(TOKEN).balance == 0);
    }
}
