// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/**
 * @title Release schedule of a bucket
 * @notice Half of the bucket in era 0, a quarter in era 1, and so on to 1/32 in era 4; 1/32 in every
 * era after that, so the bucket is whole at the end of era 5. An era is four years of blocks.
 * @dev Cumulative floor: what is due up to block n is rounded once, so that single blocks differ by
 * at most 1 wei and eras sum exactly. Buckets are multiples of 32 wei.
 */
library EmissionSchedule {
    /// @dev Eras 0 to 4 halve; era 5 and later repeat era 4.
    uint256 private constant HALVING_ERAS = 5;
    /// @dev Numbers of blocks have 64 bits.
    uint256 private constant NUMBER_MAX = type(uint64).max;

    /// @notice No block has a number above `max`.
    error BlockNumberTooLarge(uint256 blockNumber, uint256 max);

    /// @notice Wei due after block `blockNumber`. Has no cap: vaults hold it to their bucket.
    /// @param bucket Wei of the whole bucket.
    /// @param eraBlocks Blocks in an era.
    function cumulative(uint256 bucket, uint256 eraBlocks, uint256 blockNumber) internal pure returns (uint256) {
        if (blockNumber > NUMBER_MAX) revert BlockNumberTooLarge(blockNumber, NUMBER_MAX);
        uint256 era = blockNumber / eraBlocks;
        uint256 blocks = blockNumber % eraBlocks;
        uint256 halvings = Math.min(era, HALVING_ERAS);
        uint256 terminal = bucket >> HALVING_ERAS;
        uint256 wholeEras = bucket - (bucket >> halvings) + (era - halvings) * terminal;
        uint256 thisEra = era < HALVING_ERAS ? bucket >> (era + 1) : terminal;
        return wholeEras + (thisEra * blocks) / eraBlocks;
    }

    /// @notice Wei that block `blockNumber` adds to what is due; block 0 adds none.
    function budget(uint256 bucket, uint256 eraBlocks, uint256 blockNumber) internal pure returns (uint256) {
        if (blockNumber == 0) return 0;
        return cumulative(bucket, eraBlocks, blockNumber) - cumulative(bucket, eraBlocks, blockNumber - 1);
    }
}
