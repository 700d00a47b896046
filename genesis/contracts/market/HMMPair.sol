// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AIBurn} from "../token/AIBurn.sol";
import {HMMMath} from "./HMMMath.sol";
import {HMMReserves} from "./HMMReserves.sol";
import {IHMMCallee} from "./IHMMCallee.sol";
import {ISystemConfig} from "../interfaces/ISystemConfig.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title A constant-product pool of two tokens
 * @notice Speaks the interface of a Uniswap v2 pair. Amounts are in base units of the tokens; shares have 18
 * decimals. A swap pays 0.30 %: 0.20 % to the shares, 0.10 % to the protocol. With $AI on one side the protocol is
 * paid in $AI, of which a quarter is burned. A swap moves the price by at most 10 %. No owner.
 * @dev Low level: whoever calls sends the tokens first, as the router does. $AI is held as native coins and moved
 * through the facade; there is no `receive`, so plain sends bounce. What arrives all the same is a donation, as in
 * v2, for `skim`, `sync` or the next caller.
 *
 * While a token or a borrower runs, `getReserves`, `totalSupply` and the accumulators all tell the state from before
 * the call: old, but one picture. Only the balances move.
 */
contract HMMPair is HMMReserves, ERC20Permit, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice What a permit of shares is a hash of, as v2's pairs tell it.
    bytes32 public constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    /// @notice Shares of the first deposit that nobody gets; they make it dear to inflate a share.
    uint256 public constant MINIMUM_LIQUIDITY = 1_000;
    /// @dev Of the protocol's part in $AI this much goes to the Timelock, in percent. The rest burns.
    uint256 private constant TREASURY_PERCENT = 75;

    /// @notice `sender` deposited both amounts.
    event Mint(address indexed sender, uint256 amount0, uint256 amount1);
    /// @notice `sender` redeemed shares for both amounts, which went to `to`.
    event Burn(address indexed sender, uint256 amount0, uint256 amount1, address indexed to);
    /// @notice `sender` swapped; the output went to `to`.
    event Swap(
        address indexed sender,
        uint256 amount0In,
        uint256 amount1In,
        uint256 amount0Out,
        uint256 amount1Out,
        address indexed to
    );
    /// @notice A swap burned `burned` of `token` and sent `toTreasury` to the Timelock.
    event ProtocolFeePaid(address indexed token, uint256 burned, uint256 toTreasury);

    /// @notice The deposit is worth no share.
    error InsufficientLiquidityMinted();
    /// @notice The shares are worth nothing of one token.
    error InsufficientLiquidityBurned();
    /// @notice Output cannot go to a token's contract.
    error InvalidRecipient(address to);

    constructor() ERC20("HMM LP", "HMM-LP") ERC20Permit("HMM LP") {}

    /// @notice Gives the shares of what came in since the last call to `to`.
    /// @return liquidity Shares, rounded down.
    function mint(address to) external nonReentrant returns (uint256 liquidity) {
        (uint256 reserve0, uint256 reserve1, ) = getReserves();
        (uint256 balance0, uint256 balance1) = _balances();
        HMMMath.requirePossible(0, balance0, balance1);
        // A token that takes balances away brings no share.
        uint256 amount0 = Math.saturatingSub(balance0, reserve0);
        uint256 amount1 = Math.saturatingSub(balance1, reserve1);
        uint256 supply = totalSupply();
        if (supply == 0) {
            // Kept by the sink, which makes no call.
            _mint(Predeploys.AI_BURN, MINIMUM_LIQUIDITY);
            liquidity = Math.saturatingSub(Math.sqrt(amount0 * amount1), MINIMUM_LIQUIDITY);
        } else if (reserve0 == 0 || reserve1 == 0) {
            revert HMMMath.InsufficientLiquidity();
        } else {
            liquidity = Math.min(amount0 * supply / reserve0, amount1 * supply / reserve1);
        }
        if (liquidity == 0) revert InsufficientLiquidityMinted();
        _mint(to, liquidity);
        _update(balance0, balance1);
        emit Mint(msg.sender, amount0, amount1);
    }

    /// @notice Redeems the shares that were sent here; both tokens go to `to`, rounded down.
    function burn(address to) external nonReentrant returns (uint256 amount0, uint256 amount1) {
        (uint256 balance0, uint256 balance1) = _balances();
        uint256 liquidity = balanceOf(address(this));
        if (liquidity == 0) revert InsufficientLiquidityBurned();
        amount0 = Math.mulDiv(liquidity, balance0, totalSupply());
        amount1 = Math.mulDiv(liquidity, balance1, totalSupply());
        if (amount0 == 0 || amount1 == 0) revert InsufficientLiquidityBurned();
        IERC20(token0).safeTransfer(to, amount0);
        IERC20(token1).safeTransfer(to, amount1);
        // After the transfers, so that a token's code sees shares and reserves of the same moment.
        _burn(address(this), liquidity);
        (balance0, balance1) = _balances();
        _update(balance0, balance1);
        emit Burn(msg.sender, amount0, amount1, to);
    }

    /// @notice Sends the outputs to `to`, and takes what came in since the last call as the inputs.
    /// @param data If not empty, `to` is called with it and may pay during that call.
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external nonReentrant {
        ISystemConfig(Predeploys.SYSTEM_CONFIG).requireActive(ISystemConfig.Phase.Market);
        if (amount0Out == 0 && amount1Out == 0) revert HMMMath.InsufficientOutput();
        (uint256 reserve0, uint256 reserve1, ) = getReserves();
        if (amount0Out >= reserve0 || amount1Out >= reserve1) revert HMMMath.InsufficientLiquidity();
        if (to == token0 || to == token1) revert InvalidRecipient(to);
        if (amount0Out > 0) IERC20(token0).safeTransfer(to, amount0Out);
        if (amount1Out > 0) IERC20(token1).safeTransfer(to, amount1Out);
        if (data.length > 0) {
            Address.functionCall(
                to,
                abi.encodeCall(IHMMCallee.uniswapV2Call, (msg.sender, amount0Out, amount1Out, data))
            );
        }
        (uint256 amount0In, uint256 amount1In) = _settle(amount0Out, amount1Out);
        emit Swap(msg.sender, amount0In, amount1In, amount0Out, amount1Out, to);
    }

    /// @notice Sends what is above the reserves to `to`.
    function skim(address to) external nonReentrant {
        (uint256 reserve0, uint256 reserve1, ) = getReserves();
        (uint256 balance0, uint256 balance1) = _balances();
        IERC20(token0).safeTransfer(to, Math.saturatingSub(balance0, reserve0));
        IERC20(token1).safeTransfer(to, Math.saturatingSub(balance1, reserve1));
    }

    /// @notice Makes the balances the reserves: what was donated belongs to the shares.
    function sync() external nonReentrant {
        (uint256 balance0, uint256 balance1) = _balances();
        _update(balance0, balance1);
    }

    /// @notice The factory, which knows of this pair if it is the one for its tokens.
    function factory() external pure returns (address) {
        return Predeploys.HMM_FACTORY;
    }

    /// @notice Always 0, as in a v2 pair without a fee on growth: the protocol is paid by each swap.
    function kLast() external pure returns (uint256) {
        return 0;
    }

    /// @dev Second half of a swap: inputs, `k`, fee, price, reserves, in this order.
    function _settle(uint256 amount0Out, uint256 amount1Out) private returns (uint256 amount0In, uint256 amount1In) {
        (uint256 reserve0, uint256 reserve1, ) = getReserves();
        (uint256 balance0, uint256 balance1) = _balances();
        HMMMath.requirePossible(0, balance0, balance1);
        amount0In = Math.saturatingSub(balance0, reserve0 - amount0Out);
        amount1In = Math.saturatingSub(balance1, reserve1 - amount1Out);
        if (amount0In == 0 && amount1In == 0) revert HMMMath.InsufficientInput();
        HMMMath.requireConstantProduct(reserve0, reserve1, balance0, balance1, amount0In, amount1In);
        if (token0 == Predeploys.AI) _payInCoins(amount0In, balance0, amount1In, balance1);
        else if (token1 == Predeploys.AI) _payInCoins(amount1In, balance1, amount0In, balance0);
        else _payInTokens(amount0In, amount1In);
        (balance0, balance1) = _balances();
        HMMMath.requireModestImpact(reserve0, reserve1, balance0, balance1);
        _update(balance0, balance1);
    }

    /// @dev A thousandth of the coins that came in, and the worth in coins of a thousandth of the tokens that came
    /// in, at the price after the swap. That lowers `k` no more than to take the thousandth of the tokens would.
    function _payInCoins(uint256 coinsIn, uint256 coins, uint256 tokensIn, uint256 tokens) private {
        uint256 fee = coinsIn * HMMMath.PROTOCOL_FEE / HMMMath.FEE_UNIT;
        fee += tokensIn * HMMMath.PROTOCOL_FEE * (coins - fee) / (tokens * HMMMath.FEE_UNIT);
        if (fee == 0) return;
        uint256 toTreasury = fee * TREASURY_PERCENT / 100;
        AIBurn(payable(Predeploys.AI_BURN)).burn{value: fee - toTreasury}(uint8(AIBurn.Category.HMM));
        IERC20(Predeploys.AI).safeTransfer(Predeploys.TIMELOCK, toTreasury);
        emit ProtocolFeePaid(Predeploys.AI, fee - toTreasury, toTreasury);
    }

    /// @dev Without $AI there is nothing to burn.
    function _payInTokens(uint256 amount0In, uint256 amount1In) private {
        _payInToken(token0, amount0In * HMMMath.PROTOCOL_FEE / HMMMath.FEE_UNIT);
        _payInToken(token1, amount1In * HMMMath.PROTOCOL_FEE / HMMMath.FEE_UNIT);
    }

    function _payInToken(address token, uint256 fee) private {
        if (fee == 0) return;
        IERC20(token).safeTransfer(Predeploys.TIMELOCK, fee);
        emit ProtocolFeePaid(token, 0, fee);
    }
}
