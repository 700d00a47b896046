// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComputePricing} from "@hanzo/compute/ComputePricing.sol";
import {TrainingRewards} from "@hanzo/compute/TrainingRewards.sol";
import {FinalityDomain} from "@hanzo/consensus/FinalityDomain.sol";
import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {WholeGenesis} from "./WholeGenesis.sol";
import {VM} from "./Vm.sol";

/**
 * @dev Gas of what users do most, on the whole genesis, each call a transaction of its own. Forge compares with
 * `snapshots/Gas.json` and fails on a difference; docs/testing.md says how to accept one.
 * forge-config: default.isolate = true
 */
contract GasTest is WholeGenesis {
    string private constant GROUP = "Gas";
    address private immutable USER = _dev(0);
    address private immutable PROVIDER = _dev(4);

    function setUp() external {
        _genesis();
        VM.roll(1);
        VM.warp(GENESIS_TIME + 2);
        VM.setBlockhash(0, GENESIS_HASH);
        VM.prank(Predeploys.SYSTEM);
        REWARDS.onBlock(_payout(0), 1, 5_000, 1);
        VM.prank(PROVIDER);
        PROVIDERS.register{value: 200 ether}(2_000, "");
        for (uint256 i = 0; i < 7; ++i) {
            VM.prank(_dev(i));
            STAKING.stake{value: 1_000 ether}();
        }
        VM.prank(USER);
        USD.faucet();
        VM.prank(USER);
        USD.approve(address(ROUTER), NEVER);
        VM.roll(9);
        VM.warp(GENESIS_TIME + 18);
    }

    function test_GasOfTheCoin() external {
        VM.prank(USER);
        assert(TOKEN.transfer(address(0xBEEF), 1 ether));
        _note("transfer");
        VM.prank(USER);
        TOKEN.approve(PROVIDER, 1 ether);
        _note("approve");
        VM.prank(PROVIDER);
        assert(TOKEN.transferFrom(USER, PROVIDER, 1 ether));
        _note("transferFrom");
        VM.prank(USER);
        TOKEN.burn(1 ether);
        _note("burn");
    }

    function test_GasOfStakes() external {
        VM.prank(USER);
        STAKING.stake{value: 100 ether}();
        _note("stake");
        VM.prank(USER);
        STAKING.delegate(PROVIDER);
        _note("delegate");
        VM.prank(USER);
        STAKING.unstake(100 ether);
        _note("unstake");
        STAKING.fund{value: 100 ether}();
        VM.warp(block.timestamp + 31);
        VM.prank(USER);
        STAKING.withdraw();
        _note("withdraw stake");
        VM.prank(USER);
        STAKING.claim();
        _note("claim interest");
    }

    function test_GasOfCompute() external {
        VM.prank(USER);
        PAYMENTS.payForCompute{value: 1 ether}(PROVIDER, 1_000, 1);
        _note("payForCompute");
        ComputePricing.Order memory order = PAYMENTS.gpuSeconds(PROVIDER, 1_000, 1);
        VM.prank(USER);
        PAYMENTS.openJob{value: 1 ether}(order, "request", uint48(block.timestamp + 60));
        _note("openJob");
        VM.prank(PROVIDER);
        PAYMENTS.submit(1, "result");
        _note("submit result");
        VM.prank(USER);
        PAYMENTS.settle(1);
        _note("settle job");
    }

    function test_GasOfTraining() external {
        TrainingRewards.TrainingReport memory report =
            TrainingRewards.TrainingReport(USER, PROVIDER, "training", 100, type(uint64).max, 0);
        bytes[] memory signatures = _attested(TRAINERS.reportDigest(report));
        TRAINERS.rewardTraining(report, signatures);
        _note("rewardTraining, 2 attesters");
    }

    function test_GasOfTheMarket() external {
        address[] memory path = new address[](2);
        (path[0], path[1]) = (address(TOKEN), address(USD));
        VM.prank(USER);
        ROUTER.swapExactETHForTokens{value: 1 ether}(0, path, USER, NEVER);
        _note("swap coins for tokens");
        (path[0], path[1]) = (path[1], path[0]);
        VM.prank(USER);
        ROUTER.swapExactTokensForETH(1 ether, 0, path, USER, NEVER);
        _note("swap tokens for coins");
        VM.prank(USER);
        ROUTER.addLiquidityETH{value: 10 ether}(address(USD), 20 ether, 0, 0, USER, NEVER);
        _note("add liquidity");
    }

    function test_GasOfGovernance() external {
        address[] memory targets = new address[](1);
        uint256[] memory values = new uint256[](1);
        bytes[] memory calldatas = new bytes[](1);
        (targets[0], calldatas[0]) = (address(STAKING), abi.encodeCall(STAKING.setUnbondingPeriod, (60)));
        uint8 parameter = uint8(GovernorTypes.ProposalType.Parameter);
        VM.prank(USER);
        uint256 id = GOVERNOR.propose{value: PROPOSAL_BOND}(parameter, targets, values, calldatas, "Sixty seconds");
        _note("propose");
        VM.warp(block.timestamp + 11);
        VM.prank(USER);
        GOVERNOR.castVote(id, 1);
        _note("castVote");
        VM.warp(block.timestamp + 60);
        GOVERNOR.queue(id);
        _note("queue");
        VM.warp(block.timestamp + 15);
        GOVERNOR.execute(id);
        _note("execute");
        BONDS.resolve(id);
        _note("resolve bond");
    }

    function test_GasOfConsensus() external {
        VM.prank(Predeploys.SYSTEM);
        REWARDS.onBlock(_payout(1), 1, 5_000, 1);
        _note("onBlock");
        FinalityDomain.FinalityVote memory link =
            FinalityDomain.FinalityVote(0, GENESIS_HASH, 1, "checkpoint", "output");
        bytes[] memory signatures = new bytes[](VALIDATORS);
        bytes32 digest = SET.hashVote(link);
        for (uint256 i = 0; i < VALIDATORS; ++i) signatures[i] = _signature(VOTING_KEY + i, digest);
        VM.setBlockhash(EPOCH, "checkpoint");
        SET.certify(link, hex"0f", signatures);
        _note("certify, 4 validators");
    }

    function _note(string memory name) private {
        assert(VM.snapshotGasLastCall(GROUP, name) > 0);
    }
}
