// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {StakeVotes} from "@hanzo/staking/StakeVotes.sol";
import {StakingGenesis} from "./StakingGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Votes of stakes, and the attacks on them that the text of HIP-1 allowed.
contract AIStakingVotesTest is StakingGenesis {
    /// @dev What HIP-1 asks of a proposer: 1000, with 18 decimals.
    uint256 private constant THRESHOLD = 1_000 ether;

    function setUp() external {
        _genesis();
    }

    function test_UniqueAccountsVoteByTheRoot_TimesTheirTier() external {
        _stake(GRACE, 99 ether);
        _equal(STAKING.votingUnitsOf(GRACE), 0.099 ether);
        _stake(GRACE, 1 ether);
        _equal(STAKING.votingUnitsOf(GRACE), 10 ether);
        _stake(GRACE, 800 ether);
        _equal(STAKING.votingUnitsOf(GRACE), 30 ether);
        _stake(GRACE, 700 ether);
        _equal(STAKING.votingUnitsOf(GRACE), 60 ether);
        _stake(GRACE, 8_400 ether);
        _equal(STAKING.votingUnitsOf(GRACE), 200 ether);
        _stake(GRACE, 150_000 ether);
        _equal(STAKING.votingUnitsOf(GRACE), 1_200 ether);
        _stake(GRACE, 840_000 ether);
        _equal(STAKING.votingUnitsOf(GRACE), 3_000 ether);
        _equal(STAKING.getVotes(GRACE), 3_000 ether);
        _equal(STAKING.totalVotingUnits(), 3_000 ether);
    }

    function test_OthersVoteOneForAThousand_AndReachTheThresholdAtAMillion() external {
        _stake(ALICE, 1_000_000 ether - 1);
        assert(STAKING.getVotes(ALICE) < THRESHOLD);
        _stake(ALICE, 1);
        _equal(STAKING.getVotes(ALICE), THRESHOLD);
    }

    function test_UniquePlatinumReachesTheThresholdAt111112() external {
        _stake(GRACE, 111_111 ether);
        assert(STAKING.getVotes(GRACE) < THRESHOLD);
        _stake(GRACE, 1 ether);
        assert(STAKING.getVotes(GRACE) >= THRESHOLD);
    }

    /// @dev M12.
    function testFuzz_SplittingAStakeGainsNothing(uint96 a, uint96 b) external {
        VM.assume(a != 0 && b != 0);
        _stake(ALICE, a);
        _stake(BOB, b);
        _stake(CAROL, uint256(a) + b);
        uint256 whole = STAKING.getVotes(CAROL);
        _within(STAKING.getVotes(ALICE) + STAKING.getVotes(BOB), whole == 0 ? 0 : whole - 1, whole);
    }

    function testFuzz_UnitsOfAUniqueAccountAreTheRoot(uint96 value) external {
        uint256 stake = 100 ether + (value % 1_000_000_000 ether);
        _stake(GRACE, stake);
        uint256 tenths = stake < 1_000 ether ? 10 : stake < 10_000 ether ? 15 : stake < 100_000 ether ? 20 : 30;
        uint256 units = STAKING.votingUnitsOf(GRACE);
        uint256 root = (units * 10 + tenths - 1) / tenths;
        assert(root * root <= stake * 1e18 && (root + 1) * (root + 1) > stake * 1e18);
    }

    function test_AFlashStakeHasNoVotesEarlier() external {
        _stake(GRACE, 100 ether);
        VM.warp(GENESIS_TIME + 1);
        _stake(ALICE, 100_000_000 ether);
        _equal(STAKING.getPastVotes(ALICE, GENESIS_TIME), 0);
        _equal(STAKING.getPastTotalSupply(GENESIS_TIME), 10 ether);
        _unstake(ALICE, 100_000_000 ether);
        VM.warp(GENESIS_TIME + 2);
        _equal(STAKING.getPastVotes(ALICE, GENESIS_TIME + 1), 0);
        _equal(STAKING.getPastTotalSupply(GENESIS_TIME + 1), 10 ether);
        _equal(STAKING.getPastVotes(GRACE, GENESIS_TIME + 1), 10 ether);
    }

    function test_TheClockCountsSeconds_AndThePresentIsNoSnapshot() external {
        _equal(STAKING.clock(), GENESIS_TIME);
        assert(keccak256(bytes(STAKING.CLOCK_MODE())) == keccak256("mode=timestamp"));
        VM.expectRevert(
            abi.encodeWithSelector(Votes.ERC5805FutureLookup.selector, GENESIS_TIME, uint48(GENESIS_TIME))
        );
        STAKING.getPastVotes(ALICE, GENESIS_TIME);
    }

    function test_AFirstStakeVotesForItself() external {
        assert(STAKING.delegates(ALICE) == address(0));
        VM.deal(ALICE, 1 ether);
        VM.expectEmit(address(STAKING));
        emit IVotes.DelegateChanged(ALICE, address(0), ALICE);
        VM.expectEmit(address(STAKING));
        emit IVotes.DelegateVotesChanged(ALICE, 0, 0.001 ether);
        VM.prank(ALICE);
        STAKING.stake{value: 1 ether}();
        assert(STAKING.delegates(ALICE) == ALICE);
    }

    function test_ADelegateChosenBeforeIsKept_AndSoIsChoosingNone() external {
        VM.prank(ALICE);
        STAKING.delegate(BOB);
        _stake(ALICE, 1_000 ether);
        _equal(STAKING.getVotes(BOB), 1 ether);
        _equal(STAKING.getVotes(ALICE), 0);
        VM.prank(ALICE);
        STAKING.delegate(address(0));
        _stake(ALICE, 1_000 ether);
        assert(STAKING.delegates(ALICE) == address(0));
        _equal(STAKING.getVotes(ALICE) + STAKING.getVotes(BOB), 0);
        _equal(STAKING.totalVotingUnits(), 2 ether);
        _unstake(ALICE, 2_000 ether);
        _stake(ALICE, 1_000 ether);
        assert(STAKING.delegates(ALICE) == ALICE);
    }

    function test_DelegatedVotesFollowTheStake() external {
        _stake(GRACE, 10_000 ether);
        VM.prank(GRACE);
        STAKING.delegate(BOB);
        _equal(STAKING.getVotes(BOB), 200 ether);
        _stake(GRACE, 30_000 ether);
        _equal(STAKING.getVotes(BOB), 400 ether);
        VM.prank(GRACE);
        STAKING.delegate(CAROL);
        _equal(STAKING.getVotes(BOB), 0);
        _unstake(GRACE, 39_900 ether);
        _equal(STAKING.getVotes(CAROL), 10 ether);
        _equal(STAKING.totalVotingUnits(), 10 ether);
    }

    function test_DelegationBySignature() external {
        uint256 key = 0xA11CE;
        address signer = VM.addr(key);
        _stake(signer, 1_000 ether);
        bytes32 structHash = keccak256(
            abi.encode(keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)"), BOB, 0, DEADLINE)
        );
        bytes32 domain = _domain("AIStaking", block.chainid, address(STAKING));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, _digest(domain, structHash));
        STAKING.delegateBySig(BOB, 0, DEADLINE, v, r, s);
        _equal(STAKING.getVotes(BOB), 1 ether);
    }

    function test_AttestationsMoveVotesAtOnce_AndAnyoneMaySync() external {
        _stake(ALICE, 10_000 ether);
        _equal(STAKING.getVotes(ALICE), 10 ether);
        VM.expectEmit(address(STAKING));
        emit StakeVotes.VotingUnitsChanged(ALICE, 10 ether, 200 ether);
        _attest(ALICE);
        _equal(STAKING.getVotes(ALICE), 200 ether);
        STAKING.syncVotes(ALICE);
        _equal(STAKING.getVotes(ALICE), 200 ether);
        _revoke(ALICE);
        _equal(STAKING.getVotes(ALICE), 10 ether);
        _equal(STAKING.totalVotingUnits(), 10 ether);
    }
}
