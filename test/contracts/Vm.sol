// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev The cheatcodes of forge that these tests use.
interface Vm {
    function etch(address target, bytes calldata code) external;
    function deal(address account, uint256 value) external;
    function prank(address caller) external;
    function roll(uint256 number) external;
    function expectRevert(bytes calldata data) external;
    function assume(bool condition) external pure;
    function setBlockhash(uint256 number, bytes32 hash) external;
    function warp(uint256 timestamp) external;
    function expectEmit(address emitter) external;
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function store(address target, bytes32 slot, bytes32 value) external;
    function addr(uint256 privateKey) external pure returns (address);
    function fee(uint256 weiPerGas) external;
    function cool(address target) external;
    function startPrank(address caller) external;
    function stopPrank() external;
    function setEnv(string calldata name, string calldata value) external;
    function envOr(string calldata name, uint256 defaultValue) external view returns (uint256 value);
    function toString(uint256 value) external pure returns (string memory stringified);
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256 gasUsed);
}

Vm constant VM = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
