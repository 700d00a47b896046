// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComputeJobs} from "@hanzo/compute/ComputeJobs.sol";
import {ComputePayments} from "@hanzo/compute/ComputePayments.sol";
import {ComputePricing} from "@hanzo/compute/ComputePricing.sol";
import {ProviderRegistry} from "@hanzo/compute/ProviderRegistry.sol";
import {IPriceBook} from "@hanzo/interfaces/IPriceBook.sol";
import {VM} from "../Vm.sol";
import {World} from "./World.sol";

/// @dev Providers who come and go, clients who pay at once, by an offer, or for jobs, and how jobs end.
abstract contract WorkCalls is World {
    /// @dev Persons 4, 5 and 6, and 11, a contract, provide; 5 owns a model and takes 30 % for it.
    uint256 private constant PROVIDERS_MAX = 4;
    uint256 private _model;
    uint256 private _nonce;
    /// @dev What has to be burned of all that was paid: 5 %, the odd wei with it.
    uint256 public burnDue;

    constructor() {
        for (uint256 i = 0; i < PROVIDERS_MAX; ++i) {
            VM.prank(_provider(i));
            PROVIDERS.register{value: 200 ether}(i * 500, "");
        }
        VM.prank(_provider(1));
        _model = BOOK.registerModel("ipfs://model", 100, 3_000);
    }

    function comeOrGo(uint8 who, uint8 chance) external acts {
        address provider = _provider(who);
        ProviderRegistry.Provider memory known = PROVIDERS.providerOf(provider);
        bool isLeaving = known.leavesAt != 0;
        if (isLeaving && time < known.leavesAt) return;
        if (!isLeaving && provider.balance < 100 ether) return;
        VM.prank(provider);
        if (!known.isRegistered) PROVIDERS.register{value: 100 ether}(chance % 4 * 500, "");
        else if (isLeaving) PROVIDERS.withdraw();
        else if (chance % 8 == 0) PROVIDERS.exit();
        else PROVIDERS.topUp{value: 10 ether}();
        _done();
    }

    function payAtOnce(uint8 client, uint8 provider, uint32 units, uint8 kind) external acts {
        ComputePricing.Order memory order = _order(provider, units, kind);
        uint256 price = _priceFor(_person(client), order);
        if (price == 0) return;
        burnDue += _burnOf(price);
        VM.prank(_person(client));
        if (order.modelId == 0) PAYMENTS.payForCompute{value: price}(order.provider, order.amount, order.tier);
        else PAYMENTS.payForModel{value: price}(order.provider, order.modelId, order.unit, order.amount);
        _done();
    }

    /// @dev Providers 0 to 2 have keys. Half of the list price, so it is what counts.
    function payQuoted(uint8 client, uint8 provider, uint32 units) external acts {
        ComputePricing.Order memory order = _order(provider % 3, units, 0);
        uint256 price = _priceFor(_person(client), order) / 2;
        if (price == 0) return;
        ComputePayments.Offer memory offer =
            ComputePayments.Offer(order, _person(client), price, ++_nonce, time + 10);
        bytes memory signature = _signature(DEV_KEY + 4 + (provider % 3), PAYMENTS.offerDigest(offer));
        burnDue += _burnOf(price);
        _once(
            _person(client),
            address(PAYMENTS),
            price,
            abi.encodeCall(PAYMENTS.payQuoted, (offer, signature))
        );
    }

    function openJob(uint8 client, uint8 provider, uint32 units, uint8 kind, uint8 wait) external acts {
        ComputePricing.Order memory order = _order(provider, units, kind);
        uint256 price = _priceFor(_person(client), order);
        if (price == 0) return;
        VM.prank(_person(client));
        PAYMENTS.openJob{value: price}(order, bytes32(0), uint48(time + 1 + wait));
        _done();
    }

    /// @dev Takes one of the last eight jobs a step further.
    function stepJob(uint8 pick, uint8 road) external acts {
        uint256 count = PAYMENTS.jobCount();
        if (count <= pick % 8) return;
        uint256 jobId = count - (pick % 8);
        ComputeJobs.Job memory job = PAYMENTS.jobOf(jobId);
        if (job.state == ComputeJobs.State.Open) _answer(jobId, job, road);
        else if (job.state == ComputeJobs.State.Submitted) _judge(jobId, job, road);
        else if (job.state == ComputeJobs.State.Disputed) _decide(jobId, job, road);
    }

    function _answer(uint256 jobId, ComputeJobs.Job memory job, uint8 road) private {
        if (time > job.until) {
            _once(job.client, address(PAYMENTS), 0, abi.encodeCall(PAYMENTS.refund, (jobId)));
        } else if (road % 8 == 0) {
            _once(job.provider, address(PAYMENTS), 0, abi.encodeCall(PAYMENTS.decline, (jobId)));
        } else if (PROVIDERS.isActive(job.provider)) {
            _once(job.provider, address(PAYMENTS), 0, abi.encodeCall(PAYMENTS.submit, (jobId, bytes32(jobId))));
        }
    }

    function _judge(uint256 jobId, ComputeJobs.Job memory job, uint8 road) private {
        uint256 bond = PAYMENTS.disputeBond(jobId);
        if (time > job.until || road % 2 == 0) {
            burnDue += _burnOf(job.price);
            _once(job.client, address(PAYMENTS), 0, abi.encodeCall(PAYMENTS.settle, (jobId)));
        } else if (job.client.balance >= bond) {
            _once(job.client, address(PAYMENTS), bond, abi.encodeCall(PAYMENTS.dispute, (jobId)));
        }
    }

    function _decide(uint256 jobId, ComputeJobs.Job memory job, uint8 road) private {
        if (time > job.until) {
            _once(job.client, address(PAYMENTS), 0, abi.encodeCall(PAYMENTS.refund, (jobId)));
            return;
        }
        if (!_isQuorumAtHand()) return;
        bool atFault = road % 2 == 0;
        bytes[] memory signatures = _attested(PAYMENTS.verdictDigest(jobId, atFault));
        if (!atFault) burnDue += _burnOf(job.price);
        bytes memory data = abi.encodeCall(PAYMENTS.resolve, (jobId, atFault, signatures));
        _once(job.client, address(PAYMENTS), 0, data);
    }

    function _order(uint8 provider, uint32 units, uint8 kind) private view returns (ComputePricing.Order memory order) {
        order.provider = _provider(provider);
        order.amount = 1 + (units % 200_000);
        order.tier = 1;
        order.unit = uint8(IPriceBook.Unit.GpuSecond);
        if (kind % 2 == 0) return order;
        order.modelId = _model;
        order.unit = uint8(IPriceBook.Unit(kind % 6));
    }

    /// @dev 0 if it cannot be bought, or not by this client.
    function _priceFor(address client, ComputePricing.Order memory order) private view returns (uint256 price) {
        if (!PROVIDERS.isActive(order.provider)) return 0;
        price = PAYMENTS.quoteOrder(client, order).price;
        return price <= client.balance ? price : 0;
    }

    function _isQuorumAtHand() internal view returns (bool) {
        uint256[ATTESTERS] memory keys = _attesterKeys();
        return ORACLE.isAttester(VM.addr(keys[0])) && ORACLE.isAttester(VM.addr(keys[1]));
    }

    function _provider(uint256 seed) internal view returns (address) {
        uint256 i = seed % PROVIDERS_MAX;
        return i == 3 ? accounts[11] : accounts[4 + i];
    }

    function _burnOf(uint256 price) private pure returns (uint256) {
        return price - (price * 95) / 100;
    }
}
