// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {VM} from "../Vm.sol";
import {World} from "./World.sol";

/// @dev Users of the coin: as native coins, as the token, by signature; and the base fees of all.
abstract contract UserCalls is World {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    /// @dev Wei that users burned as if for a reason.
    mapping(AIBurn.Category category => uint256) public volunteered;

    function transfer(uint8 from, uint8 to, uint256 value) external acts {
        value %= _person(from).balance / 8 + 1;
        VM.prank(_person(from));
        assert(TOKEN.transfer(_account(to), value));
        _done();
    }

    /// @dev To an account without code, which would run otherwise.
    function send(uint8 from, uint8 to, uint256 value) external acts {
        value %= _person(from).balance / 8 + 1;
        VM.prank(_person(from));
        (bool ok, ) = accounts[to % DEVS].call{value: value}("");
        assert(ok);
        _done();
    }

    function spendAllowance(uint8 owner, uint8 spender, uint256 value) external acts {
        value %= _person(owner).balance / 8 + 1;
        VM.prank(_person(owner));
        TOKEN.approve(_person(spender), value);
        VM.prank(_person(spender));
        assert(TOKEN.transferFrom(_person(owner), _person(spender), value));
        assert(TOKEN.allowance(_person(owner), _person(spender)) == 0);
        _done();
    }

    function permit(uint8 owner, uint8 spender, uint256 value) external acts {
        uint256 key = DEV_KEY + (owner % DEVS);
        _once(_person(spender), address(TOKEN), 0, _permit(key, _person(spender), value));
        VM.prank(VM.addr(key));
        TOKEN.approve(_person(spender), 0);
    }

    function wrap(uint8 from, uint256 value) external acts {
        uint256 balance = _person(from).balance;
        value %= balance + 1;
        VM.prank(_person(from));
        TOKEN.deposit{value: value}();
        VM.prank(_person(from));
        TOKEN.withdraw(value);
        assert(_person(from).balance == balance);
        _done();
    }

    function burn(uint8 from, uint8 category, uint256 value) external acts {
        value %= _person(from).balance / 100 + 1;
        VM.prank(_person(from));
        if (category % 6 == 5) {
            TOKEN.burn(value);
        } else {
            volunteered[AIBurn.Category(category % 6)] += value;
            SINK.burn{value: value}(category % 6);
        }
        _done();
    }

    /// @dev What the node takes of every transaction.
    function payBaseFee(uint8 from, uint64 value) external acts {
        uint256 fee = value % 0.01 ether;
        if (_person(from).balance < fee) return;
        VM.prank(_person(from));
        (bool ok, ) = address(SINK).call{value: fee}("");
        assert(ok);
        _done();
    }

    /// @dev What permits `spender` to spend, signed with `key`.
    function _permit(uint256 key, address spender, uint256 value) private view returns (bytes memory) {
        address owner = VM.addr(key);
        bytes32 message = keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, TOKEN.nonces(owner), NEVER));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", TOKEN.DOMAIN_SEPARATOR(), message));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digest);
        return abi.encodeCall(TOKEN.permit, (owner, spender, value, NEVER, v, r, s));
    }
}
