// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SaleTerms} from "@hanzo/market/SaleTerms.sol";
import {SaleGenesis} from "./SaleGenesis.sol";
import {VM} from "./Vm.sol";

contract PublicSaleTermsTest is SaleGenesis {
    function setUp() external {
        _saleGenesis(500_000 ether, ALICE);
    }

    function test_OnlyGovernanceStarts() external {
        VM.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, ALICE));
        VM.prank(ALICE);
        SALE.start(USD, 60, 1, 1, false);
    }

    function test_StartTellsTheTermsAndIsForOnce() external {
        VM.expectEmit(address(SALE));
        emit SaleTerms.SaleStarted(address(USD), GENESIS_TIME + 60, 0.05 ether, 0.01 ether, true);
        VM.prank(TIMELOCK);
        SALE.start(USD, 60, 0.05 ether, 0.01 ether, true);
        assert(address(SALE.quoteToken()) == address(USD) && SALE.attestedOnly() && SALE.endsAt() == GENESIS_TIME + 60);
        assert(SALE.minPrice() == 0.05 ether && SALE.tickSize() == 0.01 ether);
        assert(SALE.priceAt(0) == 0.05 ether && SALE.priceAt(127) == 1.32 ether);
        VM.expectRevert(abi.encodeWithSelector(SaleTerms.AlreadyStarted.selector));
        VM.prank(TIMELOCK);
        SALE.start(USD, 60, 1, 1, false);
    }

    function _refuseStart(address quote, uint256 duration, uint96 price, uint96 step, bytes memory reason) private {
        VM.expectRevert(reason);
        VM.prank(TIMELOCK);
        SALE.start(IERC20(quote), duration, price, step, false);
    }

    function test_TermsAreWithinBounds() external {
        bytes4 duration = SaleTerms.DurationOutOfRange.selector;
        _refuseStart(address(USD), 0, 1, 1, abi.encodeWithSelector(duration, 0, 1, 30 days));
        _refuseStart(address(USD), 30 days + 1, 1, 1, abi.encodeWithSelector(duration, 30 days + 1, 1, 30 days));
        bytes memory zero = abi.encodeWithSelector(SaleTerms.PriceIsZero.selector);
        _refuseStart(address(USD), 1, 0, 1, zero);
        _refuseStart(address(USD), 1, 1, 0, zero);
        bytes4 token = SaleTerms.InvalidQuoteToken.selector;
        _refuseStart(address(TOKEN), 1, 1, 1, abi.encodeWithSelector(token, TOKEN));
        _refuseStart(BOB, 1, 1, 1, abi.encodeWithSelector(token, BOB));
        VM.prank(TIMELOCK);
        SALE.start(USD, 30 days, type(uint96).max, type(uint96).max, false);
        _equal(SALE.priceAt(127), uint256(type(uint96).max) * 128);
    }

    function test_ASaleLastsADayAtLeastOutsideDevnets() external {
        _installSale(false);
        bytes4 duration = SaleTerms.DurationOutOfRange.selector;
        bytes memory reason = abi.encodeWithSelector(duration, 1 days - 1, 1 days, 30 days);
        _refuseStart(address(USD), 1 days - 1, 1, 1, reason);
        VM.prank(TIMELOCK);
        SALE.start(USD, 1 days, 1, 1, false);
    }
}
