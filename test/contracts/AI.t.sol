// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Genesis} from "./Genesis.sol";
import {VM} from "./Vm.sol";

contract AITest is Genesis {
    address private constant ALICE = address(0xA11CE);

    function setUp() external {
        _genesis();
    }

    /// @dev Accounts that forge, the EVM or genesis give a meaning keep out.
    function _isPlain(address account) private view returns (bool) {
        return uint160(account) > 0xffff && account.code.length == 0 && account != address(VM);
    }

    function testFuzz_TransferMovesExactly(address to, uint128 balance, uint128 value) external {
        VM.assume(_isPlain(to) && to != ALICE && value <= balance);
        VM.deal(ALICE, balance);
        uint256 before = to.balance;
        VM.prank(ALICE);
        assert(TOKEN.transfer(to, value));
        assert(TOKEN.balanceOf(ALICE) == uint256(balance) - value && ALICE.balance == uint256(balance) - value);
        assert(TOKEN.balanceOf(to) == before + value && to.balance == before + value);
    }

    function testFuzz_RefusesToMoveMoreThanTheBalance(uint128 balance, uint128 excess) external {
        uint256 value = uint256(balance) + excess + 1;
        VM.deal(ALICE, balance);
        VM.prank(ALICE);
        VM.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, ALICE, uint256(balance), value)
        );
        TOKEN.burn(value);
    }

    function testFuzz_AllowanceIsSpentOnce(uint96 allowed, uint96 value) external {
        VM.assume(value <= allowed);
        VM.deal(ALICE, type(uint128).max);
        VM.prank(ALICE);
        TOKEN.approve(address(this), allowed);
        assert(TOKEN.transferFrom(ALICE, address(0xB0B), value));
        assert(TOKEN.allowance(ALICE, address(this)) == uint256(allowed) - value);
    }

    function testFuzz_DepositAndWithdrawMoveNothing(uint96 value) external {
        VM.deal(ALICE, value);
        VM.prank(ALICE);
        TOKEN.deposit{value: value}();
        VM.prank(ALICE);
        TOKEN.withdraw(value);
        assert(ALICE.balance == value && address(TOKEN).balance == 0);
    }

    function testFuzz_BurnLowersTheSupply(uint88 value) external {
        VM.deal(ALICE, value);
        uint256 supply = TOKEN.totalSupply();
        VM.prank(ALICE);
        TOKEN.burn(value);
        assert(TOKEN.totalSupply() == supply - value && SINK.other() == value);
    }
}
