// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {Trap} from "./Trap.sol";
import {WholeGenesis} from "../WholeGenesis.sol";
import {VM} from "../Vm.sol";

/**
 * @dev The chain that all handlers act on: who there is, which block it is, and what must hold after each call.
 * People 0 to 9 are the public accounts, 10 and 11 contracts that act like them: as accounts do that gave themselves
 * code (EIP-7702). A campaign's calls are transactions; those of one block have its number and time.
 */
abstract contract World is WholeGenesis {
    /// @dev A transaction that was good once.
    struct Replay {
        address from;
        address to;
        uint256 value;
        bytes data;
    }

    uint256 internal constant PEOPLE = 12;
    uint256 internal constant REPLAYS_MAX = 32;
    /// @dev Stakes of the attested accounts from the first block on: 106 votes each.
    uint256 private constant FIRST_STAKE = 5_000 ether;

    uint256 public number = 1;
    uint256 public time = GENESIS_TIME + 2;
    /// @dev Wei forced on a contract.
    mapping(address target => uint256) public donated;
    /// @dev Calls that did what they are for.
    mapping(bytes4 selector => uint256) public done;
    Trap[2] public traps;
    /// @dev Everybody outside the predeploys who may hold coins; people first.
    address[] public accounts;
    Replay[] internal _replays;
    uint256 private _replayCount;
    uint256 private _sunk;
    uint256 private _k;
    uint256 private _shares;

    constructor() {
        _genesis();
        for (uint256 i = 0; i < DEVS; ++i) accounts.push(_dev(i));
        for (uint256 i = 0; i < 2; ++i) {
            traps[i] = new Trap();
            accounts.push(address(traps[i]));
        }
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            accounts.push(_votingKey(i));
            accounts.push(_payout(i));
        }
        _begin();
        for (uint256 i = 0; i < 7; ++i) {
            VM.prank(_dev(i));
            STAKING.stake{value: FIRST_STAKE}();
        }
        for (uint256 i = 0; i < 2; ++i) {
            VM.prank(_dev(7 + i));
            assert(TOKEN.transfer(address(traps[i]), 5_000 ether));
        }
        _checkSteps();
    }

    /// @dev Sets the scene for a transaction, and checks what no transaction may do.
    modifier acts() {
        VM.roll(number);
        VM.warp(time);
        _;
        _checkSteps();
    }

    function accountCount() external view returns (uint256) {
        return accounts.length;
    }

    function _person(uint256 seed) internal view returns (address) {
        return accounts[seed % PEOPLE];
    }

    function _account(uint256 seed) internal view returns (address) {
        return accounts[seed % accounts.length];
    }

    function _done() internal {
        ++done[msg.sig];
    }

    /// @dev A transaction of `from` that must go through, and must not go through again.
    function _once(address from, address to, uint256 value, bytes memory data) internal {
        VM.prank(from);
        (bool ok, bytes memory reason) = to.call{value: value}(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
        _remember(from, to, value, data);
        _done();
    }

    /// @dev A transaction that must not go through again.
    function _remember(address from, address to, uint256 value, bytes memory data) internal {
        Replay memory replay = Replay(from, to, value, data);
        if (_replays.length < REPLAYS_MAX) _replays.push(replay);
        else _replays[_replayCount % REPLAYS_MAX] = replay;
        ++_replayCount;
    }

    /// @dev A transaction of `from` that may be refused.
    function _try(address from, address to, uint256 value, bytes memory data) internal returns (bool ok) {
        VM.prank(from);
        (ok, ) = to.call{value: value}(data);
        if (ok) _done();
    }

    /// @dev Block 1.
    function _begin() private {
        VM.roll(1);
        VM.warp(time);
        VM.setBlockhash(0, GENESIS_HASH);
        VM.prank(Predeploys.SYSTEM);
        REWARDS.onBlock(_payout(0), 1, 5_000, 1);
    }

    /// @dev M2, M7: no call takes from the sink, so the supply never grows. M17: no call takes from what a share
    /// of the pool is worth.
    function _checkSteps() private {
        uint256 sunk = address(SINK).balance;
        assert(sunk >= _sunk);
        _sunk = sunk;
        (uint256 coins, uint256 quote, ) = PAIR.getReserves();
        uint256 shares = PAIR.totalSupply();
        if (coins * quote == _k && shares == _shares) return;
        (uint256 oldHigh, uint256 oldLow) = Math.mul512(_k, shares * shares);
        (uint256 newHigh, uint256 newLow) = Math.mul512(coins * quote, _shares * _shares);
        assert(newHigh > oldHigh || (newHigh == oldHigh && newLow >= oldLow));
        (_k, _shares) = (coins * quote, shares);
    }
}
