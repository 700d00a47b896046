// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev M7: the books of `AIBurn`, its array of categories written out. Balances are the checker's own, which knows
/// that coins come by calls and by force, and leave by calls alone: `other` never falls below zero.
contract Sink {
    uint256 private _training;
    uint256 private _compute;
    uint256 private _governance;
    uint256 private _slashing;
    uint256 private _hmm;

    receive() external payable {}

    function burn(uint8 category) external payable {
        require(category < 5);
        if (category == 0) _training += msg.value;
        else if (category == 1) _compute += msg.value;
        else if (category == 2) _governance += msg.value;
        else if (category == 3) _slashing += msg.value;
        else _hmm += msg.value;
    }

    function check() external view {
        assert(_training + _compute + _governance + _slashing + _hmm <= address(this).balance);
    }
}

/// @dev A sink that pays anybody is none.
contract WrongSinkThatPays {
    uint256 private _burned;

    function burn() external payable {
        _burned += msg.value;
    }

    function rescue(address payable to, uint256 value) external {
        require(value <= address(this).balance);
        (bool ok, ) = to.call{value: value}("");
        require(ok);
    }

    function check() external view {
        assert(_burned <= address(this).balance);
    }
}
