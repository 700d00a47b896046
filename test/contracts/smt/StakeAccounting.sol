// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev M10: the books of `AIStaking`, with one account and all others as one: the balance covers stakes, what is
/// on its way out, what is earned and the budget, whatever anybody does and whatever a second of interest costs.
contract StakeAccounting {
    uint256 private constant MAX = 1_000_000_000 ether;
    uint256 private _stake;
    uint256 private _stakeOfOthers;
    uint256 private _unbonding;
    uint256 private _unbondingOfOthers;
    uint256 private _totalStaked;
    uint256 private _totalUnbonding;
    uint256 private _budget;
    uint256 private _earned;
    uint256 private _balance;

    function stake(uint256 value, bool isOther) external {
        require(value > 0 && value <= MAX && _balance <= MAX);
        if (isOther) _stakeOfOthers += value;
        else _stake += value;
        _totalStaked += value;
        _balance += value;
    }

    function unstake(uint256 value, bool isOther) external {
        require(value > 0 && value <= (isOther ? _stakeOfOthers : _stake));
        if (isOther) (_stakeOfOthers, _unbondingOfOthers) = (_stakeOfOthers - value, _unbondingOfOthers + value);
        else (_stake, _unbonding) = (_stake - value, _unbonding + value);
        _totalStaked -= value;
        _totalUnbonding += value;
    }

    function withdraw(uint256 due, bool isOther) external {
        require(due > 0 && due <= (isOther ? _unbondingOfOthers : _unbonding));
        if (isOther) _unbondingOfOthers -= due;
        else _unbonding -= due;
        _totalUnbonding -= due;
        _balance -= due;
    }

    function fund(uint256 value) external {
        require(value <= MAX && _balance <= MAX);
        _budget += value;
        _balance += value;
    }

    /// @dev The budget falls by the step rounded up, the shares rise by it rounded down.
    function settle(uint256 fall, uint256 rise) external {
        require(fall <= _budget && rise <= fall);
        _budget -= fall;
        _earned += rise;
    }

    function claim(uint256 value) external {
        require(value > 0 && value <= _earned);
        _earned -= value;
        _balance -= value;
    }

    function check() external view {
        assert(_totalStaked == _stake + _stakeOfOthers);
        assert(_totalUnbonding == _unbonding + _unbondingOfOthers);
        assert(_balance >= _totalStaked + _totalUnbonding + _earned + _budget);
    }
}

/// @dev Interest that nobody funded comes out of the stakes.
contract WrongUnfundedInterest {
    uint256 private _totalStaked;
    uint256 private _balance;

    function stake(uint256 value) external {
        require(value > 0 && value <= 1_000_000_000 ether && _balance <= 1_000_000_000 ether);
        _totalStaked += value;
        _balance += value;
    }

    function claim(uint256 seconds_) external {
        uint256 value = (_totalStaked * seconds_) / 100;
        require(value <= _balance);
        _balance -= value;
    }

    function check() external view {
        assert(_balance >= _totalStaked);
    }
}
