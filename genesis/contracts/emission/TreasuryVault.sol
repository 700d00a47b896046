// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAIStaking} from "../interfaces/IAIStaking.sol";
import {Predeploys} from "../Predeploys.sol";
import {ScheduledVault} from "./ScheduledVault.sol";

/**
 * @title The community treasury's bucket
 * @notice Streams to the Timelock, less a share that funds the interest of stakes.
 */
contract TreasuryVault is ScheduledVault, AccessManaged {
    /// @notice The greatest share of stakes, in basis points.
    uint256 public constant STAKING_SHARE_MAX_BPS = 5_000;
    uint256 private constant BPS = 10_000;
    IAIStaking private constant STAKING = IAIStaking(Predeploys.AI_STAKING);

    /// @notice What stakes get of a release, in basis points.
    uint256 public stakingShareBps;

    /// @notice Stakes get `current` basis points of what comes due from now on.
    event StakingShareSet(uint256 previous, uint256 current);

    /// @notice Stakes get at most `max` basis points.
    error StakingShareOutOfRange(uint256 shareBps, uint256 max);

    constructor(
        uint256 bucket,
        uint256 eraBlocks,
        uint256 shareBps
    ) ScheduledVault(bucket, eraBlocks) AccessManaged(Predeploys.ACCESS_MANAGER) {
        _setStakingShare(shareBps);
    }

    /// @notice Sends all that is due to the budget of stakes and to the Timelock. Anyone may call.
    /// @return value Wei sent in all.
    function release() external returns (uint256 value) {
        return _releaseDue();
    }

    /// @notice Sets what stakes get. What is due already goes out by the old share. Governance alone.
    function setStakingShareBps(uint256 shareBps) external restricted {
        _releaseDue();
        _setStakingShare(shareBps);
    }

    function _releaseDue() private returns (uint256 value) {
        value = available();
        uint256 stakingShare = (value * stakingShareBps) / BPS;
        _release(Predeploys.TIMELOCK, value - stakingShare);
        if (stakingShare == 0) return value;
        _book(Predeploys.AI_STAKING, stakingShare);
        STAKING.fund{value: stakingShare}();
    }

    function _setStakingShare(uint256 shareBps) private {
        if (shareBps > STAKING_SHARE_MAX_BPS) revert StakingShareOutOfRange(shareBps, STAKING_SHARE_MAX_BPS);
        emit StakingShareSet(stakingShareBps, shareBps);
        stakingShareBps = shareBps;
    }
}
