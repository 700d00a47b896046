// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// The few of forge's cheats that are used here.
interface Cheats {
    function envAddress(string calldata name) external view returns (address);
    function envUint(string calldata name) external view returns (uint256);
    function prank(address sender) external;
    function expectRevert(bytes calldata data) external;
    function startBroadcast() external;
    function stopBroadcast() external;
}

Cheats constant CHEATS = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));
