// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NoBareReverts} from "./NoBareReverts.sol";

/// @dev Compute, training and their attesters: what they refuse, they name.
contract NoBareRevertsWorkTest is NoBareReverts {
    function setUp() external {
        _begin();
    }

    function testFuzz_ComputePaymentsNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(PAYMENTS),
            "ComputePayments: BURN_BPS(); DEADLINE_MAX(); DISPUTE_BOND_BPS(); DISPUTE_BOND_MIN(); "
            "OFFER_TYPEHASH(); ORDER_TYPEHASH(); RECYCLE_AFTER_ERAS(); RECYCLE_MAX_BPS(); TIER_MAX(); "
            "UNITS_MAX(); VERDICT_TYPEHASH(); WINDOW_MAX(); WINDOW_MIN(); authority(); challengeSeconds(); "
            "decline(uint256); dispute(uint256) payable; disputeBond(uint256); eip712Domain(); "
            "gpuSeconds(address,uint256,uint8); isConsumingScheduledOp(); isOfferUsed(bytes32); jobCount(); "
            "jobOf(uint256); "
            "offerDigest(((address,uint256,uint8,uint256,uint8),address,uint256,uint256,uint256)); "
            "openJob((address,uint256,uint8,uint256,uint8),bytes32,uint48) payable; "
            "payForCompute(address,uint256,uint8) payable; payForModel(address,uint256,uint8,uint256) payable; "
            "payQuoted(((address,uint256,uint8,uint256,uint8),address,uint256,uint256,uint256),bytes) payable; "
            "quote(address,address,uint256,uint8); quoteOrder(address,(address,uint256,uint8,uint256,uint8)); "
            "recycleBps(); refund(uint256); resolve(uint256,bool,bytes[]); setAuthority(address); "
            "setRecycleBps(uint256); setWindows(uint48,uint48); settle(uint256); submit(uint256,bytes32); "
            "verdictDigest(uint256,bool); verdictSeconds(); windowSeconds()",
            seed
        );
    }

    function testFuzz_PriceBookNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(BOOK),
            "PriceBook: OWNER_SHARE_MAX_BPS(); PARAMS_BILLIONS_MAX(); PRICE_FACTOR_MAX(); URI_BYTES_MAX(); "
            "approve(address,uint256); authority(); balanceOf(address); genesisPriceOf(uint8); "
            "getApproved(uint256); isApprovedForAll(address,address); isConsumingScheduledOp(); modelCount(); "
            "modelOf(uint256); name(); ownerOf(uint256); priceOf(uint8); quote(uint256,uint8,uint256); "
            "registerModel(string,uint256,uint256); royaltyInfo(uint256,uint256); "
            "safeTransferFrom(address,address,uint256); safeTransferFrom(address,address,uint256,bytes); "
            "setApprovalForAll(address,bool); setAuthority(address); setModelPrices(uint256,uint256,uint256); "
            "setPrice(uint8,uint256); supportsInterface(bytes4); symbol(); tokenURI(uint256); "
            "transferFrom(address,address,uint256)",
            seed
        );
    }

    function testFuzz_QualityOracleNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(ORACLE),
            "QualityOracle: ATTESTERS_MAX(); BOND(); BOND_DELAY_SECONDS(); FINE_MAX(); ROUND_SECONDS(); accept() "
            "payable; attesters(); authority(); "
            "challenge(address,uint64,(uint16,uint16,uint16,uint16),bytes,(uint16,uint16,uint16,uint16),bytes); "
            "challengeWindow(); eip712Domain(); faultDigest((address,bytes32,uint256,uint256)); "
            "fineAttester(address,uint256); inviteAttester(address); isAttester(address); isConsumingScheduledOp(); "
            "isFresh(address); isPenalised(bytes32); maxAge(); maxTierOf(address); openRound(); "
            "penalise((address,bytes32,uint256,uint256),bytes[]); pendingOf(address); removeAttester(address); "
            "reportDigest(address,uint64,(uint16,uint16,uint16,uint16)); requireQuorum(bytes32,bytes[]); resign(); "
            "roundOf(address); scoreOf(address); setAuthority(address); setChallengeWindow(uint48); "
            "setMaxAge(uint48); setThreshold(uint256); slashedAt(address); standingOf(address); "
            "submit(address,uint64,(uint16,uint16,uint16,uint16)[],bytes[]); threshold(); withdrawBond()",
            seed
        );
    }

    function testFuzz_ProviderRegistryNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(PROVIDERS),
            "ProviderRegistry: DEV(); DISCOUNT_BPS_MAX(); ENDPOINT_BYTES_MAX(); authority(); exit(); "
            "exitDelay(); hold(address,uint48); isActive(address); isConsumingScheduledOp(); "
            "maxDiscountBps(address); mayAnswer(address,uint256); minimumBond(); providerOf(address); "
            "register(uint256,string) payable; setAuthority(address); setExitDelay(uint256); "
            "setMinimumBond(uint256); slash(address,uint256); topUp() payable; update(uint256,string); withdraw()",
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
