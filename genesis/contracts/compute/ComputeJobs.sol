// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ComputePricing} from "./ComputePricing.sol";
import {IJobBonus} from "../interfaces/IJobBonus.sol";
import {IJobWindows} from "../interfaces/IJobWindows.sol";
import {IPriceBook} from "../interfaces/IPriceBook.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Jobs: the price is held until the result stands
 * @notice The client opens a job and pays. The provider answers with the hash of its result before the
 * deadline. The client accepts, or disputes with a bond, or lets the challenge window pass; in a dispute
 * a quorum of attesters decides. Whatever somebody fails to do, the coins go one way or the other after a
 * known time, and anyone may say so:
 *
 *   Open -- submit --> Submitted -- settle, or the window passes --> Settled: provider paid, bonus
 *   Open -- decline, or the deadline passes --> Refunded: client
 *   Submitted -- dispute --> Disputed -- verdict for the provider --> Settled, the bond too
 *   Disputed -- verdict against it --> Refunded with the bond, provider slashed
 *   Disputed -- no verdict in time --> Refunded with the bond, nobody slashed
 *
 * Amounts are in wei, times in unix seconds.
 * @dev Providers answer with their bond, so `ProviderRegistry` holds it until the windows of a result are over, and
 * its exit delay is longer than both windows together: each side refuses a setting that breaks it. A dispute
 * without verdict goes to the client: silence never pays for bad work.
 */
