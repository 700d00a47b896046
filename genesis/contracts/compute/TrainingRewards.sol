// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AIBurn} from "../token/AIBurn.sol";
import {EmissionSchedule} from "../emission/EmissionSchedule.sol";
import {IAttesters} from "../interfaces/IAttesters.sol";
import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {ISystemConfig} from "../interfaces/ISystemConfig.sol";
import {Predeploys} from "../Predeploys.sol";
import {SpenderVault} from "../emission/SpenderVault.sol";

/**
 * @title Pays for interactions that train models
 * @notice A quorum of attesters says who trained what with whom, and how well; anyone submits that, once. Of
 * 0.01 AI at full score, 10 % are burned, 27 % go to the provider and the rest to the user. All of it comes out
 * of the training bucket; nothing is minted. Values are in wei, windows in blocks.
 */
contract TrainingRewards is AccessManaged, EIP712 {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev What attesters sign: `score` is 1 to 100, `deadline` in unix seconds, `feePaid` the wei that the user
    /// paid for the interaction.
    struct TrainingReport {
        address user;
        address provider;
        bytes32 trainingHash;
        uint8 score;
        uint64 deadline;
        uint128 feePaid;
    }

    /// @dev Wei rewarded in a window; of any other window, nothing.
    struct Meter {
        uint64 window;
        uint128 spent;
    }

    /// @notice Wei for an interaction of full score.
    uint256 public constant REWARD = 0.01 ether;
    uint256 private constant SCORE_MAX = 100;
    uint256 private constant BURN_PERCENT = 10;
    /// @dev Of what is not burned.
    uint256 private constant PROVIDER_PERCENT = 30;
    uint256 private constant BPS = 10_000;
    uint256 private constant WINDOW_BLOCKS_MIN = 16;
    uint256 private constant USER_CAP_MAX = 1_000 ether;
    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "TrainingReport(address user,address provider,bytes32 trainingHash,uint8 score,uint64 deadline,"
        "uint128 feePaid)"
    );
    SpenderVault private constant VAULT = SpenderVault(Predeploys.TRAINING_VAULT);

    /// @notice Blocks of a window; window w begins at block w * WINDOW_BLOCKS.
    uint256 public immutable WINDOW_BLOCKS;
    /// @notice Wei that a user may bring in a window, burn and provider's share included.
    uint128 public userCap;
    /// @notice Share of what the schedule adds in a window that may be paid in it, in basis points.
    uint16 public budgetBps;
    /// @notice Greatest reward in basis points of the fee paid; 0 asks for no fee.
    /// @dev At 1 / 0.9 % or less nobody gains by paying itself: of the 5 % that a payment burns, a settled
    /// job may bring 4 % back as its bonus, and 90 % of a reward goes to user and provider.
    uint16 public feeShareBps;
    Meter private _total;
    mapping(address user => Meter) private _byUser;
    /// @notice Whether the interaction with this hash has been rewarded.
    mapping(bytes32 trainingHash => bool) public isRewarded;

    /// @notice `gross` wei left the bucket for `trainingHash`; `burned` wei of it for the sink.
    event TrainingRewarded(
        address indexed user, address indexed provider, bytes32 indexed trainingHash, uint256 gross, uint256 burned
    );
    /// @notice Wei that a user may bring in a window.
    event UserCapSet(uint256 previous, uint256 current);
    /// @notice Share of the schedule that a window may pay.
    event BudgetSet(uint256 previous, uint256 current);
    /// @notice Greatest reward in basis points of the fee paid.
    event FeeShareSet(uint256 previous, uint256 current);

    /// @notice A parameter must be `min` to `max`.
    error ParameterOutOfBounds(uint256 value, uint256 min, uint256 max);
    /// @notice The report was good until `deadline` (unix seconds).
    error ReportExpired(uint256 deadline);
    /// @notice A score is 1 to 100, and 0 only to ask what it brings.
    error ScoreOutOfRange(uint256 score);
    /// @notice Windows have numbers of 64 bits.
    error WindowTooLarge(uint256 window);
    /// @notice Coins cannot go to `account`, or would be lost there: it is of the system.
    error RecipientInvalid(address account);
    /// @notice The interaction with this hash has been rewarded.
    error AlreadyRewarded(bytes32 trainingHash);
    /// @notice The reward asks for a fee of `required` wei.
    error FeeTooLow(uint256 feePaid, uint256 required);
    /// @notice `value` wei is more than the `available` wei of this window.
    error AboveBudget(uint256 value, uint256 available);
    /// @notice `value` wei is more than the `available` wei of `user` in this window.
    error AboveUserCap(address user, uint256 value, uint256 available);

    /// @param windowBlocks At least 16, for ever.
    /// @param userCap_ Wei.
    constructor(
        uint256 windowBlocks,
        uint256 userCap_
    ) AccessManaged(Predeploys.ACCESS_MANAGER) EIP712("TrainingRewards", "1") {
        _requireBounds(windowBlocks, WINDOW_BLOCKS_MIN, type(uint64).max);
        WINDOW_BLOCKS = windowBlocks;
        _setUserCap(userCap_);
        _setBudget(BPS);
    }

    /// @notice Pays for the interaction that `report` describes. Anyone may call.
    /// @param signatures Of `TrainingReport`, by a quorum.
    function rewardTraining(TrainingReport calldata report, bytes[] calldata signatures) external {
        ISystemConfig(Predeploys.SYSTEM_CONFIG).requireActive(ISystemConfig.Phase.Training);
        if (block.timestamp > report.deadline) revert ReportExpired(report.deadline);
        if (report.score == 0 || report.score > SCORE_MAX) revert ScoreOutOfRange(report.score);
        _requireRecipient(report.user);
        _requireRecipient(report.provider);
        if (isRewarded[report.trainingHash]) revert AlreadyRewarded(report.trainingHash);
        IAttesters(Predeploys.QUALITY_ORACLE).requireQuorum(reportDigest(report), signatures);

        isRewarded[report.trainingHash] = true;
        (uint256 gross, uint256 burned, uint256 toProvider, uint256 toUser) = split(report.score);
        _requireFee(report.feePaid, gross);
        _spend(report.user, gross);
        emit TrainingRewarded(report.user, report.provider, report.trainingHash, gross, burned);

        ICircuitBreaker(Predeploys.CIRCUIT_BREAKER).consume(gross);
        VAULT.release(address(this), gross);
        AIBurn(payable(Predeploys.AI_BURN)).burn{value: burned}(uint8(AIBurn.Category.Training));
        IERC20(Predeploys.AI).safeTransfer(report.provider, toProvider);
        IERC20(Predeploys.AI).safeTransfer(report.user, toUser);
    }

    /// @notice Sets what a user may bring in a window, in wei.
    function setUserCap(uint256 current) external restricted {
        _setUserCap(current);
    }

    /// @notice Sets the share of the schedule that a window may pay, in basis points.
    function setBudget(uint256 current) external restricted {
        _setBudget(current);
    }

    /// @notice Sets the greatest reward in basis points of the fee paid; 0 asks for no fee.
    function setFeeShare(uint256 current) external restricted {
        _requireBounds(current, 0, BPS);
        emit FeeShareSet(feeShareBps, current);
        feeShareBps = uint16(current);
    }

    /// @notice Wei that a score of 0 to 100 brings, and who gets how much of them. Both shares are rounded down;
    /// the user gets the remainder.
    function split(
        uint256 score
    ) public pure returns (uint256 gross, uint256 burned, uint256 toProvider, uint256 toUser) {
        if (score > SCORE_MAX) revert ScoreOutOfRange(score);
        gross = (REWARD * score) / SCORE_MAX;
        burned = (gross * BURN_PERCENT) / 100;
        uint256 net = gross - burned;
        toProvider = (net * PROVIDER_PERCENT) / 100;
        toUser = net - toProvider;
    }

    /// @notice Wei that this window may still pay, if the vault has them.
    function available() public view returns (uint256) {
        uint256 spent = _spent(_total);
        uint256 budget = windowBudget(_window());
        return budget > spent ? budget - spent : 0;
    }

    /// @notice Wei that `user` may still bring in this window.
    function availableOf(address user) public view returns (uint256) {
        uint256 spent = _spent(_byUser[user]);
        return userCap > spent ? userCap - spent : 0;
    }

    /// @notice Wei that window `window` may pay: the share of what the schedule adds in its blocks.
    function windowBudget(uint256 window) public view returns (uint256) {
        if (window > type(uint64).max) revert WindowTooLarge(window);
        uint256 bucket = VAULT.BUCKET();
        uint256 eraBlocks = VAULT.ERA_BLOCKS();
        uint256 start = EmissionSchedule.cumulative(bucket, eraBlocks, window * WINDOW_BLOCKS);
        uint256 end = EmissionSchedule.cumulative(bucket, eraBlocks, (window + 1) * WINDOW_BLOCKS);
        return ((end - start) * budgetBps) / BPS;
    }

    /// @notice What attesters sign.
    function reportDigest(TrainingReport calldata report) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REPORT_TYPEHASH, report)));
    }

    /// @dev Counts `gross` wei against the window and against the user's part in it.
    function _spend(address user, uint256 gross) private {
        uint256 left = available();
        if (gross > left) revert AboveBudget(gross, left);
        uint256 leftOfUser = availableOf(user);
        if (gross > leftOfUser) revert AboveUserCap(user, gross, leftOfUser);
        uint64 window = _window().toUint64();
        _total = Meter({window: window, spent: (_spent(_total) + gross).toUint128()});
        _byUser[user] = Meter({window: window, spent: (_spent(_byUser[user]) + gross).toUint128()});
    }

    function _window() private view returns (uint256) {
        return block.number / WINDOW_BLOCKS;
    }

    function _spent(Meter storage meter) private view returns (uint256) {
        return meter.window == _window() ? meter.spent : 0;
    }

    function _requireFee(uint256 feePaid, uint256 gross) private view {
        if (feeShareBps == 0) return;
        uint256 required = Math.ceilDiv(gross * BPS, feeShareBps);
        if (feePaid < required) revert FeeTooLow(feePaid, required);
    }

    /// @dev A vault or this contract would keep the coins for ever, the sink burn them, the facade refuse them.
    function _requireRecipient(address account) private pure {
        if (Predeploys.isReserved(account)) revert RecipientInvalid(account);
    }

    function _setUserCap(uint256 current) private {
        _requireBounds(current, REWARD, USER_CAP_MAX);
        emit UserCapSet(userCap, current);
        userCap = uint128(current);
    }

    function _setBudget(uint256 current) private {
        _requireBounds(current, 1, BPS);
        emit BudgetSet(budgetBps, current);
        budgetBps = uint16(current);
    }

    function _requireBounds(uint256 value, uint256 min, uint256 max) private pure {
        if (value < min || value > max) revert ParameterOutOfBounds(value, min, max);
    }
}
