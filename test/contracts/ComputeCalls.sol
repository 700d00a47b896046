// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComputeJobs} from "@hanzo/compute/ComputeJobs.sol";
import {ComputePricing} from "@hanzo/compute/ComputePricing.sol";
import {IPriceBook} from "@hanzo/interfaces/IPriceBook.sol";
import {IProviderRegistry} from "@hanzo/interfaces/IProviderRegistry.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {ComputeGenesis} from "./ComputeGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev What clients, providers and attesters of compute do, and what they then expect. `_begin` opens a job.
abstract contract ComputeCalls is ComputeGenesis {
    bytes32 internal constant REQUEST = keccak256("request");
    bytes32 internal constant RESULT = keccak256("result");
    uint48 internal constant DEADLINE = uint48(GENESIS_TIME + 1_000);
    /// @dev 1,000 GPU-seconds.
    uint256 internal constant PRICE = 1 ether;
    uint256 internal constant BOND = 0.1 ether;

    uint256 internal _jobId;
    uint256 internal _providerBefore;

    /// @dev Genesis, and an open job.
    function _begin() internal {
        _genesis();
        _jobId = _open();
        _providerBefore = PROVIDER.balance;
    }

    function _pay(uint256 value, uint256 units, uint8 tier) internal returns (uint256) {
        VM.prank(CLIENT);
        return PAYMENTS.payForCompute{value: value}(PROVIDER, units, tier);
    }

    function _payModel(uint256 value, uint256 modelId, IPriceBook.Unit unit, uint256 amount) internal {
        VM.prank(CLIENT);
        PAYMENTS.payForModel{value: value}(PROVIDER, modelId, uint8(unit), amount);
    }

    function _burned() internal view returns (uint256) {
        return SINK.burnedBy(uint8(AIBurn.Category.Compute));
    }

    function _expectNotActive(address provider) internal {
        VM.expectRevert(abi.encodeWithSelector(IProviderRegistry.ProviderNotActive.selector, provider));
    }

    function _expectTier(uint256 tier, uint256 max) internal {
        VM.expectRevert(abi.encodeWithSelector(ComputePricing.TierOutOfRange.selector, tier, max));
    }

    // Prices

    function _open() internal returns (uint256) {
        VM.prank(CLIENT);
        return PAYMENTS.openJob{value: PRICE}(_gpuSeconds(1_000, 1), REQUEST, DEADLINE);
    }

    function _submit() internal {
        VM.prank(PROVIDER);
        PAYMENTS.submit(_jobId, RESULT);
    }

    function _dispute() internal {
        VM.prank(CLIENT);
        PAYMENTS.dispute{value: BOND}(_jobId);
    }

    function _settle(address caller) internal {
        VM.prank(caller);
        PAYMENTS.settle(_jobId);
    }

    function _resolve(bool providerAtFault) internal {
        PAYMENTS.resolve(_jobId, providerAtFault, _verdict(_jobId, providerAtFault));
    }

    /// @dev Typed data put together without the contract's code.
    function _verdict(uint256 jobId, bool providerAtFault) internal view returns (bytes[] memory) {
        bytes32 typeHash = keccak256("Verdict(uint256 jobId,bool providerAtFault)");
        return _sign(_digest(keccak256(abi.encode(typeHash, jobId, providerAtFault))));
    }

    function _state() internal view returns (ComputeJobs.State) {
        return PAYMENTS.jobOf(_jobId).state;
    }

    function _expectWrongState(ComputeJobs.State state) internal {
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.WrongState.selector, _jobId, state));
    }

    function _expectTooLate(uint256 until) internal {
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.TooLate.selector, _jobId, until));
    }

    function _expectTooEarly(uint256 until) internal {
        VM.expectRevert(abi.encodeWithSelector(ComputeJobs.TooEarly.selector, _jobId, until));
    }

    function _expectRefunded(uint256 value, ComputeJobs.Refund reason) internal {
        VM.expectEmit(address(PAYMENTS));
        emit ComputeJobs.JobRefunded(_jobId, CLIENT, value, reason);
    }

    /// @dev The client is whole, nothing was burned and no bonus paid.
    function _requireRefunded() internal view {
        assert(_state() == ComputeJobs.State.Refunded);
        _equal(CLIENT.balance, CLIENT_WEI);
        _equal(address(PAYMENTS).balance, 0);
        _equal(PROVIDER.balance, _providerBefore);
        assert(SINK.burnedBy(uint8(AIBurn.Category.Compute)) == 0 && REWARDS.totalBonus() == 0);
    }

    /// @dev 95 % and the bonus, 0.8 of the burn, went to the provider.
    function _requireSettled(uint256 bond) internal view {
        assert(_state() == ComputeJobs.State.Settled);
        _equal(CLIENT.balance, CLIENT_WEI - PRICE - bond);
        _equal(PROVIDER.balance - _providerBefore, 0.95 ether + 0.04 ether + bond);
        _equal(address(PAYMENTS).balance, 0);
        _equal(SINK.burnedBy(uint8(AIBurn.Category.Compute)), 0.05 ether);
        _equal(REWARDS.totalBonus(), 0.04 ether);
    }

    // Opening
}
