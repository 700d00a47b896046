// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {ProposalBond} from "@hanzo/governance/ProposalBond.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {GovernanceGenesis, Plan} from "./GovernanceGenesis.t.sol";
import {VM} from "./Vm.sol";

/// @dev Its ways to the end of a proposal are in GovernanceBonds.t.sol.
contract ProposalBondTest is GovernanceGenesis {
    uint256 private constant ID = 42;

    function setUp() external {
        _governance();
    }

    function _deposit(address payer, address depositor) private {
        VM.deal(payer, BOND);
        VM.prank(payer);
        BONDS.deposit{value: BOND}(ID, depositor);
    }

    function _expectOutOfBounds(uint256 size) private {
        VM.expectRevert(
            abi.encodeWithSelector(ProposalBond.BondSizeOutOfBounds.selector, size, 1 ether, 1_000_000 ether)
        );
    }

    function test_startsWithinBounds() external {
        assert(new ProposalBond(1 ether).bondSize() == 1 ether);
        assert(new ProposalBond(1_000_000 ether).bondSize() == 1_000_000 ether);
        _expectOutOfBounds(1 ether - 1);
        new ProposalBond(1 ether - 1);
        _expectOutOfBounds(1_000_000 ether + 1);
        new ProposalBond(1_000_000 ether + 1);
    }

    function test_governanceSetsTheSizeWithinBounds() external {
        VM.expectEmit(address(BONDS));
        emit ProposalBond.BondSizeSet(BOND, 1_000_000 ether);
        VM.prank(address(TIMELOCK));
        BONDS.setBondSize(1_000_000 ether);
        assert(BONDS.bondSize() == 1_000_000 ether);
        _expectOutOfBounds(1 ether - 1);
        VM.prank(address(TIMELOCK));
        BONDS.setBondSize(1 ether - 1);
        _expectOutOfBounds(1_000_000 ether + 1);
        VM.prank(address(TIMELOCK));
        BONDS.setBondSize(1_000_000 ether + 1);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        VM.prank(STRANGER);
        BONDS.setBondSize(1 ether);
    }

    function test_anyonePaysForADepositor() external {
        VM.expectEmit(address(BONDS));
        emit ProposalBond.BondDeposited(ID, STRANGER, BOND);
        _deposit(GRANTEE, STRANGER);
        assert(BONDS.isBonded(ID, STRANGER) && !BONDS.isBonded(ID, GRANTEE));
        assert(BONDS.bondOf(ID, STRANGER) == BOND && address(BONDS).balance == BOND);
    }

    function testFuzz_takesTheSizeAndNothingElse(uint256 value) external {
        value %= 3 * BOND;
        VM.deal(STRANGER, value);
        if (value != BOND) {
            VM.expectRevert(abi.encodeWithSelector(ProposalBond.NotBondSize.selector, value, BOND));
        }
        VM.prank(STRANGER);
        BONDS.deposit{value: value}(ID, STRANGER);
        assert(address(BONDS).balance == (value == BOND ? BOND : 0));
    }

    function test_refusesASecondBondOfADepositor() external {
        _deposit(STRANGER, STRANGER);
        VM.deal(STRANGER, BOND);
        VM.expectRevert(abi.encodeWithSelector(ProposalBond.AlreadyBonded.selector, ID, STRANGER));
        VM.prank(STRANGER);
        BONDS.deposit{value: BOND}(ID, STRANGER);
    }

    function test_refusesDepositorsThatCannotBePaid() external {
        address[2] memory depositors = [address(0), address(TOKEN)];
        VM.deal(STRANGER, BOND);
        for (uint256 i = 0; i < depositors.length; ++i) {
            VM.expectRevert(abi.encodeWithSelector(ProposalBond.InvalidDepositor.selector, depositors[i]));
            VM.prank(STRANGER);
            BONDS.deposit{value: BOND}(ID, depositors[i]);
        }
    }

    function test_takesNoCoinsWithoutAProposal() external {
        VM.deal(STRANGER, BOND);
        VM.prank(STRANGER);
        (bool ok, ) = address(BONDS).call{value: BOND}("");
        assert(!ok);
    }

    function test_givesBackWhatWasNeverProposed() external {
        _deposit(GRANTEE, STRANGER);
        VM.expectRevert(abi.encodeWithSelector(ProposalBond.NoBond.selector, ID, GRANTEE));
        VM.prank(GRANTEE);
        BONDS.reclaim(ID);
        VM.expectEmit(address(BONDS));
        emit ProposalBond.BondRefunded(ID, STRANGER, BOND);
        VM.prank(STRANGER);
        BONDS.reclaim(ID);
        assert(STRANGER.balance == BOND && !BONDS.isBonded(ID, STRANGER));
        VM.expectRevert(abi.encodeWithSelector(ProposalBond.NoBond.selector, ID, STRANGER));
        VM.prank(STRANGER);
        BONDS.reclaim(ID);
    }

    function test_resolvesNoProposalThatIsNone() external {
        _deposit(STRANGER, STRANGER);
        VM.expectRevert(abi.encodeWithSelector(IGovernor.GovernorNonexistentProposal.selector, ID));
        BONDS.resolve(ID);
    }

    function test_refundsWhatWasPaidAndNotTheSizeOfToday() external {
        uint256 proposalId = _pass(_textPlan());
        VM.prank(address(TIMELOCK));
        BONDS.setBondSize(100 ether);
        BONDS.resolve(proposalId);
        assert(_voter(0).balance == BOND);
    }

    function test_takesNoSecondBondForAProposal() external {
        uint256 proposalId = _pass(_textPlan());
        BONDS.resolve(proposalId);
        VM.expectRevert(abi.encodeWithSelector(ProposalBond.AlreadyProposed.selector, proposalId, _voter(0)));
        VM.prank(_voter(0));
        BONDS.deposit{value: BOND}(proposalId, _voter(0));
    }

    function test_keepsTheBondsOfOthersApart() external {
        Plan memory plan = _textPlan();
        uint256 proposalId = _idOf(plan);
        VM.deal(STRANGER, BOND);
        VM.prank(STRANGER);
        BONDS.deposit{value: BOND}(proposalId, STRANGER);
        _propose(_voter(0), plan);
        _close(proposalId);
        BONDS.resolve(proposalId);
        assert(SINK.burnedBy(uint8(AIBurn.Category.Governance)) == BOND && address(BONDS).balance == BOND);
        VM.prank(STRANGER);
        BONDS.reclaim(proposalId);
        assert(STRANGER.balance == BOND && address(BONDS).balance == 0);
    }
}
