// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Timelock} from "@hanzo/governance/Timelock.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {VM} from "./Vm.sol";

contract TimelockTest {
    address private constant STRANGER = address(0x57A);
    address private constant GRANTEE = address(0x6A);
    uint256 private constant DELAY = 6 hours;
    uint256 private constant GRACE = 14 days;
    Timelock private _timelock;

    function setUp() external {
        VM.warp(1_800_000_000);
        _timelock = new Timelock(false, DELAY, GRACE);
        VM.deal(address(_timelock), 10 ether);
    }

    function _expectOutOfBounds(uint256 delay, uint256 min) private {
        VM.expectRevert(abi.encodeWithSelector(Timelock.DelayOutOfBounds.selector, delay, min, 30 days));
    }

    function _schedule(uint256 delay) private returns (bytes32 id) {
        VM.prank(Predeploys.AI_GOVERNOR);
        _timelock.schedule(GRANTEE, 1 ether, "", 0, 0, delay);
        return _timelock.hashOperation(GRANTEE, 1 ether, "", 0, 0);
    }

    function test_startsWithItsRoles() external view {
        assert(_timelock.getMinDelay() == DELAY && !_timelock.DEV());
        bytes32 proposer = _timelock.PROPOSER_ROLE();
        bytes32 canceller = _timelock.CANCELLER_ROLE();
        bytes32 executor = _timelock.EXECUTOR_ROLE();
        bytes32 admin = _timelock.DEFAULT_ADMIN_ROLE();
        assert(_timelock.hasRole(proposer, Predeploys.AI_GOVERNOR));
        assert(!_timelock.hasRole(proposer, Predeploys.GUARDIAN_SAFE));
        assert(_timelock.hasRole(canceller, Predeploys.AI_GOVERNOR));
        assert(_timelock.hasRole(canceller, Predeploys.GUARDIAN_SAFE));
        assert(_timelock.hasRole(executor, address(0)));
        assert(_timelock.hasRole(admin, address(_timelock)));
        assert(!_timelock.hasRole(admin, address(0)) && !_timelock.hasRole(admin, address(this)));
        assert(!_timelock.hasRole(admin, Predeploys.GUARDIAN_SAFE));
        assert(!_timelock.hasRole(admin, Predeploys.AI_GOVERNOR));
    }

    function test_acceptsDelaysAtTheBounds() external {
        assert(new Timelock(false, 6 hours, GRACE).getMinDelay() == 6 hours);
        assert(new Timelock(false, 30 days, GRACE).getMinDelay() == 30 days);
        assert(new Timelock(true, 0, GRACE).getMinDelay() == 0);
    }

    function test_holdsTheGraceToItsBounds() external {
        assert(new Timelock(false, 6 hours, 1 days).GRACE_SECONDS() == 1 days);
        assert(new Timelock(false, 6 hours, 30 days).GRACE_SECONDS() == 30 days);
        assert(new Timelock(true, 0, 1).GRACE_SECONDS() == 1);
        bytes4 reason = Timelock.GraceOutOfBounds.selector;
        VM.expectRevert(abi.encodeWithSelector(reason, 1 days - 1, 1 days, 30 days));
        new Timelock(false, 6 hours, 1 days - 1);
        VM.expectRevert(abi.encodeWithSelector(reason, 30 days + 1, 1 days, 30 days));
        new Timelock(false, 6 hours, 30 days + 1);
        VM.expectRevert(abi.encodeWithSelector(reason, 0, 1, 30 days));
        new Timelock(true, 0, 0);
    }

    function test_refusesDelaysBeyondTheBounds() external {
        _expectOutOfBounds(6 hours - 1, 6 hours);
        new Timelock(false, 6 hours - 1, GRACE);
        _expectOutOfBounds(30 days + 1, 6 hours);
        new Timelock(false, 30 days + 1, GRACE);
        _expectOutOfBounds(30 days + 1, 0);
        new Timelock(true, 30 days + 1, GRACE);
    }

    function test_changesItsDelayByItselfAndWithinBounds() external {
        VM.expectEmit(address(_timelock));
        emit TimelockController.MinDelayChange(DELAY, 1 days);
        VM.prank(address(_timelock));
        _timelock.updateDelay(1 days);
        assert(_timelock.getMinDelay() == 1 days);
        _expectOutOfBounds(6 hours - 1, 6 hours);
        VM.prank(address(_timelock));
        _timelock.updateDelay(6 hours - 1);
        _expectOutOfBounds(30 days + 1, 6 hours);
        VM.prank(address(_timelock));
        _timelock.updateDelay(30 days + 1);
    }

    function test_nobodyElseChangesItsDelay() external {
        address[3] memory callers = [STRANGER, Predeploys.GUARDIAN_SAFE, Predeploys.AI_GOVERNOR];
        for (uint256 i = 0; i < callers.length; ++i) {
            VM.expectRevert(
                abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, callers[i])
            );
            VM.prank(callers[i]);
            _timelock.updateDelay(1 days);
        }
    }

    function test_onlyTheGovernorSchedules() external {
        bytes32 role = _timelock.PROPOSER_ROLE();
        address[3] memory callers = [STRANGER, Predeploys.GUARDIAN_SAFE, address(_timelock)];
        for (uint256 i = 0; i < callers.length; ++i) {
            VM.expectRevert(
                abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, callers[i], role)
            );
            VM.prank(callers[i]);
            _timelock.schedule(GRANTEE, 1 ether, "", 0, 0, DELAY);
        }
    }

    function test_nothingIsScheduledBelowTheDelay() external {
        VM.expectRevert(
            abi.encodeWithSelector(TimelockController.TimelockInsufficientDelay.selector, DELAY - 1, DELAY)
        );
        VM.prank(Predeploys.AI_GOVERNOR);
        _timelock.schedule(GRANTEE, 1 ether, "", 0, 0, DELAY - 1);
    }

    function test_anyoneExecutesWhatIsDueAndNothingBefore() external {
        bytes32 id = _schedule(DELAY);
        VM.warp(block.timestamp + DELAY - 1);
        VM.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector,
                id,
                bytes32(uint256(1) << uint8(TimelockController.OperationState.Ready))
            )
        );
        VM.prank(STRANGER);
        _timelock.execute(GRANTEE, 1 ether, "", 0, 0);
        VM.warp(block.timestamp + 1);
        VM.prank(STRANGER);
        _timelock.execute(GRANTEE, 1 ether, "", 0, 0);
        assert(GRANTEE.balance == 1 ether && _timelock.isOperationDone(id));
    }

    function test_theGuardianAndTheGovernorCancelAndNobodyElse() external {
        bytes32 role = _timelock.CANCELLER_ROLE();
        bytes32 id = _schedule(DELAY);
        VM.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, STRANGER, role)
        );
        VM.prank(STRANGER);
        _timelock.cancel(id);
        VM.prank(Predeploys.GUARDIAN_SAFE);
        _timelock.cancel(id);
        assert(!_timelock.isOperation(id));
        id = _schedule(DELAY);
        VM.prank(Predeploys.AI_GOVERNOR);
        _timelock.cancel(id);
        assert(!_timelock.isOperation(id));
    }
}
