// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev `EmissionSchedule` within an era, for any number of wei in it: cumulative floors never fall, differ by a
/// wei at most from block to block, and give the era away to the wei. An era has the 2,400 blocks of a devnet.
contract ScheduleStep {
    uint256 private constant ERA_BLOCKS = 2_400;

    function step(uint256 eraWei, uint256 blocks) external pure {
        require(eraWei <= 1_000_000_000 ether && blocks > 1 && blocks <= ERA_BLOCKS);
        uint256 due = (eraWei * blocks) / ERA_BLOCKS;
        uint256 before = (eraWei * (blocks - 1)) / ERA_BLOCKS;
        assert(due >= before && due <= eraWei);
        assert(due - before <= eraWei / ERA_BLOCKS + 1 && due - before >= eraWei / ERA_BLOCKS);
    }

    function end(uint256 eraWei) external pure {
        require(eraWei <= 1_000_000_000 ether);
        assert((eraWei * ERA_BLOCKS) / ERA_BLOCKS == eraWei);
    }

    /// @dev M5: six eras of a half, a quarter, and so on, the last two alike.
    function eras(uint256 thirtySecond) external pure {
        require(thirtySecond <= 100_000_000 ether);
        uint256 bucket = thirtySecond * 32;
        uint256 sum = bucket / 2 + bucket / 4 + bucket / 8 + bucket / 16 + bucket / 32 + bucket / 32;
        assert(sum == bucket);
    }
}

/// @dev HIP-1 as written: a budget rounded down in each block loses wei in every era.
contract WrongBlockBudgets {
    function era(uint256 eraWei) external pure {
        require(eraWei <= 1_000_000_000 ether);
        assert((eraWei / 2_400) * 2_400 == eraWei);
    }
}
