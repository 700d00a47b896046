// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev M8: `TrainingRewards.split`, for any gross value up to all coins: what leaves the bucket arrives.
contract TrainingSplit {
    function split(uint256 gross) external pure {
        require(gross <= 1_000_000_000 ether);
        uint256 burned = (gross * 10) / 100;
        uint256 net = gross - burned;
        uint256 toProvider = (net * 30) / 100;
        uint256 toUser = net - toProvider;
        assert(burned + toProvider + toUser == gross);
        assert(burned <= gross / 10 && toProvider <= (gross * 27 + 99) / 100);
    }

    /// @dev The scores of HIP-1 divide without a rest: 63 %, 27 % and 10 % to the wei.
    function score(uint256 points) external pure {
        require(points <= 100);
        uint256 gross = (0.01 ether * points) / 100;
        uint256 burned = (gross * 10) / 100;
        uint256 toProvider = ((gross - burned) * 30) / 100;
        uint256 toUser = gross - burned - toProvider;
        assert(burned * 100 == gross * 10 && toProvider * 100 == gross * 27 && toUser * 100 == gross * 63);
    }
}

/// @dev HIP-1 as written: two shares, each rounded down, are not the whole.
contract WrongTwoShares {
    function split(uint256 gross) external pure {
        require(gross <= 1_000_000_000 ether);
        assert((gross * 70) / 100 + (gross * 30) / 100 == gross);
    }
}

/// @dev HIP-1 as written: 70 % and 30 % and a burn of 10 % come to 110 %.
contract WrongBurnOnTop {
    function split(uint256 gross) external pure {
        require(gross <= 1_000_000_000 ether);
        assert((gross * 70) / 100 + (gross * 30) / 100 + gross / 10 <= gross);
    }
}
