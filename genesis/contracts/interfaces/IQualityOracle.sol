// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttesters} from "./IAttesters.sol";

/// @title What providers deliver, as attested
interface IQualityOracle is IAttesters {
    /// @notice The best quality tier (1 to 4) that `provider` may sell now. Without a fresh score it is 1.
    function maxTierOf(address provider) external view returns (uint8);

    /// @notice Score of `provider`, 0 to 10,000 basis points.
    function scoreOf(address provider) external view returns (uint256);
}
