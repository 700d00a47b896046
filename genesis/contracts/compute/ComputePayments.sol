// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ComputeJobs} from "./ComputeJobs.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title Payments for compute
 * @notice Payments at once, to registered providers, and jobs (`openJob`) that hold the price until the
 * result stands. Clients pay in native coins with the call; what is beyond the price comes back. Payments
 * at once earn no bonus: nothing shows that anything was delivered.
 */
contract ComputePayments is ComputeJobs {
    /// @notice A provider's word to sell `order` to `client` for `price` wei up to `expiry` (unix seconds),
    /// once. `nonce` tells equal offers apart.
    struct Offer {
        Order order;
        address client;
        uint256 price;
        uint256 nonce;
        uint256 expiry;
    }

    bytes private constant ORDER_TYPE =
        "Order(address provider,uint256 modelId,uint8 unit,uint256 amount,uint8 tier)";
    /// @notice EIP-712 type of an order.
    bytes32 public constant ORDER_TYPEHASH = keccak256(ORDER_TYPE);
    /// @notice EIP-712 type of an offer.
    bytes32 public constant OFFER_TYPEHASH = keccak256(
        abi.encodePacked("Offer(Order order,address client,uint256 price,uint256 nonce,uint256 expiry)", ORDER_TYPE)
    );

    /// @notice Whether the offer of this digest was taken.
    mapping(bytes32 digest => bool) public isOfferUsed;

    /// @notice `client` took the offer of `digest`.
    event OfferTaken(bytes32 indexed digest, address indexed client, address indexed provider);

    /// @notice The offer is for `client`, not for the caller.
    error NotOffered(address client, address caller);
    /// @notice The offer was good up to `expiry`.
    error OfferExpired(uint256 expiry);
    /// @notice The offer of this digest was taken.
    error OfferUsed(bytes32 digest);
    /// @notice `signer` signed the offer, not its provider.
    error NotSignedByProvider(address signer, address provider);
    /// @notice A price is at least 1 wei.
    error PriceIsZero();

    /// @param challengeSeconds_ That a client has to dispute a result.
    /// @param verdictSeconds_ That attesters have to decide a dispute.
    /// @param dev Whether windows may be as short as a second.
    constructor(
        uint48 challengeSeconds_,
        uint48 verdictSeconds_,
        bool dev
    )
        ComputeJobs(challengeSeconds_, verdictSeconds_, dev)
        EIP712("ComputePayments", "1")
        AccessManaged(Predeploys.ACCESS_MANAGER)
    {}

    /// @notice Pays `provider` for `computeUnits` GPU-seconds of quality tier 1 to 4.
    /// @return price Wei paid.
    function payForCompute(
        address provider,
        uint256 computeUnits,
        uint8 qualityTier
    ) external payable nonReentrant whenComputeIsOn returns (uint256 price) {
        return _pay(gpuSeconds(provider, computeUnits, qualityTier));
    }

    /// @notice Pays `provider` for `amount` units of `unit` (a `Unit` by its number) of model `modelId`, at the first
    /// tier.
    /// @return price Wei paid.
    function payForModel(
        address provider,
        uint256 modelId,
        uint8 unit,
        uint256 amount
    ) external payable nonReentrant whenComputeIsOn returns (uint256 price) {
        return _pay(Order(provider, modelId, unit, amount, 1));
    }

    /// @notice Pays what a provider offered, or the list price less discount where that is lower.
    /// @param signature Of `offerDigest` by the key of the provider; contracts cannot sign offers.
    /// @return price Wei paid.
    function payQuoted(
        Offer calldata offer,
        bytes calldata signature
    ) external payable nonReentrant whenComputeIsOn returns (uint256 price) {
        address provider = offer.order.provider;
        if (msg.sender != offer.client) revert NotOffered(offer.client, msg.sender);
        if (block.timestamp > offer.expiry) revert OfferExpired(offer.expiry);
        if (offer.price == 0) revert PriceIsZero();
        bytes32 digest = offerDigest(offer);
        if (isOfferUsed[digest]) revert OfferUsed(digest);
        address signer = ECDSA.recoverCalldata(digest, signature);
        if (signer != provider) revert NotSignedByProvider(signer, provider);
        isOfferUsed[digest] = true;
        emit OfferTaken(digest, msg.sender, provider);
        price = Math.min(offer.price, _price(msg.sender, offer.order));
        _payNow(offer.order, price);
    }

    /// @notice What a provider signs to make an offer.
    function offerDigest(Offer calldata offer) public view returns (bytes32) {
        bytes32 order = keccak256(
            abi.encode(
                ORDER_TYPEHASH,
                offer.order.provider,
                offer.order.modelId,
                offer.order.unit,
                offer.order.amount,
                offer.order.tier
            )
        );
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(OFFER_TYPEHASH, order, offer.client, offer.price, offer.nonce, offer.expiry)
                )
            );
    }

    function _pay(Order memory order) private returns (uint256 price) {
        price = _price(msg.sender, order);
        _payNow(order, price);
    }

    function _payNow(Order memory order, uint256 price) private {
        _returnExcess(price);
        _payOut(msg.sender, order, price);
    }
}
