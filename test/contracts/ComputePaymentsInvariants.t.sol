// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComputeJobs} from "@hanzo/compute/ComputeJobs.sol";
import {ComputePricing} from "@hanzo/compute/ComputePricing.sol";
import {IPriceBook} from "@hanzo/interfaces/IPriceBook.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {ComputeGenesis} from "./ComputeGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Two clients, two providers, the owner of a model, attesters, sealers and time.
contract ComputePaymentsHandler is ComputeGenesis {
    uint256 private constant D = 2 ** 28;
    address public constant SECOND = address(0x5EC08D);
    /// @dev Coins that there are, once the actors have theirs.
    uint256 public coins;
    uint256 public number = 2;
    uint256 public modelId;
    /// @dev Sums over everything settled or paid at once.
    uint256 public feesDue;
    uint256 public settledFees;
    /// @dev Prices of the jobs whose provider was at fault.
    uint256 public slashable;
    /// @dev Prices and bonds of the jobs that are not over.
    uint256 public held;
    /// @dev Coins sent to the payments for nothing.
    uint256 public donated;
    /// @dev The most that left the vault in one block beyond its budget.
    uint256 private _worstExcess;
    uint256 private _releasedBefore;

    constructor() {
        _genesis();
        _register(SECOND, 500);
        modelId = _registerModel(3_000);
        _stake(CLIENT, 4);
        coins = _sum();
    }

    function open(bool first, bool second, uint32 units, uint8 kind, uint16 wait) external {
        ComputePricing.Order memory order = _order(second, units, kind);
        if (!PROVIDERS.isActive(order.provider)) return;
        address client = _client(first);
        uint256 price = PAYMENTS.quoteOrder(client, order).price;
        uint256 value = price + (units % 3);
        if (client.balance < value) return;
        held += price;
        VM.prank(client);
        PAYMENTS.openJob{value: value}(order, bytes32(0), uint48(block.timestamp + 1 + (wait % 900)));
    }

    function payAtOnce(bool first, bool second, uint32 units, uint8 kind) external {
        ComputePricing.Order memory order = _order(second, units, kind);
        if (!PROVIDERS.isActive(order.provider)) return;
        address client = _client(first);
        uint256 price = PAYMENTS.quoteOrder(client, order).price;
        if (client.balance < price) return;
        feesDue += price - _net(price);
        VM.prank(client);
        if (order.modelId == 0) PAYMENTS.payForCompute{value: price}(order.provider, order.amount, order.tier);
        else PAYMENTS.payForModel{value: price}(order.provider, order.modelId, order.unit, order.amount);
    }

    /// @dev Takes two of the last jobs a step further, on the roads that `road` chooses.
    function step(uint8 pick, uint8 road) external {
        _step(pick / 16, road);
        _step(pick % 16, road / 16);
    }

    function makeBlock(uint8 skip, uint8 gap) external {
        _worstExcess = excess();
        number += 1 + uint256(skip);
        VM.roll(number);
        VM.warp(block.timestamp + (gap % 40));
        _releasedBefore = VAULT.released();
        VM.prank(Predeploys.SYSTEM);
        REWARDS.onBlock(OTHER, D, 5_000, D);
    }

    /// @dev Somebody sends coins that nobody asked for, or a provider mends its bond.
    function spare(bool isDonation, bool second, uint96 value) external {
        address sender = isDonation ? _client(second) : second ? SECOND : PROVIDER;
        uint256 amount = 1 + (value % 100 ether);
        if (sender.balance < amount) return;
        VM.prank(sender);
        if (!isDonation) {
            PROVIDERS.topUp{value: amount}();
        } else {
            assert(TOKEN.transfer(address(PAYMENTS), amount));
            donated += amount;
        }
    }

    function sum() external view returns (uint256) {
        return _sum();
    }

    /// @dev Wei by which reward and bonuses ever went over the budget of their block.
    function excess() public view returns (uint256) {
        uint256 released = VAULT.released() - _releasedBefore;
        uint256 budget = REWARDS.calculateReward(number, 1, 10_000, 1);
        return released > budget + _worstExcess ? released - budget : _worstExcess;
    }

    function _step(uint256 pick, uint8 road) private {
        uint256 count = PAYMENTS.jobCount();
        if (count <= pick % 6) return;
        uint256 jobId = count - (pick % 6);
        ComputeJobs.Job memory job = PAYMENTS.jobOf(jobId);
        bool isOver = block.timestamp > job.until;
        if (job.state == ComputeJobs.State.Open) _answer(jobId, job, road, isOver);
        else if (job.state == ComputeJobs.State.Submitted) _judge(jobId, job, road, isOver);
        else if (job.state == ComputeJobs.State.Disputed) _decide(jobId, job, road, isOver);
    }

    function _answer(uint256 jobId, ComputeJobs.Job memory job, uint8 road, bool isOver) private {
        if (isOver) {
            held -= job.price;
            PAYMENTS.refund(jobId);
        } else if (road % 8 == 0) {
            held -= job.price;
            VM.prank(job.provider);
            PAYMENTS.decline(jobId);
        } else if (PROVIDERS.isActive(job.provider)) {
            VM.prank(job.provider);
            PAYMENTS.submit(jobId, bytes32(uint256(1)));
        }
    }

    function _judge(uint256 jobId, ComputeJobs.Job memory job, uint8 road, bool isOver) private {
        uint256 bond = PAYMENTS.disputeBond(jobId);
        if (isOver) {
            _expectFee(job);
            held -= job.price;
            PAYMENTS.settle(jobId);
        } else if (road % 2 == 0) {
            _expectFee(job);
            held -= job.price;
            VM.prank(job.client);
            PAYMENTS.settle(jobId);
        } else if (job.client.balance >= bond) {
            held += bond;
            VM.prank(job.client);
            PAYMENTS.dispute{value: bond}(jobId);
        }
    }

    function _decide(uint256 jobId, ComputeJobs.Job memory job, uint8 road, bool isOver) private {
        held -= uint256(job.price) + job.bond;
        if (isOver) {
            PAYMENTS.refund(jobId);
            return;
        }
        bool atFault = road % 2 == 0;
        if (atFault) slashable += job.price;
        else _expectFee(job);
        PAYMENTS.resolve(jobId, atFault, _sign(PAYMENTS.verdictDigest(jobId, atFault)));
    }

    function _expectFee(ComputeJobs.Job memory job) private {
        uint256 fee = job.price - _net(job.price);
        feesDue += fee;
        settledFees += fee;
    }

    function _order(
        bool second,
        uint32 units,
        uint8 kind
    ) private view returns (ComputePricing.Order memory order) {
        order = _gpuSeconds(1 + (units % 1_000_000), 1);
        if (second) order.provider = SECOND;
        if (kind % 3 == 0) return order;
        order.modelId = modelId;
        order.unit = uint8(IPriceBook.Unit(kind % 6));
    }

    function _client(bool first) private pure returns (address) {
        return first ? CLIENT : OTHER;
    }

    function _sum() private view returns (uint256) {
        return
            CLIENT.balance + OTHER.balance + PROVIDER.balance + SECOND.balance + OWNER.balance
                + address(PAYMENTS).balance + address(PROVIDERS).balance + address(STAKING).balance
                + address(SINK).balance + address(VAULT).balance + Predeploys.VALIDATOR_SET.balance;
    }
}

