// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {HMMPair} from "@hanzo/market/HMMPair.sol";
import {IHMMCallee} from "@hanzo/market/IHMMCallee.sol";

/// @dev A token that anyone may mint.
contract PlainToken is ERC20("Plain", "PLAIN") {
    function mint(address to, uint256 value) external {
        _mint(to, value);
    }
}

/// @dev A token that keeps a hundredth of each transfer.
contract TollToken is PlainToken {
    function _update(address from, address to, uint256 value) internal override {
        uint256 toll = from == address(0) ? 0 : value / 100;
        if (toll > 0) super._update(from, address(1), toll);
        super._update(from, to, value - toll);
    }
}

/// @dev A token that calls back on each transfer from `pair`, and notes what the pair tells meanwhile.
contract HookToken is PlainToken {
    HMMPair public pair;
    bytes32 public seen;
    uint256 public calls;

    function watch(HMMPair watched) external {
        pair = watched;
    }

    function picture(HMMPair watched) public view returns (bytes32) {
        (uint112 reserve0, uint112 reserve1, uint32 time) = watched.getReserves();
        return keccak256(abi.encode(reserve0, reserve1, time, watched.totalSupply(), watched.price0CumulativeLast()));
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (address(pair) == address(0) || from != address(pair)) return;
        ++calls;
        seen = picture(pair);
    }
}

/// @dev Borrows from a pair, tries every door of it meanwhile, and pays back what it was told to.
contract Borrower is IHMMCallee {
    uint256 public payback0;
    uint256 public payback1;
    uint256 public refused;
    bytes32 public seen;

    error NotRefused(bytes call);

    function borrow(HMMPair pair, uint256 amount0, uint256 amount1, uint256 back0, uint256 back1) external {
        (payback0, payback1) = (back0, back1);
        pair.swap(amount0, amount1, address(this), "x");
    }

    function uniswapV2Call(address sender, uint256 amount0, uint256 amount1, bytes calldata data) external {
        assert(sender == address(this) && data.length == 1);
        HMMPair pair = HMMPair(msg.sender);
        (uint112 reserve0, uint112 reserve1, ) = pair.getReserves();
        seen = keccak256(abi.encode(reserve0, reserve1, pair.totalSupply()));
        _refuse(pair, abi.encodeCall(pair.swap, (amount0, amount1, address(this), "")));
        _refuse(pair, abi.encodeCall(pair.mint, (address(this))));
        _refuse(pair, abi.encodeCall(pair.burn, (address(this))));
        _refuse(pair, abi.encodeCall(pair.skim, (address(this))));
        _refuse(pair, abi.encodeCall(pair.sync, ()));
        if (payback0 > 0) assert(ERC20(pair.token0()).transfer(msg.sender, payback0));
        if (payback1 > 0) assert(ERC20(pair.token1()).transfer(msg.sender, payback1));
    }

    function _refuse(HMMPair pair, bytes memory call) private {
        (bool ok, bytes memory reason) = address(pair).call(call);
        if (ok || bytes4(reason) != bytes4(keccak256("ReentrancyGuardReentrantCall()"))) revert NotRefused(call);
        ++refused;
    }
}
