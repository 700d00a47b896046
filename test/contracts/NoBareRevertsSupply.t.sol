// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NoBareReverts} from "./NoBareReverts.sol";

/// @dev Token, vaults and rewards: what they refuse, they name. A run makes several calls, so runs are few.
/// forge-config: default.fuzz.runs = 500
contract NoBareRevertsSupplyTest is NoBareReverts {
    function setUp() external {
        _begin();
    }

    function testFuzz_AINamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(TOKEN),
            "AI: DOMAIN_SEPARATOR(); MAX_SUPPLY(); allowance(address,address); approve(address,uint256); "
            "authorizationState(address,bytes32); balanceOf(address); burn(uint256); "
            "cancelAuthorization(address,bytes32,bytes); "
            "cancelAuthorization(address,bytes32,uint8,bytes32,bytes32); decimals(); deposit() payable; "
            "eip712Domain(); name(); nonces(address); nonces(address,uint192); "
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32); "
            "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes); "
            "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32); "
            "symbol(); totalSupply(); transfer(address,uint256); transferFrom(address,address,uint256); "
            "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes); "
            "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32); "
            "withdraw(uint256)",
            seed
        );
    }

    function testFuzz_AIBurnNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(SINK),
            "AIBurn: burn(uint8) payable; burnedBy(uint8); other(); totalBurned()",
            seed
        );
    }

    function testFuzz_BlockRewardsNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(REWARDS),
            "BlockRewards: BUCKET(); ERA_BLOCKS(); bonusAvailable(); "
            "calculateReward(uint256,uint256,uint256,uint256); last(); "
            "onBlock(address,uint256,uint256,uint256); payBonus(address,uint256); totalBonus(); totalPaid()",
            seed
        );
    }

    function testFuzz_SpenderVaultNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(MINING_VAULT),
            "SpenderVault: BUCKET(); ERA_BLOCKS(); SPENDER(); available(); entitlement(uint256); "
            "recycle() payable; recycled(); release(address,uint256); released(); remaining()",
            seed
        );
    }

    function testFuzz_BeneficiaryVaultNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(ECOSYSTEM_VAULT),
            "BeneficiaryVault: BENEFICIARY(); BUCKET(); ERA_BLOCKS(); available(); entitlement(uint256); "
            "release(); released(); remaining()",
            seed
        );
    }

    function testFuzz_TreasuryVaultNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(TREASURY_VAULT),
            "TreasuryVault: BUCKET(); ERA_BLOCKS(); STAKING_SHARE_MAX_BPS(); authority(); available(); "
            "entitlement(uint256); isConsumingScheduledOp(); release(); released(); remaining(); "
            "setAuthority(address); setStakingShareBps(uint256); stakingShareBps()",
            seed
        );
    }

    function testFuzz_TeamVestingNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(VESTING),
            "TeamVesting: BUCKET(); YEAR_SECONDS(); beneficiary(); cliff(); duration(); end(); releasable(); "
            "release(); released(); start(); vestedAmount(uint64)",
            seed
        );
    }

    function testFuzz_TrainingRewardsNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(TRAINERS),
            "TrainingRewards: REWARD(); WINDOW_BLOCKS(); authority(); available(); availableOf(address); "
            "budgetBps(); eip712Domain(); feeShareBps(); isConsumingScheduledOp(); isRewarded(bytes32); "
            "reportDigest((address,address,bytes32,uint8,uint64,uint128)); "
            "rewardTraining((address,address,bytes32,uint8,uint64,uint128),bytes[]); setAuthority(address); "
            "setBudget(uint256); setFeeShare(uint256); setUserCap(uint256); split(uint256); userCap(); "
            "windowBudget(uint256)",
            seed
        );
    }
}