contract ComputePaymentsInvariants is ComputeGenesis {
    ComputePaymentsHandler private _handler;

    function setUp() external {
        _handler = new ComputePaymentsHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev What is held is the price and bond of every job that is not over; the burn is 5 % of what was
    /// paid (M9); bonuses are 0.8 of the burn of settled jobs at most (R3); reward and bonuses keep to the
    /// budget of each block (M6); slashes are of providers at fault alone; coins only move (M1).
    /// One function, because each one is a campaign of its own.
    function invariant_HoldsWhatIsOpenBurnsFivePercentAndPaysBackLess() external view {
        _equal(address(PAYMENTS).balance, _handler.held() + _handler.donated());
        _equal(SINK.burnedBy(uint8(AIBurn.Category.Compute)), _handler.feesDue());
        _atMost(REWARDS.totalBonus() * 10, _handler.settledFees() * 8);
        _equal(VAULT.released(), REWARDS.totalPaid() + REWARDS.totalBonus());
        _atMost(VAULT.released(), VAULT.entitlement(_handler.number()));
        _equal(_handler.excess(), 0);
        _atMost(SINK.burnedBy(uint8(AIBurn.Category.Slashing)), _handler.slashable());
        _equal(_handler.sum(), _handler.coins());
        _equal(address(TOKEN).balance, 0);
    }
}
