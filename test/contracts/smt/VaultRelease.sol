// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev M3, M4: `SpenderVault` under any schedule that never falls, whoever donates or recycles, for ever. Any
/// caller may be the spender: the bounds hold against it too.
contract VaultRelease {
    uint256 private constant BUCKET = 300_000_000 ether;
    uint256 private _scheduled;
    uint256 private _released;
    uint256 private _recycled;
    uint256 private _donated;
    uint256 private _balance = BUCKET;

    /// @dev Blocks go by.
    function advance(uint256 due) external {
        require(due <= 1_000_000_000 ether && _scheduled <= 1_000_000_000 ether);
        _scheduled += due;
    }

    function recycle(uint256 value) external {
        require(value <= 1_000_000_000 ether && _recycled <= 1_000_000_000 ether);
        _recycled += value;
        _balance += value;
    }

    function donate(uint256 value) external {
        require(value <= 1_000_000_000 ether && _donated <= 1_000_000_000 ether);
        _donated += value;
        _balance += value;
    }

    function release(uint256 value) external {
        uint256 bucket = BUCKET + _recycled;
        uint256 entitlement = _scheduled < bucket ? _scheduled : bucket;
        require(value <= entitlement - _released);
        _released += value;
        _balance -= value;
    }

    function check() external view {
        assert(_released <= _scheduled);
        assert(_released <= BUCKET + _recycled);
        assert(_balance + _released == BUCKET + _recycled + _donated);
    }
}

/// @dev Without the minimum, a vault pays out what others donated when its schedule outruns its bucket.
contract WrongVaultWithoutBucket {
    uint256 private constant BUCKET = 300_000_000 ether;
    uint256 private _scheduled;
    uint256 private _released;

    function advance(uint256 due) external {
        require(due <= 1_000_000_000 ether && _scheduled <= 1_000_000_000 ether);
        _scheduled += due;
    }

    function release(uint256 value) external {
        require(value <= _scheduled - _released);
        _released += value;
    }

    function check() external view {
        assert(_released <= BUCKET);
    }
}
