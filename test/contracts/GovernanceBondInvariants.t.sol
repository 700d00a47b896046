// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ProposalBond} from "@hanzo/governance/ProposalBond.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {GovernanceGenesis, Plan} from "./GovernanceGenesis.t.sol";
import {VM} from "./Vm.sol";

/// @dev Proposers who also deposit without proposing, voters, a guardian, and time.
contract GovernanceBondHandler is GovernanceGenesis {
    uint256 public constant PLANS = 6;
    uint256 public constant ACTORS = 3;

    Plan[] private _plans;
    /// @dev Kept, for what the checks after each call would cost otherwise.
    uint256[] public ids;
    address[] public actors;
    uint256 public held;
    uint256 public refunded;
    uint256 public burned;
    /// @dev How often a bond was put up, and how often it left.
    mapping(uint256 proposalId => mapping(address depositor => uint256)) public ins;
    mapping(uint256 proposalId => mapping(address depositor => uint256)) public outs;

    constructor() {
        _governance();
        for (uint256 i = 0; i < PLANS; ++i) {
            Plan memory plan = _textPlan();
            plan.description = string(abi.encodePacked("Plan ", bytes1(uint8(65 + i))));
            _plans.push(plan);
            ids.push(_idOf(plan));
        }
        for (uint256 i = 0; i < VOTERS; ++i) actors.push(_voter(i));
    }

    function propose(uint8 actor, uint8 seed) external {
        Plan memory plan = _plans[seed % PLANS];
        bytes memory data = abi.encodeWithSignature(
            "propose(uint8,address[],uint256[],bytes[],string)",
            plan.proposalType,
            plan.targets,
            plan.values,
            plan.calldatas,
            plan.description
        );
        _bond(address(GOVERNOR), ids[seed % PLANS], actors[actor % ACTORS], data);
    }

    function deposit(uint8 actor, uint8 seed) external {
        uint256 proposalId = ids[seed % PLANS];
        address depositor = actors[actor % ACTORS];
        _bond(address(BONDS), proposalId, depositor, abi.encodeCall(BONDS.deposit, (proposalId, depositor)));
    }

    function reclaim(uint8 actor, uint8 seed) external {
        uint256 proposalId = ids[seed % PLANS];
        address depositor = actors[actor % ACTORS];
        uint256 balance = depositor.balance;
        VM.prank(depositor);
        (bool ok, ) = address(BONDS).call(abi.encodeCall(BONDS.reclaim, (proposalId)));
        if (!ok) return;
        assert(depositor.balance - balance == BOND);
        refunded += BOND;
        _noteOut(proposalId, depositor);
    }

    /// @dev All of a bond goes, and to one side only.
    function resolve(uint8 seed) external {
        uint256 proposalId = ids[seed % PLANS];
        address proposer = GOVERNOR.proposalProposer(proposalId);
        uint256 balance = proposer.balance;
        uint256 sunk = address(SINK).balance;
        (bool ok, ) = address(BONDS).call(abi.encodeCall(BONDS.resolve, (proposalId)));
        if (!ok) return;
        bool isForfeited = GOVERNOR.isBondForfeited(proposalId);
        assert(address(SINK).balance - sunk == (isForfeited ? BOND : 0));
        assert(proposer.balance - balance == (isForfeited ? 0 : BOND));
        if (isForfeited) burned += BOND;
        else refunded += BOND;
        _noteOut(proposalId, proposer);
    }

    function vote(uint8 voter, uint8 seed, uint8 support) external {
        VM.prank(actors[voter % VOTERS]);
        _try(abi.encodeCall(GOVERNOR.castVote, (ids[seed % PLANS], support % 3)));
    }

    function cancel(uint8 actor, uint8 seed) external {
        VM.prank(actor % 8 == 0 ? GUARDIAN : actors[actor % ACTORS]);
        _try(abi.encodeWithSignature("cancel(uint256)", ids[seed % PLANS]));
    }

    function advance(uint8 elapsed, uint8 seed) external {
        VM.warp(block.timestamp + 1 + (elapsed % 40));
        _try(abi.encodeWithSignature("queue(uint256)", ids[seed % PLANS]));
    }

    /// @dev Refusals of the governor are as good as its consent.
    function _try(bytes memory data) private {
        (bool ok, ) = address(GOVERNOR).call(data);
        ok;
    }

    function _bond(address target, uint256 proposalId, address depositor, bytes memory data) private {
        VM.deal(depositor, depositor.balance + BOND);
        VM.prank(depositor);
        (bool ok, ) = target.call{value: BOND}(data);
        if (!ok) return;
        ++ins[proposalId][depositor];
        held += BOND;
        assert(BONDS.isBonded(proposalId, depositor));
    }

    function _noteOut(uint256 proposalId, address depositor) private {
        ++outs[proposalId][depositor];
        held -= BOND;
        assert(!BONDS.isBonded(proposalId, depositor));
    }
}

/// @dev Invariant M13 of the token economy.
contract GovernanceBondInvariants {
    ProposalBond private constant BONDS = ProposalBond(Predeploys.PROPOSAL_BOND);
    GovernanceBondHandler private _handler;

    function setUp() external {
        _handler = new GovernanceBondHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_bondsAreHeldBurnedOrRefunded() external view {
        assert(address(BONDS).balance == _handler.held());
        assert(Predeploys.AI_BURN.balance == _handler.burned());
    }

    /// @dev At the end of a run: every bond is still held or has left, once.
    function afterInvariant() external view {
        for (uint256 i = 0; i < _handler.PLANS(); ++i) {
            uint256 proposalId = _handler.ids(i);
            for (uint256 j = 0; j < _handler.ACTORS(); ++j) {
                address depositor = _handler.actors(j);
                uint256 held = BONDS.isBonded(proposalId, depositor) ? 1 : 0;
                assert(_handler.ins(proposalId, depositor) == _handler.outs(proposalId, depositor) + held);
            }
        }
    }
}
