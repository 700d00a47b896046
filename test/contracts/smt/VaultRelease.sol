// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ScheduledVault} from "@hanzo/emission/ScheduledVault.sol";

/// @dev M3, M4: `ScheduledVault` itself, opened by anybody, under any schedule that never falls, for ever. What
/// `SpenderVault` adds is written out: a bucket that grows by what is given back.
contract VaultRelease is ScheduledVault {
    uint256 private _scheduled;
    uint256 private _recycled;

    constructor() ScheduledVault(300_000_000 ether, 2_400) {}

    /// @dev Blocks go by.
    function advance(uint256 due) external {
        require(due <= 1_000_000_000 ether && _scheduled <= 1_000_000_000 ether);
        _scheduled += due;
    }

    function recycle(uint256 value) external {
        require(value <= 1_000_000_000 ether && _recycled <= 1_000_000_000 ether);
        _recycled += value;
    }

    function release(address to, uint256 value) external {
        _release(to, value);
    }

    function entitlement(uint256) public view override returns (uint256) {
        return Math.min(BUCKET + _recycled, _scheduled);
    }

    function check() external view {
        assert(released <= _scheduled);
        assert(released <= BUCKET + _recycled);
    }
}

/// @dev Without the minimum, a vault pays out what others donated when its schedule outruns its bucket.
contract WrongVaultWithoutBucket is ScheduledVault {
    uint256 private _scheduled;

    constructor() ScheduledVault(300_000_000 ether, 2_400) {}

    function advance(uint256 due) external {
        require(due <= 1_000_000_000 ether && _scheduled <= 1_000_000_000 ether);
        _scheduled += due;
    }

    function release(address to, uint256 value) external {
        _release(to, value);
    }

    function entitlement(uint256) public view override returns (uint256) {
        return _scheduled;
    }

    function check() external view {
        assert(released <= BUCKET);
    }
}
