// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HMMFactory} from "@hanzo/market/HMMFactory.sol";
import {HMMPair} from "@hanzo/market/HMMPair.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {PlainToken} from "./MarketTokens.sol";
import {VM} from "./Vm.sol";

contract HMMFactoryTest is MarketGenesis {
    PlainToken private _token;

    function setUp() external {
        _genesis();
        _token = new PlainToken();
    }

    function test_ThePairOfBlockZeroIsRegistered() external view {
        assert(FACTORY.getPair(address(TOKEN), address(USD)) == address(PAIR));
        assert(FACTORY.getPair(address(USD), address(TOKEN)) == address(PAIR));
        assert(FACTORY.allPairs(0) == address(PAIR) && FACTORY.allPairsLength() == 1);
    }

    function test_WithoutAQuoteTokenBlockZeroHasNoPair() external {
        assert(new HMMFactory(address(0)).allPairsLength() == 0);
    }

    function test_FeesGoToTheTimelockAndNobodyCanTurnThem() external pure {
        assert(FACTORY.feeTo() == TIMELOCK && FACTORY.feeToSetter() == address(0));
    }

    function test_AnyoneMakesAPairWithTheCodeOfTheFirst() external {
        // As Uniswap's SDK computes it, with the hash that the factory tells.
        bytes32 salt = keccak256(abi.encodePacked(TOKEN, _token));
        bytes32 digest = keccak256(abi.encodePacked(hex"ff", FACTORY, salt, FACTORY.INIT_CODE_PAIR_HASH()));
        address expected = address(uint160(uint256(digest)));
        VM.expectEmit(address(FACTORY));
        emit HMMFactory.PairCreated(address(TOKEN), address(_token), expected, 2);
        VM.prank(ALICE);
        HMMPair pair = HMMPair(FACTORY.createPair(address(_token), address(TOKEN)));
        assert(address(pair) == expected && FACTORY.allPairs(1) == expected && FACTORY.allPairsLength() == 2);
        assert(FACTORY.getPair(address(TOKEN), address(_token)) == expected);
        assert(FACTORY.getPair(address(_token), address(TOKEN)) == expected);
        assert(pair.token0() == address(TOKEN) && pair.token1() == address(_token));
        assert(address(pair).code.length == address(PAIR).code.length);
        (address token0, address token1) = FACTORY.newPairTokens();
        assert(token0 == address(0) && token1 == address(0));
    }

    function test_PairsAreToldByTheirNumber() external {
        VM.expectRevert(abi.encodeWithSelector(HMMFactory.UnknownPair.selector, 1, 1));
        FACTORY.allPairs(1);
    }

    function test_APairIsOfTokensAlone() external {
        address[4] memory none = [address(0xBEEF), address(2), address(4), address(SINK)];
        for (uint256 i = 0; i < 4; ++i) {
            VM.expectRevert(abi.encodeWithSelector(HMMFactory.NotAToken.selector, none[i]));
            FACTORY.createPair(none[i], address(_token));
        }
    }

    function test_APairIsMadeOnce() external {
        VM.expectRevert(abi.encodeWithSelector(HMMFactory.PairExists.selector, address(PAIR)));
        FACTORY.createPair(address(USD), address(TOKEN));
        address pair = FACTORY.createPair(address(_token), address(TOKEN));
        VM.expectRevert(abi.encodeWithSelector(HMMFactory.PairExists.selector, pair));
        FACTORY.createPair(address(TOKEN), address(_token));
    }

    function test_APairIsOfTwoTokens() external {
        VM.expectRevert(abi.encodeWithSelector(HMMFactory.IdenticalTokens.selector, address(TOKEN)));
        FACTORY.createPair(address(TOKEN), address(TOKEN));
        VM.expectRevert(abi.encodeWithSelector(HMMFactory.ZeroAddress.selector));
        FACTORY.createPair(address(TOKEN), address(0));
    }
}
