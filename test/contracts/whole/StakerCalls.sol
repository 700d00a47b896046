// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Unbondings} from "@hanzo/staking/Unbondings.sol";
import {VM} from "../Vm.sol";
import {World} from "./World.sol";

/// @dev Stakers, who delegate and are attested, the streams that fund them, and whoever opens the vaults.
abstract contract StakerCalls is World {
    function stake(uint8 who, uint256 value, uint8 digits) external acts {
        address account = _person(who);
        value %= 10 ** (15 + (digits % 9));
        if (value == 0 || value > account.balance) return;
        VM.prank(account);
        STAKING.stake{value: value}();
        _done();
    }

    function unstake(uint8 who, uint256 value, uint8 part) external acts {
        address account = _person(who);
        uint256 held = STAKING.stakeOf(account) / (1 + (part % 8));
        if (held == 0 || STAKING.unbondingOf(account).length == 16) return;
        VM.prank(account);
        STAKING.unstake(1 + (value % held));
        _done();
    }

    function withdraw(uint8 who) external acts {
        address account = _person(who);
        uint256 due = 0;
        Unbondings.Unbonding[] memory open = STAKING.unbondingOf(account);
        for (uint256 i = 0; i < open.length; ++i) if (open[i].dueAt <= time) due += open[i].value;
        if (due == 0) return;
        VM.prank(account);
        _equal(STAKING.withdraw(), due);
        _done();
    }

    function claim(uint8 who) external acts {
        uint256 value = STAKING.earned(_person(who));
        if (value == 0) return;
        VM.prank(_person(who));
        _equal(STAKING.claim(), value);
        _done();
    }

    function delegate(uint8 who, uint8 delegatee) external acts {
        VM.prank(_person(who));
        STAKING.delegate(delegatee % 16 < PEOPLE ? _person(delegatee % 16) : address(0));
        _done();
    }

    function fund(uint8 who, uint256 value) external acts {
        uint256 balance = _person(who).balance;
        if (balance == 0) return;
        value = 1 + value % (balance / 100 + 1);
        VM.prank(_person(who));
        STAKING.fund{value: value}();
        _done();
    }

    function openVaults() external acts {
        ECOSYSTEM_VAULT.release();
        TREASURY_VAULT.release();
        VESTING.release();
        _done();
    }

    function attestOrRevoke(uint8 who) external acts {
        if (!ORACLE.isAttester(VM.addr(_attesterKeys()[0])) || !ORACLE.isAttester(VM.addr(_attesterKeys()[1]))) return;
        address account = _person(who);
        uint256 nonce = IDENTITIES.nonces(account);
        bool isUnique = IDENTITIES.isUnique(account);
        bytes memory kind = isUnique ? bytes("Revoke") : bytes("Attest");
        bytes32 typehash = keccak256(abi.encodePacked(kind, "(address account,uint256 nonce,uint256 deadline)"));
        bytes32 message = keccak256(abi.encode(typehash, account, nonce, NEVER));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", IDENTITIES.DOMAIN_SEPARATOR(), message));
        bytes memory data = isUnique
            ? abi.encodeCall(IDENTITIES.revoke, (account, nonce, NEVER, _attested(digest)))
            : abi.encodeCall(IDENTITIES.attest, (account, nonce, NEVER, _attested(digest)));
        _once(account, address(IDENTITIES), 0, data);
    }
}
