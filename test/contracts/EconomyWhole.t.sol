// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComputeJobs} from "@hanzo/compute/ComputeJobs.sol";
import {Unbondings} from "@hanzo/staking/Unbondings.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ScheduledVault} from "@hanzo/emission/ScheduledVault.sol";
import {WholeGenesis} from "./WholeGenesis.sol";
import {WholeHandler} from "./whole/WholeHandler.sol";
import {WholeReach} from "./whole/WholeReach.sol";
import {VM} from "./Vm.sol";

/**
 * @dev The invariants of the token economy over the whole genesis, real contracts everywhere: M1, M2, M3, M4, M6,
 * M7, M9, M10, M11, M13, M15, M17 and M18, in one campaign, for each function would have its own. M2, M7 and M17
 * compare before and after, so `World` checks them after each call; M18 is an attack that reverts when it works.
 */
contract EconomyWholeInvariants is WholeGenesis, WholeReach {
    WholeHandler private _handler;

    error NeverHappened(string what);

    function setUp() external {
        _handler = new WholeHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev Long runs: it takes a vote to open the sale, and 500 calls never came to its bids.
    /// forge-config: default.invariant.runs = 32
    /// forge-config: default.invariant.depth = 4000
    /// forge-config: default.invariant.shrink-run-limit = 100
    function invariant_TheEconomyHolds() external {
        _requireAll();
    }

    function afterInvariant() external {
        _requireReach(_handler);
    }

    /// @dev The same calls in an order of chance: all that may happen does, so that nothing holds in vain.
    function test_HandlerReachesEverything() external {
        for (uint256 i = 0; i < 160 * _entries.length; ++i) {
            _call(_handler, uint256(keccak256(abi.encode(i))));
            if (i % 100 == 0) _requireAll();
        }
        _requireAll();
        for (uint256 i = 0; i < _entries.length; ++i) {
            if (_handler.done(_entries[i].selector) == 0) revert NeverDone(_entries[i].signature);
        }
        for (uint256 i = 0; i < 5; ++i) _happened("burn", SINK.burnedBy(uint8(i)));
        _happened("refund of a bond", _handler.refunded());
        _happened("burn of a bond", _handler.burnedBonds());
        _happened("bonus", REWARDS.totalBonus());
        _happened("vesting", VESTING.released());
        _happened("finality", SET.lastFinalized());
        _happened("settled sale", SALE.isSettled() ? 1 : 0);
        _happened("execution", _handler.executed());
    }

    function _happened(string memory what, uint256 count) private pure {
        if (count == 0) revert NeverHappened(what);
    }

    function _requireAll() private {
        VM.roll(_handler.number());
        VM.warp(_handler.time());
        _requireConservation();
        _requireVaults();
        _requireSink();
        _requireStakes();
        _requireBonds();
        _requireEscrows();
        for (uint256 i = 0; i < 2; ++i) _equal(_handler.traps(i).ran(), 0);
    }

    /// @dev M1: all coins are with the accounts and contracts of block 0. M2: there are no more.
    function _requireConservation() private view {
        uint256 sum = 0;
        for (uint160 i = 0; i < 0x27; ++i) sum += address(uint160(Predeploys.AI) + i).balance;
        for (uint256 i = 0; i < _handler.accountCount(); ++i) sum += _handler.accounts(i).balance;
        _equal(sum, MAX_SUPPLY);
        _equal(TOKEN.totalSupply() + address(SINK).balance, MAX_SUPPLY);
    }

    /// @dev M3, M4: vaults keep to bucket and schedule. M6: blocks to their budget. M14: the team to its steps.
    function _requireVaults() private view {
        _requireVault(MINING_VAULT, MINING_VAULT.BUCKET() + MINING_VAULT.recycled());
        _requireVault(TRAINING_VAULT, TRAINING + TRAINING_VAULT.recycled());
        _requireVault(ECOSYSTEM_VAULT, PROGRAMME);
        _requireVault(TREASURY_VAULT, PROGRAMME);
        _equal(MINING_VAULT.released(), REWARDS.totalPaid() + REWARDS.totalBonus());
        _equal(TRAINING_VAULT.released(), _handler.trained());
        _equal(_handler.excess(), 0);
        uint256 released = VESTING.released();
        _atMost(released, VESTING.vestedAmount(uint64(block.timestamp)));
        _equal(released + address(VESTING).balance, TEAM + _handler.donated(address(VESTING)));
    }

    function _requireVault(ScheduledVault vault, uint256 bucket) private view {
        uint256 released = vault.released();
        _atMost(released, vault.entitlement(block.number));
        _atMost(released, bucket);
        _equal(released + address(vault).balance, bucket + _handler.donated(address(vault)));
    }

    /// @dev M7: categories and `other` are the balance. M9: the sink has 5 % of what was paid, less what was
    /// recycled; and a tenth of what training brought.
    function _requireSink() private view {
        uint256 sum = SINK.other();
        for (uint256 i = 0; i < 5; ++i) sum += SINK.burnedBy(uint8(i));
        _equal(sum, address(SINK).balance);
        _atMost(_handler.donated(address(SINK)), SINK.other());
        _requireBurned(AIBurn.Category.Training, _handler.trained() / 10);
        _requireBurned(AIBurn.Category.Compute, _handler.burnDue() - MINING_VAULT.recycled());
        _requireBurned(AIBurn.Category.Governance, _handler.burnedBonds());
    }

    function _requireBurned(AIBurn.Category category, uint256 value) private view {
        _equal(SINK.burnedBy(uint8(category)), value + _handler.volunteered(category));
    }

    /// @dev M10: what is staked, on its way out, earned and budgeted is there. M11: votes are those of the stakes.
    function _requireStakes() private view {
        uint256 stakes = 0;
        uint256 owed = STAKING.rewardBudget() + _handler.donated(address(STAKING));
        uint256 votes = 0;
        uint256 units = 0;
        for (uint256 i = 0; i < 12; ++i) {
            address account = _handler.accounts(i);
            Unbondings.Unbonding[] memory open = STAKING.unbondingOf(account);
            for (uint256 j = 0; j < open.length; ++j) owed += open[j].value;
            stakes += STAKING.stakeOf(account);
            owed += STAKING.earned(account);
            uint256 recorded = STAKING.votingUnitsOf(account);
            units += recorded;
            votes += STAKING.getVotes(account);
            if (STAKING.delegates(account) == address(0)) votes += recorded;
        }
        _equal(STAKING.totalStaked(), stakes);
        _atMost(owed + stakes, address(STAKING).balance);
        _equal(votes, units);
        _equal(STAKING.totalVotingUnits(), units);
    }

    /// @dev M13: every bond is held, or was refunded, or was burned.
    function _requireBonds() private view {
        uint256 held = 0;
        uint256 paid = 0;
        for (uint256 i = 0; i < _handler.bondCount(); ++i) {
            (uint256 proposalId, address depositor, uint256 value, bool isOut) = _handler.bonds(i);
            paid += value;
            if (!isOut) held += value;
            assert(isOut || BONDS.bondOf(proposalId, depositor) == value);
        }
        _equal(paid, held + _handler.refunded() + _handler.burnedBonds());
        _equal(address(BONDS).balance, held + _handler.donated(address(BONDS)));
    }

    /// @dev What others are owed is there, and what keeps nothing has nothing. M15: so for the facade. M17: the
    /// pool covers its reserves.
    function _requireEscrows() private view {
        uint256 held = 0;
        for (uint256 i = PAYMENTS.jobCount(); i > 0; --i) {
            ComputeJobs.Job memory job = PAYMENTS.jobOf(i);
            if (job.state < ComputeJobs.State.Settled) held += job.price + job.bond;
        }
        _equal(address(PAYMENTS).balance, held + _handler.donated(address(PAYMENTS)));
        uint256 bonds = 0;
        for (uint256 i = 4; i < 12; ++i) bonds += PROVIDERS.providerOf(_handler.accounts(i)).bond;
        _equal(address(PROVIDERS).balance, bonds + _handler.donated(address(PROVIDERS)));
        uint256 stakes = 0;
        for (uint256 i = 0; i < SET.count(); ++i) stakes += SET.stake(i);
        _equal(SET.total(), stakes);
        _atMost(stakes, address(SET).balance);
        address payable[7] memory empty = [
            payable(address(TOKEN)),
            payable(address(REWARDS)),
            payable(address(TRAINERS)),
            payable(address(ROUTER)),
            payable(address(FACTORY)),
            payable(address(CONFIG)),
            payable(address(IDENTITIES))
        ];
        for (uint256 i = 0; i < empty.length; ++i) _equal(empty[i].balance, _handler.donated(empty[i]));
        (uint256 coins, uint256 quote, ) = PAIR.getReserves();
        assert(coins <= address(PAIR).balance && quote <= USD.balanceOf(address(PAIR)));
    }
}
