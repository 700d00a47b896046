// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {GovernanceGenesis} from "./GovernanceGenesis.t.sol";
import {VM} from "./Vm.sol";

/// @dev Who holds what after genesis: contracts alone.
contract GovernanceRolesTest is GovernanceGenesis {
    function setUp() external {
        _governance();
    }

    function _isAdmin(address account) private view returns (bool isMember) {
        (isMember, ) = MANAGER.hasRole(MANAGER.ADMIN_ROLE(), account);
    }

    function test_onlyTheTimelockIsAdmin() external view {
        (bool isMember, uint32 delay) = MANAGER.hasRole(MANAGER.ADMIN_ROLE(), address(TIMELOCK));
        assert(isMember && delay == 0);
        address[6] memory others = [GUARDIAN, STRANGER, _voter(0), address(GOVERNOR), address(MANAGER), address(this)];
        for (uint256 i = 0; i < others.length; ++i) assert(!_isAdmin(others[i]));
    }

    function test_aDirectCallOfARestrictedFunctionReverts() external {
        address[5] memory callers = [GUARDIAN, STRANGER, _voter(0), address(GOVERNOR), address(MANAGER)];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(
                IAccessManaged.AccessManagedUnauthorized.selector,
                callers[i]
            );
            VM.expectRevert(reason);
            VM.prank(callers[i]);
            CONFIG.setPhase(uint8(ISystemConfig.Phase.Sale), false);
            VM.expectRevert(reason);
            VM.prank(callers[i]);
            BONDS.setBondSize(1 ether);
        }
    }

    function test_theTimelockCallsARestrictedFunction() external {
        VM.prank(address(TIMELOCK));
        CONFIG.setPhase(uint8(ISystemConfig.Phase.Sale), false);
        assert(!CONFIG.isActive(uint8(ISystemConfig.Phase.Sale)));
    }

    function test_aVoteReachesARestrictedFunction() external {
        GOVERNOR.execute(_passAndQueue(_switchPlan(GovernorTypes.ProposalType.Parameter)));
        assert(!CONFIG.isActive(uint8(ISystemConfig.Phase.Sale)));
    }

    function test_governanceGoesOnWithItsPhaseSwitchedOff() external {
        VM.prank(address(TIMELOCK));
        CONFIG.setPhase(uint8(ISystemConfig.Phase.Governance), false);
        bytes memory data = abi.encodeCall(CONFIG.setPhase, (uint8(ISystemConfig.Phase.Governance), true));
        GovernorTypes.ProposalType parameter = GovernorTypes.ProposalType.Parameter;
        GOVERNOR.execute(_passAndQueue(_plan(parameter, address(CONFIG), 0, data)));
        assert(CONFIG.isActive(uint8(ISystemConfig.Phase.Governance)));
    }

    function test_noAccountWithAKeyHoldsARoleOnTheTimelock() external view {
        bytes32[4] memory roles = [
            TIMELOCK.DEFAULT_ADMIN_ROLE(),
            TIMELOCK.PROPOSER_ROLE(),
            TIMELOCK.CANCELLER_ROLE(),
            TIMELOCK.EXECUTOR_ROLE()
        ];
        for (uint256 i = 0; i < roles.length; ++i) {
            assert(!TIMELOCK.hasRole(roles[i], STRANGER) && !TIMELOCK.hasRole(roles[i], address(this)));
            for (uint256 j = 0; j < VOTERS; ++j) assert(!TIMELOCK.hasRole(roles[i], _voter(j)));
        }
    }
}
