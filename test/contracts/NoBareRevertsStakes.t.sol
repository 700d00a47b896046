// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NoBareReverts} from "./NoBareReverts.sol";

/// @dev Stakes, identities and validators: what they refuse, they name. A run makes several calls, so runs are few.
/// forge-config: default.fuzz.runs = 500
contract NoBareRevertsStakesTest is NoBareReverts {
    function setUp() external {
        _begin();
    }

    function testFuzz_AIStakingNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(STAKING),
            "AIStaking: CLOCK_MODE(); HORIZON_SECONDS(); UNBONDING_MAX(); UNBONDING_MIN(); YEAR_SECONDS(); "
            "apyBps(uint8); authority(); claim(); clock(); currentApyBps(address); delegate(address); "
            "delegateBySig(address,uint256,uint256,uint8,bytes32,bytes32); delegates(address); "
            "discountBps(address); earned(address); eip712Domain(); fund() payable; "
            "getPastTotalSupply(uint256); getPastVotes(address,uint256); getVotes(address); "
            "isConsumingScheduledOp(); nonces(address); rewardBudget(); setAuthority(address); "
            "setUnbondingPeriod(uint48); stake() payable; stakeOf(address); syncVotes(address); "
            "tierOf(address); totalStaked(); totalUnbonding(); totalVotingUnits(); unbondingOf(address); "
            "unbondingPeriod(); unstake(uint256); votingUnitsOf(address); withdraw()",
            seed
        );
    }

    function testFuzz_IdentityRegistryNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(IDENTITIES),
            "IdentityRegistry: DOMAIN_SEPARATOR(); attest(address,uint256,uint256,bytes[]); eip712Domain(); "
            "isUnique(address); nonces(address); revoke(address,uint256,uint256,bytes[])",
            seed
        );
    }

    function testFuzz_ValidatorSetNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(SET),
            "ValidatorSet: CHURN_DIVISOR(); DEPOSITS_MAX(); EPOCH_LENGTH(); EPOCH_LENGTH_MAX(); FINDER_BPS(); "
            "MINIMUM_STAKE(); PENALTY_FACTOR(); PENALTY_MINIMUM_BPS(); QUEUE_DYNASTIES(); VALIDATORS_MAX(); "
            "WITHDRAWAL_DELAY(); WITHDRAWAL_DELAY_MAX(); beganAt(uint256); begin(bytes32); "
            "certify((uint64,bytes32,uint64,bytes32,bytes32),bytes,bytes[]); count(); "
            "deposit(address,address,bytes) payable; domainSeparator(); dynasty(); dynastyAt(uint256); "
            "eip712Domain(); exit(uint256); genesisHash(); hashDeposit(address); "
            "hashVote((uint64,bytes32,uint64,bytes32,bytes32)); indexOf(address); justifiedHash(uint256); "
            "lastCertified(); lastFinalized(); memberCount(uint256); planned(); pot(); setAt(uint256); "
            "setOfDynasty(uint256); "
            "slash((uint64,bytes32,uint64,bytes32,bytes32),bytes,(uint64,bytes32,uint64,bytes32,bytes32),bytes); "
            "slashedRecently(); stake(uint256); total(); totalWeight(uint256); validators(uint256); "
            "withdraw(uint256); withdrawableAt(uint256)",
            seed
        );
    }
}
