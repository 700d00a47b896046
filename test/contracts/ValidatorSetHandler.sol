// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinalityDomain} from "@hanzo/consensus/FinalityDomain.sol";
import {ValidatorSetGenesis} from "./ValidatorSetGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Stakers, slashers and senders of good and bad certificates, and a model of the sets of its own:
/// masks of indices, and a queue that is worked off when a dynasty begins.
contract ValidatorSetHandler is ValidatorSetGenesis {
    struct Change {
        uint256 index;
        bool isJoin;
        uint256 earliest;
        uint256 limit;
    }

    uint256 private constant DEPOSITS_MAX = 40;

    uint256 public calls;
    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public penalties;
    uint256 public fees;
    uint256 public rewards;
    uint256 public paidOut;
    uint256 public finalized;
    uint256 public recorded;
    uint256 public refused;
    /// @dev Members of each dynasty, as bits.
    mapping(uint256 number => uint256 mask) public sets;
    /// @dev The dynasty after each checkpoint.
    mapping(uint256 epoch => uint256 number) private _dynastyAfter;
    mapping(uint256 index => uint256 value) private _weights;
    Change[] private _queue;
    uint256 private _head;
    uint256 private _number = 1;
    mapping(uint256 epoch => bool) private _justified;

    /// @dev Blocks are of the call that made them: every call begins in the last one.
    modifier inBlock() {
        ++calls;
        VM.roll(_number);
        _;
    }

    constructor() {
        _genesis(5);
        deposited = 5 * STAKE;
        sets[0] = 31;
        _justified[0] = true;
        for (uint256 i = 0; i < 5; ++i) _weights[i] = STAKE;
    }

    function mine(uint8 blocks, uint96 reward) external inBlock {
        // Now and then longer than the withdrawal delay.
        _mine(blocks % 32 == 31 ? DELAY * EPOCH : 1 + (blocks % 12));
        rewards += reward % 10 ether;
        _fill(reward % 10 ether);
    }

    function deposit(uint16 excess) external inBlock {
        uint256 i = SET.count();
        if (i == DEPOSITS_MAX) return;
        uint256 value = STAKE + uint256(excess % 16) * 500 ether;
        deposited += value;
        _weights[i] = value;
        _enqueue(i, true);
        _deposit(i, value);
    }

    function exit(uint8 choice) external inBlock {
        uint256 i = choice % SET.count();
        (, , , , uint256 start, uint256 end, , ) = SET.validators(i);
        (, uint256 members, ) = SET.planned();
        bool isAllowed = start <= finalized && end == type(uint40).max && members > 1;
        if (isAllowed) _enqueue(i, false);
        VM.prank(choice % 2 == 0 ? _payout(i) : _votingKey(i));
        (bool ok, ) = address(SET).call(abi.encodeCall(SET.exit, (i)));
        assert(ok == isAllowed);
    }

    function withdraw(uint8 choice) external inBlock {
        uint256 i = choice % SET.count();
        (, , uint256 held, , , uint256 end, , bool gone) = SET.validators(i);
        bool isAllowed = !gone && end <= finalized && _number >= SET.beganAt(end) + DELAY * EPOCH;
        uint256 before = _payout(i).balance;
        (bool ok, ) = address(SET).call(abi.encodeCall(SET.withdraw, (i)));
        assert(ok == isAllowed);
        if (!ok) return;
        withdrawn += held;
        _equal(_payout(i).balance - before, held);
    }

    /// @dev Seldom: who is slashed earns nothing any more.
    function slash(uint8 choice, uint8 chance) external inBlock {
        if (chance % 4 != 0) return;
        uint256 i = choice % SET.count();
        (, , uint256 held, uint256 weight, , uint256 end, bool slashed, bool gone) = SET.validators(i);
        (, uint256 members, ) = SET.planned();
        if (!slashed && !gone && end == type(uint40).max && members > 1) _enqueue(i, false);
        FinalityDomain.FinalityVote memory vote1 = _link(0, _number / EPOCH);
        FinalityDomain.FinalityVote memory vote2 = _link(1, _number / EPOCH);
        bytes memory signature1 = _sign(i, SET.hashVote(vote1));
        bytes memory signature2 = _sign(i, SET.hashVote(vote2));
        uint256 before = FINDER.balance;
        VM.prank(FINDER);
        (bool ok, ) = address(SET).call(abi.encodeCall(SET.slash, (vote1, signature1, vote2, signature2)));
        assert(ok == (!slashed && !gone));
        if (!ok) return;
        uint256 penalty = held - SET.stake(i);
        assert(penalty >= weight / 20 && penalty <= weight && held == weight);
        penalties += penalty;
        fees += (penalty * 4) / 100;
        _equal(FINDER.balance - before, (penalty * 4) / 100);
    }

    /// @dev Mostly the next link, signed by all who may.
    function certifyNext(uint8 absent, uint64 feeWei) external inBlock {
        uint256 source = SET.lastCertified();
        uint256 target = source + 1;
        if (_number <= target * EPOCH) _mine(target * EPOCH + 1 - _number);
        if (_number > target * EPOCH + 200) target = (_number - 1) / EPOCH;
        uint256 mask = sets[_dynastyAfter[source]] | sets[_dynastyAfter[target]];
        VM.fee(feeWei % 100 gwei);
        _try(source, target, absent % 3 == 0 ? mask & ~(1 << (absent % 16)) : mask);
    }

    /// @dev Any link that may have been made, signed by anybody.
    function certifyAny(uint8 sourceChoice, uint8 targetChoice, uint256 mask) external inBlock {
        uint256 newest = (_number - 1) / EPOCH;
        uint256 oldest = newest > 30 ? newest - 30 : 0;
        uint256 source = oldest + sourceChoice % (newest - oldest + 1);
        uint256 target = oldest + targetChoice % (newest - oldest + 1);
        _try(source, target, mask % (1 << SET.count()));
    }

    function weightOf(uint256 mask) public view returns (uint256 weight) {
        for (uint256 i = 0; i < DEPOSITS_MAX; ++i) if ((mask >> i) & 1 == 1) weight += _weights[i];
    }

    /// @dev I10: a certificate counts if and only if the model says so.
    function _try(uint256 source, uint256 target, uint256 mask) private {
        bool isAllowed = _isValid(source, target, mask);
        uint256[] memory signers = _indices(mask);
        FinalityDomain.FinalityVote memory link = _link(source, target);
        bytes[] memory signatures = _signatures(link, signers);
        bool isFinal = isAllowed && target == source + 1 && source > SET.lastFinalized();
        uint256 before = address(SET).balance;
        VM.setBlockhash(target * EPOCH, _hash(target));
        VM.prank(ALICE);
        (bool ok, ) = address(SET).call(abi.encodeCall(SET.certify, (link, _bitmap(signers), signatures)));
        assert(ok == isAllowed);
        paidOut += before - address(SET).balance;
        if (!ok) ++refused;
        if (!ok) return;
        ++recorded;
        _justified[target] = true;
        if (isFinal) _begin();
    }

    function _isValid(uint256 source, uint256 target, uint256 mask) private view returns (bool) {
        if (target <= source || !_justified[source] || _justified[target]) return false;
        if (target <= SET.lastFinalized()) return false;
        uint256 ofSource = sets[_dynastyAfter[source]];
        uint256 ofTarget = sets[_dynastyAfter[target]];
        if (mask & ~(ofSource | ofTarget) != 0) return false;
        return 3 * weightOf(mask & ofSource) > 2 * weightOf(ofSource)
            && 3 * weightOf(mask & ofTarget) > 2 * weightOf(ofTarget);
    }

    function _enqueue(uint256 index, bool isJoin) private {
        _queue.push(Change(index, isJoin, finalized + 2, weightOf(sets[finalized]) / 10));
    }

    /// @dev The changes whose time has come, one or as many as fit.
    function _begin() private {
        uint256 mask = sets[finalized];
        uint256 churn = 0;
        for (++finalized; _head < _queue.length && _queue[_head].earliest <= finalized; ++_head) {
            Change storage change = _queue[_head];
            if (churn != 0 && churn + _weights[change.index] > change.limit) break;
            churn += _weights[change.index];
            mask = change.isJoin ? mask | (1 << change.index) : mask & ~(1 << change.index);
        }
        sets[finalized] = mask;
        if (_number % EPOCH == 0) _dynastyAfter[_number / EPOCH] = finalized;
    }

    function _mine(uint256 blocks) private {
        for (uint256 i = 0; i < blocks; ++i) if (++_number % EPOCH == 0) _dynastyAfter[_number / EPOCH] = finalized;
        VM.roll(_number);
    }

    function _indices(uint256 mask) private pure returns (uint256[] memory indices) {
        uint256 n = 0;
        for (uint256 rest = mask; rest != 0; rest &= rest - 1) ++n;
        indices = new uint256[](n);
        n = 0;
        for (uint256 i = 0; n < indices.length; ++i) if ((mask >> i) & 1 == 1) indices[n++] = i;
    }
}
