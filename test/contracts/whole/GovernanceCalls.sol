// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {VM} from "../Vm.sol";
import {Plan, Plans} from "./Plans.sol";
import {World} from "./World.sol";

/// @dev Proposers, voters, guardians, and whoever queues, executes and settles bonds: by votes alone.
abstract contract GovernanceCalls is World, Plans {
    struct Bond {
        uint256 proposalId;
        address depositor;
        uint256 value;
        bool isOut;
    }

    /// @dev Every bond that was ever put up.
    Bond[] public bonds;
    uint256 public refunded;
    uint256 public burnedBonds;
    /// @dev Proposals that were carried out.
    uint256 public executed;

    /// @dev Refused where too little is staked, or the proposer has too few votes.
    function propose(uint8 who, uint8 kind, uint256 value) external acts {
        address proposer = _person(who % 7);
        if (proposer.balance < PROPOSAL_BOND) return;
        Plan memory plan = _plan(kind % PLANS, bonds.length, value);
        bytes memory data = abi.encodeWithSignature(
            "propose(uint8,address[],uint256[],bytes[],string)",
            plan.proposalType, plan.targets, plan.values, plan.calldatas, plan.description
        );
        if (!_try(proposer, address(GOVERNOR), PROPOSAL_BOND, data)) return;
        _remember(proposer, address(GOVERNOR), PROPOSAL_BOND, data);
        uint256 proposalId = GOVERNOR.getProposalId(
            plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description))
        );
        bonds.push(Bond(proposalId, proposer, PROPOSAL_BOND, false));
    }

    /// @dev For a proposal of somebody else, and back again.
    function depositBond(uint8 who, uint8 pick) external acts {
        if (bonds.length == 0 || _person(who).balance < PROPOSAL_BOND) return;
        uint256 proposalId = bonds[pick % bonds.length].proposalId;
        bytes memory data = abi.encodeCall(BONDS.deposit, (proposalId, _person(who)));
        if (!_try(_person(who), address(BONDS), PROPOSAL_BOND, data)) return;
        bonds.push(Bond(proposalId, _person(who), PROPOSAL_BOND, false));
    }

    /// @dev On eight of the last proposals, as far as they are open.
    function vote(uint8 who, uint8 pick, uint8 support) external acts {
        address voter = _person(who % 8 == 7 ? who / 8 : who % 8);
        uint8 side = support % 4 == 0 ? 0 : 1 + (support % 8 == 1 ? 1 : 0);
        for (uint256 i = 0; i < 8; ++i) {
            uint256 proposalId = _recent(uint256(pick) + i);
            if (proposalId == 0 || GOVERNOR.state(proposalId) != IGovernor.ProposalState.Active) continue;
            if (GOVERNOR.hasVoted(proposalId, voter)) continue;
            _once(voter, address(GOVERNOR), 0, abi.encodeCall(GOVERNOR.castVote, (proposalId, side)));
        }
    }

    /// @dev Queues what succeeded and executes what is due. What a proposal asks for may be refused.
    function enact(uint8 who, uint8 pick) external acts {
        for (uint256 i = 0; i < 8; ++i) {
            uint256 proposalId = _recent(uint256(pick) + i);
            if (proposalId != 0) _enact(_person(who), proposalId);
        }
    }

    /// @dev By the guardians, seldom, or by the proposer.
    function cancel(uint8 who, uint8 pick) external acts {
        if (who % 16 > 1) return;
        uint256 proposalId = _recent(pick);
        if (proposalId == 0) return;
        address caller = who % 16 == 0 ? Predeploys.GUARDIAN_SAFE : GOVERNOR.proposalProposer(proposalId);
        _try(caller, address(GOVERNOR), 0, abi.encodeWithSignature("cancel(uint256)", proposalId));
    }

    /// @dev M13: a bond leaves whole, to one side, once.
    function settleBond(uint8 who, uint8 pick) external acts {
        if (bonds.length == 0) return;
        Bond memory bond = bonds[pick % bonds.length];
        bool isProposer = GOVERNOR.proposalProposer(bond.proposalId) == bond.depositor;
        bytes memory data = isProposer
            ? abi.encodeCall(BONDS.resolve, (bond.proposalId))
            : abi.encodeCall(BONDS.reclaim, (bond.proposalId));
        uint256 sunk = address(SINK).balance;
        uint256 balance = bond.depositor.balance;
        if (!_try(isProposer ? _person(who) : bond.depositor, address(BONDS), 0, data)) return;
        bonds[_heldBond(bond.proposalId, bond.depositor)].isOut = true;
        bool isBurned = address(SINK).balance > sunk;
        _equal(address(SINK).balance - sunk, isBurned ? bond.value : 0);
        _equal(bond.depositor.balance - balance, isBurned ? 0 : bond.value);
        if (isBurned) burnedBonds += bond.value;
        else refunded += bond.value;
    }

    /// @dev Once, for it takes a week to cool down, and not for long.
    function pauseOutflows(uint8 chance) external acts {
        if (chance % 8 != 0) return;
        address guardian = Predeploys.GUARDIAN_SAFE;
        bytes memory data = BREAKER.isPaused()
            ? abi.encodeCall(BREAKER.unpause, ())
            : abi.encodeCall(BREAKER.pause, ());
        _try(guardian, address(BREAKER), 0, data);
    }

    function bondCount() external view returns (uint256) {
        return bonds.length;
    }

    function _enact(address caller, uint256 proposalId) private {
        IGovernor.ProposalState state = GOVERNOR.state(proposalId);
        if (state == IGovernor.ProposalState.Succeeded) {
            _try(Predeploys.GUARDIAN_SAFE, address(GOVERNOR), 0, abi.encodeCall(GOVERNOR.cosign, (proposalId)));
            _try(caller, address(GOVERNOR), 0, abi.encodeWithSignature("queue(uint256)", proposalId));
        } else if (state == IGovernor.ProposalState.Queued && time >= GOVERNOR.proposalEta(proposalId)) {
            bytes memory data = abi.encodeWithSignature("execute(uint256)", proposalId);
            if (_try(caller, address(GOVERNOR), 0, data)) ++executed;
        }
    }

    /// @dev Nobody has two of one proposal at a time, but who took one back may deposit again. Reverts if none is held.
    function _heldBond(uint256 proposalId, address depositor) private view returns (uint256 i) {
        while (bonds[i].isOut || bonds[i].proposalId != proposalId || bonds[i].depositor != depositor) ++i;
    }

    /// @dev One of the last sixteen, which is what a vote lasts; 0 if it was not proposed.
    function _recent(uint256 pick) private view returns (uint256 proposalId) {
        uint256 n = bonds.length;
        if (n == 0) return 0;
        proposalId = bonds[n - 1 - (pick % (n < 16 ? n : 16))].proposalId;
        if (GOVERNOR.proposalProposer(proposalId) == address(0)) return 0;
    }
}
