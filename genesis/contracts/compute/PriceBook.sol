// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IPriceBook} from "../interfaces/IPriceBook.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title List prices, and who owns the models they are for
 * @notice A model is an ERC-721: its owner gets a share of what providers earn with it and may sell its
 * tokens below the list. Prices are in wei of AI for one unit; tokens are charged one by one. A model's
 * size decides its band: up to 13, up to 70, or more than 70 billion parameters.
 * @dev Prices start at those of HIP-1. Governance moves them, because they are in AI and AI has a price
 * of its own, within a factor of 1,000 of where they began.
 */
contract PriceBook is ERC721, AccessManaged, IERC2981, IPriceBook {
    using SafeCast for uint256;

    /// @notice What has a list price; the first three are one token of a model of that band.
    enum Item {
        SmallModelToken,
        MediumModelToken,
        LargeModelToken,
        GpuSecond,
        Epoch,
        Run,
        Vector
    }

    /// @dev One slot and the URI. A price of 0 is the band's.
    struct Model {
        uint32 paramsBillions;
        uint16 ownerShareBps;
        uint96 inputPrice;
        uint96 outputPrice;
        string uri;
    }

    /// @notice The greatest share of a model's owner, in basis points of what providers earn with it.
    uint256 public constant OWNER_SHARE_MAX_BPS = 3_000;
    /// @notice Parameters of the largest model, in billions.
    uint256 public constant PARAMS_BILLIONS_MAX = 1_000_000;
    /// @notice Bytes of the longest URI.
    uint256 public constant URI_BYTES_MAX = 256;
    /// @notice A price stays within `1 / PRICE_FACTOR_MAX` and `PRICE_FACTOR_MAX` times its genesis value.
    uint256 public constant PRICE_FACTOR_MAX = 1_000;

    uint256 private constant BPS = 10_000;
    uint256 private constant SMALL_PARAMS_BILLIONS = 13;
    uint256 private constant MEDIUM_PARAMS_BILLIONS = 70;
    /// @dev Members of `Item`.
    uint8 private constant ITEMS = 7;
    /// @dev Units, so that no price of so many overflows.
    uint256 private constant AMOUNT_MAX = type(uint128).max;

    /// @notice Models registered so far; they are numbered from 1.
    uint256 public modelCount;
    uint96[ITEMS] private _prices;
    mapping(uint256 modelId => Model) private _models;

    /// @notice `owner` registered model `modelId`.
    event ModelRegistered(
        uint256 indexed modelId,
        address indexed owner,
        uint256 paramsBillions,
        uint256 ownerShareBps,
        string uri
    );
    /// @notice A token of model `modelId` costs this many wei, or the band's price where it is 0.
    event ModelPricesSet(uint256 indexed modelId, uint256 inputPrice, uint256 outputPrice);
    /// @notice A unit of `item` costs `current` wei from now on.
    event PriceSet(Item indexed item, uint256 previous, uint256 current);

    /// @notice A model has 1 to `max` billion parameters.
    error ParamsOutOfRange(uint256 paramsBillions, uint256 max);
    /// @notice An owner's share is at most `max` basis points.
    error OwnerShareOutOfRange(uint256 ownerShareBps, uint256 max);
    /// @notice A URI has 1 to `max` bytes.
    error UriOutOfRange(uint256 length, uint256 max);
    /// @notice The price of `item` stays between `min` and `max` wei.
    error PriceOutOfRange(Item item, uint256 price, uint256 min, uint256 max);
    /// @notice A model's own price is at most the `bandPrice` wei of its band.
    error PriceAboveBand(uint256 price, uint256 bandPrice);
    /// @notice `caller` does not own model `modelId`.
    error NotModelOwner(uint256 modelId, address caller);
    /// @notice There is no item `item`.
    error UnknownItem(uint8 item);
    /// @notice At most `max` units are quoted at once.
    error AmountOutOfRange(uint256 amount, uint256 max);

    /// @dev The three models of HIP-1's price list are there from block 0, so that its prices can be paid
    /// on the first day. They belong to governance, which takes no share.
    constructor() ERC721("Hanzo Models", "AIMODEL") AccessManaged(Predeploys.ACCESS_MANAGER) {
        for (uint8 i = 0; i < ITEMS; ++i) _prices[i] = genesisPriceOf(i).toUint96();
        _register(Predeploys.TIMELOCK, "hip-1:small-7b", 7, 0);
        _register(Predeploys.TIMELOCK, "hip-1:medium-32b", 32, 0);
        _register(Predeploys.TIMELOCK, "hip-1:large-175b", 175, 0);
    }

    /// @notice Registers a model of the caller. Share and size are for ever: clients and providers can rely
    /// on them.
    /// @param uri Where the model and its hashes are described.
    /// @param paramsBillions All parameters, those of every expert too; a part of a billion counts as one.
    /// @param ownerShareBps Share of the owner in what providers earn with the model, in basis points.
    function registerModel(
        string calldata uri,
        uint256 paramsBillions,
        uint256 ownerShareBps
    ) external returns (uint256 modelId) {
        return _register(msg.sender, uri, paramsBillions, ownerShareBps);
    }

    /// @notice Sets what a token of a model costs, in wei; 0 is the band's price. The model's owner alone.
    function setModelPrices(uint256 modelId, uint256 inputPrice, uint256 outputPrice) external {
        Model storage model = _modelOf(modelId);
        if (ownerOf(modelId) != msg.sender) revert NotModelOwner(modelId, msg.sender);
        uint256 bandPrice = _priceOf(_bandOf(model.paramsBillions));
        if (inputPrice > bandPrice) revert PriceAboveBand(inputPrice, bandPrice);
        if (outputPrice > bandPrice) revert PriceAboveBand(outputPrice, bandPrice);
        model.inputPrice = inputPrice.toUint96();
        model.outputPrice = outputPrice.toUint96();
        emit ModelPricesSet(modelId, inputPrice, outputPrice);
    }

    /// @notice Sets the list price of `item`, an `Item` by its number, in wei. Governance alone.
    function setPrice(uint8 item, uint256 price) external restricted {
        uint256 genesisPrice = genesisPriceOf(item);
        uint256 min = genesisPrice / PRICE_FACTOR_MAX;
        uint256 max = genesisPrice * PRICE_FACTOR_MAX;
        if (price < min || price > max) revert PriceOutOfRange(Item(item), price, min, max);
        emit PriceSet(Item(item), _prices[item], price);
        _prices[item] = price.toUint96();
    }

    /// @inheritdoc IPriceBook
    /// @dev Tokens belong to a model; the other units cost the same on every model.
    function quote(uint256 modelId, uint8 unit, uint256 amount) external view returns (uint256) {
        if (unit > uint8(type(Unit).max)) revert UnknownUnit(unit);
        if (amount > AMOUNT_MAX) revert AmountOutOfRange(amount, AMOUNT_MAX);
        bool isToken = unit == uint8(Unit.InputToken) || unit == uint8(Unit.OutputToken);
        if (isToken) return _tokenPrice(modelId, Unit(unit)) * amount;
        if (modelId != 0) _modelOf(modelId);
        return _priceOf(_itemOf(Unit(unit))) * amount;
    }

    /// @inheritdoc IPriceBook
    /// @dev Rounded down, so that the provider keeps the dust.
    function royaltyInfo(
        uint256 modelId,
        uint256 value
    ) external view override(IERC2981, IPriceBook) returns (address owner, uint256 share) {
        share = Math.mulDiv(value, _modelOf(modelId).ownerShareBps, BPS);
        owner = ownerOf(modelId);
    }

    /// @notice What was registered of a model, and its owner's prices for a token (0 is the band's).
    function modelOf(
        uint256 modelId
    )
        external
        view
        returns (uint256 paramsBillions, Item band, uint256 ownerShareBps, uint256 inputPrice, uint256 outputPrice)
    {
        Model storage model = _modelOf(modelId);
        band = _bandOf(model.paramsBillions);
        return (model.paramsBillions, band, model.ownerShareBps, model.inputPrice, model.outputPrice);
    }

    /// @notice Where a model is described.
    function tokenURI(uint256 modelId) public view override returns (string memory) {
        return _modelOf(modelId).uri;
    }

    /// @notice List price of one unit of `item`, an `Item` by its number, in wei.
    function priceOf(uint8 item) external view returns (uint256) {
        return _priceOf(_itemFrom(item));
    }

    /// @notice List price of one unit of item `number` in block 0: HIP-1's, in wei.
    function genesisPriceOf(uint8 number) public pure returns (uint256) {
        Item item = _itemFrom(number);
        if (item == Item.SmallModelToken) return 1e12;
        if (item == Item.MediumModelToken) return 1e13;
        if (item == Item.LargeModelToken) return 1e14;
        if (item == Item.GpuSecond) return 0.001 ether;
        if (item == Item.Epoch) return 0.1 ether;
        if (item == Item.Run) return 10 ether;
        return 0.0001 ether;
    }

    /// @notice ERC-165.
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return interfaceId == type(IERC2981).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev A share that cannot be paid would hold up whoever pays it, so the facade never owns a model.
    function _update(address to, uint256 modelId, address auth) internal override returns (address) {
        if (to == Predeploys.AI) revert ERC721InvalidReceiver(to);
        return super._update(to, modelId, auth);
    }

    function _register(
        address owner,
        string memory uri,
        uint256 paramsBillions,
        uint256 ownerShareBps
    ) private returns (uint256 modelId) {
        uint256 length = bytes(uri).length;
        if (length == 0 || length > URI_BYTES_MAX) revert UriOutOfRange(length, URI_BYTES_MAX);
        if (paramsBillions == 0 || paramsBillions > PARAMS_BILLIONS_MAX) {
            revert ParamsOutOfRange(paramsBillions, PARAMS_BILLIONS_MAX);
        }
        if (ownerShareBps > OWNER_SHARE_MAX_BPS) revert OwnerShareOutOfRange(ownerShareBps, OWNER_SHARE_MAX_BPS);
        modelId = ++modelCount;
        _models[modelId] = Model(paramsBillions.toUint32(), ownerShareBps.toUint16(), 0, 0, uri);
        emit ModelRegistered(modelId, owner, paramsBillions, ownerShareBps, uri);
        _mint(owner, modelId);
    }

    /// @dev A band that governance has lowered since is the limit of a model's own price.
    function _tokenPrice(uint256 modelId, Unit unit) private view returns (uint256) {
        Model storage model = _modelOf(modelId);
        uint256 bandPrice = _priceOf(_bandOf(model.paramsBillions));
        uint256 own = unit == Unit.InputToken ? model.inputPrice : model.outputPrice;
        return own == 0 ? bandPrice : Math.min(own, bandPrice);
    }

    function _priceOf(Item item) private view returns (uint256) {
        return _prices[uint256(item)];
    }

    function _itemFrom(uint8 item) private pure returns (Item) {
        if (item >= ITEMS) revert UnknownItem(item);
        return Item(item);
    }

    function _modelOf(uint256 modelId) private view returns (Model storage) {
        if (modelId == 0 || modelId > modelCount) revert UnknownModel(modelId);
        return _models[modelId];
    }

    function _bandOf(uint256 paramsBillions) private pure returns (Item) {
        if (paramsBillions <= SMALL_PARAMS_BILLIONS) return Item.SmallModelToken;
        return paramsBillions <= MEDIUM_PARAMS_BILLIONS ? Item.MediumModelToken : Item.LargeModelToken;
    }

    function _itemOf(Unit unit) private pure returns (Item) {
        if (unit == Unit.GpuSecond) return Item.GpuSecond;
        if (unit == Unit.Epoch) return Item.Epoch;
        return unit == Unit.Run ? Item.Run : Item.Vector;
    }
}
