// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@hanzo/governance/AccessManager.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {AIGovernor} from "@hanzo/governance/AIGovernor.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {ProposalBond} from "@hanzo/governance/ProposalBond.sol";
import {SystemConfig} from "@hanzo/governance/SystemConfig.sol";
import {Timelock} from "@hanzo/governance/Timelock.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIStaking} from "@hanzo/staking/AIStaking.sol";
import {IdentityRegistry} from "@hanzo/staking/IdentityRegistry.sol";
import {AI} from "@hanzo/token/AI.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {VM} from "./Vm.sol";

/// @dev What a proposal is made of.
struct Plan {
    GovernorTypes.ProposalType proposalType;
    address[] targets;
    uint256[] values;
    bytes[] calldatas;
    string description;
}

/**
 * @dev Governance of a devnet on real stakes, with round numbers: 100e18 voting units in all, none of them
 * attested. Nine voters have 10e18 each, which is both the cap of an account and the threshold; minnows have
 * 1e18 to 4e18. So a quorum of 4 % is 4e18 and one of 8 % is 8e18.
 */
abstract contract GovernanceGenesis {
    uint256 internal constant START = 1_800_000_000;
    uint48 internal constant DELAY = 10;
    uint32 internal constant PERIOD = 60;
    uint32 internal constant EMERGENCY_PERIOD = 30;
    uint48 internal constant LATE = 10;
    uint256 internal constant THRESHOLD = 10e18;
    uint256 internal constant STANDARD = 15;
    uint256 internal constant EMERGENCY = 5;
    uint256 internal constant GRACE = 600;
    uint256 internal constant BOND = 10 ether;
    uint256 internal constant VOTERS = 9;
    uint256 internal constant MINNOWS = 4;
    uint256 internal constant ALL_PHASES = 63;
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    AI internal constant TOKEN = AI(payable(Predeploys.AI));
    AIBurn internal constant SINK = AIBurn(payable(Predeploys.AI_BURN));
    AIStaking internal constant STAKING = AIStaking(Predeploys.AI_STAKING);
    AIGovernor internal constant GOVERNOR = AIGovernor(payable(Predeploys.AI_GOVERNOR));
    Timelock internal constant TIMELOCK = Timelock(payable(Predeploys.TIMELOCK));
    ProposalBond internal constant BONDS = ProposalBond(Predeploys.PROPOSAL_BOND);
    SystemConfig internal constant CONFIG = SystemConfig(Predeploys.SYSTEM_CONFIG);
    AccessManager internal constant MANAGER = AccessManager(Predeploys.ACCESS_MANAGER);
    address internal constant GUARDIAN = Predeploys.GUARDIAN_SAFE;
    address internal constant STRANGER = address(0x57A);
    address internal constant GRANTEE = address(0x6A);

    error ConstructorFailed(address target);

    function _genesis(address[] memory attested) internal {
        VM.warp(START);
        _install(address(TOKEN), type(AI).creationCode);
        _install(address(SINK), type(AIBurn).creationCode);
        _install(address(CONFIG), abi.encodePacked(type(SystemConfig).creationCode, abi.encode(ALL_PHASES)));
        _install(
            Predeploys.IDENTITY_REGISTRY,
            abi.encodePacked(type(IdentityRegistry).creationCode, abi.encode(attested))
        );
        _install(address(STAKING), abi.encodePacked(type(AIStaking).creationCode, abi.encode(365 days, 30)));
        _install(address(TIMELOCK), abi.encodePacked(type(Timelock).creationCode, abi.encode(true, EMERGENCY, GRACE)));
        _install(address(MANAGER), abi.encodePacked(type(AccessManager).creationCode, abi.encode(TIMELOCK)));
        _install(address(BONDS), abi.encodePacked(type(ProposalBond).creationCode, abi.encode(BOND)));
        bytes memory arguments = abi.encode(true, DELAY, PERIOD, EMERGENCY_PERIOD, LATE, THRESHOLD, STANDARD);
        _install(address(GOVERNOR), abi.encodePacked(type(AIGovernor).creationCode, arguments));
    }

    /// @dev Genesis and the stakes of the table above, a second ago.
    function _governance() internal {
        _genesis(new address[](0));
        for (uint256 i = 0; i < VOTERS; ++i) _stake(_voter(i), 10_000 ether);
        for (uint256 i = 1; i <= MINNOWS; ++i) _stake(_minnow(i), i * 1_000 ether);
        VM.warp(START + 1);
    }

    /// @dev Votes of 10e18, with keys.
    function _voter(uint256 index) internal pure returns (address) {
        return VM.addr(_keyOf(index));
    }

    function _keyOf(uint256 index) internal pure returns (uint256) {
        return 0xA0000 + index;
    }

    /// @dev Votes of `units`e18.
    function _minnow(uint256 units) internal pure returns (address) {
        return address(uint160(0x4000 + units));
    }

    function _stake(address account, uint256 value) internal {
        VM.deal(account, value);
        VM.prank(account);
        STAKING.stake{value: value}();
    }

    /// @dev A plan of one call.
    function _plan(
        GovernorTypes.ProposalType proposalType,
        address target,
        uint256 value,
        bytes memory data
    ) internal pure returns (Plan memory plan) {
        plan = Plan(proposalType, new address[](1), new uint256[](1), new bytes[](1), "Do it");
        plan.targets[0] = target;
        plan.values[0] = value;
        plan.calldatas[0] = data;
    }

    function _textPlan() internal pure returns (Plan memory) {
        return _plan(GovernorTypes.ProposalType.Text, address(TIMELOCK), 0, "");
    }

    /// @dev Gives `GRANTEE` 7 AI of the treasury.
    function _grantPlan() internal pure returns (Plan memory) {
        return _plan(GovernorTypes.ProposalType.Treasury, GRANTEE, 7 ether, "");
    }

    /// @dev A switch, of any type.
    function _switchPlan(GovernorTypes.ProposalType proposalType) internal pure returns (Plan memory) {
        bytes memory data = abi.encodeWithSignature("setPhase(uint8,bool)", 4, false);
        return _plan(proposalType, address(CONFIG), 0, data);
    }

    /// @dev A call of the governor to itself.
    function _settingPlan(bytes memory data) internal pure returns (Plan memory) {
        return _plan(GovernorTypes.ProposalType.Treasury, address(GOVERNOR), 0, data);
    }

    function _idOf(Plan memory plan) internal pure returns (uint256) {
        bytes32 descriptionHash = keccak256(bytes(plan.description));
        return uint256(keccak256(abi.encode(plan.targets, plan.values, plan.calldatas, descriptionHash)));
    }

    /// @dev Proposes with a bond that comes from nowhere.
    function _propose(address proposer, Plan memory plan) internal returns (uint256) {
        VM.deal(proposer, proposer.balance + BOND);
        return _proposeWith(proposer, BOND, plan);
    }

    function _proposeWith(address proposer, uint256 value, Plan memory plan) internal returns (uint256) {
        VM.prank(proposer);
        return
            GOVERNOR.propose{value: value}(
                uint8(plan.proposalType),
                plan.targets,
                plan.values,
                plan.calldatas,
                plan.description
            );
    }

    /// @dev To the first second of the vote.
    function _open(uint256 proposalId) internal {
        VM.warp(GOVERNOR.proposalSnapshot(proposalId) + 1);
    }

    /// @dev To the first second after the vote.
    function _close(uint256 proposalId) internal {
        VM.warp(GOVERNOR.proposalDeadline(proposalId) + 1);
    }

    function _vote(address voter, uint256 proposalId, uint8 support) internal {
        VM.prank(voter);
        GOVERNOR.castVote(proposalId, support);
    }

    /// @dev Proposes, and has the first voter carry it to success.
    function _pass(Plan memory plan) internal returns (uint256 proposalId) {
        proposalId = _propose(_voter(0), plan);
        _open(proposalId);
        _vote(_voter(0), proposalId, FOR);
        _close(proposalId);
    }

    /// @dev All of it, up to the second in which it may execute.
    function _passAndQueue(Plan memory plan) internal returns (uint256 proposalId) {
        proposalId = _pass(plan);
        GOVERNOR.queue(proposalId);
        VM.warp(GOVERNOR.proposalEta(proposalId));
    }

    /// @dev Passes a call of the governor to itself, which fails with `reason`.
    function _expectRefused(bytes memory data, bytes memory reason) internal {
        uint256 proposalId = _passAndQueue(_settingPlan(data));
        VM.expectRevert(reason);
        GOVERNOR.execute(proposalId);
    }

    /// @dev Passes a call of the governor to itself.
    function _enact(bytes memory data) internal {
        GOVERNOR.execute(_passAndQueue(_settingPlan(data)));
    }

    function _isState(uint256 proposalId, IGovernor.ProposalState state) internal view returns (bool) {
        return GOVERNOR.state(proposalId) == state;
    }

    /// @dev As the builder of block 0: init code at the target address, called there.
    function _install(address target, bytes memory initCode) internal {
        VM.etch(target, initCode);
        (bool ok, bytes memory runtime) = target.call("");
        if (!ok) revert ConstructorFailed(target);
        VM.etch(target, runtime);
    }
}
