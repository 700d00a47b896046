// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title The sink
 * @notice Coins here are burned: this contract makes no call, so none can leave. Its balance is what
 * `AI.totalSupply` leaves out. The node credits base fees here, and coins that SELFDESTRUCT would
 * destroy; both run no code and count as `other`.
 */
contract AIBurn {
    enum Category {
        Training,
        Compute,
        Governance,
        Slashing,
        HMM
    }

    /// @dev Members of `Category`.
    uint256 private constant CATEGORIES = 5;

    /// @dev Wei by category.
    uint256[CATEGORIES] private _burned;

    /// @notice `from` burned `value` wei for the reason `category`.
    event Burned(Category indexed category, address indexed from, uint256 value);

    /// @notice There are `categories` categories, counted from 0.
    error UnknownCategory(uint256 category, uint256 categories);

    /// @notice Burns without a reason, counted as `other`.
    receive() external payable {}

    /// @notice Burns `msg.value` wei for the reason `category`: a number of `Category`.
    function burn(uint8 category) external payable {
        if (category >= CATEGORIES) revert UnknownCategory(category, CATEGORIES);
        _burned[category] += msg.value;
        emit Burned(Category(category), msg.sender, msg.value);
    }

    /// @notice Wei burned for the reason `category`.
    function burnedBy(uint8 category) external view returns (uint256) {
        if (category >= CATEGORIES) revert UnknownCategory(category, CATEGORIES);
        return _burned[category];
    }

    /// @notice Wei burned in all.
    function totalBurned() external view returns (uint256) {
        return address(this).balance;
    }

    /// @notice Wei burned outside the categories: base fees, self-destructed coins, donations.
    function other() external view returns (uint256 value) {
        value = address(this).balance;
        for (uint256 i = 0; i < CATEGORIES; ++i) value -= _burned[i];
    }
}
