// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AIBurn} from "../token/AIBurn.sol";
import {IBondedGovernor} from "../interfaces/IBondedGovernor.sol";
import {IProposalBond} from "../interfaces/IProposalBond.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Bonds of proposals
 * @notice Every proposal stands on a bond of its proposer, in wei. It is burned whole when the governor calls
 * it forfeited and goes back whole otherwise, once. A change of the size leaves bonds that are held alone.
 * @dev Bonds are by proposal and depositor: nobody blocks a proposal, or puts another's bond at stake, by
 * paying first. The bond that counts is the proposer's.
 */
contract ProposalBond is IProposalBond, AccessManaged {
    using SafeERC20 for IERC20;

    IGovernor private constant GOVERNOR = IGovernor(Predeploys.AI_GOVERNOR);
    uint256 private constant SIZE_MIN = 1 ether;
    uint256 private constant SIZE_MAX = 1_000_000 ether;

    /// @notice Wei of a new bond.
    uint256 public bondSize;
    /// @notice Wei held for a proposal and its depositor.
    mapping(uint256 proposalId => mapping(address depositor => uint256)) public bondOf;

    /// @notice `depositor` put up `value` wei for `proposalId`.
    event BondDeposited(uint256 indexed proposalId, address indexed depositor, uint256 value);
    /// @notice The `value` wei of `depositor` for `proposalId` are burned.
    event BondBurned(uint256 indexed proposalId, address indexed depositor, uint256 value);
    /// @notice The `value` wei for `proposalId` went back to `depositor`.
    event BondRefunded(uint256 indexed proposalId, address indexed depositor, uint256 value);
    /// @notice New bonds were `oldSize` wei and are `newSize` wei.
    event BondSizeSet(uint256 oldSize, uint256 newSize);

    /// @notice A bond of `size` wei is outside `min` to `max`.
    error BondSizeOutOfBounds(uint256 size, uint256 min, uint256 max);
    /// @notice `value` wei is not the `size` wei of a bond.
    error NotBondSize(uint256 value, uint256 size);
    /// @notice Nothing could be refunded to `depositor`.
    error InvalidDepositor(address depositor);
    /// @notice A bond of `depositor` is held for `proposalId`.
    error AlreadyBonded(uint256 proposalId, address depositor);
    /// @notice No bond of `depositor` is held for `proposalId`.
    error NoBond(uint256 proposalId, address depositor);
    /// @notice `depositor` has proposed `proposalId`: its bond is that of the proposal.
    error AlreadyProposed(uint256 proposalId, address depositor);
    /// @notice `proposalId` is not decided: its state is `state`.
    error StillOpen(uint256 proposalId, IGovernor.ProposalState state);

    /// @param size Wei of a bond.
    constructor(uint256 size) AccessManaged(Predeploys.ACCESS_MANAGER) {
        _setBondSize(size);
    }

    /// @notice Sets the size of new bonds to `size` wei: 1 AI to 1,000,000 AI.
    function setBondSize(uint256 size) external restricted {
        _setBondSize(size);
    }

    /// @notice Holds `msg.value` wei, which must be `bondSize()`, for `proposalId`, not yet proposed by
    /// `depositor`. Anyone may pay.
    function deposit(uint256 proposalId, address depositor) external payable {
        if (msg.value != bondSize) revert NotBondSize(msg.value, bondSize);
        if (depositor == address(0) || depositor == Predeploys.AI) revert InvalidDepositor(depositor);
        if (bondOf[proposalId][depositor] != 0) revert AlreadyBonded(proposalId, depositor);
        _requireNotProposed(proposalId, depositor);
        bondOf[proposalId][depositor] = msg.value;
        emit BondDeposited(proposalId, depositor, msg.value);
    }

    /// @notice Burns or refunds the bond of `proposalId`, whose vote is over. Anyone may call.
    function resolve(uint256 proposalId) external {
        IGovernor.ProposalState state = GOVERNOR.state(proposalId);
        if (state == IGovernor.ProposalState.Pending || state == IGovernor.ProposalState.Active) {
            revert StillOpen(proposalId, state);
        }
        address depositor = GOVERNOR.proposalProposer(proposalId);
        if (!IBondedGovernor(address(GOVERNOR)).isBondForfeited(proposalId)) return _refund(proposalId, depositor);
        uint256 value = _take(proposalId, depositor);
        emit BondBurned(proposalId, depositor, value);
        AIBurn(payable(Predeploys.AI_BURN)).burn{value: value}(uint8(AIBurn.Category.Governance));
    }

    /// @notice Gives the caller its bond back for `proposalId`, which it did not propose.
    function reclaim(uint256 proposalId) external {
        _requireNotProposed(proposalId, msg.sender);
        _refund(proposalId, msg.sender);
    }

    /// @notice Whether a bond of `depositor` is held for `proposalId`.
    function isBonded(uint256 proposalId, address depositor) external view returns (bool) {
        return bondOf[proposalId][depositor] != 0;
    }

    function _refund(uint256 proposalId, address depositor) private {
        uint256 value = _take(proposalId, depositor);
        emit BondRefunded(proposalId, depositor, value);
        IERC20(Predeploys.AI).safeTransfer(depositor, value);
    }

    /// @dev A bond leaves once.
    function _take(uint256 proposalId, address depositor) private returns (uint256 value) {
        value = bondOf[proposalId][depositor];
        if (value == 0) revert NoBond(proposalId, depositor);
        delete bondOf[proposalId][depositor];
    }

    /// @dev The governor answers zero for what nobody proposed.
    function _requireNotProposed(uint256 proposalId, address depositor) private view {
        if (GOVERNOR.proposalProposer(proposalId) == depositor) revert AlreadyProposed(proposalId, depositor);
    }

    function _setBondSize(uint256 size) private {
        if (size < SIZE_MIN || size > SIZE_MAX) revert BondSizeOutOfBounds(size, SIZE_MIN, SIZE_MAX);
        emit BondSizeSet(bondSize, size);
        bondSize = size;
    }
}
