// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {MarketGenesis} from "./MarketGenesis.sol";
import {VM} from "./Vm.sol";

contract HUSDTest is MarketGenesis {
    uint256 private constant KEY = 0xA11CE;

    function setUp() external {
        _genesis();
    }

    function test_IsHanzoUsdWithTheSeedInThePair() external view {
        assert(keccak256(bytes(USD.name())) == keccak256("Hanzo USD"));
        assert(keccak256(bytes(USD.symbol())) == keccak256("hUSD") && USD.decimals() == 18);
        assert(USD.totalSupply() == SEED_QUOTE && USD.balanceOf(address(PAIR)) == SEED_QUOTE);
    }

    function test_FaucetGivesAnyoneAThousandPerCall() external {
        VM.expectEmit(address(USD));
        emit IERC20.Transfer(address(0), ALICE, 1_000 ether);
        VM.prank(ALICE);
        USD.faucet();
        VM.prank(ALICE);
        USD.faucet();
        assert(USD.balanceOf(ALICE) == 2_000 ether && USD.totalSupply() == SEED_QUOTE + 2_000 ether);
    }

    function test_PermitIsInTheDomainOfItsName() external {
        address owner = VM.addr(KEY);
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 domainType = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        bytes32 domain = keccak256(
            abi.encode(domainType, keccak256("Hanzo USD"), keccak256("1"), block.chainid, address(USD))
        );
        bytes32 permit = keccak256(abi.encode(typeHash, owner, BOB, 5 ether, 0, NEVER));
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(KEY, keccak256(abi.encodePacked(hex"1901", domain, permit)));
        USD.permit(owner, BOB, 5 ether, NEVER, v, r, s);
        assert(USD.allowance(owner, BOB) == 5 ether && USD.DOMAIN_SEPARATOR() == domain);
    }
}
