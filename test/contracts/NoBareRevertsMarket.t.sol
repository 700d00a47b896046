// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NoBareReverts} from "./NoBareReverts.sol";
import {VM} from "./Vm.sol";

/// @dev Sale and market: what they refuse, they name. A run makes several calls, so runs are few.
/// forge-config: default.fuzz.runs = 500
contract NoBareRevertsMarketTest is NoBareReverts {
    function setUp() external {
        _begin();
        for (uint256 i = 0; i < 12; ++i) {
            VM.startPrank(_user(i));
            USD.faucet();
            USD.approve(address(ROUTER), NEVER);
            TOKEN.approve(address(ROUTER), NEVER);
            PAIR.approve(address(ROUTER), NEVER);
            ROUTER.addLiquidityETH{value: 100 ether}(address(USD), 100 ether, 0, 0, _user(i), NEVER);
            VM.stopPrank();
        }
        VM.prank(address(TIMELOCK));
        SALE.start(USD, 1_000, 1 ether, 0.01 ether, false);
    }

    function testFuzz_PublicSaleNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(SALE),
            "PublicSale: ACCOUNT_MAX(); BID_MIN(); DURATION_MAX(); DURATION_MIN(); TICKS(); TRANCHE(); "
            "attestedOnly(); authority(); bid(uint256,uint256); bidCount(); bids(uint256); claim(uint256); "
            "clearingQuantity(); clearingTick(); demandAt(uint256); endsAt(); isConsumingScheduledOp(); "
            "isSettled(); minPrice(); openBids(); priceAt(uint256); quantityOf(address); quoteToken(); "
            "setAuthority(address); settle(); start(address,uint256,uint96,uint96,bool); tickSize()",
            seed
        );
    }

    function testFuzz_LiquidityReserveNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(RESERVE),
            "LiquidityReserve: add(address,uint256,uint256,uint256,uint256,uint256); authority(); "
            "isConsumingScheduledOp(); release(address,uint256); "
            "remove(address,uint256,uint256,uint256,uint256); setAuthority(address)",
            seed
        );
    }

    function testFuzz_HMMFactoryNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(FACTORY),
            "HMMFactory: INIT_CODE_PAIR_HASH(); allPairs(uint256); allPairsLength(); "
            "createPair(address,address); feeTo(); feeToSetter(); getPair(address,address); newPairTokens()",
            seed
        );
    }

    function testFuzz_HMMPairNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(PAIR),
            "HMMPair: DOMAIN_SEPARATOR(); MINIMUM_LIQUIDITY(); PERMIT_TYPEHASH(); allowance(address,address); "
            "approve(address,uint256); balanceOf(address); burn(address); decimals(); eip712Domain(); "
            "factory(); getReserves(); kLast(); mint(address); name(); nonces(address); "
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32); price0CumulativeLast(); "
            "price1CumulativeLast(); skim(address); swap(uint256,uint256,address,bytes); symbol(); sync(); "
            "token0(); token1(); totalSupply(); transfer(address,uint256); "
            "transferFrom(address,address,uint256)",
            seed
        );
    }

    function testFuzz_HMMRouterNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(ROUTER),
            "HMMRouter: WETH(); addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256); "
            "addLiquidityETH(address,uint256,uint256,uint256,address,uint256) payable; factory(); "
            "getAmountIn(uint256,uint256,uint256); getAmountOut(uint256,uint256,uint256); "
            "getAmountsIn(uint256,address[]); getAmountsOut(uint256,address[]); quote(uint256,uint256,uint256); "
            "removeLiquidity(address,address,uint256,uint256,uint256,address,uint256); "
            "removeLiquidityETH(address,uint256,uint256,uint256,address,uint256); "
            "removeLiquidityETHSupportingFeeOnTransferTokens(address,uint256,uint256,uint256,address,uint256); "
            "removeLiquidityETHWithPermit(address,uint256,uint256,uint256,address,uint256,bool,uint8,bytes32,bytes32); "
            "removeLiquidityETHWithPermitSupportingFeeOnTransferTokens(address,uint256,uint256,uint256,address,uint256,bool,uint8,bytes32,bytes32); "
            "removeLiquidityWithPermit(address,address,uint256,uint256,uint256,address,uint256,bool,uint8,bytes32,bytes32); "
            "swapETHForExactTokens(uint256,address[],address,uint256) payable; "
            "swapExactETHForTokens(uint256,address[],address,uint256) payable; "
            "swapExactETHForTokensSupportingFeeOnTransferTokens(uint256,address[],address,uint256) payable; "
            "swapExactTokensForETH(uint256,uint256,address[],address,uint256); "
            "swapExactTokensForETHSupportingFeeOnTransferTokens(uint256,uint256,address[],address,uint256); "
            "swapExactTokensForTokens(uint256,uint256,address[],address,uint256); "
            "swapExactTokensForTokensSupportingFeeOnTransferTokens(uint256,uint256,address[],address,uint256); "
            "swapTokensForExactETH(uint256,uint256,address[],address,uint256); "
            "swapTokensForExactTokens(uint256,uint256,address[],address,uint256)",
            seed
        );
    }

    function testFuzz_HUSDNamesWhatItRefuses(uint256 seed) external {
        _tryAny(
            address(USD),
            "HUSD: DOMAIN_SEPARATOR(); FAUCET_AMOUNT(); allowance(address,address); approve(address,uint256); "
            "balanceOf(address); decimals(); eip712Domain(); faucet(); name(); nonces(address); "
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32); symbol(); totalSupply(); "
            "transfer(address,uint256); transferFrom(address,address,uint256)",
            seed
        );
    }

    /// @dev The tokens of the pool as often as anything.
    function _someAddress(uint256 random) internal view override returns (address) {
        if (random % 3 == 0) return random & 256 == 0 ? address(TOKEN) : address(USD);
        return super._someAddress(random >> 16);
    }
}
