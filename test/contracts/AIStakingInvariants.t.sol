// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Unbondings} from "@hanzo/staking/Unbondings.sol";
import {StakingGenesis} from "./StakingGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Stakers who come, go, claim and delegate; attesters, donors, the treasury's stream, and time.
contract StakingHandler is StakingGenesis {
    uint256 public constant ACTORS = 4;
    address[4] public actors = [ALICE, BOB, CAROL, GRACE];
    uint256 public time = GENESIS_TIME;
    uint256 public number = 1;
    uint256 public calls;
    uint256 public donated;
    mapping(address account => uint256) public claimed;
    /// @dev Wei-seconds times basis points: what full yields would have been.
    mapping(address account => uint256) public ceiling;

    constructor() {
        _genesis();
    }

    modifier now_() {
        ++calls;
        VM.warp(time);
        VM.roll(number);
        _;
    }

    function stake(uint8 actor, uint256 value, uint8 digits) external now_ {
        _stake(actors[actor % ACTORS], 1 + (value % 10 ** (16 + (digits % 9))));
    }

    function unstake(uint8 actor, uint256 value) external now_ {
        address account = actors[actor % ACTORS];
        uint256 held = STAKING.stakeOf(account);
        if (held == 0 || STAKING.unbondingOf(account).length == 16) return;
        _unstake(account, 1 + (value % held));
    }

    function withdraw(uint8 actor) external now_ {
        address account = actors[actor % ACTORS];
        Unbondings.Unbonding[] memory open = STAKING.unbondingOf(account);
        uint256 due = 0;
        for (uint256 i = 0; i < open.length; ++i) if (open[i].dueAt <= time) due += open[i].value;
        if (due == 0) return;
        VM.prank(account);
        _equal(STAKING.withdraw(), due);
    }

    function claim(uint8 actor) external now_ {
        address account = actors[actor % ACTORS];
        uint256 value = STAKING.earned(account);
        if (value == 0) return;
        VM.prank(account);
        _equal(STAKING.claim(), value);
        claimed[account] += value;
    }

    function fund(uint256 value, uint8 digits) external now_ {
        _fund(value % 10 ** (digits % 25));
    }

    function donate(uint256 value) external now_ {
        value %= 1_000 ether;
        donated += value;
        VM.deal(address(STAKING), address(STAKING).balance + value);
    }

    function stream(uint8 blocks) external now_ {
        number += blocks;
        VM.roll(number);
        VAULT.release();
    }

    function attestOrRevoke(uint8 actor) external now_ {
        address account = actors[actor % ACTORS];
        if (REGISTRY.isUnique(account)) _revoke(account);
        else _attest(account);
    }

    function delegate(uint8 actor, uint8 delegatee) external now_ {
        VM.prank(actors[actor % ACTORS]);
        STAKING.delegate(delegatee % 5 == 4 ? address(0) : actors[delegatee % 5]);
    }

    function wait(uint32 elapsed, bool isLong) external now_ {
        elapsed %= isLong ? 90 days : 1 days;
        for (uint256 i = 0; i < ACTORS; ++i) {
            uint256 held = STAKING.stakeOf(actors[i]);
            ceiling[actors[i]] += held * uint256(STAKING.tierOf(actors[i])) * 500 * elapsed;
        }
        time += elapsed;
        VM.warp(time);
    }
}

/// @dev Invariants M10 and M11 of the token economy, and that yields are ceilings.
contract AIStakingInvariants is StakingGenesis {
    StakingHandler private _handler;

    function setUp() external {
        _handler = new StakingHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev One campaign for both: forge would run one for each function.
    function invariant_HoldsWhatItOwes_AndVotesAreThoseOfTheStakes() external {
        VM.warp(_handler.time());
        _requireSolvency();
        _requireVotes();
    }

    /// @dev M10, both ways: what is held covers what is owed, and but for donations and dust is owed.
    function _requireSolvency() private view {
        uint256 stakes = 0;
        uint256 unbonding = 0;
        uint256 earned = 0;
        for (uint256 i = 0; i < _handler.ACTORS(); ++i) {
            address account = _handler.actors(i);
            stakes += STAKING.stakeOf(account);
            Unbondings.Unbonding[] memory open = STAKING.unbondingOf(account);
            for (uint256 j = 0; j < open.length; ++j) unbonding += open[j].value;
            uint256 interest = STAKING.earned(account);
            earned += interest;
            assert(interest + _handler.claimed(account) <= _handler.ceiling(account) / (10_000 * YEAR));
        }
        _equal(STAKING.totalStaked(), stakes);
        _equal(STAKING.totalUnbonding(), unbonding);
        uint256 owed = stakes + unbonding + earned + STAKING.rewardBudget();
        uint256 dustMax = 2 * _handler.calls() + 10;
        _within(address(STAKING).balance, owed + _handler.donated(), owed + _handler.donated() + dustMax);
    }

    /// @dev M11: votes are those of the stakes, delegated or kept back, and nothing else.
    function _requireVotes() private view {
        uint256 votes = 0;
        uint256 units = 0;
        for (uint256 i = 0; i < _handler.ACTORS(); ++i) {
            address account = _handler.actors(i);
            uint256 recorded = STAKING.votingUnitsOf(account);
            assert(_isUnitsOf(recorded, STAKING.stakeOf(account), REGISTRY.isUnique(account)));
            units += recorded;
            votes += STAKING.getVotes(account);
            if (STAKING.delegates(account) == address(0)) votes += recorded;
        }
        _equal(votes, units);
        _equal(STAKING.totalVotingUnits(), units);
    }

    /// @dev Checks the root instead of computing it.
    function _isUnitsOf(uint256 units, uint256 stake, bool isUnique) private pure returns (bool) {
        if (!isUnique || stake < 100 ether) return units == stake / 1_000;
        uint256 tenths = stake < 1_000 ether ? 10 : stake < 10_000 ether ? 15 : stake < 100_000 ether ? 20 : 30;
        uint256 root = (units * 10 + tenths - 1) / tenths;
        return root * root <= stake * 1e18 && (root + 1) * (root + 1) > stake * 1e18;
    }
}
