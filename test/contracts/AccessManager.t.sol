// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {AccessManager} from "@hanzo/governance/AccessManager.sol";
import {VM} from "./Vm.sol";

/// @dev What OpenZeppelin's manager refuses without data has an error; all else is its own.
contract AccessManagerTest {
    address private constant ADMIN = address(0xAD);
    address private constant OTHER = address(0x07E2);
    uint48 private constant NEVER = type(uint48).max;

    AccessManager private _manager;
    uint256 private _called;

    function setUp() external {
        _manager = new AccessManager(ADMIN);
    }

    /// @dev What the admin lets the manager call.
    function poke() external {
        assert(msg.sender == address(_manager));
        ++_called;
    }

    function test_CallsHaveSelectors() external {
        for (uint256 length = 0; length < 4; ++length) _refuseMalformed(address(this), new bytes(length));
        VM.prank(ADMIN);
        _manager.execute(address(this), abi.encodeCall(this.poke, ()));
        assert(_called == 1);
    }

    function test_CallsOfItsOwnHaveATargetOrARole() external {
        bytes4[5] memory selectors = [
            _manager.updateAuthority.selector,
            _manager.setTargetClosed.selector,
            _manager.setTargetFunctionRole.selector,
            _manager.grantRole.selector,
            _manager.revokeRole.selector
        ];
        for (uint256 i = 0; i < 5; ++i) {
            uint256 max = i < 3 ? type(uint160).max : type(uint64).max;
            _refuseMalformed(address(_manager), abi.encodePacked(selectors[i]));
            _refuseMalformed(address(_manager), abi.encodePacked(selectors[i], new bytes(31)));
            _refuseMalformed(address(_manager), abi.encodePacked(selectors[i], max + 1));
            // Well-formed as far as the manager looks, and not everybody's.
            bytes memory data = abi.encodePacked(selectors[i], max);
            bytes memory reason = abi.encodeWithSelector(
                IAccessManager.AccessManagerUnauthorizedCall.selector, OTHER, address(_manager), selectors[i]
            );
            VM.prank(OTHER);
            VM.expectRevert(reason);
            _manager.execute(address(_manager), data);
        }
    }

    function test_TheAdminGrantsThroughExecute() external {
        bytes memory data = abi.encodeCall(_manager.grantRole, (7, OTHER, 0));
        VM.prank(ADMIN);
        _manager.execute(address(_manager), data);
        (bool isMember, ) = _manager.hasRole(7, OTHER);
        assert(isMember);
    }

    function test_OperationsWaitUntilTimeIsCounted() external {
        bytes memory data = abi.encodeCall(this.poke, ());
        uint48 max = NEVER - _manager.expiration();
        VM.prank(ADMIN);
        _manager.grantRole(0, OTHER, 60);
        VM.prank(OTHER);
        VM.expectRevert(abi.encodeWithSelector(AccessManager.WhenOutOfBounds.selector, max + 1, max));
        _manager.schedule(address(this), data, max + 1);
        VM.prank(OTHER);
        (bytes32 id, ) = _manager.schedule(address(this), data, max);
        assert(_manager.getSchedule(id) == max);
        VM.prank(OTHER);
        _manager.cancel(OTHER, address(this), data);
        assert(_manager.getSchedule(id) == 0);
    }

    function test_WhoeverCannotAnswerConsumesNothing() external {
        address[2] memory callers = [OTHER, address(this)];
        for (uint256 i = 0; i < 2; ++i) {
            VM.prank(callers[i]);
            VM.expectRevert(
                abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedConsume.selector, callers[i])
            );
            _manager.consumeScheduledOp(OTHER, "");
        }
    }

    function test_WhatHasNoAuthorityGetsNone() external {
        VM.prank(ADMIN);
        VM.expectRevert(abi.encodeWithSelector(Address.AddressEmptyCode.selector, OTHER));
        _manager.updateAuthority(OTHER, ADMIN);
        VM.prank(OTHER);
        VM.expectRevert(
            abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, OTHER, uint64(0))
        );
        _manager.updateAuthority(address(this), ADMIN);
    }

    function _refuseMalformed(address target, bytes memory data) private {
        bytes memory reason = abi.encodeWithSelector(AccessManager.MalformedCall.selector, target, data);
        VM.expectRevert(reason);
        VM.prank(ADMIN);
        _manager.execute(target, data);
        VM.expectRevert(reason);
        _manager.schedule(target, data, 0);
        VM.expectRevert(reason);
        _manager.cancel(ADMIN, target, data);
    }
}
