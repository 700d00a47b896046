// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EmissionSchedule} from "@hanzo/emission/EmissionSchedule.sol";
import {VM} from "./Vm.sol";

/// @dev The library against the schedule as HIP-1 words it: 100, 50, 25, 12.5, 6.25 M a year.
contract EmissionScheduleTest {
    uint256 private constant ERA = 63_072_000;
    uint256 private constant PROGRAMMES = 800_000_000 ether;

    /// @dev Wei that `bucket` releases in era `era`: its part of the programmes, which is exact.
    function _share(uint256 bucket, uint256 era) private pure returns (uint256) {
        uint256[5] memory perEra =
            [uint256(400_000_000 ether), 200_000_000 ether, 100_000_000 ether, 50_000_000 ether, 25_000_000 ether];
        return ((era < 5 ? perEra[era] : perEra[4]) * bucket) / PROGRAMMES;
    }

    /// @dev Sum over eras, one by one, of the bucket's exact share.
    function _model(uint256 bucket, uint256 number) private pure returns (uint256 due) {
        uint256 era = 0;
        for (; (era + 1) * ERA <= number; ++era) due += _share(bucket, era);
        due += (_share(bucket, era) * (number - era * ERA)) / ERA;
    }

    function _bucket(uint8 index) private pure returns (uint256) {
        uint256[3] memory buckets = [uint256(300_000_000 ether), 200_000_000 ether, 150_000_000 ether];
        return buckets[index % 3];
    }

    function testFuzz_IsTheWrittenSchedule(uint8 index, uint32 number) external pure {
        uint256 bucket = _bucket(index);
        assert(EmissionSchedule.cumulative(bucket, ERA, number) == _model(bucket, number));
    }

    function testFuzz_BudgetsOfAnEraDifferByOneWei(uint8 index, uint32 number) external pure {
        uint256 bucket = _bucket(index);
        uint256 n = uint256(number) + 1;
        uint256 rate = _share(bucket, (n - 1) / ERA) / ERA;
        uint256 budget = EmissionSchedule.budget(bucket, ERA, n);
        assert(budget == rate || budget == rate + 1);
    }

    function testFuzz_NeverFalls(uint8 index, uint32 a, uint32 b, uint16 era) external pure {
        uint256 eraBlocks = uint256(era) + 1;
        (uint256 low, uint256 high) = a < b ? (a, b) : (b, a);
        uint256 bucket = _bucket(index);
        uint256 before = EmissionSchedule.cumulative(bucket, eraBlocks, low);
        assert(before <= EmissionSchedule.cumulative(bucket, eraBlocks, high));
    }

    function test_BlockZeroHasNoBudget() external pure {
        assert(EmissionSchedule.budget(300_000_000 ether, ERA, 0) == 0);
    }

    function test_NumbersOfBlocksHave64Bits() external {
        uint256 max = type(uint64).max;
        assert(EmissionSchedule.budget(300_000_000 ether, 1, max) == 300_000_000 ether / 32);
        VM.expectRevert(abi.encodeWithSelector(EmissionSchedule.BlockNumberTooLarge.selector, max + 1, max));
        this.cumulativeAt(max + 1);
    }

    /// @dev A call, whose revert can be expected.
    function cumulativeAt(uint256 number) external pure returns (uint256) {
        return EmissionSchedule.cumulative(300_000_000 ether, ERA, number);
    }

    function test_SixErasReleaseTheProgrammes() external pure {
        uint256 due = EmissionSchedule.cumulative(300_000_000 ether, ERA, 6 * ERA)
            + EmissionSchedule.cumulative(200_000_000 ether, ERA, 6 * ERA)
            + 2 * EmissionSchedule.cumulative(150_000_000 ether, ERA, 6 * ERA);
        assert(due == PROGRAMMES);
    }
}
