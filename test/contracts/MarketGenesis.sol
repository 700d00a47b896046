// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@hanzo/governance/AccessManager.sol";
import {CircuitBreaker} from "@hanzo/governance/CircuitBreaker.sol";
import {SystemConfig} from "@hanzo/governance/SystemConfig.sol";
import {ISystemConfig} from "@hanzo/interfaces/ISystemConfig.sol";
import {HMMFactory} from "@hanzo/market/HMMFactory.sol";
import {HMMPair} from "@hanzo/market/HMMPair.sol";
import {HMMRouter} from "@hanzo/market/HMMRouter.sol";
import {HUSD} from "@hanzo/market/HUSD.sol";
import {LiquidityReserve} from "@hanzo/market/LiquidityReserve.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AI} from "@hanzo/token/AI.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {VM} from "./Vm.sol";

/// @dev Block 0 with the market at its addresses: 5 M AI at 0.10 hUSD in the pool, 45 M in the reserve.
abstract contract MarketGenesis {
    uint256 internal constant GENESIS_TIME = 1_700_000_000;
    uint256 internal constant SEED_COINS = 5_000_000 ether;
    uint256 internal constant SEED_QUOTE = 500_000 ether;
    uint256 internal constant RESERVE_COINS = 45_000_000 ether;
    uint256 internal constant ALL_PHASES = 63;
    uint256 internal constant NEVER = type(uint256).max;

    AI internal constant TOKEN = AI(payable(Predeploys.AI));
    AIBurn internal constant SINK = AIBurn(payable(Predeploys.AI_BURN));
    HUSD internal constant USD = HUSD(Predeploys.HUSD);
    HMMFactory internal constant FACTORY = HMMFactory(Predeploys.HMM_FACTORY);
    HMMPair internal constant PAIR = HMMPair(Predeploys.HMM_PAIR_AI_HUSD);
    HMMRouter internal constant ROUTER = HMMRouter(Predeploys.HMM_ROUTER);
    LiquidityReserve internal constant RESERVE = LiquidityReserve(Predeploys.LIQUIDITY_RESERVE);
    SystemConfig internal constant CONFIG = SystemConfig(Predeploys.SYSTEM_CONFIG);
    CircuitBreaker internal constant BREAKER = CircuitBreaker(Predeploys.CIRCUIT_BREAKER);
    address internal constant TIMELOCK = Predeploys.TIMELOCK;
    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B0B);

    error ConstructorFailed(address target);
    error NotEqual(uint256 actual, uint256 expected);

    function _genesis() internal {
        VM.warp(GENESIS_TIME);
        VM.deal(address(PAIR), SEED_COINS);
        VM.deal(address(RESERVE), RESERVE_COINS);
        _install(address(TOKEN), type(AI).creationCode);
        _install(address(SINK), type(AIBurn).creationCode);
        _install(Predeploys.ACCESS_MANAGER, abi.encodePacked(type(AccessManager).creationCode, abi.encode(TIMELOCK)));
        _install(address(CONFIG), abi.encodePacked(type(SystemConfig).creationCode, abi.encode(ALL_PHASES)));
        bytes memory limits = abi.encode(true, 200_000_000 ether, 50_000_000 ether, 1_000, 60);
        _install(address(BREAKER), abi.encodePacked(type(CircuitBreaker).creationCode, limits));
        _install(address(USD), abi.encodePacked(type(HUSD).creationCode, abi.encode(SEED_QUOTE)));
        _install(address(FACTORY), abi.encodePacked(type(HMMFactory).creationCode, abi.encode(USD)));
        _install(address(PAIR), type(HMMPair).creationCode);
        _install(address(ROUTER), type(HMMRouter).creationCode);
        _install(address(RESERVE), type(LiquidityReserve).creationCode);
        VM.prank(Predeploys.SYSTEM);
        PAIR.mint(address(RESERVE));
    }

    /// @dev Gives `account` coins and hUSD, and the router leave to take both, and shares.
    function _fund(address account, uint256 coins, uint256 quote) internal {
        VM.deal(account, account.balance + coins);
        _giveUsd(account, quote);
        _approve(account);
    }

    function _approve(address account) internal {
        VM.prank(account);
        TOKEN.approve(address(ROUTER), NEVER);
        VM.prank(account);
        USD.approve(address(ROUTER), NEVER);
        VM.prank(account);
        PAIR.approve(address(ROUTER), NEVER);
    }

    /// @dev As the constructor of a token does: out of nowhere.
    function _giveUsd(address account, uint256 value) internal {
        bytes32 slot = keccak256(abi.encode(account, uint256(0)));
        VM.store(address(USD), slot, bytes32(USD.balanceOf(account) + value));
        bytes32 supply = bytes32(USD.totalSupply() + value);
        VM.store(address(USD), bytes32(uint256(2)), supply);
    }

    function _setPhase(ISystemConfig.Phase phase, bool active) internal {
        VM.prank(TIMELOCK);
        CONFIG.setPhase(uint8(phase), active);
    }

    function _reserves() internal view returns (uint256 coins, uint256 quote) {
        (coins, quote, ) = PAIR.getReserves();
    }

    function _path(address first, address second) internal pure returns (address[] memory path) {
        path = new address[](2);
        path[0] = first;
        path[1] = second;
    }

    function _sellPath() internal pure returns (address[] memory) {
        return _path(address(TOKEN), address(USD));
    }

    function _buyPath() internal pure returns (address[] memory) {
        return _path(address(USD), address(TOKEN));
    }

    /// @dev The formula of v2: 997 of a thousand come in.
    function _amountOut(uint256 amountIn, uint256 reserveIn, uint256 reserveOut) internal pure returns (uint256) {
        return amountIn * 997 * reserveOut / (reserveIn * 1_000 + amountIn * 997);
    }

    function _equal(uint256 actual, uint256 expected) internal pure {
        if (actual != expected) revert NotEqual(actual, expected);
    }

    /// @dev As the builder of block 0: init code at the target address, called there.
    function _install(address target, bytes memory initCode) internal {
        VM.etch(target, initCode);
        (bool ok, bytes memory runtime) = target.call("");
        if (!ok) revert ConstructorFailed(target);
        VM.etch(target, runtime);
    }
}
