// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Dynasties} from "./Dynasties.sol";
import {FinalityDomain} from "./FinalityDomain.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Who is validator, and of which sets
 * @notice Validator i is the i-th deposit ever: its bit in a finality certificate. It weighs what it
 * deposited, from its first dynasty up to the one that it leaves with; nothing changes that later.
 */
abstract contract Validators is Dynasties, FinalityDomain {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev Two slots: (stake, votingKey), then the rest over payout. `genesis/file` reads both.
    struct Validator {
        address votingKey;
        uint96 stake;
        address payout;
        uint40 start;
        uint40 end;
        bool isSlashed;
        bool isWithdrawn;
    }

    /// @notice Wei that each genesis validator has at stake, and any validator at least.
    uint96 public constant MINIMUM_STAKE = 2_000 ether;
    /// @notice Deposits ever: indices are bits of a certificate, whose bitmap has at most 1,024 bytes.
    uint256 public constant DEPOSITS_MAX = 8_192;
    /// @dev The end of a validator that has not asked to leave.
    uint40 internal constant NEVER = type(uint40).max;

    /// @notice Blocks from one checkpoint to the next.
    uint256 public immutable EPOCH_LENGTH;
    /// @notice Wei of stakes that this contract holds, of those who left and did not withdraw too.
    uint256 public total;
    Validator[] internal _validators;
    /// @dev Wei taken from the slashed.
    mapping(uint256 index => uint256 value) internal _penalties;
    /// @dev One more than the index; a key is one validator's for ever.
    mapping(address votingKey => uint256 place) private _places;

    /// @notice Validator `index` put `stakeWei` wei at stake and votes from dynasty `startDynasty` on.
    event Deposited(
        uint256 indexed index,
        address indexed votingKey,
        address indexed payout,
        uint256 stakeWei,
        uint256 startDynasty
    );

    /// @notice A voting key must be non-zero and belong to one validator.
    error VotingKeyInvalid(address votingKey);
    /// @notice The voting key did not sign `hashDeposit(payout)`.
    error DepositNotSigned(address votingKey, address payout);
    /// @notice Neither shares of the pot nor a stake can be paid to this account.
    error PayoutInvalid(address payout);
    /// @notice `value` wei is less than `MINIMUM_STAKE`.
    error StakeTooSmall(uint256 value);
    /// @notice `DEPOSITS_MAX` deposits were made, and no bitmap reaches another.
    error DepositsExhausted();
    /// @notice There is no validator `index`.
    error UnknownValidator(uint256 index);
    /// @notice No validator votes with this key.
    error UnknownVotingKey(address votingKey);

    constructor(uint256 epochLength) {
        EPOCH_LENGTH = epochLength;
    }

    /// @notice Puts `msg.value` wei at stake. A full set takes no more: try again when somebody left.
    /// @param votingKey Signs the votes. It never signed for another validator, and never will.
    /// @param payout Gets the shares of the pot and, in the end, the stake; may ask to leave.
    /// @param proof Signature of `hashDeposit(payout)` by the voting key, lest anybody takes that of another.
    /// @return index The validator's, for ever.
    function deposit(
        address votingKey,
        address payout,
        bytes calldata proof
    ) external payable returns (uint256 index) {
        if (msg.value < MINIMUM_STAKE) revert StakeTooSmall(msg.value);
        if (_signerOf(hashDeposit(payout), proof) != votingKey) revert DepositNotSigned(votingKey, payout);
        uint256 start = _queueJoin(msg.value);
        index = _add(votingKey, payout, msg.value, start);
        total += msg.value;
        emit Deposited(index, votingKey, payout, msg.value, start);
    }

    /// @notice Validators ever, whether or not they are still active.
    function count() external view returns (uint256) {
        return _validators.length;
    }

    /// @notice Validator `index`, a member of the sets of dynasties `startDynasty` to `endDynasty` - 1.
    /// @return votingKey Signs its votes.
    /// @return payout Gets what it earns and, in the end, its stake.
    /// @return stakeWei What is held for it: less than its weight once it was slashed, 0 once withdrawn.
    /// @return weight What its vote weighs, in wei.
    /// @return startDynasty The first with its vote.
    /// @return endDynasty The first without; 2^40 - 1 if it did not ask to leave.
    /// @return isSlashed Whether it lost stake for what it signed.
    /// @return isWithdrawn Whether it has its stake back.
    function validators(
        uint256 index
    )
        external
        view
        returns (
            address votingKey,
            address payout,
            uint256 stakeWei,
            uint256 weight,
            uint256 startDynasty,
            uint256 endDynasty,
            bool isSlashed,
            bool isWithdrawn
        )
    {
        Validator memory v = _validator(index);
        return (v.votingKey, v.payout, stake(index), v.stake, v.start, v.end, v.isSlashed, v.isWithdrawn);
    }

    /// @notice Wei that is held for validator `index`.
    function stake(uint256 index) public view returns (uint256) {
        Validator storage validator = _validator(index);
        return validator.isWithdrawn ? 0 : validator.stake - _penalties[index];
    }

    /// @notice The validator that votes with this key.
    function indexOf(address votingKey) public view returns (uint256) {
        uint256 place = _places[votingKey];
        if (place == 0) revert UnknownVotingKey(votingKey);
        return place - 1;
    }

    function _add(address votingKey, address payout, uint256 value, uint256 start) internal returns (uint256 index) {
        if (payout == address(0) || payout == Predeploys.AI || payout == address(this)) revert PayoutInvalid(payout);
        if (votingKey == address(0) || _places[votingKey] != 0) revert VotingKeyInvalid(votingKey);
        index = _validators.length;
        if (index == DEPOSITS_MAX) revert DepositsExhausted();
        _validators.push(
            Validator({
                votingKey: votingKey,
                stake: value.toUint96(),
                payout: payout,
                start: start.toUint40(),
                end: NEVER,
                isSlashed: false,
                isWithdrawn: false
            })
        );
        _places[votingKey] = index + 1;
    }

    function _isMember(uint256 start, uint256 end, uint256 number) internal pure returns (bool) {
        return start <= number && number < end;
    }

    function _validator(uint256 index) internal view returns (Validator storage) {
        if (index >= _validators.length) revert UnknownValidator(index);
        return _validators[index];
    }

    /// @dev Through the facade: no code of the recipient runs, and every valid payout can be paid.
    function _pay(address to, uint256 value) internal {
        if (value != 0) IERC20(Predeploys.AI).safeTransfer(to, value);
    }
}
