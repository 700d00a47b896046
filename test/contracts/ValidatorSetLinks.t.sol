// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Certificates} from "@hanzo/consensus/Certificates.sol";
import {Dynasties} from "@hanzo/consensus/Dynasties.sol";
import {FinalityDomain} from "@hanzo/consensus/FinalityDomain.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ValidatorSetGenesis} from "./ValidatorSetGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Which links are recorded, and what they make final.
contract ValidatorSetLinksTest is ValidatorSetGenesis {
    function setUp() external {
        _genesis(4);
    }

    function test_JustifiesTheTarget() external {
        _reach(2);
        VM.expectEmit(address(SET));
        emit Certificates.Certified(2, _hash(2));
        _certify(0, 2, _range(0, 4));
        assert(SET.lastCertified() == 2 && SET.justifiedHash(2) == _hash(2) && SET.justifiedHash(1) == 0);
        assert(SET.lastFinalized() == 0 && SET.dynasty() == 0);
    }

    function test_GenesisIsFinalFromTheStart() external {
        _justify(1);
        assert(SET.lastCertified() == 1 && SET.lastFinalized() == 0 && SET.dynasty() == 0);
    }

    function test_NextCheckpointMakesTheSourceFinal() external {
        _justify(1);
        _reach(2);
        VM.expectEmit(address(SET));
        emit Certificates.Finalized(1, _hash(1));
        VM.expectEmit(address(SET));
        emit Dynasties.DynastyBegan(1, 4, 4 * STAKE);
        _certify(1, 2, _range(0, 4));
        assert(SET.lastCertified() == 2 && SET.lastFinalized() == 1 && SET.dynasty() == 1);
        assert(SET.beganAt(1) == block.number && SET.totalWeight(1) == 4 * STAKE);
    }

    function test_LongerLinkMakesNothingFinal() external {
        _justify(1);
        _reach(3);
        _certify(1, 3, _range(0, 4));
        assert(SET.lastCertified() == 3 && SET.lastFinalized() == 0 && SET.dynasty() == 0);
        _reach(4);
        _certify(3, 4, _range(0, 4));
        assert(SET.lastFinalized() == 3 && SET.dynasty() == 1);
    }

    function test_RefusesASourceThatIsNotJustified() external {
        _reach(2);
        _refuse(1, 2, _range(0, 4), abi.encodeWithSelector(Certificates.SourceNotJustified.selector, 1, _hash(1)));
        FinalityDomain.FinalityVote memory link = _link(0, 2);
        link.sourceHash = "other";
        _refuseLink(link, abi.encodeWithSelector(Certificates.SourceNotJustified.selector, 0, link.sourceHash));
        link.sourceEpoch = 1;
        link.sourceHash = 0;
        _refuseLink(link, abi.encodeWithSelector(Certificates.SourceNotJustified.selector, 1, 0));
    }

    function test_RefusesALinkThatDoesNotLeadForward() external {
        _justify(2);
        _refuse(2, 2, _range(0, 4), abi.encodeWithSelector(Certificates.LinkNotForward.selector, 2, 2));
        _refuse(2, 1, _range(0, 4), abi.encodeWithSelector(Certificates.LinkNotForward.selector, 2, 1));
    }

    function test_RecordsATargetOnce() external {
        _justify(2);
        bytes memory reason = abi.encodeWithSelector(Certificates.TargetNotNew.selector, 2);
        _refuse(1, 2, _range(0, 4), reason);
        _refuse(0, 2, _range(0, 4), reason);
    }

    function test_RecordsNothingBelowTheFinalCheckpoint() external {
        _reach(2);
        _certify(0, 2, _range(0, 4));
        _reach(3);
        _certify(2, 3, _range(0, 4));
        VM.setBlockhash(EPOCH, _hash(1));
        _refuse(0, 1, _range(0, 4), abi.encodeWithSelector(Certificates.TargetNotNew.selector, 1));
    }

    function test_RefusesATargetOfAnotherChain() external {
        _reach(1);
        FinalityDomain.FinalityVote memory link = _link(0, 1);
        link.targetHash = "other";
        _refuseLink(link, abi.encodeWithSelector(Certificates.TargetNotAncestor.selector, 1, link.targetHash));
        link.targetEpoch = 2;
        link.targetHash = 0;
        _refuseLink(link, abi.encodeWithSelector(Certificates.TargetNotAncestor.selector, 2, 0));
        link.targetEpoch = type(uint64).max;
        _refuseLink(link, abi.encodeWithSelector(Certificates.TargetNotAncestor.selector, type(uint64).max, 0));
    }

    function test_RefusesTheBlockThatItIsIn() external {
        VM.roll(EPOCH);
        VM.setBlockhash(EPOCH, _hash(1));
        _refuse(0, 1, _range(0, 4), abi.encodeWithSelector(Certificates.TargetNotAncestor.selector, 1, _hash(1)));
    }

    function test_ReadsHashesOf256BlocksFromTheChain() external {
        VM.roll(EPOCH + 256);
        VM.setBlockhash(EPOCH, _hash(1));
        _certify(0, 1, _range(0, 4));
    }

    function test_ReadsOlderHashesFromTheHistory() external {
        _remember(1);
        VM.roll(EPOCH + 257);
        _certify(0, 1, _range(0, 4));
    }

    function test_HistoryReaches8191Blocks() external {
        _remember(1);
        VM.roll(EPOCH + 8_192);
        _refuse(0, 1, _range(0, 4), abi.encodeWithSelector(Certificates.TargetNotAncestor.selector, 1, _hash(1)));
        VM.roll(EPOCH + 8_191);
        _certify(0, 1, _range(0, 4));
    }

    /// @dev 0 -> 2 came first, so 0 -> 1 was overtaken; but the votes went on from 1.
    function test_OvertakenCertificateFillsTheGap() external {
        _reach(2);
        _certify(0, 2, _range(0, 4));
        _reach(4);
        _refuse(1, 4, _range(0, 4), abi.encodeWithSelector(Certificates.SourceNotJustified.selector, 1, _hash(1)));
        VM.setBlockhash(EPOCH, _hash(1));
        _certify(0, 1, _range(0, 4));
        assert(SET.lastCertified() == 2 && SET.justifiedHash(1) == _hash(1));
        _certify(1, 4, _range(0, 4));
        assert(SET.lastCertified() == 4 && SET.lastFinalized() == 0);
    }

    function test_OvertakenCertificateMakesItsSourceFinal() external {
        _justify(1);
        _reach(3);
        _certify(1, 3, _range(0, 4));
        VM.setBlockhash(2 * EPOCH, _hash(2));
        _certify(1, 2, _range(0, 4));
        assert(SET.lastCertified() == 3 && SET.lastFinalized() == 1 && SET.dynasty() == 1);
        _reach(4);
        _certify(3, 4, _range(0, 4));
        assert(SET.lastFinalized() == 3 && SET.dynasty() == 2);
    }

    function _refuseLink(FinalityDomain.FinalityVote memory link, bytes memory reason) private {
        bytes[] memory signatures = _signatures(link, _range(0, 4));
        VM.expectRevert(reason);
        SET.certify(link, hex"0f", signatures);
    }

    /// @dev EIP-2935's system call, in the block after checkpoint `epoch`.
    function _remember(uint256 epoch) private {
        VM.roll(epoch * EPOCH + 1);
        VM.prank(Predeploys.SYSTEM);
        (bool ok, bytes memory result) = HISTORY.call(abi.encode(_hash(epoch)));
        if (!ok) revert NotDone(result);
    }
}
