// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Predeploys} from "@hanzo/Predeploys.sol";
import {StakingGenesis} from "./StakingGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Blocks, releases by anybody, shares that governance sets, and donors.
contract TreasuryHandler is StakingGenesis {
    uint256 public number = 1;
    uint256 public donated;

    constructor() {
        _genesis();
    }

    function release(uint16 blocks) external {
        number += blocks % 300;
        VM.roll(number);
        uint256 due = VAULT.available();
        _equal(VAULT.release(), due);
    }

    function setShare(uint8 blocks, uint16 shareBps) external {
        number += blocks;
        VM.roll(number);
        VM.prank(Predeploys.TIMELOCK);
        VAULT.setStakingShareBps(shareBps % 5_001);
    }

    function donate(uint64 value) external {
        donated += value;
        VM.deal(address(VAULT), address(VAULT).balance + value);
    }
}

/// @dev Invariants M3 and M4 of the token economy, for the treasury.
contract TreasuryVaultInvariants is StakingGenesis {
    TreasuryHandler private _handler;

    function setUp() external {
        _handler = new TreasuryHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_KeepsToBucketAndSchedule_AndStakesGetHalfAtMost() external view {
        uint256 released = VAULT.released();
        assert(released <= VAULT.entitlement(_handler.number()));
        _equal(released + address(VAULT).balance, TREASURY + _handler.donated());
        _equal(Predeploys.TIMELOCK.balance + address(STAKING).balance, released);
        _equal(STAKING.rewardBudget(), address(STAKING).balance);
        assert(address(STAKING).balance <= released / 2);
    }
}
