// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev M13: a bond of `ProposalBond`, whatever the governor says and whoever calls when: it is held, or was
/// refunded once, or was burned once, and all of it went there.
contract BondOnce {
    uint256 private _bond;
    uint256 private _held;
    uint256 private _paid;
    uint256 private _refunded;
    uint256 private _burned;
    uint256 private _timesIn;
    uint256 private _timesOut;

    function deposit(uint256 size) external {
        require(size >= 1 ether && size <= 1_000_000 ether && _paid <= 1_000_000_000 ether);
        require(_bond == 0 && _timesIn < 1_000);
        _bond = size;
        _held += size;
        _paid += size;
        ++_timesIn;
    }

    function resolve(bool isForfeited) external {
        uint256 value = _take();
        if (isForfeited) _burned += value;
        else _refunded += value;
    }

    function reclaim() external {
        _refunded += _take();
    }

    function check() external view {
        assert(_held == _bond);
        assert(_paid == _held + _refunded + _burned);
        assert(_timesIn == _timesOut + (_bond == 0 ? 0 : 1));
    }

    function _take() private returns (uint256 value) {
        value = _bond;
        require(value != 0);
        _bond = 0;
        _held -= value;
        ++_timesOut;
    }
}

/// @dev A bond that is not forgotten when it leaves, leaves again.
contract WrongBondKept {
    uint256 private _bond;
    uint256 private _paid;
    uint256 private _refunded;

    function deposit(uint256 size) external {
        require(size >= 1 ether && size <= 1_000_000 ether && _bond == 0);
        _bond = size;
        _paid += size;
    }

    function reclaim() external {
        require(_bond != 0 && _refunded <= 1_000_000_000 ether);
        _refunded += _bond;
    }

    function check() external view {
        assert(_refunded <= _paid);
    }
}
