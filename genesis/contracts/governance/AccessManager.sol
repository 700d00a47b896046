// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager as OpenAccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/**
 * @title Who may call what is restricted
 * @notice OpenZeppelin's manager, which every `restricted` function asks. Its only role holder is the Timelock, as
 * admin, without delay. What OpenZeppelin's refuses without a word is refused here with an error; else it is the same.
 */
contract AccessManager is OpenAccessManager {
    /// @notice The `data` of a call begins with a selector; calls of this contract for a target or a role continue with
    /// that, as a word in its range.
    error MalformedCall(address target, bytes data);
    /// @notice An operation may wait until `max` (unix seconds).
    error WhenOutOfBounds(uint48 when, uint48 max);

    /// @param initialAdmin The one account with the role of an admin.
    constructor(address initialAdmin) OpenAccessManager(initialAdmin) {}

    /// @inheritdoc OpenAccessManager
    function schedule(
        address target,
        bytes calldata data,
        uint48 when
    ) public override returns (bytes32 operationId, uint32 nonce) {
        _requireWellFormed(target, data);
        // What expires later than time is counted would make each later question about it panic.
        uint48 max = type(uint48).max - expiration();
        if (when > max) revert WhenOutOfBounds(when, max);
        return super.schedule(target, data, when);
    }

    /// @inheritdoc OpenAccessManager
    function execute(address target, bytes calldata data) public payable override returns (uint32) {
        _requireWellFormed(target, data);
        return super.execute(target, data);
    }

    /// @inheritdoc OpenAccessManager
    function cancel(address caller, address target, bytes calldata data) public override returns (uint32) {
        _requireWellFormed(target, data);
        return super.cancel(caller, target, data);
    }

    /// @inheritdoc OpenAccessManager
    function consumeScheduledOp(address caller, bytes calldata data) public override {
        // Asked as OpenZeppelin's asks, but whoever cannot answer is refused as who answers wrongly.
        bytes4 expected = IAccessManaged.isConsumingScheduledOp.selector;
        (bool ok, bytes memory answer) = msg.sender.staticcall(abi.encodeWithSelector(expected));
        if (!ok || answer.length < 32 || bytes32(answer) != bytes32(expected)) {
            revert AccessManagerUnauthorizedConsume(msg.sender);
        }
        super.consumeScheduledOp(caller, data);
    }

    /// @inheritdoc OpenAccessManager
    function updateAuthority(address target, address newAuthority) public override onlyAuthorized {
        Address.functionCall(target, abi.encodeCall(IAccessManaged.setAuthority, (newAuthority)));
    }

    /// @dev OpenZeppelin's cuts the selector, and the target or role of its own calls, out of `data` unasked.
    function _requireWellFormed(address target, bytes calldata data) private view {
        if (data.length < 4) revert MalformedCall(target, data);
        if (target != address(this)) return;
        uint256 max = _firstArgumentMax(bytes4(data[:4]));
        if (max == type(uint256).max) return;
        if (data.length < 36 || uint256(bytes32(data[4:36])) > max) revert MalformedCall(target, data);
    }

    function _firstArgumentMax(bytes4 selector) private pure returns (uint256) {
        if (
            selector == this.updateAuthority.selector ||
            selector == this.setTargetClosed.selector ||
            selector == this.setTargetFunctionRole.selector
        ) return type(uint160).max;
        bool isOfRole = selector == this.grantRole.selector || selector == this.revokeRole.selector;
        return isOfRole ? type(uint64).max : type(uint256).max;
    }
}