abstract contract ComputeJobs is IJobWindows, ComputePricing, EIP712, ReentrancyGuardTransient {
    using SafeCast for uint256;

    enum State {
        None,
        Open,
        Submitted,
        Disputed,
        Settled,
        Refunded
    }

    /// @notice Why a client got its coins back.
    enum Refund {
        Late,
        Declined,
        Fault,
        NoVerdict
    }

    /// @dev Five slots. `until` is the end of the present state: to submit, to dispute, or for a verdict. `leastBond`
    /// is the least bond of providers when the job was opened, in whole AI.
    struct Job {
        address client;
        uint48 until;
        State state;
        IPriceBook.Unit unit;
        uint8 tier;
        uint24 leastBond;
        address provider;
        uint64 modelId;
        uint32 amount;
        uint128 price;
        uint128 bond;
        bytes32 requestHash;
        bytes32 resultHash;
    }

    /// @notice EIP-712 type of what attesters sign.
    bytes32 public constant VERDICT_TYPEHASH = keccak256("Verdict(uint256 jobId,bool providerAtFault)");
    /// @notice Seconds from opening to the latest deadline.
    uint256 public constant DEADLINE_MAX = 30 days;
    /// @notice Seconds of the longest window.
    uint256 public constant WINDOW_MAX = 30 days;
    /// @notice Bond of a dispute, in basis points of the price.
    uint256 public constant DISPUTE_BOND_BPS = 1_000;
    /// @notice Wei of the smallest bond.
    uint256 public constant DISPUTE_BOND_MIN = 0.01 ether;

    uint256 private constant BPS = 10_000;
    IJobBonus private constant BONUS = IJobBonus(Predeploys.BLOCK_REWARDS);

    /// @notice Seconds of the shortest window: 600, and 1 on development chains.
    uint256 public immutable WINDOW_MIN;
    /// @notice Seconds that a client has to dispute a result.
    uint48 public challengeSeconds;
    /// @notice Seconds that attesters have to decide a dispute.
    uint48 public verdictSeconds;
    /// @notice Jobs opened so far; they are numbered from 1.
    uint256 public jobCount;
    mapping(uint256 jobId => Job) private _jobs;

    /// @notice `client` put `price` wei into job `jobId`, to be answered by `deadline`.
    event JobOpened(
        uint256 indexed jobId,
        address indexed client,
        address indexed provider,
        Order order,
        bytes32 requestHash,
        uint256 price,
        uint256 deadline
    );
    /// @notice The provider answered; the client may dispute up to `until`.
    event ResultSubmitted(uint256 indexed jobId, bytes32 resultHash, uint256 until);
    /// @notice The client disputes with `bond` wei; attesters may decide up to `until`.
    event JobDisputed(uint256 indexed jobId, uint256 bond, uint256 until);
    /// @notice Attesters decided a dispute.
    event DisputeResolved(uint256 indexed jobId, bool providerAtFault);
    /// @notice `price` wei were paid out, `burned` of them burned; the provider got `bonus` wei besides.
    event JobSettled(uint256 indexed jobId, address indexed provider, uint256 price, uint256 burned, uint256 bonus);
    /// @notice `client` got `value` wei back, its bond with it.
    event JobRefunded(uint256 indexed jobId, address indexed client, uint256 value, Refund reason);
    /// @notice Windows of results and disputes to come, in seconds.
    event WindowsSet(uint256 challengeSeconds, uint256 verdictSeconds, uint256 challengeBefore, uint256 verdictBefore);

    /// @notice Job `jobId` is in `state`, which does not allow this.
    error WrongState(uint256 jobId, State state);
    /// @notice Only the client of job `jobId` may.
    error NotClient(uint256 jobId, address caller);
    /// @notice Only the provider of job `jobId` may.
    error NotProvider(uint256 jobId, address caller);
    /// @notice That had to come by `until`.
    error TooLate(uint256 jobId, uint256 until);
    /// @notice That has to come after `until`.
    error TooEarly(uint256 jobId, uint256 until);
    /// @notice A deadline is later than now, and at most `max`.
    error DeadlineOutOfRange(uint256 deadline, uint256 max);
    /// @notice The zero hash names no result.
    error ResultIsZero();
    /// @notice The call came with `value` wei and the bond is `bond` wei.
    error WrongBond(uint256 value, uint256 bond);
    /// @notice A window is `min` to `max` seconds long.
    error WindowOutOfRange(uint256 window, uint256 min, uint256 max);
    /// @notice Windows of `windows` seconds together are not shorter than the `exitDelay` seconds of providers.
    error WindowsTooLong(uint256 windows, uint256 exitDelay);

    constructor(uint48 challengeSeconds_, uint48 verdictSeconds_, bool dev) {
        WINDOW_MIN = dev ? 1 : 10 minutes;
        _setWindows(challengeSeconds_, verdictSeconds_);
    }

    /// @notice Opens a job with `msg.value` wei; what is beyond the price comes back.
    /// @param requestHash Names what is asked for; client and provider exchange it off the chain.
    /// @param deadline The last second for the result.
    function openJob(
        Order calldata order,
        bytes32 requestHash,
        uint48 deadline
    ) external payable nonReentrant whenComputeIsOn returns (uint256 jobId) {
        uint256 latest = block.timestamp + DEADLINE_MAX;
        if (deadline <= block.timestamp || deadline > latest) revert DeadlineOutOfRange(deadline, latest);
        uint256 price = _price(msg.sender, order);
        jobId = ++jobCount;
        _jobs[jobId] = Job({
            client: msg.sender,
            until: deadline,
            state: State.Open,
            unit: IPriceBook.Unit(order.unit),
            tier: order.tier,
            leastBond: uint24(PROVIDERS.minimumBond() / 1 ether),
            provider: order.provider,
            modelId: order.modelId.toUint64(),
            amount: order.amount.toUint32(),
            price: price.toUint128(),
            bond: 0,
            requestHash: requestHash,
            resultHash: 0
        });
        emit JobOpened(jobId, msg.sender, order.provider, order, requestHash, price, deadline);
        _returnExcess(price);
    }

    /// @notice The provider's answer. One that is leaving or lost its bond has nothing to answer with; one that had
    /// the least bond of the job's first second may answer, whatever the least bond is now.
    function submit(uint256 jobId, bytes32 resultHash) external {
        Job storage job = _jobIn(jobId, State.Open);
        if (msg.sender != job.provider) revert NotProvider(jobId, msg.sender);
        if (block.timestamp > job.until) revert TooLate(jobId, job.until);
        if (resultHash == 0) revert ResultIsZero();
        if (!PROVIDERS.mayAnswer(msg.sender, uint256(job.leastBond) * 1 ether)) {
            revert IProviderRegistry.ProviderNotActive(msg.sender);
        }
        job.state = State.Submitted;
        job.until = (block.timestamp + challengeSeconds).toUint48();
        job.resultHash = resultHash;
        emit ResultSubmitted(jobId, resultHash, job.until);
        PROVIDERS.hold(msg.sender, job.until);
    }

    /// @notice The provider refuses an open job; the client gets its coins back.
    function decline(uint256 jobId) external nonReentrant {
        Job storage job = _jobIn(jobId, State.Open);
        if (msg.sender != job.provider) revert NotProvider(jobId, msg.sender);
        _refund(jobId, job, Refund.Declined);
    }

    /// @notice Pays for a result: the client at once, anyone when the challenge window is over.
    function settle(uint256 jobId) external nonReentrant {
        Job storage job = _jobIn(jobId, State.Submitted);
        if (msg.sender != job.client && block.timestamp <= job.until) revert TooEarly(jobId, job.until);
        _settle(jobId, job);
    }

    /// @notice The client disputes a result with `msg.value` wei, which must be `disputeBond`. The bond comes
    /// back unless attesters find for the provider, who gets it then.
    function dispute(uint256 jobId) external payable {
        Job storage job = _jobIn(jobId, State.Submitted);
        if (msg.sender != job.client) revert NotClient(jobId, msg.sender);
        if (block.timestamp > job.until) revert TooLate(jobId, job.until);
        uint256 bond = _bondOf(job.price);
        if (msg.value != bond) revert WrongBond(msg.value, bond);
        job.state = State.Disputed;
        job.until = (block.timestamp + verdictSeconds).toUint48();
        job.bond = bond.toUint128();
        emit JobDisputed(jobId, bond, job.until);
        PROVIDERS.hold(job.provider, job.until);
    }

    /// @notice Carries out the verdict of a quorum of attesters. Anyone may bring it.
    /// @param signatures Of `verdictDigest`, in ascending order of their signers.
    function resolve(uint256 jobId, bool providerAtFault, bytes[] calldata signatures) external nonReentrant {
        Job storage job = _jobIn(jobId, State.Disputed);
        if (block.timestamp > job.until) revert TooLate(jobId, job.until);
        ORACLE.requireQuorum(verdictDigest(jobId, providerAtFault), signatures);
        emit DisputeResolved(jobId, providerAtFault);
        if (providerAtFault) {
            _refund(jobId, job, Refund.Fault);
            PROVIDERS.slash(job.provider, job.price);
        } else {
            _settle(jobId, job);
            _send(job.provider, job.bond);
        }
    }

    /// @notice Gives the client its coins back when nobody answered, or no verdict came. Anyone may call.
    function refund(uint256 jobId) external nonReentrant {
        Job storage job = _jobs[jobId];
        State state = job.state;
        if (state != State.Open && state != State.Disputed) revert WrongState(jobId, state);
        if (block.timestamp <= job.until) revert TooEarly(jobId, job.until);
        _refund(jobId, job, state == State.Open ? Refund.Late : Refund.NoVerdict);
    }

    /// @notice Sets the windows of results and disputes to come, in seconds, together shorter than the exit delay of
    /// providers. Governance alone.
    function setWindows(uint48 challengeSeconds_, uint48 verdictSeconds_) external restricted {
        _setWindows(challengeSeconds_, verdictSeconds_);
        uint256 exitDelay = PROVIDERS.exitDelay();
        if (windowSeconds() >= exitDelay) revert WindowsTooLong(windowSeconds(), exitDelay);
    }

    /// @notice Job `jobId`; `state` is None where there is none.
    function jobOf(uint256 jobId) external view returns (Job memory) {
        return _jobs[jobId];
    }

    /// @notice Wei of the bond to dispute job `jobId`.
    function disputeBond(uint256 jobId) external view returns (uint256) {
        return _bondOf(_jobs[jobId].price);
    }

    /// @inheritdoc IJobWindows
    function windowSeconds() public view override returns (uint256) {
        return uint256(challengeSeconds) + verdictSeconds;
    }

    /// @notice What attesters sign to decide job `jobId`.
    function verdictDigest(uint256 jobId, bool providerAtFault) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(VERDICT_TYPEHASH, jobId, providerAtFault)));
    }

    /// @dev A job leaves `Submitted` or `Disputed` once, so its bonus is asked for once.
    function _settle(uint256 jobId, Job storage job) private {
        job.state = State.Settled;
        Order memory order = Order(job.provider, job.modelId, uint8(job.unit), job.amount, job.tier);
        uint256 burned = _payOut(job.client, order, job.price);
        uint256 bonus = BONUS.payBonus(job.provider, burned);
        emit JobSettled(jobId, job.provider, job.price, burned, bonus);
    }

    function _refund(uint256 jobId, Job storage job, Refund reason) private {
        job.state = State.Refunded;
        uint256 value = uint256(job.price) + job.bond;
        emit JobRefunded(jobId, job.client, value, reason);
        _send(job.client, value);
    }

    function _setWindows(uint48 challengeSeconds_, uint48 verdictSeconds_) private {
        _requireWindow(challengeSeconds_);
        _requireWindow(verdictSeconds_);
        emit WindowsSet(challengeSeconds_, verdictSeconds_, challengeSeconds, verdictSeconds);
        challengeSeconds = challengeSeconds_;
        verdictSeconds = verdictSeconds_;
    }

    function _requireWindow(uint256 window) private view {
        if (window < WINDOW_MIN || window > WINDOW_MAX) revert WindowOutOfRange(window, WINDOW_MIN, WINDOW_MAX);
    }

    function _jobIn(uint256 jobId, State state) private view returns (Job storage job) {
        job = _jobs[jobId];
        if (job.state != state) revert WrongState(jobId, job.state);
    }

    function _bondOf(uint256 price) private pure returns (uint256) {
        return Math.max(DISPUTE_BOND_MIN, Math.mulDiv(price, DISPUTE_BOND_BPS, BPS, Math.Rounding.Ceil));
    }
}
