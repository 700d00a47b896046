// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {AIBurn} from "../token/AIBurn.sol";
import {IAttesters} from "../interfaces/IAttesters.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Bonded attesters
 * @notice Signers that answer for their word with a bond in wei. Governance invites and removes them;
 * whoever it invites counts from when it posts its bond. Any two quorums share an attester.
 *
 * A proof takes the whole bond. Where there is none, a vote of governance takes half of it at most, also of an
 * attester that has left. With the times of genesis the bond stays for longer than a vote takes; no code holds
 * governance to that when it makes its votes longer.
 * @dev When attesters leave, the threshold stays: too few left make no quorum, rather than an easy one.
 */
abstract contract AttesterSet is IAttesters, AccessManaged {
    using SafeERC20 for IERC20;

    /// @dev None -> Invited -> Active -> Leaving -> None; Slashed, from Active or Leaving, is for ever.
    enum Status {
        None,
        Invited,
        Active,
        Leaving,
        Slashed
    }

    /// @dev One slot: the bond is in wei, `bondReturnsAt` in unix seconds and 0 but for who is leaving.
    struct Standing {
        Status status;
        uint48 bondReturnsAt;
        uint128 bond;
    }

    /// @notice Wei that each attester has at stake.
    uint128 public constant BOND = 1_000 ether;
    /// @notice Wei of a bond that governance may take, all its votes together: half of it.
    uint128 public constant FINE_MAX = BOND / 2;
    /// @notice Attesters that may be active at once: a quorum is checked in one call.
    uint256 public constant ATTESTERS_MAX = 16;
    /// @dev Percent of a slashed bond that goes to whoever brings the proof.
    uint256 private constant FINDER_PERCENT = 4;

    /// @inheritdoc IAttesters
    uint256 public override threshold;
    /// @dev Everybody of status Active, in no order.
    address[] private _active;
    mapping(address account => Standing) private _standings;
    /// @notice When `account` lost its bond to a proof (unix seconds); 0 if it never did.
    mapping(address account => uint256) public slashedAt;

    /// @notice Governance invited `account`, which has not posted its bond yet.
    event AttesterInvited(address indexed account);
    /// @notice Governance took back its invitation of `account`.
    event InvitationWithdrawn(address indexed account);
    /// @notice `account` posted its bond and attests.
    event AttesterAdded(address indexed account);
    /// @notice `account` attests no more; its bond returns from `bondReturnsAt` (unix seconds) on.
    event AttesterLeft(address indexed account, uint256 bondReturnsAt);
    /// @notice `account` got its bond of `value` wei back.
    event BondReturned(address indexed account, uint256 value);
    /// @notice `account` lost its bond: `reward` wei to `finder`, `burned` wei to the sink.
    event AttesterSlashed(address indexed account, address indexed finder, uint256 reward, uint256 burned);
    /// @notice Governance took `value` wei of the bond of `account`, all burned; `bond` wei are left.
    event AttesterFined(address indexed account, uint256 value, uint256 bond);
    /// @notice Signatures that make a quorum.
    event ThresholdSet(uint256 previous, uint256 current);

    /// @notice A threshold is `min` to `max`: more than half of the attesters, at most all.
    error ThresholdOutOfBounds(uint256 threshold, uint256 min, uint256 max);
    /// @notice 1 to `ATTESTERS_MAX` attesters make a set.
    error AttesterCountOutOfBounds(uint256 count);
    /// @notice The zero address, or one that is here twice, attests nothing.
    error AttesterInvalid(address account);
    /// @notice The standing of `account` does not allow this.
    error WrongStatus(address account, Status status);
    /// @notice A bond is exactly `BOND` wei.
    error BondMismatch(uint256 value, uint256 bond);
    /// @notice The bonds are `bonds` wei and genesis gave this contract `balance` wei.
    error BondsNotHeld(uint256 bonds, uint256 balance);
    /// @notice The bond returns from `bondReturnsAt` (unix seconds) on.
    error BondNotDue(uint256 bondReturnsAt);
    /// @notice Governance takes 1 to `max` wei of this bond.
    error FineOutOfBounds(uint256 value, uint256 max);

    /// @param genesisAttesters Active from block 0, with their bonds in this contract's balance.
    /// @param threshold_ Signatures that make a quorum.
    constructor(address[] memory genesisAttesters, uint256 threshold_) AccessManaged(Predeploys.ACCESS_MANAGER) {
        uint256 n = genesisAttesters.length;
        if (n == 0 || n > ATTESTERS_MAX) revert AttesterCountOutOfBounds(n);
        for (uint256 i = 0; i < n; ++i) {
            address account = genesisAttesters[i];
            if (account == address(0) || isAttester(account)) revert AttesterInvalid(account);
            _standings[account] = Standing({status: Status.Active, bondReturnsAt: 0, bond: BOND});
        }
        _active = genesisAttesters;
        if (address(this).balance != n * uint256(BOND)) revert BondsNotHeld(n * uint256(BOND), address(this).balance);
        _setThreshold(threshold_);
    }

    /// @notice Lets `account` become an attester by `accept`.
    function inviteAttester(address account) external restricted {
        if (account == address(0)) revert AttesterInvalid(account);
        _requireStatus(account, Status.None);
        _standings[account].status = Status.Invited;
        emit AttesterInvited(account);
    }

    /// @notice Makes the caller, if invited, an attester. Costs a bond of `BOND` wei. Where the threshold is no
    /// longer more than half of the attesters, it rises until it is.
    function accept() external payable {
        _requireStatus(msg.sender, Status.Invited);
        if (msg.value != BOND) revert BondMismatch(msg.value, BOND);
        if (_active.length == ATTESTERS_MAX) revert AttesterCountOutOfBounds(ATTESTERS_MAX + 1);
        _standings[msg.sender] = Standing({status: Status.Active, bondReturnsAt: 0, bond: BOND});
        _active.push(msg.sender);
        emit AttesterAdded(msg.sender);
        uint256 min = _active.length / 2 + 1;
        if (threshold < min) _setThreshold(min);
    }

    /// @notice Ends the attestations of `account`, or its invitation.
    function removeAttester(address account) external restricted {
        if (_standings[account].status == Status.Invited) {
            delete _standings[account];
            emit InvitationWithdrawn(account);
        } else {
            _leave(account);
        }
    }

    /// @notice Ends the attestations of the caller.
    function resign() external {
        _leave(msg.sender);
    }

    /// @notice Sends the bond of the caller back, once it has left for long enough.
    function withdrawBond() external {
        _requireStatus(msg.sender, Status.Leaving);
        Standing memory standing = _standings[msg.sender];
        if (block.timestamp < standing.bondReturnsAt) revert BondNotDue(standing.bondReturnsAt);
        delete _standings[msg.sender];
        emit BondReturned(msg.sender, standing.bond);
        IERC20(Predeploys.AI).safeTransfer(msg.sender, standing.bond);
    }

    /// @notice Takes `value` wei of the bond of `account`, active or leaving, to the sink. It attests no more.
    /// @dev At most `FINE_MAX` of a bond in all: what a vote finds and no proof shows leaves half.
    function fineAttester(address account, uint256 value) external restricted {
        Standing memory standing = _standings[account];
        if (!_isBonded(standing.status)) revert WrongStatus(account, standing.status);
        uint256 max = standing.bond - (BOND - FINE_MAX);
        if (value == 0 || value > max) revert FineOutOfBounds(value, max);
        if (standing.status == Status.Active) _leave(account);
        uint128 left = standing.bond - uint128(value);
        _standings[account].bond = left;
        emit AttesterFined(account, value, left);
        AIBurn(payable(Predeploys.AI_BURN)).burn{value: value}(uint8(AIBurn.Category.Slashing));
    }

    /// @notice Sets how many signatures make a quorum: more than half of the attesters, at most all.
    function setThreshold(uint256 current) external restricted {
        _setThreshold(current);
    }

    /// @inheritdoc IAttesters
    function requireQuorum(bytes32 digest, bytes[] calldata signatures) public view override {
        address signer = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) signer = _nextSigner(signer, digest, signatures[i]);
        _requireThreshold(signatures.length);
    }

    /// @inheritdoc IAttesters
    function isAttester(address account) public view override returns (bool) {
        return _standings[account].status == Status.Active;
    }

    /// @notice The active attesters, in no order.
    function attesters() external view returns (address[] memory) {
        return _active;
    }

    /// @notice Where `account` stands, and what of its bond is left.
    function standingOf(address account) public view returns (Standing memory) {
        return _standings[account];
    }

    /// @dev Seconds for which the bond of an attester that left still answers for what it signed.
    function _bondDelay() internal view virtual returns (uint256);

    /// @dev For `signed` signatures that `_nextSigner` accepts, one after the other.
    function _requireThreshold(uint256 signed) internal view {
        if (signed < threshold) revert QuorumNotReached(signed, threshold);
    }

    /// @dev The attester that signed `digest`, which must come after `previous`: so each counts once.
    function _nextSigner(
        address previous,
        bytes32 digest,
        bytes calldata signature
    ) internal view returns (address signer) {
        signer = ECDSA.recoverCalldata(digest, signature);
        if (signer <= previous) revert SignersNotAscending(previous, signer);
        if (!isAttester(signer)) revert NotAttester(signer);
    }

    /// @dev Takes the bond of `account`, active or leaving, for good.
    function _slashAttester(address account, address finder) internal {
        if (isAttester(account)) _deactivate(account);
        uint256 bond = _standings[account].bond;
        _standings[account] = Standing({status: Status.Slashed, bondReturnsAt: 0, bond: 0});
        slashedAt[account] = block.timestamp;
        uint256 reward = (bond * FINDER_PERCENT) / 100;
        uint256 burned = bond - reward;
        emit AttesterSlashed(account, finder, reward, burned);
        AIBurn(payable(Predeploys.AI_BURN)).burn{value: burned}(uint8(AIBurn.Category.Slashing));
        IERC20(Predeploys.AI).safeTransfer(finder, reward);
    }

    function _leave(address account) private {
        _requireStatus(account, Status.Active);
        uint48 due = Time.timestamp() + uint48(_bondDelay());
        _deactivate(account);
        _standings[account].status = Status.Leaving;
        _standings[account].bondReturnsAt = due;
        emit AttesterLeft(account, due);
    }

    /// @dev Takes `account`, which is there, off the list of at most `ATTESTERS_MAX`.
    function _deactivate(address account) private {
        uint256 i = 0;
        while (_active[i] != account) ++i;
        _active[i] = _active[_active.length - 1];
        _active.pop();
    }

    function _setThreshold(uint256 current) private {
        uint256 max = _active.length;
        uint256 min = max / 2 + 1;
        if (current < min || current > max) revert ThresholdOutOfBounds(current, min, max);
        emit ThresholdSet(threshold, current);
        threshold = current;
    }

    function _isBonded(Status status) internal pure returns (bool) {
        return status == Status.Active || status == Status.Leaving;
    }

    function _requireStatus(address account, Status status) private view {
        Status actual = _standings[account].status;
        if (actual != status) revert WrongStatus(account, actual);
    }
}
