// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {AttestedGenesis} from "./AttestedGenesis.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {ProviderRegistry} from "@hanzo/compute/ProviderRegistry.sol";
import {VM} from "./Vm.sol";

/// @dev The life of a provider and its bond.
contract ProviderRegistryTest is AttestedGenesis {
    address private constant ALICE = address(0xA11CE);
    string private constant ENDPOINT = "https://gpu.example:8443";

    function setUp() external {
        _genesis(3, 2);
        VM.deal(ALICE, 10 * BOND);
    }

    function test_RegistersWithABond() external {
        VM.expectEmit(address(REGISTRY));
        emit ProviderRegistry.ProviderRegistered(ALICE, BOND, 2_000, ENDPOINT);
        VM.prank(ALICE);
        REGISTRY.register{value: BOND}(2_000, ENDPOINT);
        ProviderRegistry.Provider memory provider = REGISTRY.providerOf(ALICE);
        assert(provider.isRegistered && provider.bond == BOND && provider.leavesAt == 0);
        assert(keccak256(bytes(provider.endpoint)) == keccak256(bytes(ENDPOINT)));
        assert(REGISTRY.isActive(ALICE) && REGISTRY.maxDiscountBps(ALICE) == 2_000);
        assert(address(REGISTRY).balance == BOND);
    }

    function test_RefusesABadRegistration() external {
        VM.prank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondTooSmall.selector, BOND - 1, BOND));
        REGISTRY.register{value: BOND - 1}(0, "");
        VM.prank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.DiscountTooHigh.selector, 2_001, 2_000));
        REGISTRY.register{value: BOND}(2_001, "");
        string memory longest = string(new bytes(256));
        VM.prank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.EndpointTooLong.selector, 257, 256));
        REGISTRY.register{value: BOND}(0, string.concat(longest, "x"));
        VM.prank(ALICE);
        REGISTRY.register{value: BOND}(0, longest);
        VM.prank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.AlreadyRegistered.selector, ALICE));
        REGISTRY.register{value: BOND}(0, "");
    }

    function test_UpdatesItsTerms() external {
        _register();
        VM.expectEmit(address(REGISTRY));
        emit ProviderRegistry.ProviderUpdated(ALICE, 500, "x");
        VM.prank(ALICE);
        REGISTRY.update(500, "x");
        assert(REGISTRY.maxDiscountBps(ALICE) == 500);
        VM.prank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.DiscountTooHigh.selector, 2_001, 2_000));
        REGISTRY.update(2_001, "x");
    }

    function test_TopsUpItsBond() external {
        _register();
        VM.expectEmit(address(REGISTRY));
        emit ProviderRegistry.BondToppedUp(ALICE, 1, BOND + 1);
        VM.prank(ALICE);
        REGISTRY.topUp{value: 1}();
        VM.prank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.TopUpIsZero.selector));
        REGISTRY.topUp{value: 0}();
    }

    function test_LeavesAfterTheDelay() external {
        _register();
        VM.prank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.ProviderNotLeaving.selector, ALICE));
        REGISTRY.withdraw();
        VM.expectEmit(address(REGISTRY));
        emit ProviderRegistry.ProviderExited(ALICE, START + EXIT_DELAY);
        VM.prank(ALICE);
        REGISTRY.exit();
        assert(!REGISTRY.isActive(ALICE));
        VM.warp(START + EXIT_DELAY - 1);
        VM.prank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondNotDue.selector, START + EXIT_DELAY));
        REGISTRY.withdraw();
        VM.warp(START + EXIT_DELAY);
        VM.expectEmit(address(REGISTRY));
        emit ProviderRegistry.ProviderWithdrew(ALICE, BOND);
        VM.prank(ALICE);
        REGISTRY.withdraw();
        assert(ALICE.balance == 10 * BOND && address(REGISTRY).balance == 0);
        VM.prank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.ProviderNotLeaving.selector, ALICE));
        REGISTRY.withdraw();
        _register();
        assert(REGISTRY.isActive(ALICE));
    }

    function test_WhoLeavesChangesNothingAnyMore() external {
        _register();
        VM.prank(ALICE);
        REGISTRY.exit();
        bytes memory leaving = abi.encodeWithSelector(
            ProviderRegistry.ProviderLeaving.selector, ALICE, START + EXIT_DELAY
        );
        VM.prank(ALICE);
        VM.expectRevert(leaving);
        REGISTRY.exit();
        VM.prank(ALICE);
        VM.expectRevert(leaving);
        REGISTRY.topUp{value: 1}();
        VM.prank(ALICE);
        VM.expectRevert(leaving);
        REGISTRY.update(0, "");
        VM.prank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.AlreadyRegistered.selector, ALICE));
        REGISTRY.register{value: BOND}(0, "");
    }

    function test_StrangersHaveNothingHere() external {
        bytes memory reason = abi.encodeWithSelector(ProviderRegistry.NotRegistered.selector, ALICE);
        VM.prank(ALICE);
        VM.expectRevert(reason);
        REGISTRY.exit();
        VM.prank(ALICE);
        VM.expectRevert(reason);
        REGISTRY.topUp{value: 1}();
        VM.prank(ALICE);
        VM.expectRevert(reason);
        REGISTRY.update(0, "");
        assert(!REGISTRY.isActive(ALICE) && REGISTRY.maxDiscountBps(ALICE) == 0);
    }

    function test_OnlyTheOracleAndPaymentsSlash() external {
        _register();
        address[4] memory others = [ALICE, Predeploys.TIMELOCK, Predeploys.TRAINING_REWARDS, Predeploys.ACCESS_MANAGER];
        for (uint256 i = 0; i < 4; ++i) {
            VM.prank(others[i]);
            VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.NotSlasher.selector, others[i]));
            REGISTRY.slash(ALICE, 1);
        }
        VM.prank(Predeploys.QUALITY_ORACLE);
        REGISTRY.slash(ALICE, 1);
        VM.expectEmit(address(REGISTRY));
        emit ProviderRegistry.ProviderSlashed(ALICE, Predeploys.COMPUTE_PAYMENTS, 2, BOND - 3);
        VM.prank(Predeploys.COMPUTE_PAYMENTS);
        REGISTRY.slash(ALICE, 2);
        assert(SINK.burnedBy(uint8(AIBurn.Category.Slashing)) == 3);
    }

    function test_SlashedBelowTheMinimumItRestsUntilItTopsUp() external {
        _register();
        VM.prank(Predeploys.QUALITY_ORACLE);
        REGISTRY.slash(ALICE, 1);
        assert(!REGISTRY.isActive(ALICE));
        VM.prank(ALICE);
        REGISTRY.topUp{value: 1}();
        assert(REGISTRY.isActive(ALICE));
    }

    function testFuzz_SlashTakesWhatThereIs(uint96 extra, uint128 value) external {
        VM.deal(ALICE, BOND + uint256(extra));
        VM.prank(ALICE);
        REGISTRY.register{value: BOND + uint256(extra)}(0, "");
        VM.prank(Predeploys.COMPUTE_PAYMENTS);
        REGISTRY.slash(ALICE, value);
        uint256 taken = value < BOND + uint256(extra) ? value : BOND + uint256(extra);
        assert(REGISTRY.providerOf(ALICE).bond == BOND + uint256(extra) - taken);
        assert(SINK.totalBurned() == taken && address(REGISTRY).balance == BOND + uint256(extra) - taken);
    }

    function test_WhoLeavesIsStillSlashed() external {
        _register();
        VM.prank(ALICE);
        REGISTRY.exit();
        VM.prank(Predeploys.QUALITY_ORACLE);
        REGISTRY.slash(ALICE, type(uint256).max);
        VM.warp(START + EXIT_DELAY);
        VM.prank(ALICE);
        REGISTRY.withdraw();
        assert(ALICE.balance == 9 * BOND && !REGISTRY.providerOf(ALICE).isRegistered);
    }

    /// @dev A dispute must end, whoever is gone.
    function test_SlashOfAStrangerIsNothing() external {
        VM.prank(Predeploys.COMPUTE_PAYMENTS);
        REGISTRY.slash(ALICE, 1 ether);
        assert(SINK.totalBurned() == 0);
    }

    function test_RaisedMinimumRestsThoseBelow() external {
        _register();
        VM.expectEmit(address(REGISTRY));
        emit ProviderRegistry.MinimumBondSet(BOND, BOND + 1);
        VM.prank(Predeploys.TIMELOCK);
        REGISTRY.setMinimumBond(BOND + 1);
        assert(!REGISTRY.isActive(ALICE));
    }

    function test_GovernanceSetsWithinBounds() external {
        _setBond(100 ether, true);
        _setBond(100 ether - 1, false);
        _setBond(10_000 ether, true);
        _setBond(10_000 ether + 1, false);
        _setDelay(31, true);
        _setDelay(0, false);
        _setDelay(60 days, true);
        _setDelay(60 days + 1, false);
        assert(REGISTRY.minimumBond() == 10_000 ether && REGISTRY.exitDelay() == 60 days && REGISTRY.DEV());
        _expectUnauthorized(ALICE);
        REGISTRY.setMinimumBond(100 ether);
        _expectUnauthorized(ALICE);
        REGISTRY.setExitDelay(1);
    }

    /// @dev The attack: a bond that leaves before the verdict on its work.
    function test_ExitDelayIsLongerThanTheWindowsOfJobs() external {
        for (uint256 delay = 1; delay <= 30; delay += 29) {
            VM.prank(Predeploys.TIMELOCK);
            VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.ExitDelayTooShort.selector, delay, 30));
            REGISTRY.setExitDelay(delay);
        }
        _setDelay(31, true);
        assert(REGISTRY.exitDelay() == 31);
    }

    function test_HeldBondStaysThroughTheLastSecond() external {
        _register();
        VM.prank(ALICE);
        REGISTRY.exit();
        uint48 until = uint48(START + EXIT_DELAY + 7);
        VM.expectEmit(address(REGISTRY));
        emit ProviderRegistry.BondHeld(ALICE, until);
        VM.prank(Predeploys.COMPUTE_PAYMENTS);
        REGISTRY.hold(ALICE, until);
        // A shorter hold changes nothing.
        VM.prank(Predeploys.COMPUTE_PAYMENTS);
        REGISTRY.hold(ALICE, until - 1);
        assert(REGISTRY.providerOf(ALICE).heldUntil == until);
        VM.warp(until);
        VM.prank(ALICE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.BondNotDue.selector, uint256(until) + 1));
        REGISTRY.withdraw();
        VM.warp(uint256(until) + 1);
        VM.prank(ALICE);
        REGISTRY.withdraw();
        _register();
        assert(REGISTRY.providerOf(ALICE).heldUntil == 0);
    }

    function test_OnlyThePaymentsHoldBonds() external {
        _register();
        VM.prank(Predeploys.QUALITY_ORACLE);
        VM.expectRevert(
            abi.encodeWithSelector(ProviderRegistry.NotComputePayments.selector, Predeploys.QUALITY_ORACLE)
        );
        REGISTRY.hold(ALICE, 1);
    }

    function test_AnswersWithTheBondOfThen() external {
        _register();
        VM.prank(Predeploys.TIMELOCK);
        REGISTRY.setMinimumBond(2 * BOND);
        assert(!REGISTRY.isActive(ALICE));
        assert(REGISTRY.mayAnswer(ALICE, BOND) && !REGISTRY.mayAnswer(ALICE, BOND + 1));
        VM.prank(Predeploys.COMPUTE_PAYMENTS);
        REGISTRY.slash(ALICE, 1);
        assert(!REGISTRY.mayAnswer(ALICE, BOND) && REGISTRY.mayAnswer(ALICE, BOND - 1));
        // A least bond that fell since is enough.
        VM.prank(Predeploys.TIMELOCK);
        REGISTRY.setMinimumBond(100 ether);
        assert(REGISTRY.mayAnswer(ALICE, 2 * BOND) && !REGISTRY.mayAnswer(address(0x0DD), 0));
        VM.prank(ALICE);
        REGISTRY.exit();
        assert(!REGISTRY.mayAnswer(ALICE, 1));
    }

    function test_DelayOfAnExitIsKept() external {
        _register();
        VM.prank(ALICE);
        REGISTRY.exit();
        VM.expectEmit(address(REGISTRY));
        emit ProviderRegistry.ExitDelaySet(EXIT_DELAY, 60 days);
        VM.prank(Predeploys.TIMELOCK);
        REGISTRY.setExitDelay(60 days);
        assert(REGISTRY.providerOf(ALICE).leavesAt == START + EXIT_DELAY);
    }

    function test_MainnetKeepsBondsForADayAtLeast() external {
        bytes memory code = type(ProviderRegistry).creationCode;
        bytes memory reason = _outOfBounds(1 days - 1, 1 days, 60 days);
        _refused(address(0x1234), code, abi.encode(BOND, 1 days - 1, false), reason);
        reason = _outOfBounds(99 ether, 100 ether, 10_000 ether);
        _refused(address(0x1234), code, abi.encode(99 ether, 1 days, false), reason);
        _deploy(address(0x1234), code, abi.encode(BOND, 1 days, false));
    }

    function _register() private {
        VM.prank(ALICE);
        REGISTRY.register{value: BOND}(0, ENDPOINT);
    }

    function _setBond(uint256 value, bool isAllowed) private {
        VM.prank(Predeploys.TIMELOCK);
        if (!isAllowed) VM.expectRevert(_outOfBounds(value, 100 ether, 10_000 ether));
        REGISTRY.setMinimumBond(value);
    }

    function _setDelay(uint256 value, bool isAllowed) private {
        VM.prank(Predeploys.TIMELOCK);
        if (!isAllowed) VM.expectRevert(_outOfBounds(value, 1, 60 days));
        REGISTRY.setExitDelay(value);
    }

    function _outOfBounds(uint256 value, uint256 min, uint256 max) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ProviderRegistry.ParameterOutOfBounds.selector, value, min, max);
    }
}
