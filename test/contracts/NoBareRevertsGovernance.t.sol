// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NoBareReverts} from "./NoBareReverts.sol";

/// @dev Governance: what it refuses, it names.
contract NoBareRevertsGovernanceTest is NoBareReverts {
    function setUp() external {
        _begin();
    }

    function testFuzz_AIGovernorNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(GOVERNOR),
            "AIGovernor: BALLOT_TYPEHASH(); CLOCK_MODE(); COUNTING_MODE(); DEV(); EXTENDED_BALLOT_TYPEHASH(); "
            "cancel(address[],uint256[],bytes[],bytes32); cancel(uint256); castVote(uint256,uint8); "
            "castVoteBySig(uint256,uint8,address,bytes); castVoteWithReason(uint256,uint8,string); "
            "castVoteWithReasonAndParams(uint256,uint8,string,bytes); "
            "castVoteWithReasonAndParamsBySig(uint256,uint8,address,string,bytes,bytes); clock(); "
            "cosign(uint256); eip712Domain(); emergencyVotingPeriod(); "
            "execute(address[],uint256[],bytes[],bytes32) payable; execute(uint256) payable; "
            "getProposalId(address[],uint256[],bytes[],bytes32); getVotes(address,uint256); "
            "getVotesWithParams(address,uint256,bytes); hasVoted(uint256,address); "
            "hashProposal(address[],uint256[],bytes[],bytes32); isBondForfeited(uint256); isCosigned(uint256); "
            "isOpen(); lateQuorumVoteExtension(); name(); nonces(address); "
            "onERC1155BatchReceived(address,address,uint256[],uint256[],bytes); "
            "onERC1155Received(address,address,uint256,uint256,bytes); "
            "onERC721Received(address,address,uint256,bytes); proposalCount(); proposalDeadline(uint256); "
            "proposalDetails(uint256); proposalDetailsAt(uint256); proposalEta(uint256); proposalGuardian(); "
            "proposalNeedsQueuing(uint256); proposalProposer(uint256); proposalQuorum(uint256); "
            "proposalSnapshot(uint256); proposalThreshold(); proposalVotes(uint256); "
            "propose(address[],uint256[],bytes[],string); "
            "propose(uint8,address[],uint256[],bytes[],string) payable; "
            "queue(address[],uint256[],bytes[],bytes32); queue(uint256); quorum(uint256); quorumPercent(uint8); "
            "relay(address,uint256,bytes) payable; setEmergencyVotingPeriod(uint32); "
            "setLateQuorumVoteExtension(uint48); setProposalGuardian(address); setProposalThreshold(uint256); "
            "setQuorumPercent(uint8,uint8); setStandardDelay(uint256); setVotingDelay(uint48); "
            "setVotingPeriod(uint32); standardDelay(); state(uint256); supportsInterface(bytes4); timelock(); "
            "token(); typeOf(uint256); version(); voteCap(uint256); votingDelay(); votingPeriod()",
            seed
        );
    }

    function testFuzz_TimelockNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(TIMELOCK),
            "Timelock: CANCELLER_ROLE(); DEFAULT_ADMIN_ROLE(); DEV(); EXECUTOR_ROLE(); GRACE_SECONDS(); "
            "PROPOSER_ROLE(); cancel(bytes32); execute(address,uint256,bytes,bytes32,bytes32) payable; "
            "executeBatch(address[],uint256[],bytes[],bytes32,bytes32) payable; getMinDelay(); "
            "getOperationState(bytes32); getRoleAdmin(bytes32); getTimestamp(bytes32); "
            "grantRole(bytes32,address); hasRole(bytes32,address); "
            "hashOperation(address,uint256,bytes,bytes32,bytes32); "
            "hashOperationBatch(address[],uint256[],bytes[],bytes32,bytes32); isOperation(bytes32); "
            "isOperationDone(bytes32); isOperationPending(bytes32); isOperationReady(bytes32); "
            "onERC1155BatchReceived(address,address,uint256[],uint256[],bytes); "
            "onERC1155Received(address,address,uint256,uint256,bytes); "
            "onERC721Received(address,address,uint256,bytes); renounceRole(bytes32,address); "
            "revokeRole(bytes32,address); schedule(address,uint256,bytes,bytes32,bytes32,uint256); "
            "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256); supportsInterface(bytes4); "
            "updateDelay(uint256)",
            seed
        );
    }

    function testFuzz_ProposalBondNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(BONDS),
            "ProposalBond: authority(); bondOf(uint256,address); bondSize(); deposit(uint256,address) payable; "
            "isBonded(uint256,address); isConsumingScheduledOp(); reclaim(uint256); resolve(uint256); "
            "setAuthority(address); setBondSize(uint256)",
            seed
        );
    }

    function testFuzz_CircuitBreakerNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(BREAKER),
            "CircuitBreaker: DEV(); PAUSE_SECONDS(); addSpender(address,uint256,uint256,uint256); authority(); "
            "available(address); consume(uint256); guardian(); isConsumingScheduledOp(); isPaused(); "
            "limitOf(address); pause(); pausedUntil(); requireNotPaused(); reserveOf(address); "
            "setAuthority(address); setGuardian(address); setLimit(address,uint256,uint256); unpause()",
            seed
        );
    }

    function testFuzz_SystemConfigNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(CONFIG),
            "SystemConfig: authority(); isActive(uint8); isConsumingScheduledOp(); phases(); "
            "requireActive(uint8); setAuthority(address); setPhase(uint8,bool)",
            seed
        );
    }

    function testFuzz_AccessManagerNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(MANAGER),
            "AccessManager: ADMIN_ROLE(); PUBLIC_ROLE(); canCall(address,address,bytes4); "
            "cancel(address,address,bytes); consumeScheduledOp(address,bytes); execute(address,bytes) payable; "
            "expiration(); getAccess(uint64,address); getNonce(bytes32); getRoleAdmin(uint64); "
            "getRoleGrantDelay(uint64); getRoleGuardian(uint64); getSchedule(bytes32); getTargetAdminDelay(address); "
            "getTargetFunctionRole(address,bytes4); grantRole(uint64,address,uint32); hasRole(uint64,address); "
            "hashOperation(address,address,bytes); isTargetClosed(address); labelRole(uint64,string); minSetback(); "
            "multicall(bytes[]); renounceRole(uint64,address); revokeRole(uint64,address); "
            "schedule(address,bytes,uint48); setGrantDelay(uint64,uint32); setRoleAdmin(uint64,uint64); "
            "setRoleGuardian(uint64,uint64); setTargetAdminDelay(address,uint32); setTargetClosed(address,bool); "
            "setTargetFunctionRole(address,bytes4[],uint64); updateAuthority(address,address)",
            seed
        );
    }
}
