// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title List prices, and the models they are for
interface IPriceBook {
    enum Unit {
        GpuSecond,
        InputToken,
        OutputToken,
        Epoch,
        Run,
        Vector
    }

    /// @notice There is no model `modelId`.
    error UnknownModel(uint256 modelId);
    /// @notice There is no unit `unit`.
    error UnknownUnit(uint8 unit);

    /// @notice List price in wei of `amount` units of `unit` (a `Unit`) of model `modelId`; 0 is no model in
    /// particular.
    function quote(uint256 modelId, uint8 unit, uint256 amount) external view returns (uint256);

    /// @notice Who owns model `modelId`, and the owner's share in wei of a payment of `value` wei (ERC-2981).
    function royaltyInfo(uint256 modelId, uint256 value) external view returns (address owner, uint256 share);
}
