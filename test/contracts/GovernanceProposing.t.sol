// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {AIGovernor} from "@hanzo/governance/AIGovernor.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {ProposalBond} from "@hanzo/governance/ProposalBond.sol";
import {GovernanceGenesis, Plan} from "./GovernanceGenesis.t.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {VM} from "./Vm.sol";

/// @dev Who may propose what, and on which bond.
contract GovernanceProposingTest is GovernanceGenesis {
    function setUp() external {
        _governance();
    }

    function _proposePlain(address proposer, Plan memory plan) private returns (uint256) {
        VM.prank(proposer);
        return GOVERNOR.propose(plan.targets, plan.values, plan.calldatas, plan.description);
    }

    function _depositFor(Plan memory plan, address depositor) private {
        VM.deal(depositor, BOND);
        VM.prank(depositor);
        BONDS.deposit{value: BOND}(_idOf(plan), depositor);
    }

    function _expectWrongType(GovernorTypes.ProposalType proposalType, uint256 index) private {
        VM.expectRevert(abi.encodeWithSelector(GovernorTypes.CallNotOfType.selector, proposalType, index));
    }

    /// @dev Proposes with the bond in hand, so that nothing comes between `expectRevert` and the call.
    function _attempt(Plan memory plan) private {
        _proposeWith(_voter(0), BOND, plan);
    }

    function test_proposesWithATypeAndABond() external {
        Plan memory plan = _grantPlan();
        VM.deal(_voter(0), BOND);
        VM.expectEmit(address(BONDS));
        emit ProposalBond.BondDeposited(_idOf(plan), _voter(0), BOND);
        VM.expectEmit(address(GOVERNOR));
        emit IGovernor.ProposalCreated(
            _idOf(plan),
            _voter(0),
            plan.targets,
            plan.values,
            new string[](1),
            plan.calldatas,
            block.timestamp + DELAY,
            block.timestamp + DELAY + PERIOD,
            plan.description
        );
        VM.expectEmit(address(GOVERNOR));
        emit GovernorTypes.ProposalTyped(_idOf(plan), plan.proposalType, 4);
        uint256 proposalId = _proposeWith(_voter(0), BOND, plan);
        assert(proposalId == _idOf(plan));
        assert(BONDS.bondOf(proposalId, _voter(0)) == BOND);
        assert(address(BONDS).balance == BOND && address(GOVERNOR).balance == 0);
        assert(GOVERNOR.typeOf(proposalId) == GovernorTypes.ProposalType.Treasury);
        assert(GOVERNOR.proposalProposer(proposalId) == _voter(0));
        assert(GOVERNOR.proposalCount() == 1);
        (address[] memory targets, , , ) = GOVERNOR.proposalDetails(proposalId);
        assert(targets.length == 1 && targets[0] == GRANTEE);
        assert(_isState(proposalId, IGovernor.ProposalState.Pending));
    }

    function test_refusesAnyOtherBond() external {
        Plan memory plan = _grantPlan();
        VM.deal(_voter(0), 2 * BOND);
        uint256[4] memory wrong = [0, BOND - 1, BOND + 1, 2 * BOND];
        for (uint256 i = 0; i < wrong.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(ProposalBond.NotBondSize.selector, wrong[i], BOND));
            _proposeWith(_voter(0), wrong[i], plan);
        }
    }

    function test_refusesVotesBelowTheThreshold() external {
        address minnow = _minnow(4);
        VM.deal(minnow, BOND);
        VM.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, minnow, 4e18, THRESHOLD)
        );
        _proposeWith(minnow, BOND, _grantPlan());
        assert(minnow.balance == BOND);
    }

    function test_needsTheWholeThreshold() external {
        VM.prank(_voter(0));
        STAKING.unstake(1_000);
        VM.warp(block.timestamp + 1);
        VM.deal(_voter(0), BOND);
        VM.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector,
                _voter(0),
                THRESHOLD - 1,
                THRESHOLD
            )
        );
        _proposeWith(_voter(0), BOND, _grantPlan());
    }

    function test_refusesTheSameProposalTwice() external {
        Plan memory plan = _grantPlan();
        uint256 proposalId = _propose(_voter(0), plan);
        VM.deal(_voter(1), BOND);
        VM.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector,
                proposalId,
                IGovernor.ProposalState.Pending,
                bytes32(0)
            )
        );
        _proposeWith(_voter(1), BOND, plan);
        assert(_voter(1).balance == BOND);
    }

    function test_reservesADescriptionForItsProposer() external {
        Plan memory plan = _grantPlan();
        plan.description = "Mine #proposer=0x0000000000000000000000000000000000004004";
        VM.deal(_voter(0), BOND);
        VM.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, _voter(0)));
        _proposeWith(_voter(0), BOND, plan);
    }

    function test_proposesPlainlyOnABondDepositedBefore() external {
        Plan memory plan = _grantPlan();
        _depositFor(plan, _voter(0));
        uint256 proposalId = _proposePlain(_voter(0), plan);
        assert(GOVERNOR.typeOf(proposalId) == GovernorTypes.ProposalType.Treasury);
    }

    function test_refusesAPlainProposalWithoutABondOfItsProposer() external {
        Plan memory plan = _grantPlan();
        _depositFor(plan, _voter(1));
        VM.expectRevert(abi.encodeWithSelector(AIGovernor.NotBonded.selector, _idOf(plan), _voter(0)));
        _proposePlain(_voter(0), plan);
    }

    /// @dev Whoever pays the bond in a proposer's name has given it away.
    function test_aBondGivenInOnesNameBlocksNobody() external {
        Plan memory plan = _grantPlan();
        VM.deal(STRANGER, BOND);
        VM.prank(STRANGER);
        BONDS.deposit{value: BOND}(_idOf(plan), _voter(0));
        VM.deal(_voter(0), BOND);
        VM.expectRevert(abi.encodeWithSelector(ProposalBond.AlreadyBonded.selector, _idOf(plan), _voter(0)));
        _proposeWith(_voter(0), BOND, plan);
        _proposeWith(_voter(0), 0, plan);
        assert(GOVERNOR.proposalProposer(_idOf(plan)) == _voter(0) && _voter(0).balance == BOND);
    }

    function test_aBondOfOthersBlocksNobody() external {
        Plan memory plan = _grantPlan();
        _depositFor(plan, STRANGER);
        uint256 proposalId = _propose(_voter(0), plan);
        assert(BONDS.isBonded(proposalId, _voter(0)) && BONDS.isBonded(proposalId, STRANGER));
        VM.prank(STRANGER);
        BONDS.reclaim(proposalId);
        assert(STRANGER.balance == BOND);
    }

    function test_aPlainProposalThatMovesNoCoinsIsOfParameters() external {
        Plan memory plan = _switchPlan(GovernorTypes.ProposalType.Parameter);
        _depositFor(plan, _voter(0));
        uint256 proposalId = _proposePlain(_voter(0), plan);
        assert(GOVERNOR.typeOf(proposalId) == GovernorTypes.ProposalType.Parameter);
    }

    function test_aPlainProposalThatCallsTheFacadeIsOfTheTreasury() external {
        bytes memory data = abi.encodeCall(TOKEN.transfer, (GRANTEE, 1));
        Plan memory plan = _plan(GovernorTypes.ProposalType.Treasury, address(TOKEN), 0, data);
        _depositFor(plan, _voter(0));
        uint256 proposalId = _proposePlain(_voter(0), plan);
        assert(GOVERNOR.typeOf(proposalId) == GovernorTypes.ProposalType.Treasury);
    }

    function test_textDoesNothing() external {
        VM.deal(_voter(0), 10 * BOND);
        GovernorTypes.ProposalType text = GovernorTypes.ProposalType.Text;
        _expectWrongType(text, 0);
        _attempt(_plan(text, GRANTEE, 0, ""));
        _expectWrongType(text, 0);
        _attempt(_plan(text, address(TIMELOCK), 1, ""));
        _expectWrongType(text, 0);
        _attempt(_plan(text, address(TIMELOCK), 0, hex"00"));
        _attempt(_textPlan());
    }

    function test_everyCallKeepsToTheType() external {
        VM.deal(_voter(0), BOND);
        Plan memory plan = _textPlan();
        plan.targets = new address[](2);
        plan.values = new uint256[](2);
        plan.calldatas = new bytes[](2);
        plan.targets[0] = address(TIMELOCK);
        plan.targets[1] = GRANTEE;
        _expectWrongType(GovernorTypes.ProposalType.Text, 1);
        _attempt(plan);
    }

    function test_parametersMoveNoCoins() external {
        VM.deal(_voter(0), 10 * BOND);
        GovernorTypes.ProposalType parameter = GovernorTypes.ProposalType.Parameter;
        _expectWrongType(parameter, 0);
        _attempt(_plan(parameter, GRANTEE, 1, ""));
        _expectWrongType(parameter, 0);
        _attempt(_plan(parameter, address(TOKEN), 0, abi.encodeCall(TOKEN.transfer, (GRANTEE, 1))));
        _expectWrongType(parameter, 0);
        _attempt(_plan(parameter, Predeploys.LIQUIDITY_RESERVE, 0, ""));
        _attempt(_switchPlan(parameter));
    }

    function test_asksForTheTypeOfWhatExists() external {
        VM.expectRevert(abi.encodeWithSelector(IGovernor.GovernorNonexistentProposal.selector, 1));
        GOVERNOR.typeOf(1);
        VM.expectRevert(abi.encodeWithSelector(IGovernor.GovernorNonexistentProposal.selector, 1));
        GOVERNOR.isBondForfeited(1);
    }

    function test_takesNoCoins() external {
        VM.expectRevert(abi.encodeWithSelector(IGovernor.GovernorDisabledDeposit.selector));
        (bool ok, ) = address(GOVERNOR).call{value: 0}("");
        assert(ok);
    }
}
