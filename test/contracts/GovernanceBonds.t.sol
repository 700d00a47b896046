// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {ProposalBond} from "@hanzo/governance/ProposalBond.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {GovernanceGenesis, Plan} from "./GovernanceGenesis.t.sol";
import {VM} from "./Vm.sol";

/// @dev What becomes of the bond, for each way that a proposal can end.
contract GovernanceBondsTest is GovernanceGenesis {
    function setUp() external {
        _governance();
        VM.deal(address(TIMELOCK), 100 ether);
    }

    function _expectBurned(uint256 proposalId) private {
        assert(GOVERNOR.isBondForfeited(proposalId));
        VM.expectEmit(address(BONDS));
        emit ProposalBond.BondBurned(proposalId, _voter(0), BOND);
        VM.prank(STRANGER);
        BONDS.resolve(proposalId);
        assert(SINK.burnedBy(uint8(AIBurn.Category.Governance)) == BOND && _voter(0).balance == 0);
        _expectResolvedOnce(proposalId);
    }

    function _expectRefunded(uint256 proposalId) private {
        assert(!GOVERNOR.isBondForfeited(proposalId));
        VM.expectEmit(address(BONDS));
        emit ProposalBond.BondRefunded(proposalId, _voter(0), BOND);
        VM.prank(STRANGER);
        BONDS.resolve(proposalId);
        assert(_voter(0).balance == BOND && SINK.totalBurned() == 0);
        _expectResolvedOnce(proposalId);
    }

    function _expectResolvedOnce(uint256 proposalId) private {
        assert(address(BONDS).balance == 0);
        VM.expectRevert(abi.encodeWithSelector(ProposalBond.NoBond.selector, proposalId, _voter(0)));
        BONDS.resolve(proposalId);
    }

    function _cancel(address caller, uint256 proposalId) private {
        VM.prank(caller);
        GOVERNOR.cancel(proposalId);
    }

    function _expectUnableToCancel(address caller, uint256 proposalId) private {
        VM.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, proposalId, caller));
        _cancel(caller, proposalId);
    }

    function test_holdsTheBondUntilTheVoteIsOver() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        VM.expectRevert(
            abi.encodeWithSelector(ProposalBond.StillOpen.selector, proposalId, IGovernor.ProposalState.Pending)
        );
        BONDS.resolve(proposalId);
        _open(proposalId);
        assert(!GOVERNOR.isBondForfeited(proposalId));
        VM.expectRevert(
            abi.encodeWithSelector(ProposalBond.StillOpen.selector, proposalId, IGovernor.ProposalState.Active)
        );
        BONDS.resolve(proposalId);
        VM.expectRevert(abi.encodeWithSelector(ProposalBond.AlreadyProposed.selector, proposalId, _voter(0)));
        VM.prank(_voter(0));
        BONDS.reclaim(proposalId);
    }

    function test_defeatByVotesBurns() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        _vote(_voter(1), proposalId, AGAINST);
        _close(proposalId);
        _expectBurned(proposalId);
    }

    function test_defeatByLackOfQuorumBurns() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        _vote(_minnow(3), proposalId, FOR);
        _close(proposalId);
        _expectBurned(proposalId);
    }

    function test_successRefunds() external {
        _expectRefunded(_pass(_grantPlan()));
    }

    function test_queueingRefunds() external {
        _expectRefunded(_passAndQueue(_grantPlan()));
    }

    function test_executionRefunds() external {
        uint256 proposalId = _passAndQueue(_grantPlan());
        GOVERNOR.execute(proposalId);
        _expectRefunded(proposalId);
    }

    function test_expiryRefunds() external {
        uint256 proposalId = _pass(_grantPlan());
        VM.warp(block.timestamp + 8 days);
        assert(_isState(proposalId, IGovernor.ProposalState.Expired));
        _expectRefunded(proposalId);
    }

    function test_theProposerTakesItBackBeforeTheVote() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        VM.warp(GOVERNOR.proposalSnapshot(proposalId));
        _expectUnableToCancel(STRANGER, proposalId);
        _cancel(_voter(0), proposalId);
        _expectRefunded(proposalId);
    }

    function test_theProposerLosesTheBondOnceVotingBegan() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        _expectUnableToCancel(_voter(1), proposalId);
        _cancel(_voter(0), proposalId);
        assert(_isState(proposalId, IGovernor.ProposalState.Canceled));
        _expectBurned(proposalId);
    }

    function test_theProposerCannotCancelAfterTheVote() external {
        uint256 proposalId = _pass(_grantPlan());
        _expectUnableToCancel(_voter(0), proposalId);
        GOVERNOR.queue(proposalId);
        _expectUnableToCancel(_voter(0), proposalId);
    }

    function test_aVetoBeforeTheVoteRefunds() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _cancel(GUARDIAN, proposalId);
        _expectRefunded(proposalId);
    }

    function test_aVetoOfAnOpenVoteRefunds() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _open(proposalId);
        _cancel(GUARDIAN, proposalId);
        _expectRefunded(proposalId);
    }

    function test_aVetoOfWhatSucceededRefunds() external {
        uint256 proposalId = _pass(_grantPlan());
        _cancel(GUARDIAN, proposalId);
        _expectRefunded(proposalId);
    }

    function test_aVetoOfWhatIsQueuedRefundsAndStopsTheTimelock() external {
        Plan memory plan = _grantPlan();
        uint256 proposalId = _passAndQueue(plan);
        _cancel(GUARDIAN, proposalId);
        bytes32 salt = bytes20(address(GOVERNOR)) ^ keccak256(bytes(plan.description));
        bytes32 operation = TIMELOCK.hashOperationBatch(plan.targets, plan.values, plan.calldatas, 0, salt);
        assert(!TIMELOCK.isOperation(operation));
        _expectRefunded(proposalId);
    }

    function test_aVetoAtTheTimelockRefunds() external {
        Plan memory plan = _grantPlan();
        uint256 proposalId = _passAndQueue(plan);
        bytes32 salt = bytes20(address(GOVERNOR)) ^ keccak256(bytes(plan.description));
        bytes32 operation = TIMELOCK.hashOperationBatch(plan.targets, plan.values, plan.calldatas, 0, salt);
        VM.prank(GUARDIAN);
        TIMELOCK.cancel(operation);
        assert(_isState(proposalId, IGovernor.ProposalState.Canceled));
        _expectRefunded(proposalId);
    }

    function test_theGuardianSavesNoLostBond() external {
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        _close(proposalId);
        _expectUnableToCancel(GUARDIAN, proposalId);
        _expectBurned(proposalId);
    }

    function test_nobodyVetoesWhatIsDone() external {
        uint256 proposalId = _passAndQueue(_grantPlan());
        GOVERNOR.execute(proposalId);
        VM.prank(GUARDIAN);
        (bool ok, ) = address(GOVERNOR).call(abi.encodeWithSignature("cancel(uint256)", proposalId));
        assert(!ok && GRANTEE.balance == 7 ether);
    }

    function test_theGuardianAsProposerIsAProposer() external {
        _stake(GUARDIAN, 10_000 ether);
        _stake(STRANGER, 10_000 ether);
        VM.warp(block.timestamp + 1);
        uint256 proposalId = _propose(GUARDIAN, _grantPlan());
        _open(proposalId);
        _cancel(GUARDIAN, proposalId);
        assert(GOVERNOR.isBondForfeited(proposalId));
    }
}
