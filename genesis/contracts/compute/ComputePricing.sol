// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AIBurn} from "../token/AIBurn.sol";
import {IAIStaking} from "../interfaces/IAIStaking.sol";
import {IPriceBook} from "../interfaces/IPriceBook.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {IQualityOracle} from "../interfaces/IQualityOracle.sol";
import {ISystemConfig} from "../interfaces/ISystemConfig.sol";
import {Predeploys} from "../Predeploys.sol";
import {SpenderVault} from "../emission/SpenderVault.sol";

/**
 * @title What compute costs, and who gets the price
 * @notice An order costs its list price times the quality tier, less the client's discount. Out of that
 * price, 5 % is burned; of the other 95 % the model's owner gets its share and the provider the rest. The
 * discount is the provider's to give: a discount that the protocol paid for would be more than the burn,
 * and so a pump for whoever buys from itself. All amounts are in wei.
 */
abstract contract ComputePricing is AccessManaged {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @notice What a client buys: `amount` units of `unit` (a `Unit` by its number), of model `modelId` (0 is
    /// none in particular).
    struct Order {
        address provider;
        uint256 modelId;
        uint8 unit;
        uint256 amount;
        uint8 tier;
    }

    /// @notice `price` is `list` less `discount`, and what the other four come to together.
    struct Quotation {
        uint256 list;
        uint256 discount;
        uint256 price;
        uint256 burned;
        uint256 recycled;
        uint256 ownerShare;
        uint256 providerShare;
    }

    /// @notice Units of the largest order.
    uint256 public constant UNITS_MAX = 1_000_000_000;
    /// @notice Tiers are 1 to `TIER_MAX`; GPU-seconds of tier t cost t times the list price.
    uint8 public constant TIER_MAX = 4;
    /// @notice Burned of every price, in basis points.
    uint256 public constant BURN_BPS = 500;
    /// @notice The greatest part of the burn that may go back to miners instead, in basis points.
    uint256 public constant RECYCLE_MAX_BPS = 5_000;
    /// @notice The burn goes to the sink alone for so many eras: 20 years.
    uint256 public constant RECYCLE_AFTER_ERAS = 5;

    uint256 private constant BPS = 10_000;
    uint8 private constant GPU_SECOND = uint8(IPriceBook.Unit.GpuSecond);
    IERC20 private constant TOKEN = IERC20(Predeploys.AI);
    AIBurn private constant SINK = AIBurn(payable(Predeploys.AI_BURN));
    SpenderVault private constant MINING_VAULT = SpenderVault(Predeploys.COMPUTE_MINING_VAULT);
    IAIStaking private constant STAKING = IAIStaking(Predeploys.AI_STAKING);
    IPriceBook private constant BOOK = IPriceBook(Predeploys.PRICE_BOOK);
    IProviderRegistry internal constant PROVIDERS = IProviderRegistry(Predeploys.PROVIDER_REGISTRY);
    IQualityOracle internal constant ORACLE = IQualityOracle(Predeploys.QUALITY_ORACLE);

    /// @notice Part of the burn that goes back to the mining vault, in basis points; 0 before year 21.
    uint256 public recycleBps;

    /// @notice `client` paid `provider` for GPU-seconds; `price` wei, of which `burned` wei are burned.
    event ComputePurchased(
        address indexed client,
        address indexed provider,
        uint256 computeUnits,
        uint8 qualityTier,
        uint256 price,
        uint256 burned
    );
    /// @notice `client` paid `provider` for tokens, epochs, runs or vectors of model `modelId`.
    event ModelPurchased(
        address indexed client,
        address indexed provider,
        uint256 indexed modelId,
        IPriceBook.Unit unit,
        uint256 amount,
        uint256 price,
        uint256 burned
    );
    /// @notice The `owner` of model `modelId` got `share` wei of a price.
    event OwnerSharePaid(uint256 indexed modelId, address indexed owner, uint256 share);
    /// @notice `value` wei of a price's burn went back to the mining vault.
    event BurnRecycled(uint256 value);
    /// @notice `current` basis points of the burn go back to the mining vault from now on.
    event RecycleSet(uint256 previous, uint256 current);

    /// @notice An order is for 1 to `max` units.
    error UnitsOutOfRange(uint256 amount, uint256 max);
    /// @notice The order asks for `tier`; 1 to `max` is what it can have.
    error TierOutOfRange(uint256 tier, uint256 max);
    /// @notice The call came with `value` wei of the `price`.
    error PriceNotCovered(uint256 value, uint256 price);
    /// @notice At most `max` basis points of the burn go back.
    error RecycleOutOfRange(uint256 recycleBps, uint256 max);
    /// @notice The burn goes to the sink alone up to block `last`.
    error RecycleTooEarly(uint256 number, uint256 last);

    /// @dev HIP-1's phases open and close the doors for new money only: what is held settles in any phase.
    modifier whenComputeIsOn() {
        ISystemConfig(Predeploys.SYSTEM_CONFIG).requireActive(ISystemConfig.Phase.Compute);
        _;
    }

    /// @notice Sets which part of the burn goes back to the mining vault. Governance alone, from year 21.
    function setRecycleBps(uint256 newRecycleBps) external restricted {
        uint256 last = RECYCLE_AFTER_ERAS * MINING_VAULT.ERA_BLOCKS();
        if (block.number <= last) revert RecycleTooEarly(block.number, last);
        if (newRecycleBps > RECYCLE_MAX_BPS) revert RecycleOutOfRange(newRecycleBps, RECYCLE_MAX_BPS);
        emit RecycleSet(recycleBps, newRecycleBps);
        recycleBps = newRecycleBps;
    }

    /// @notice What `computeUnits` GPU-seconds of `qualityTier` cost `client`, and who gets it.
    function quote(
        address client,
        address provider,
        uint256 computeUnits,
        uint8 qualityTier
    ) external view returns (Quotation memory) {
        return quoteOrder(client, gpuSeconds(provider, computeUnits, qualityTier));
    }

    /// @notice What `order` costs `client`, and who gets it. Reverts where the order would.
    function quoteOrder(address client, Order memory order) public view returns (Quotation memory quotation) {
        (quotation.list, quotation.discount) = _listPrice(client, order);
        _split(order.modelId, quotation.list - quotation.discount, quotation);
    }

    /// @notice The order of HIP-1's `payForCompute`.
    function gpuSeconds(
        address provider,
        uint256 computeUnits,
        uint8 qualityTier
    ) public pure returns (Order memory) {
        return Order(provider, 0, GPU_SECOND, computeUnits, qualityTier);
    }

    /// @dev Price of `order` for `client`, of which `msg.value` has to cover all.
    function _price(address client, Order memory order) internal view returns (uint256) {
        (uint256 list, uint256 discount) = _listPrice(client, order);
        return list - discount;
    }

    /// @dev Pays out `price` wei that this contract holds.
    function _payOut(address client, Order memory order, uint256 price) internal returns (uint256 burned) {
        Quotation memory quotation;
        address owner = _split(order.modelId, price, quotation);
        burned = quotation.burned;
        if (order.unit == GPU_SECOND && order.modelId == 0) {
            emit ComputePurchased(client, order.provider, order.amount, order.tier, price, burned);
        } else {
            IPriceBook.Unit unit = IPriceBook.Unit(order.unit);
            emit ModelPurchased(client, order.provider, order.modelId, unit, order.amount, price, burned);
        }
        SINK.burn{value: burned}(uint8(AIBurn.Category.Compute));
        if (quotation.recycled > 0) {
            emit BurnRecycled(quotation.recycled);
            MINING_VAULT.recycle{value: quotation.recycled}();
        }
        if (quotation.ownerShare > 0) {
            emit OwnerSharePaid(order.modelId, owner, quotation.ownerShare);
            _send(owner, quotation.ownerShare);
        }
        _send(order.provider, quotation.providerShare);
    }

    /// @dev Gives back what a client sent beyond the price.
    function _returnExcess(uint256 price) internal {
        if (msg.value < price) revert PriceNotCovered(msg.value, price);
        if (msg.value > price) _send(msg.sender, msg.value - price);
    }

    /// @dev Through the facade, which runs no code of the recipient.
    function _send(address to, uint256 value) internal {
        TOKEN.safeTransfer(to, value);
    }

    /// @dev The discount is rounded down, against the client.
    function _listPrice(address client, Order memory order) private view returns (uint256 list, uint256 discount) {
        if (order.amount == 0 || order.amount > UNITS_MAX) revert UnitsOutOfRange(order.amount, UNITS_MAX);
        if (!PROVIDERS.isActive(order.provider)) revert IProviderRegistry.ProviderNotActive(order.provider);
        uint256 tierMax = _tierMax(order);
        if (order.tier == 0 || order.tier > tierMax) revert TierOutOfRange(order.tier, tierMax);
        list = BOOK.quote(order.modelId, order.unit, order.amount) * order.tier;
        uint256 discountBps = Math.min(STAKING.discountBps(client), PROVIDERS.maxDiscountBps(order.provider));
        discount = Math.mulDiv(list, discountBps, BPS);
    }

    /// @dev Quality is priced for GPU-seconds; tokens, epochs, runs and vectors have one price.
    function _tierMax(Order memory order) private view returns (uint256) {
        if (order.unit != GPU_SECOND) return 1;
        return Math.min(ORACLE.maxTierOf(order.provider), TIER_MAX);
    }

    /// @dev Remainder form: the provider's 95 % rounds down and dust goes to the burn; the owner's share of
    /// it rounds down and dust goes to the provider.
    function _split(
        uint256 modelId,
        uint256 price,
        Quotation memory quotation
    ) private view returns (address owner) {
        uint256 net = Math.mulDiv(price, BPS - BURN_BPS, BPS);
        quotation.price = price;
        quotation.recycled = Math.mulDiv(price - net, recycleBps, BPS);
        quotation.burned = price - net - quotation.recycled;
        if (modelId != 0) (owner, quotation.ownerShare) = BOOK.royaltyInfo(modelId, net);
        quotation.providerShare = net - quotation.ownerShare;
    }
}
