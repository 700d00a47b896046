// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ValidatorSetHandler} from "./ValidatorSetHandler.sol";
import {ValidatorSetGenesis} from "./ValidatorSetGenesis.sol";

/// @dev Invariants I9 and I10 of the consensus, and where every wei is.
contract ValidatorSetInvariants is ValidatorSetGenesis {
    ValidatorSetHandler private _handler;

    function setUp() external {
        _handler = new ValidatorSetHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev One campaign for all: forge would run one for each function.
    /// forge-config: default.invariant.runs = 32
    function invariant_StakesSetsAndPotAreInOrder() external view {
        _requireStakes();
        _requirePayments();
        _requireSets();
    }

    /// @dev The same calls in an order of chance: all that may happen does.
    function test_HandlerReachesEverything() external {
        for (uint256 i = 0; i < 600; ++i) {
            uint256 chance = uint256(keccak256(abi.encode(i)));
            uint8 choice = uint8(chance >> 8);
            uint8 other = uint8(chance >> 16);
            if (chance % 8 == 0) _handler.mine(choice, uint96(chance >> 32));
            if (chance % 8 == 1) _handler.deposit(uint16(chance >> 8));
            if (chance % 8 == 2) _handler.exit(choice);
            if (chance % 8 == 3) _handler.withdraw(choice);
            if (chance % 8 == 4) _handler.slash(choice, other);
            if (chance % 8 == 5) _handler.certifyAny(choice, other, chance >> 24);
            if (chance % 8 > 5) _handler.certifyNext(choice, uint64(chance >> 24));
        }
        _requireStakes();
        _requirePayments();
        for (uint256 number = 0; number <= SET.dynasty(); ++number) _requireSet(number);
        assert(_handler.finalized() > 20 && _handler.withdrawn() > 0 && _handler.penalties() > 0);
        assert(_handler.paidOut() > 0 && _handler.recorded() > 40 && _handler.refused() > 40);
        assert(_handler.sets(SET.dynasty()) > 1 << 20);
    }

    /// @dev I9: what is held is what the validators have left, and the rest is the pot.
    function _requireStakes() private view {
        uint256 held = 0;
        for (uint256 i = 0; i < SET.count(); ++i) held += SET.stake(i);
        _equal(SET.total(), held);
        _equal(address(SET).balance, held + SET.pot());
        _equal(held, _handler.deposited() - _handler.penalties() - _handler.withdrawn());
    }

    /// @dev Rewards are in the pot, or went to signers and senders; finders got 4 % of each penalty, once,
    /// and the sink the rest.
    function _requirePayments() private view {
        _equal(SET.pot() + _handler.paidOut(), _handler.rewards());
        _equal(FINDER.balance, _handler.fees());
        _equal(SINK.totalBurned() + _handler.fees(), _handler.penalties());
    }

    /// @dev Sets change when a checkpoint becomes final, as the model says, and never later.
    function _requireSets() private view {
        uint256 number = SET.dynasty();
        _equal(number, _handler.finalized());
        _requireSet(number);
        _requireSet(_handler.calls() % (number + 1));
        (uint256 last, uint256 members, uint256 weight) = SET.planned();
        assert(members > 0 && members <= 200 && weight >= members * STAKE && last >= number);
    }

    function _requireSet(uint256 number) private view {
        (uint256[] memory indices, , uint256[] memory weights) = SET.setOfDynasty(number);
        uint256 mask = 0;
        uint256 weight = 0;
        for (uint256 i = 0; i < indices.length; ++i) {
            mask |= 1 << indices[i];
            weight += weights[i];
        }
        _equal(mask, _handler.sets(number));
        _equal(weight, SET.totalWeight(number));
        _equal(weight, _handler.weightOf(mask));
    }
}
