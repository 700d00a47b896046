// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20TransferAuthorization} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20TransferAuthorization.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {NoncesKeyed} from "@openzeppelin/contracts/utils/NoncesKeyed.sol";
import {Predeploys} from "../Predeploys.sol";

/**
 * @title AI, the native coin as an ERC-20
 * @notice One balance, two views: `balanceOf(a)` is `a.balance`. All amounts are in wei of AI.
 * @dev Keeps allowances and nonces only. Coins move through the node's transfer precompile, which
 * serves this address alone; recipient code never runs, so no call here can be re-entered. No
 * owner, no proxy, no pause, no hooks, no mint.
 *
 * Native moves log nothing: read balances from state, never from `Transfer` logs.
 */
contract AI is ERC20, ERC20Permit, ERC20TransferAuthorization {
    /// @notice Every coin there will ever be, in wei; all of them exist since block 0.
    uint256 public constant MAX_SUPPLY = 1_000_000_000 ether;

    /// @notice `value` wei came in as native coins and went back to `account`, as WETH9 tells it.
    event Deposit(address indexed account, uint256 value);
    /// @notice `account` asked for `value` wei as native coins, which it holds already.
    event Withdrawal(address indexed account, uint256 value);

    /// @notice The transfer precompile refused to move `value` wei.
    error NativeTransferFailed(address from, address to, uint256 value);

    constructor() ERC20("AI", "AI") ERC20Permit("AI") {}

    /// @notice Coins sent here by mistake go straight back.
    receive() external payable {
        deposit();
    }

    /// @notice WETH9's shape: the caller pays `msg.value` wei and gets it back at once.
    function deposit() public payable {
        _transfer(address(this), msg.sender, msg.value);
        emit Deposit(msg.sender, msg.value);
    }

    /// @notice WETH9's shape: the caller's balance is native already, so nothing moves.
    /// @param value Wei; at most the caller's balance.
    function withdraw(uint256 value) external {
        _requireBalance(msg.sender, value);
        emit Withdrawal(msg.sender, value);
    }

    /// @notice Moves `value` wei of the caller to the sink, for ever.
    function burn(uint256 value) external {
        _transfer(msg.sender, Predeploys.AI_BURN, value);
    }

    /// @notice Wei outside the sink.
    function totalSupply() public view override returns (uint256) {
        return MAX_SUPPLY - Predeploys.AI_BURN.balance;
    }

    /// @notice The native balance of `account`, in wei.
    function balanceOf(address account) public view override returns (uint256) {
        return account.balance;
    }

    /// @notice The next nonce of `owner` for `permit`.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @dev Authorizations use keyed nonces; key 0 is the sequence of `permit`.
    function _useCheckedNonce(address owner, uint256 nonce) internal override(Nonces, NoncesKeyed) {
        super._useCheckedNonce(owner, nonce);
    }

    /// @dev Nobody mints and `burn` is a transfer, so neither side is the zero address. Coins sent
    /// to the facade itself would be lost: it has no call that spends them.
    function _update(address from, address to, uint256 value) internal override {
        if (to == address(this)) revert ERC20InvalidReceiver(to);
        _requireBalance(from, value);
        (bool moved, ) = Predeploys.TRANSFER.call(abi.encode(from, to, value));
        if (!moved) revert NativeTransferFailed(from, to, value);
        emit Transfer(from, to, value);
    }

    /// @dev The precompile checks again; this one names the shortfall.
    function _requireBalance(address account, uint256 value) private view {
        uint256 balance = account.balance;
        if (balance < value) revert ERC20InsufficientBalance(account, balance, value);
    }
}
