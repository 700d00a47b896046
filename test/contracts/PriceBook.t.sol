// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {PriceBook} from "@hanzo/compute/PriceBook.sol";
import {IPriceBook} from "@hanzo/interfaces/IPriceBook.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ComputeGenesis} from "./ComputeGenesis.sol";
import {VM} from "./Vm.sol";

contract PriceBookTest is ComputeGenesis {
    IPriceBook.Unit private constant INPUT = IPriceBook.Unit.InputToken;
    IPriceBook.Unit private constant OUTPUT = IPriceBook.Unit.OutputToken;
    uint256 private constant ITEMS = 7;

    function setUp() external {
        _genesis();
    }

    function _setPrice(PriceBook.Item item, uint256 price) private {
        VM.prank(Predeploys.TIMELOCK);
        BOOK.setPrice(uint8(item), price);
    }

    function _expectUnknown(uint256 modelId) private {
        VM.expectRevert(abi.encodeWithSelector(IPriceBook.UnknownModel.selector, modelId));
    }

    function _bytes(uint256 length) private pure returns (string memory) {
        return string(new bytes(length));
    }

    // HIP-1's price list

    function test_ThousandTokensCostWhatHip1Says() external view {
        uint256[3] memory perToken = [uint256(1e12), 1e13, 1e14];
        uint256[3] memory perThousand = [uint256(0.001 ether), 0.01 ether, 0.1 ether];
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 u = 1; u <= 2; ++u) {
                IPriceBook.Unit unit = IPriceBook.Unit(u);
                _equal(BOOK.quote(i + 1, uint8(unit), 0), 0);
                _equal(BOOK.quote(i + 1, uint8(unit), 1), perToken[i]);
                _equal(BOOK.quote(i + 1, uint8(unit), 999), perThousand[i] - perToken[i]);
                _equal(BOOK.quote(i + 1, uint8(unit), 1_000), perThousand[i]);
                _equal(BOOK.quote(i + 1, uint8(unit), 1_001), perThousand[i] + perToken[i]);
            }
        }
    }

    function test_OtherUnitsCostWhatHip1SaysOnAnyModel() external view {
        for (uint256 modelId = 0; modelId <= 3; ++modelId) {
            _equal(BOOK.quote(modelId, uint8(IPriceBook.Unit.GpuSecond), 1), 0.001 ether);
            _equal(BOOK.quote(modelId, uint8(IPriceBook.Unit.Epoch), 3), 0.3 ether);
            _equal(BOOK.quote(modelId, uint8(IPriceBook.Unit.Run), 2), 20 ether);
            _equal(BOOK.quote(modelId, uint8(IPriceBook.Unit.Vector), 7), 0.0007 ether);
        }
    }

    function testFuzz_PriceIsPerUnit(uint8 item, uint8 unit, uint40 amount, uint96 price) external {
        PriceBook.Item chosen = PriceBook.Item(item % ITEMS);
        uint256 genesisPrice = BOOK.genesisPriceOf(uint8(chosen));
        uint256 wanted = genesisPrice / 1_000 + (uint256(price) % (genesisPrice * 999));
        _setPrice(chosen, wanted);
        _equal(BOOK.priceOf(uint8(chosen)), wanted);
        IPriceBook.Unit asked = IPriceBook.Unit(unit % 6);
        _equal(BOOK.quote(2, uint8(asked), amount), BOOK.quote(2, uint8(asked), 1) * amount);
    }

    // Genesis

    function test_GenesisHoldsTheThreeModelsOfHip1() external view {
        uint256[3] memory params = [uint256(7), 32, 175];
        assert(BOOK.modelCount() == 3);
        for (uint256 i = 0; i < 3; ++i) {
            (uint256 billions, PriceBook.Item band, uint256 share, uint256 input, uint256 output) = BOOK.modelOf(
                i + 1
            );
            assert(billions == params[i] && uint256(band) == i && share == 0 && input == 0 && output == 0);
            assert(BOOK.ownerOf(i + 1) == Predeploys.TIMELOCK);
        }
        assert(keccak256(bytes(BOOK.tokenURI(1))) == keccak256("hip-1:small-7b"));
        assert(keccak256(bytes(BOOK.tokenURI(2))) == keccak256("hip-1:medium-32b"));
        assert(keccak256(bytes(BOOK.tokenURI(3))) == keccak256("hip-1:large-175b"));
    }

    function test_IsAnErc721WithRoyalties() external view {
        assert(keccak256(bytes(BOOK.name())) == keccak256("Hanzo Models"));
        assert(keccak256(bytes(BOOK.symbol())) == keccak256("AIMODEL"));
        assert(BOOK.supportsInterface(type(IERC721).interfaceId));
        assert(BOOK.supportsInterface(type(IERC2981).interfaceId));
        assert(BOOK.supportsInterface(type(IERC165).interfaceId));
        assert(!BOOK.supportsInterface(0xffffffff));
        assert(BOOK.authority() == Predeploys.ACCESS_MANAGER);
    }

    // Models

    function test_AnyoneRegistersAModel() external {
        VM.expectEmit(address(BOOK));
        emit PriceBook.ModelRegistered(4, OWNER, 34, 3_000, "ipfs://a");
        VM.expectEmit(address(BOOK));
        emit IERC721.Transfer(address(0), OWNER, 4);
        VM.prank(OWNER);
        assert(BOOK.registerModel("ipfs://a", 34, 3_000) == 4);
        assert(BOOK.ownerOf(4) == OWNER && BOOK.balanceOf(OWNER) == 1 && BOOK.modelCount() == 4);
        assert(keccak256(bytes(BOOK.tokenURI(4))) == keccak256("ipfs://a"));
        (uint256 billions, PriceBook.Item band, uint256 share, , ) = BOOK.modelOf(4);
        assert(billions == 34 && band == PriceBook.Item.MediumModelToken && share == 3_000);
    }

    function test_SizeDecidesTheBand() external {
        uint256[6] memory params = [uint256(1), 13, 14, 70, 71, 1_000_000];
        uint8[6] memory bands = [0, 0, 1, 1, 2, 2];
        for (uint256 i = 0; i < 6; ++i) {
            uint256 modelId = BOOK.registerModel("u", params[i], 0);
            (, PriceBook.Item band, , , ) = BOOK.modelOf(modelId);
            assert(uint8(band) == bands[i]);
            _equal(BOOK.quote(modelId, uint8(INPUT), 1), BOOK.priceOf(uint8(band)));
        }
    }

    function test_RefusesAModelOutOfBounds() external {
        uint256[2] memory params = [uint256(0), 1_000_001];
        for (uint256 i = 0; i < 2; ++i) {
            VM.expectRevert(abi.encodeWithSelector(PriceBook.ParamsOutOfRange.selector, params[i], 1_000_000));
            BOOK.registerModel("u", params[i], 0);
        }
        VM.expectRevert(abi.encodeWithSelector(PriceBook.OwnerShareOutOfRange.selector, 3_001, 3_000));
        BOOK.registerModel("u", 1, 3_001);
        uint256[2] memory lengths = [uint256(0), 257];
        for (uint256 i = 0; i < 2; ++i) {
            VM.expectRevert(abi.encodeWithSelector(PriceBook.UriOutOfRange.selector, lengths[i], 256));
            BOOK.registerModel(_bytes(lengths[i]), 1, 0);
        }
        assert(BOOK.registerModel(_bytes(256), 1, 0) == 4);
    }

    function test_KnowsNoModelsBeyondTheLast() external {
        uint256[3] memory ids = [uint256(0), 4, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            _expectUnknown(ids[i]);
            BOOK.quote(ids[i], uint8(INPUT), 1);
            _expectUnknown(ids[i]);
            BOOK.quote(ids[i], uint8(OUTPUT), 1);
            _expectUnknown(ids[i]);
            BOOK.royaltyInfo(ids[i], 1);
            _expectUnknown(ids[i]);
            BOOK.modelOf(ids[i]);
            _expectUnknown(ids[i]);
            BOOK.tokenURI(ids[i]);
            _expectUnknown(ids[i]);
            BOOK.setModelPrices(ids[i], 0, 0);
            if (ids[i] == 0) continue;
            _expectUnknown(ids[i]);
            BOOK.quote(ids[i], uint8(IPriceBook.Unit.Epoch), 1);
        }
    }

    function testFuzz_OwnerShareRoundsDown(uint16 shareBps, uint128 value) external {
        shareBps %= 3_001;
        uint256 modelId = _registerModel(shareBps);
        (address owner, uint256 share) = BOOK.royaltyInfo(modelId, value);
        assert(owner == OWNER);
        _equal(share, (uint256(value) * shareBps) / 10_000);
    }

    // A model's own price

    function test_OwnerSellsBelowTheBand() external {
        uint256 modelId = _registerModel(0);
        VM.expectEmit(address(BOOK));
        emit PriceBook.ModelPricesSet(modelId, 1, 1e14);
        VM.prank(OWNER);
        BOOK.setModelPrices(modelId, 1, 1e14);
        assert(BOOK.quote(modelId, uint8(INPUT), 1_000) == 1_000 && BOOK.quote(modelId, uint8(OUTPUT), 1_000) == 1e17);
        (, , , uint256 input, uint256 output) = BOOK.modelOf(modelId);
        assert(input == 1 && output == 1e14);
        VM.prank(OWNER);
        BOOK.setModelPrices(modelId, 0, 5);
        assert(BOOK.quote(modelId, uint8(INPUT), 1) == 1e14 && BOOK.quote(modelId, uint8(OUTPUT), 1) == 5);
    }

    function test_NeverAboveTheBand() external {
        uint256 modelId = _registerModel(0);
        bytes memory tooHigh = abi.encodeWithSelector(PriceBook.PriceAboveBand.selector, 1e14 + 1, 1e14);
        VM.expectRevert(tooHigh);
        VM.prank(OWNER);
        BOOK.setModelPrices(modelId, 1e14 + 1, 0);
        VM.expectRevert(tooHigh);
        VM.prank(OWNER);
        BOOK.setModelPrices(modelId, 0, 1e14 + 1);
    }

    function test_ALoweredBandLimitsTheOwnPrice() external {
        uint256 modelId = _registerModel(0);
        VM.prank(OWNER);
        BOOK.setModelPrices(modelId, 9e13, 1e13);
        _setPrice(PriceBook.Item.LargeModelToken, 5e13);
        assert(BOOK.quote(modelId, uint8(INPUT), 1) == 5e13 && BOOK.quote(modelId, uint8(OUTPUT), 1) == 1e13);
        _setPrice(PriceBook.Item.LargeModelToken, 2e14);
        assert(BOOK.quote(modelId, uint8(INPUT), 1) == 9e13 && BOOK.quote(modelId, uint8(OUTPUT), 1) == 1e13);
    }

    function test_OnlyTheOwnerSetsPricesAndTheNextOwnerAfterIt() external {
        uint256 modelId = _registerModel(100);
        VM.prank(OWNER);
        BOOK.setApprovalForAll(OTHER, true);
        VM.expectRevert(abi.encodeWithSelector(PriceBook.NotModelOwner.selector, modelId, OTHER));
        VM.prank(OTHER);
        BOOK.setModelPrices(modelId, 1, 1);
        VM.prank(OWNER);
        BOOK.transferFrom(OWNER, OTHER, modelId);
        VM.prank(OTHER);
        BOOK.setModelPrices(modelId, 1, 1);
        VM.expectRevert(abi.encodeWithSelector(PriceBook.NotModelOwner.selector, modelId, OWNER));
        VM.prank(OWNER);
        BOOK.setModelPrices(modelId, 2, 2);
        (address owner, ) = BOOK.royaltyInfo(modelId, 1);
        assert(owner == OTHER);
    }

    function test_TheFacadeNeverOwnsAModel() external {
        uint256 modelId = _registerModel(100);
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, Predeploys.AI));
        VM.prank(OWNER);
        BOOK.transferFrom(OWNER, Predeploys.AI, modelId);
        VM.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0)));
        VM.prank(OWNER);
        BOOK.transferFrom(OWNER, address(0), modelId);
    }

    // Governance

    function test_GovernanceSetsPricesWithinAFactorOfAThousand() external {
        for (uint256 i = 0; i < ITEMS; ++i) {
            PriceBook.Item item = PriceBook.Item(i);
            uint256 genesisPrice = BOOK.genesisPriceOf(uint8(item));
            uint256 min = genesisPrice / 1_000;
            uint256 max = genesisPrice * 1_000;
            _equal(BOOK.priceOf(uint8(item)), genesisPrice);
            VM.expectEmit(address(BOOK));
            emit PriceBook.PriceSet(item, genesisPrice, max);
            _setPrice(item, max);
            _equal(BOOK.priceOf(uint8(item)), max);
            _setPrice(item, min);
            _equal(BOOK.priceOf(uint8(item)), min);
            VM.expectRevert(abi.encodeWithSelector(PriceBook.PriceOutOfRange.selector, item, min - 1, min, max));
            _setPrice(item, min - 1);
            VM.expectRevert(abi.encodeWithSelector(PriceBook.PriceOutOfRange.selector, item, max + 1, min, max));
            _setPrice(item, max + 1);
        }
    }

    function test_NobodyElseSetsPrices() external {
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, OWNER));
        VM.prank(OWNER);
        BOOK.setPrice(uint8(PriceBook.Item.Run), 10 ether);
    }
}
