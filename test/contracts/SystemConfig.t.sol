// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@hanzo/governance/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {SystemConfig} from "@hanzo/governance/SystemConfig.sol";
import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {VM} from "./Vm.sol";

contract SystemConfigTest {
    uint256 private constant PHASES = 6;
    uint256 private constant ALL = 63;

    function setUp() external {
        VM.etch(Predeploys.ACCESS_MANAGER, abi.encodePacked(
            type(AccessManager).creationCode,
            abi.encode(Predeploys.TIMELOCK)
        ));
        (bool ok, bytes memory runtime) = Predeploys.ACCESS_MANAGER.call("");
        assert(ok);
        VM.etch(Predeploys.ACCESS_MANAGER, runtime);
    }

    function test_startsWithEverySetOfPhases() external {
        for (uint256 bits = 0; bits <= ALL; ++bits) {
            SystemConfig config = new SystemConfig(bits);
            assert(config.phases() == bits);
            for (uint256 i = 0; i < PHASES; ++i) {
                assert(config.isActive(uint8(ISystemConfig.Phase(i))) == ((bits >> i) & 1 == 1));
            }
        }
    }

    function test_refusesPhasesItDoesNotKnow() external {
        VM.expectRevert(abi.encodeWithSelector(SystemConfig.UnknownPhase.selector, ALL + 1, ALL));
        new SystemConfig(ALL + 1);
    }

    function test_theTimelockSwitchesOnePhaseAndTellsOfIt() external {
        for (uint256 i = 0; i < PHASES; ++i) {
            ISystemConfig.Phase phase = ISystemConfig.Phase(i);
            SystemConfig config = new SystemConfig(0);
            VM.expectEmit(address(config));
            emit SystemConfig.PhaseSet(phase, false, true);
            VM.prank(Predeploys.TIMELOCK);
            config.setPhase(uint8(phase), true);
            assert(config.phases() == 1 << i);
            config.requireActive(uint8(phase));
            VM.expectEmit(address(config));
            emit SystemConfig.PhaseSet(phase, true, false);
            VM.prank(Predeploys.TIMELOCK);
            config.setPhase(uint8(phase), false);
            assert(config.phases() == 0);
        }
    }

    function test_namesAPhaseThatIsNone() external {
        SystemConfig config = new SystemConfig(ALL);
        bytes memory reason = abi.encodeWithSelector(SystemConfig.PhaseOutOfRange.selector, 6, 5);
        VM.expectRevert(reason);
        config.isActive(6);
        VM.expectRevert(reason);
        config.requireActive(6);
        VM.expectRevert(reason);
        VM.prank(Predeploys.TIMELOCK);
        config.setPhase(6, true);
        VM.expectRevert(abi.encodeWithSelector(SystemConfig.PhaseOutOfRange.selector, 255, 5));
        config.isActive(255);
    }

    function test_switchingTwiceChangesNothing() external {
        SystemConfig config = new SystemConfig(ALL);
        VM.expectEmit(address(config));
        emit SystemConfig.PhaseSet(ISystemConfig.Phase.Sale, true, true);
        VM.prank(Predeploys.TIMELOCK);
        config.setPhase(uint8(ISystemConfig.Phase.Sale), true);
        assert(config.phases() == ALL);
    }

    function test_requiresAnActivePhase() external {
        SystemConfig config = new SystemConfig(ALL - 1);
        VM.expectRevert(
            abi.encodeWithSelector(ISystemConfig.PhaseNotActive.selector, ISystemConfig.Phase.Staking)
        );
        config.requireActive(uint8(ISystemConfig.Phase.Staking));
        config.requireActive(uint8(ISystemConfig.Phase.Training));
    }

    function testFuzz_nobodyElseSwitches(address caller, uint8 phase, bool active) external {
        VM.assume(caller != Predeploys.TIMELOCK);
        SystemConfig config = new SystemConfig(ALL);
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        VM.prank(caller);
        config.setPhase(uint8(ISystemConfig.Phase(phase % PHASES)), active);
    }
}
