// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PriceBook} from "@hanzo/compute/PriceBook.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {WholeGenesis} from "../WholeGenesis.sol";

/// @dev What a proposal is made of.
struct Plan {
    GovernorTypes.ProposalType proposalType;
    address[] targets;
    uint256[] values;
    bytes[] calldatas;
    string description;
}

/// @dev What governance of a devnet may want: words, grants, parameters, liquidity, the sale.
abstract contract Plans is WholeGenesis {
    uint256 internal constant PLANS = 11;

    /// @dev Plan `kind`, of which `serial` tells equal ones apart; `value` is of no unit in particular.
    function _plan(uint256 kind, uint256 serial, uint256 value) internal pure returns (Plan memory plan) {
        plan.description = string(abi.encodePacked("Plan ", bytes32(serial)));
        plan.proposalType = GovernorTypes.ProposalType.Parameter;
        if (kind == 0) {
            plan.proposalType = GovernorTypes.ProposalType.Text;
            _add(plan, address(TIMELOCK), 0, "");
        } else if (kind == 1) {
            plan.proposalType = GovernorTypes.ProposalType.Treasury;
            _add(plan, _dev(value % DEVS), value % 10_000 ether, "");
        } else if (kind == 2) {
            _add(plan, address(STAKING), 0, abi.encodeCall(STAKING.setUnbondingPeriod, (uint48(1 + (value % 300)))));
        } else if (kind == 3) {
            _add(plan, address(TREASURY_VAULT), 0, abi.encodeCall(TREASURY_VAULT.setStakingShareBps, (value % 5_001)));
        } else if (kind == 4) {
            bytes memory data = abi.encodeCall(BOOK.setPrice, (uint8(PriceBook.Item.GpuSecond), 1e15 + (value % 1e15)));
            _add(plan, address(BOOK), 0, data);
        } else if (kind == 5) {
            bytes memory data = abi.encodeCall(PAYMENTS.setRecycleBps, (value % 5_001));
            _add(plan, address(PAYMENTS), 0, data);
        } else {
            _coinPlan(plan, kind, value);
        }
    }

    function _coinPlan(Plan memory plan, uint256 kind, uint256 value) private pure {
        plan.proposalType = GovernorTypes.ProposalType.Treasury;
        if (kind == 6) {
            bytes memory data = abi.encodeCall(SALE.start, (USD, 200 + (value % 600), 0.001 ether, 0.0001 ether, false));
            _add(plan, address(SALE), 0, data);
        } else if (kind == 7) {
            bytes memory data = abi.encodeCall(RESERVE.release, (_dev(value % DEVS), value % 1_000_000 ether));
            _add(plan, address(RESERVE), 0, data);
        } else if (kind == 8) {
            uint256 shares = 1 ether + (value % 50_000 ether);
            _add(plan, address(RESERVE), 0, abi.encodeCall(RESERVE.remove, (address(USD), shares, 0, 0, NEVER)));
        } else if (kind == 9) {
            uint256 quote = 1 ether + (value % 10_000 ether);
            bytes memory data = abi.encodeCall(RESERVE.add, (address(USD), 100_000 ether, quote, 0, 0, NEVER));
            _add(plan, address(USD), 0, abi.encodeCall(USD.approve, (address(RESERVE), quote)));
            _add(plan, address(RESERVE), 0, data);
        } else {
            // Nobody but the guardians can make this one wait less.
            plan.proposalType = GovernorTypes.ProposalType.Emergency;
            bytes memory data = abi.encodeCall(BREAKER.setLimit, (address(TRAINERS), value % 1_001, 60));
            _add(plan, address(BREAKER), 0, data);
        }
    }

    function _add(Plan memory plan, address target, uint256 value, bytes memory data) private pure {
        uint256 n = plan.targets.length;
        address[] memory targets = new address[](n + 1);
        uint256[] memory values = new uint256[](n + 1);
        bytes[] memory calldatas = new bytes[](n + 1);
        for (uint256 i = 0; i < n; ++i) {
            (targets[i], values[i], calldatas[i]) = (plan.targets[i], plan.values[i], plan.calldatas[i]);
        }
        (targets[n], values[n], calldatas[n]) = (target, value, data);
        (plan.targets, plan.values, plan.calldatas) = (targets, values, calldatas);
    }
}
