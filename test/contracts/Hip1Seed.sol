// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/*
 * The contracts of HIP-1 as it prints them, for `Exploits.t.sol` to show what is wrong with them. Statements are
 * HIP-1's; added is only what it leaves out and the compiler asks for: a token, declarations, a root.
 */

/// @dev HIP-1 mints and burns at will, and names no contract that could.
contract SeedToken is ERC20("AI", "AI") {
    function mint(address to, uint256 value) external {
        _mint(to, value);
    }
}

/// @dev A token that says no by its answer, as ERC-20 lets it.
contract SilentToken {
    function transferFrom(address, address, uint256) external pure returns (bool) {
        return false;
    }
}

contract SeedComputePayments {
    uint256 private constant BASE_RATE = 0.001 ether;
    SeedToken public immutable AI;

    constructor(SeedToken token) {
        AI = token;
    }

    function payForCompute(address provider, uint256 computeUnits, uint8 qualityTier) external returns (uint256 cost) {
        cost = BASE_RATE * computeUnits * qualityTier;
        require(AI.transferFrom(msg.sender, provider, cost));
    }
}

contract SeedTrainingRewards {
    uint256 private constant REWARD_PER_INTERACTION = 0.01 ether;
    SeedToken public immutable AI;

    constructor(SeedToken token) {
        AI = token;
    }

    function rewardTraining(address user, bytes32, uint256 qualityScore) external {
        require(qualityScore <= 100, "Invalid quality score");
        uint256 reward = REWARD_PER_INTERACTION * qualityScore / 100;
        AI.mint(user, reward * 70 / 100);
        AI.mint(msg.sender, reward * 30 / 100);
    }
}

contract SeedGovernance {
    address public immutable AI;
    mapping(address => uint256) public stakedAI;
    mapping(address => uint256) public votingPower;
    /// @dev In place of HIP-1's "Create proposal logic".
    uint256 public proposals;

    constructor(address token) {
        AI = token;
    }

    function stake(uint256 amount) external {
        SeedToken(AI).transferFrom(msg.sender, address(this), amount);
        stakedAI[msg.sender] += amount;
        votingPower[msg.sender] = Math.sqrt(stakedAI[msg.sender]);
    }

    function propose() external {
        require(votingPower[msg.sender] >= 1000, "Insufficient voting power");
        ++proposals;
    }
}
