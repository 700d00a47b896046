// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinalityDomain} from "@hanzo/consensus/FinalityDomain.sol";
import {Validators} from "@hanzo/consensus/Validators.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ValidatorSet} from "@hanzo/consensus/ValidatorSet.sol";
import {ValidatorSetGenesis} from "./ValidatorSetGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev What makes a set, and what does not.
contract ValidatorSetConstructorTest is ValidatorSetGenesis {
    address private constant TARGET = address(0xFEED);

    function test_ConstructorBoundsItsParameters() external {
        _refuseToBuild(0, DELAY, 4, abi.encodeWithSelector(ValidatorSet.EpochLengthOutOfRange.selector, 0));
        _refuseToBuild(1_025, DELAY, 4, abi.encodeWithSelector(ValidatorSet.EpochLengthOutOfRange.selector, 1_025));
        _refuseToBuild(EPOCH, 0, 4, abi.encodeWithSelector(ValidatorSet.WithdrawalDelayOutOfRange.selector, 0));
        bytes memory tooLong = abi.encodeWithSelector(ValidatorSet.WithdrawalDelayOutOfRange.selector, 1_000_001);
        _refuseToBuild(EPOCH, 1_000_001, 4, tooLong);
        _refuseToBuild(EPOCH, DELAY, 0, abi.encodeWithSelector(ValidatorSet.CountOutOfRange.selector, 0));
        _refuseToBuild(EPOCH, DELAY, 201, abi.encodeWithSelector(ValidatorSet.CountOutOfRange.selector, 201));
        _build(TARGET, 1, 1, 1);
        _build(address(0xBEEF), 1_024, 1_000_000, 200);
    }

    function test_ConstructorChecksTheBalance() external {
        for (uint256 i = 0; i < 3; i += 2) {
            uint256 balance = 4 * STAKE + i - 1;
            VM.deal(TARGET, balance);
            (bool ok, bytes memory result) = _construct(TARGET, EPOCH, DELAY, _genesisValidators(4));
            bytes memory reason = abi.encodeWithSelector(ValidatorSet.StakesNotHeld.selector, 4 * STAKE, balance);
            assert(!ok && keccak256(result) == keccak256(reason));
        }
    }

    function test_ConstructorChecksTheValidators() external {
        ValidatorSet.GenesisValidator[] memory list = _genesisValidators(4);
        list[3].votingKey = list[0].votingKey;
        _refuseToBuild(list, abi.encodeWithSelector(Validators.VotingKeyInvalid.selector, list[0].votingKey));
        list[3].votingKey = address(0);
        _refuseToBuild(list, abi.encodeWithSelector(Validators.VotingKeyInvalid.selector, address(0)));
        address[3] memory unpayable = [address(0), Predeploys.AI, TARGET];
        for (uint256 i = 0; i < unpayable.length; ++i) {
            list = _genesisValidators(4);
            list[3].payout = unpayable[i];
            _refuseToBuild(list, abi.encodeWithSelector(Validators.PayoutInvalid.selector, unpayable[i]));
        }
    }

    function test_LearnsTheGenesisHash() external {
        ValidatorSet set = _build(TARGET, EPOCH, DELAY, 4);
        assert(set.genesisHash() == 0 && set.justifiedHash(0) == 0);
        VM.prank(Predeploys.BLOCK_REWARDS);
        VM.expectRevert(abi.encodeWithSelector(FinalityDomain.GenesisHashIsZero.selector));
        set.begin(0);
        VM.expectEmit(TARGET);
        emit FinalityDomain.Begun(GENESIS_HASH);
        VM.prank(Predeploys.BLOCK_REWARDS);
        set.begin(GENESIS_HASH);
        assert(set.genesisHash() == GENESIS_HASH && set.justifiedHash(0) == GENESIS_HASH);
    }

    function _build(address target, uint256 epochLength, uint256 delay, uint256 n) private returns (ValidatorSet set) {
        VM.deal(target, n * STAKE);
        (bool ok, bytes memory result) = _construct(target, epochLength, delay, _genesisValidators(n));
        if (!ok) revert NotDone(result);
        set = ValidatorSet(target);
        _equal(set.count(), n);
        _equal(set.memberCount(0), n);
    }

    function _refuseToBuild(uint256 epochLength, uint256 delay, uint256 n, bytes memory reason) private {
        VM.deal(TARGET, n * STAKE);
        (bool ok, bytes memory result) = _construct(TARGET, epochLength, delay, _genesisValidators(n));
        assert(!ok && keccak256(result) == keccak256(reason));
    }

    function _refuseToBuild(ValidatorSet.GenesisValidator[] memory list, bytes memory reason) private {
        VM.deal(TARGET, list.length * STAKE);
        (bool ok, bytes memory result) = _construct(TARGET, EPOCH, DELAY, list);
        assert(!ok && keccak256(result) == keccak256(reason));
    }
}
