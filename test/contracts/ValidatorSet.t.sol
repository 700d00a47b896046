// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FinalityDomain} from "@hanzo/consensus/FinalityDomain.sol";
import {Validators} from "@hanzo/consensus/Validators.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ValidatorSetGenesis} from "./ValidatorSetGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev What block 0 holds, and what is signed.
contract ValidatorSetTest is ValidatorSetGenesis {
    function setUp() external {
        _genesis(4);
    }

    function test_GenesisValidatorsAreTheSetOfDynastyZero() external view {
        _equal(SET.count(), 4);
        _equal(SET.total(), 4 * STAKE);
        _equal(SET.pot(), 0);
        _equal(SET.dynasty(), 0);
        (uint256[] memory indices, address[] memory keys, uint256[] memory weights) = SET.setAt(0);
        _equal(indices.length, 4);
        for (uint256 i = 0; i < 4; ++i) {
            assert(indices[i] == i && keys[i] == _votingKey(i) && weights[i] == STAKE);
            _equal(SET.indexOf(_votingKey(i)), i);
            _equal(SET.stake(i), STAKE);
            _requireFresh(i);
        }
        _equal(SET.totalWeight(0), 4 * STAKE);
        _equal(SET.memberCount(0), 4);
        _equal(SET.beganAt(0), 0);
        (uint256 number, uint256 members, uint256 weight) = SET.planned();
        assert(number == 0 && members == 4 && weight == 4 * STAKE);
        assert(SET.EPOCH_LENGTH() == EPOCH && SET.WITHDRAWAL_DELAY() == DELAY);
    }

    function test_ViewsRefuseWhatIsNot() external {
        VM.expectRevert(abi.encodeWithSelector(Validators.UnknownValidator.selector, 4));
        SET.validators(4);
        VM.expectRevert(abi.encodeWithSelector(Validators.UnknownValidator.selector, 4));
        SET.stake(4);
        VM.expectRevert(abi.encodeWithSelector(Validators.UnknownVotingKey.selector, ALICE));
        SET.indexOf(ALICE);
    }

    function test_BeginsOnceByBlockRewards() external {
        VM.expectRevert(abi.encodeWithSelector(FinalityDomain.NotBlockRewards.selector, address(this)));
        SET.begin(GENESIS_HASH);
        VM.prank(Predeploys.BLOCK_REWARDS);
        VM.expectRevert(abi.encodeWithSelector(FinalityDomain.AlreadyBegun.selector));
        SET.begin(GENESIS_HASH);
    }

    function test_DomainIsSaltedWithTheGenesisHash() external view {
        bytes32 domainType = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
        );
        bytes32 separator = keccak256(
            abi.encode(domainType, keccak256("HanzoFinality"), keccak256("1"), block.chainid, SET, GENESIS_HASH)
        );
        assert(SET.domainSeparator() == separator);
        (bytes1 fields, string memory name, string memory version, uint256 chainId, address verifier, bytes32 salt, ) =
            SET.eip712Domain();
        assert(fields == 0x1f && keccak256(bytes(name)) == keccak256("HanzoFinality"));
        assert(keccak256(bytes(version)) == keccak256("1") && chainId == block.chainid);
        assert(verifier == address(SET) && salt == GENESIS_HASH);
    }

    function testFuzz_HashesVotesAsEip712Says(FinalityDomain.FinalityVote calldata vote) external view {
        bytes32 voteType = keccak256(
            "FinalityVote(uint64 sourceEpoch,bytes32 sourceHash,"
            "uint64 targetEpoch,bytes32 targetHash,bytes32 outputRoot)"
        );
        bytes32 structHash = keccak256(abi.encode(voteType, vote));
        assert(SET.hashVote(vote) == keccak256(abi.encodePacked(hex"1901", SET.domainSeparator(), structHash)));
    }

    /// @dev In the set from dynasty 0 on, for ever so far.
    function _requireFresh(uint256 i) private view {
        (address key, address payout, uint256 held, uint256 weight, uint256 start, uint256 end, bool slashed, bool gone)
            = SET.validators(i);
        assert(key == _votingKey(i) && payout == _payout(i) && held == STAKE && weight == STAKE);
        assert(start == 0 && end == type(uint40).max && !slashed && !gone);
    }
}
