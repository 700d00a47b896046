// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// What every client deploys, pays and watches: storage, an event, an error with arguments.
contract Till {
    event Paid(address indexed from, uint256 amount, string note);

    error Underpaid(uint256 price, uint256 paid);

    uint256 public immutable price;
    uint256 public total;

    constructor(uint256 price_) {
        price = price_;
    }

    function pay(string calldata note) external payable {
        if (msg.value < price) revert Underpaid(price, msg.value);
        total += msg.value;
        emit Paid(msg.sender, msg.value, note);
    }
}
