// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ScheduledVault} from "./ScheduledVault.sol";

/// @title A vault that streams to one account
contract BeneficiaryVault is ScheduledVault {
    /// @notice Where everything goes, for ever.
    address public immutable BENEFICIARY;

    constructor(uint256 bucket, uint256 eraBlocks, address beneficiary) ScheduledVault(bucket, eraBlocks) {
        BENEFICIARY = beneficiary;
    }

    /// @notice Sends all that is due to the beneficiary. Anyone may call.
    /// @return value Wei sent.
    function release() external returns (uint256 value) {
        value = available();
        _release(BENEFICIARY, value);
    }
}
