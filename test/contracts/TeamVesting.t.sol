// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TeamVesting} from "@hanzo/emission/TeamVesting.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev M14, with buckets and years of any size.
contract TeamVestingTest is MarketGenesis {
    uint256 private constant BUCKET = 100_000_000 ether;
    uint256 private constant YEAR = 365 days;
    TeamVesting private constant VESTING = TeamVesting(Predeploys.TEAM_VESTING);
    address private constant SAFE = Predeploys.TEAM_SAFE;

    function setUp() external {
        _genesis();
        _vest(BUCKET, YEAR);
    }

    function _vest(uint256 bucket, uint256 yearSeconds) private {
        VM.warp(GENESIS_TIME);
        VM.deal(address(VESTING), bucket);
        _install(address(VESTING), abi.encodePacked(type(TeamVesting).creationCode, abi.encode(yearSeconds)));
    }

    function _vestedAt(uint256 time) private view returns (uint256) {
        return VESTING.vestedAmount(uint64(time));
    }

    function test_AnswersTheViewsOfAVestingWallet() external view {
        _equal(VESTING.start(), GENESIS_TIME);
        _equal(VESTING.duration(), 4 * YEAR);
        _equal(VESTING.cliff(), GENESIS_TIME + YEAR);
        _equal(VESTING.end(), GENESIS_TIME + 4 * YEAR);
        assert(VESTING.BUCKET() == BUCKET && VESTING.YEAR_SECONDS() == YEAR);
        assert(VESTING.beneficiary() == SAFE && VESTING.released() == 0 && VESTING.releasable() == 0);
    }

    function test_StepsAtTheEndOfEachYearToTheSecond() external view {
        assert(_vestedAt(0) == 0 && _vestedAt(GENESIS_TIME) == 0);
        for (uint256 year = 1; year <= 4; ++year) {
            uint256 step = GENESIS_TIME + year * YEAR;
            _equal(_vestedAt(step - 1), (year - 1) * 25_000_000 ether);
            _equal(_vestedAt(step), year * 25_000_000 ether);
            _equal(_vestedAt(step + 1), year * 25_000_000 ether);
        }
        _equal(_vestedAt(type(uint64).max), BUCKET);
    }

    function test_AnyoneReleasesToTheSafe() external {
        for (uint256 year = 1; year <= 4; ++year) {
            VM.warp(GENESIS_TIME + year * YEAR - 1);
            VESTING.release();
            _equal(SAFE.balance, (year - 1) * 25_000_000 ether);
            VM.warp(GENESIS_TIME + year * YEAR);
            VM.expectEmit(address(VESTING));
            emit TeamVesting.EtherReleased(25_000_000 ether);
            VM.prank(ALICE);
            VESTING.release();
            _equal(SAFE.balance, year * 25_000_000 ether);
        }
        assert(VESTING.released() == BUCKET && address(VESTING).balance == 0);
    }

    function test_LateReleaseGivesEverythingAtOnce() external {
        VM.warp(GENESIS_TIME + 100 * YEAR);
        VESTING.release();
        VESTING.release();
        assert(SAFE.balance == BUCKET && VESTING.releasable() == 0);
    }

    function test_DonationsAreNeverCounted() external {
        VM.deal(address(VESTING), BUCKET + 5 ether);
        VM.warp(GENESIS_TIME + 4 * YEAR);
        VESTING.release();
        assert(SAFE.balance == BUCKET && address(VESTING).balance == 5 ether);
        VM.deal(ALICE, 1 ether);
        VM.prank(ALICE);
        (bool ok, ) = address(VESTING).call{value: 1}("");
        assert(!ok);
    }

    function testFuzz_VestsMonotonouslyUpToTheBucket(
        uint96 bucket,
        uint32 year,
        uint64 earlier,
        uint64 later
    ) external {
        uint256 yearSeconds = 1 + uint256(year);
        _vest(bucket, yearSeconds);
        if (earlier > later) (earlier, later) = (later, earlier);
        assert(_vestedAt(earlier) <= _vestedAt(later) && _vestedAt(later) <= bucket);
        if (later >= GENESIS_TIME + 4 * yearSeconds) _equal(_vestedAt(later), bucket);
        if (later < GENESIS_TIME + yearSeconds) _equal(_vestedAt(later), 0);
    }

    function testFuzz_WhateverTheOrderOfReleasesTheSafeHasWhatVested(uint96 bucket, uint32[8] memory waits) external {
        _vest(bucket, 1_000_000_000);
        uint256 time = GENESIS_TIME;
        for (uint256 i = 0; i < waits.length; ++i) {
            time += waits[i];
            VM.warp(time);
            VESTING.release();
            _equal(SAFE.balance, _vestedAt(time));
            _equal(address(VESTING).balance + SAFE.balance, bucket);
        }
    }
}
