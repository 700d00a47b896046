// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PublicSale} from "@hanzo/market/PublicSale.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {IdentityRegistry} from "@hanzo/staking/IdentityRegistry.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Block 0 with a tranche of any size; one account is attested.
abstract contract SaleGenesis is MarketGenesis {
    uint96 internal constant MIN_PRICE = 0.05 ether;
    /// @dev No divisor of a power of ten, so that costs have to be rounded.
    uint96 internal constant TICK_SIZE = 0.007000000000000003 ether;
    PublicSale internal constant SALE = PublicSale(Predeploys.PUBLIC_SALE);

    function _saleGenesis(uint256 tranche, address attested) internal {
        _genesis();
        address[] memory accounts = new address[](1);
        accounts[0] = attested;
        bytes memory registry = abi.encodePacked(type(IdentityRegistry).creationCode, abi.encode(accounts));
        _install(Predeploys.IDENTITY_REGISTRY, registry);
        VM.deal(address(SALE), tranche);
        _installSale(true);
    }

    function _installSale(bool dev) internal {
        _install(address(SALE), abi.encodePacked(type(PublicSale).creationCode, abi.encode(dev)));
    }

    function _start(uint256 duration) internal {
        VM.prank(TIMELOCK);
        SALE.start(USD, duration, MIN_PRICE, TICK_SIZE, false);
    }

    /// @dev With just the money that it takes.
    function _bid(address account, uint256 tick, uint256 quantity) internal returns (uint256 bidId) {
        _giveUsd(account, (quantity * SALE.priceAt(tick) - 1) / 1 ether + 1);
        VM.prank(account);
        USD.approve(address(SALE), NEVER);
        VM.prank(account);
        return SALE.bid(tick, quantity);
    }
}
