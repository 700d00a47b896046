// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {HMMPair} from "@hanzo/market/HMMPair.sol";
import {IHMMCallee} from "@hanzo/market/IHMMCallee.sol";
import {AIGovernor} from "@hanzo/governance/AIGovernor.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {AIStaking} from "@hanzo/staking/AIStaking.sol";

/// @dev An account with code. Whoever runs it while paying it gives it a turn: it counts that, and asks for more.
/// It takes flash loans, too, and tries with borrowed coins what needs a stake.
contract Trap is IHMMCallee {
    /// @dev Times that a payment ran code here.
    uint256 public ran;
    bool private _isBusy;

    error StoodOpen(bytes call);

    receive() external payable {
        _run();
    }

    fallback() external payable {
        _run();
    }
    /// @dev Borrows, and pays back what it is told to. Coins that it staked meanwhile it cannot pay back with.
    function borrow(HMMPair pair, uint256 coins, uint256 quote, uint256 extra, bool isStaker) external {
        pair.swap(coins, quote, address(this), abi.encode(extra, isStaker));
    }

    function uniswapV2Call(address, uint256 amount0, uint256 amount1, bytes calldata data) external {
        HMMPair pair = HMMPair(msg.sender);
        (uint256 extra, bool isStaker) = abi.decode(data, (uint256, bool));
        _refused(msg.sender, abi.encodeCall(pair.swap, (amount0, amount1, address(this), "")));
        _refused(msg.sender, abi.encodeCall(pair.mint, (address(this))));
        _refused(msg.sender, abi.encodeCall(pair.burn, (address(this))));
        _refused(msg.sender, abi.encodeCall(pair.skim, (address(this))));
        _refused(msg.sender, abi.encodeCall(pair.sync, ()));
        if (isStaker) AIStaking(Predeploys.AI_STAKING).stake{value: address(this).balance}();
        AIGovernor governor = AIGovernor(payable(Predeploys.AI_GOVERNOR));
        assert(!isStaker || governor.getVotes(address(this), block.timestamp - 1) <= _votesBefore());
        if (amount0 > 0) assert(ERC20(pair.token0()).transfer(msg.sender, amount0 + extra));
        if (amount1 > 0) assert(ERC20(pair.token1()).transfer(msg.sender, amount1 + extra));
    }

    function _run() private {
        ++ran;
        if (_isBusy) return;
        _isBusy = true;
        _attempt(Predeploys.AI_STAKING, abi.encodeCall(AIStaking.withdraw, ()));
        _attempt(Predeploys.AI_STAKING, abi.encodeCall(AIStaking.claim, ()));
        _attempt(msg.sender, abi.encodeWithSignature("withdraw()"));
        _isBusy = false;
    }

    function _votesBefore() private view returns (uint256) {
        return AIStaking(Predeploys.AI_STAKING).getPastVotes(address(this), block.timestamp - 1);
    }

    function _attempt(address target, bytes memory data) private {
        (bool ok, ) = target.call(data);
        ok;
    }

    function _refused(address target, bytes memory call) private {
        (bool ok, bytes memory reason) = target.call(call);
        if (ok || bytes4(reason) != bytes4(keccak256("ReentrancyGuardReentrantCall()"))) revert StoodOpen(call);
    }
}
