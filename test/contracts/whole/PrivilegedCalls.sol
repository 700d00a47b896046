// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {PriceBook} from "@hanzo/compute/PriceBook.sol";
import {ProviderRegistry} from "@hanzo/compute/ProviderRegistry.sol";
import {FinalityDomain} from "@hanzo/consensus/FinalityDomain.sol";
import {BlockRewards} from "@hanzo/emission/BlockRewards.sol";
import {SpenderVault} from "@hanzo/emission/SpenderVault.sol";
import {AIGovernor} from "@hanzo/governance/AIGovernor.sol";
import {CircuitBreaker} from "@hanzo/governance/CircuitBreaker.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {WholeGenesis} from "../WholeGenesis.sol";

/// @dev M18: every function of block 0 that not everybody may call, with arguments that its rightful caller could
/// use, and how it refuses all others. `test/unit/genesis/contracts/privileged-calls.test.ts` knows who may call what.
abstract contract PrivilegedCalls is WholeGenesis {
    struct Privileged {
        address target;
        bytes data;
        bytes4 refusal;
    }

    /// @dev 0x0A10 to 0x0A36: everything of ours, and what is reserved between.
    uint256 internal constant FIXED_ADDRESSES = 0x27;
    Privileged[] public privileged;

    constructor() {
        _listSupply();
        _listWork();
        _listMarket();
        _listAttesters();
        _listGovernance();
        _listManager();
        _listTimelock();
        _listAuthorities();
    }

    function privilegedCount() external view returns (uint256) {
        return privileged.length;
    }

    function _listSupply() private {
        _list(address(REWARDS), abi.encodeCall(REWARDS.onBlock, (_dev(0), 1, 10_000, 1)), BlockRewards.NotSystem.selector);
        _list(address(REWARDS), abi.encodeCall(REWARDS.payBonus, (_dev(0), 1 ether)), BlockRewards.NotComputePayments.selector);
        _list(address(MINING_VAULT), abi.encodeCall(MINING_VAULT.release, (_dev(0), 1)), SpenderVault.NotSpender.selector);
        _list(address(TRAINING_VAULT), abi.encodeCall(TRAINING_VAULT.release, (_dev(0), 1)), SpenderVault.NotSpender.selector);
        _list(address(SET), abi.encodeCall(SET.begin, (GENESIS_HASH)), FinalityDomain.NotBlockRewards.selector);
        _restricted(address(TREASURY_VAULT), abi.encodeCall(TREASURY_VAULT.setStakingShareBps, (0)));
        _restricted(address(STAKING), abi.encodeCall(STAKING.setUnbondingPeriod, (1)));
    }

    function _listWork() private {
        _restricted(address(PAYMENTS), abi.encodeCall(PAYMENTS.setRecycleBps, (5_000)));
        _restricted(address(PAYMENTS), abi.encodeCall(PAYMENTS.setWindows, (1, 1)));
        _restricted(address(BOOK), abi.encodeCall(BOOK.setPrice, (uint8(PriceBook.Item.GpuSecond), 1e12)));
        _list(address(PROVIDERS), abi.encodeCall(PROVIDERS.hold, (_dev(4), 1)), ProviderRegistry.NotComputePayments.selector);
        _list(address(PROVIDERS), abi.encodeCall(PROVIDERS.slash, (_dev(4), 1 ether)), ProviderRegistry.NotSlasher.selector);
        _restricted(address(PROVIDERS), abi.encodeCall(PROVIDERS.setMinimumBond, (10_000 ether)));
        _restricted(address(PROVIDERS), abi.encodeCall(PROVIDERS.setExitDelay, (1)));
        _restricted(address(TRAINERS), abi.encodeCall(TRAINERS.setUserCap, (1_000 ether)));
        _restricted(address(TRAINERS), abi.encodeCall(TRAINERS.setBudget, (1)));
        _restricted(address(TRAINERS), abi.encodeCall(TRAINERS.setFeeShare, (1)));
    }

    function _listMarket() private {
        _restricted(address(SALE), abi.encodeCall(SALE.start, (USD, 1, 1, 1, false)));
        _restricted(address(RESERVE), abi.encodeCall(RESERVE.release, (_dev(0), 1 ether)));
        _restricted(address(RESERVE), abi.encodeCall(RESERVE.add, (address(USD), 1 ether, 1 ether, 0, 0, NEVER)));
        _restricted(address(RESERVE), abi.encodeCall(RESERVE.remove, (address(USD), 1 ether, 0, 0, NEVER)));
    }

    function _listAttesters() private {
        _restricted(address(ORACLE), abi.encodeCall(ORACLE.inviteAttester, (_dev(0))));
        _restricted(address(ORACLE), abi.encodeCall(ORACLE.removeAttester, (_dev(7))));
        _restricted(address(ORACLE), abi.encodeCall(ORACLE.fineAttester, (_dev(7), 1)));
        _restricted(address(ORACLE), abi.encodeCall(ORACLE.setThreshold, (3)));
        _restricted(address(ORACLE), abi.encodeCall(ORACLE.setChallengeWindow, (5)));
        _restricted(address(ORACLE), abi.encodeCall(ORACLE.setMaxAge, (60)));
    }

    function _listGovernance() private {
        bytes4 notGovernance = IGovernor.GovernorOnlyExecutor.selector;
        address governor = address(GOVERNOR);
        _list(governor, abi.encodeCall(GOVERNOR.setVotingDelay, (1)), notGovernance);
        _list(governor, abi.encodeCall(GOVERNOR.setVotingPeriod, (1)), notGovernance);
        _list(governor, abi.encodeCall(GOVERNOR.setEmergencyVotingPeriod, (1)), notGovernance);
        _list(governor, abi.encodeCall(GOVERNOR.setProposalThreshold, (1e18)), notGovernance);
        _list(governor, abi.encodeCall(GOVERNOR.setLateQuorumVoteExtension, (1)), notGovernance);
        _list(governor, abi.encodeCall(GOVERNOR.setProposalGuardian, (_dev(0))), notGovernance);
        _list(governor, abi.encodeCall(GOVERNOR.setStandardDelay, (0)), notGovernance);
        _list(governor, abi.encodeCall(GOVERNOR.setQuorumPercent, (uint8(GovernorTypes.ProposalType.Text), 1)), notGovernance);
        _list(governor, abi.encodeCall(GOVERNOR.relay, (address(TOKEN), 0, "")), notGovernance);
        _list(governor, abi.encodeCall(GOVERNOR.cosign, (1)), AIGovernor.NotGuardian.selector);
        _restricted(address(BONDS), abi.encodeCall(BONDS.setBondSize, (1 ether)));
        _restricted(address(CONFIG), abi.encodeCall(CONFIG.setPhase, (uint8(ISystemConfig.Phase.Sale), false)));
        _restricted(address(BREAKER), abi.encodeCall(BREAKER.addSpender, (_dev(0), 1 ether, 1_000, 1)));
        _restricted(address(BREAKER), abi.encodeCall(BREAKER.setLimit, (address(RESERVE), 1_000, 1)));
        _restricted(address(BREAKER), abi.encodeCall(BREAKER.setGuardian, (_dev(0))));
        _restricted(address(BREAKER), abi.encodeCall(BREAKER.unpause, ()));
        _list(address(BREAKER), abi.encodeCall(BREAKER.consume, (0)), CircuitBreaker.UnknownSpender.selector);
        _list(address(BREAKER), abi.encodeCall(BREAKER.pause, ()), CircuitBreaker.NotGuardian.selector);
    }

    function _listManager() private {
        bytes4 notAdmin = IAccessManager.AccessManagerUnauthorizedAccount.selector;
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = CONFIG.setPhase.selector;
        _list(address(MANAGER), abi.encodeCall(MANAGER.grantRole, (0, _dev(0), 0)), notAdmin);
        _list(address(MANAGER), abi.encodeCall(MANAGER.revokeRole, (0, address(TIMELOCK))), notAdmin);
        _list(address(MANAGER), abi.encodeCall(MANAGER.setRoleAdmin, (1, 0)), notAdmin);
        _list(address(MANAGER), abi.encodeCall(MANAGER.setTargetFunctionRole, (address(CONFIG), selectors, 1)), notAdmin);
        _list(address(MANAGER), abi.encodeCall(MANAGER.setTargetClosed, (address(SALE), true)), notAdmin);
        _list(address(MANAGER), abi.encodeCall(MANAGER.updateAuthority, (address(SALE), _dev(0))), notAdmin);
        _list(address(MANAGER), abi.encodeCall(MANAGER.labelRole, (1, "")), notAdmin);
        _list(address(MANAGER), abi.encodeCall(MANAGER.setGrantDelay, (1, 1)), notAdmin);
        _list(address(MANAGER), abi.encodeCall(MANAGER.setRoleGuardian, (1, 1)), notAdmin);
        _list(address(MANAGER), abi.encodeCall(MANAGER.setTargetAdminDelay, (address(SALE), 1)), notAdmin);
        bytes4 notCaller = IAccessManager.AccessManagerUnauthorizedCall.selector;
        bytes memory phase = abi.encodeCall(CONFIG.setPhase, (uint8(ISystemConfig.Phase.Sale), false));
        _list(address(MANAGER), abi.encodeCall(MANAGER.execute, (address(CONFIG), phase)), notCaller);
        _list(address(MANAGER), abi.encodeCall(MANAGER.schedule, (address(CONFIG), phase, 0)), notCaller);
        bytes4 nothingToCancel = IAccessManager.AccessManagerNotScheduled.selector;
        bytes memory cancel = abi.encodeCall(MANAGER.cancel, (address(TIMELOCK), address(CONFIG), phase));
        _list(address(MANAGER), cancel, nothingToCancel);
        bytes4 notConsumer = IAccessManager.AccessManagerUnauthorizedConsume.selector;
        _list(address(MANAGER), abi.encodeCall(MANAGER.consumeScheduledOp, (address(TIMELOCK), phase)), notConsumer);
    }

    function _listTimelock() private {
        bytes4 noRole = IAccessControl.AccessControlUnauthorizedAccount.selector;
        bytes32 proposer = TIMELOCK.PROPOSER_ROLE();
        _list(address(TIMELOCK), abi.encodeCall(TIMELOCK.grantRole, (proposer, _dev(0))), noRole);
        _list(address(TIMELOCK), abi.encodeCall(TIMELOCK.revokeRole, (proposer, address(GOVERNOR))), noRole);
        address[] memory targets = new address[](1);
        uint256[] memory values = new uint256[](1);
        bytes[] memory payloads = new bytes[](1);
        _list(
            address(TIMELOCK),
            abi.encodeCall(TIMELOCK.scheduleBatch, (targets, values, payloads, 0, 0, 15)),
            noRole
        );
        _list(address(TIMELOCK), abi.encodeCall(TIMELOCK.schedule, (_dev(0), 1, "", 0, 0, 15)), noRole);
        _list(address(TIMELOCK), abi.encodeCall(TIMELOCK.cancel, (0)), noRole);
        bytes4 notItself = TimelockController.TimelockUnauthorizedCaller.selector;
        _list(address(TIMELOCK), abi.encodeCall(TIMELOCK.updateDelay, (0)), notItself);
        bytes4 notScheduled = TimelockController.TimelockUnexpectedOperationState.selector;
        _list(address(TIMELOCK), abi.encodeCall(TIMELOCK.execute, (_dev(0), 1, "", 0, 0)), notScheduled);
        _list(
            address(TIMELOCK),
            abi.encodeCall(TIMELOCK.executeBatch, (targets, values, payloads, 0, 0)),
            notScheduled
        );
    }

    /// @dev Whoever is the authority of a contract could let anybody call what is restricted.
    function _listAuthorities() private {
        address[12] memory managed = [
            address(TREASURY_VAULT),
            address(STAKING),
            address(PAYMENTS),
            address(BOOK),
            address(PROVIDERS),
            address(TRAINERS),
            address(SALE),
            address(RESERVE),
            address(ORACLE),
            address(BONDS),
            address(CONFIG),
            address(BREAKER)
        ];
        for (uint256 i = 0; i < managed.length; ++i) {
            _restricted(managed[i], abi.encodeCall(IAccessManaged.setAuthority, (_dev(0))));
        }
    }

    function _restricted(address target, bytes memory data) private {
        _list(target, data, IAccessManaged.AccessManagedUnauthorized.selector);
    }

    function _list(address target, bytes memory data, bytes4 refusal) private {
        privileged.push(Privileged(target, data, refusal));
    }
}
