// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GovernorTypes} from "@hanzo/governance/GovernorTypes.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {GovernanceGenesis, Plan} from "./GovernanceGenesis.t.sol";
import {VM} from "./Vm.sol";

/// @dev What a Parameter proposal may call: the setters of the list, and nothing that moves or hands out anything.
contract GovernanceParametersTest is GovernanceGenesis {
    uint256 private _count;

    function setUp() external {
        _governance();
    }

    function _isAllowed(address target, uint256 value, bytes memory data) private returns (bool ok) {
        Plan memory plan = _plan(GovernorTypes.ProposalType.Parameter, target, value, data);
        plan.description = string(abi.encode(++_count));
        VM.deal(_voter(0), BOND);
        bytes memory reason;
        VM.prank(_voter(0));
        (ok, reason) = address(GOVERNOR).call{value: BOND}(
            abi.encodeWithSignature(
                "propose(uint8,address[],uint256[],bytes[],string)",
                plan.proposalType,
                plan.targets,
                plan.values,
                plan.calldatas,
                plan.description
            )
        );
        bytes memory refusal = abi.encodeWithSelector(GovernorTypes.CallNotOfType.selector, plan.proposalType, 0);
        assert(ok || keccak256(reason) == keccak256(refusal));
    }

    /// @dev The list, which `test/unit/genesis/contracts/parameter-calls.test.ts` compares with the ABIs.
    function _setters() private pure returns (string[25] memory) {
        return [
            "setVotingDelay(uint48)",
            "setVotingPeriod(uint32)",
            "setProposalThreshold(uint256)",
            "setLateQuorumVoteExtension(uint48)",
            "setEmergencyVotingPeriod(uint32)",
            "setQuorumPercent(uint8,uint8)",
            "setStandardDelay(uint256)",
            "updateDelay(uint256)",
            "setBondSize(uint256)",
            "setLimit(address,uint256,uint256)",
            "setPhase(uint8,bool)",
            "setThreshold(uint256)",
            "setChallengeWindow(uint48)",
            "setMaxAge(uint48)",
            "setMinimumBond(uint256)",
            "setExitDelay(uint256)",
            "setWindows(uint48,uint48)",
            "setRecycleBps(uint256)",
            "setPrice(uint8,uint256)",
            "setModelPrices(uint256,uint256,uint256)",
            "setUserCap(uint256)",
            "setBudget(uint256)",
            "setFeeShare(uint256)",
            "setStakingShareBps(uint256)",
            "setUnbondingPeriod(uint48)"
        ];
    }

    function test_everySetterWithBoundsIsAParameter() external {
        string[25] memory setters = _setters();
        for (uint256 i = 0; i < setters.length; ++i) {
            bytes memory data = abi.encodeWithSignature(setters[i]);
            assert(_isAllowed(Predeploys.SYSTEM_CONFIG, 0, data));
            // Not with coins, not at an address of others, and not in part.
            assert(!_isAllowed(Predeploys.SYSTEM_CONFIG, 1, data));
            assert(!_isAllowed(address(0xA26A26), 0, data) && !_isAllowed(address(0x0b00), 0, data));
            assert(!_isAllowed(Predeploys.SYSTEM_CONFIG, 0, abi.encodePacked(bytes3(bytes4(data)))));
        }
    }

    /// @dev The attack: take what the Timelock holds, or the power to, by a proposal that sounds harmless.
    function test_parametersMoveNothingAndEmpowerNobody() external {
        bytes memory send = abi.encodeWithSignature("transfer(address,uint256)", GRANTEE, 1);
        bytes memory schedule = abi.encodeCall(TIMELOCK.schedule, (GRANTEE, 1, "", 0, 0, 0));
        assert(!_isAllowed(GRANTEE, 0, ""));
        assert(!_isAllowed(address(TOKEN), 0, send));
        assert(!_isAllowed(address(TOKEN), 0, abi.encodeWithSignature("approve(address,uint256)", GRANTEE, 1)));
        assert(!_isAllowed(Predeploys.HUSD, 0, send) && !_isAllowed(address(0x70C), 0, send));
        assert(!_isAllowed(Predeploys.LIQUIDITY_RESERVE, 0, abi.encodeWithSignature("release(address,uint256)")));
        assert(!_isAllowed(Predeploys.PRICE_BOOK, 0, abi.encodeWithSignature("transferFrom(address,address,uint256)")));
        assert(!_isAllowed(address(STAKING), 0, abi.encodeCall(STAKING.unstake, (1))));
        assert(!_isAllowed(address(GOVERNOR), 0, abi.encodeCall(GOVERNOR.relay, (address(TIMELOCK), 0, schedule))));
        assert(!_isAllowed(address(GOVERNOR), 0, abi.encodeCall(GOVERNOR.setProposalGuardian, (GRANTEE))));
        assert(!_isAllowed(address(TIMELOCK), 0, schedule));
        assert(!_isAllowed(address(TIMELOCK), 0, abi.encodeCall(TIMELOCK.grantRole, (0, GRANTEE))));
        assert(!_isAllowed(address(MANAGER), 0, abi.encodeCall(MANAGER.grantRole, (0, GRANTEE, 0))));
        assert(!_isAllowed(address(MANAGER), 0, abi.encodeCall(MANAGER.execute, (address(TOKEN), send))));
        assert(!_isAllowed(Predeploys.QUALITY_ORACLE, 0, abi.encodeWithSignature("fineAttester(address,uint256)")));
    }

    /// @dev Half of the targets are of block 0, half of the selectors in the list, and few calls carry coins.
    function testFuzz_noOtherCallIsAParameter(address target, bytes calldata data, uint256 pick) external {
        if (pick % 2 == 0) target = address(uint160(Predeploys.AI) & ~uint160(0xff) | uint160(target) & 0xff);
        bytes memory whole = data;
        if ((pick >> 8) % 2 == 0) {
            string[25] memory setters = _setters();
            whole = abi.encodePacked(bytes4(keccak256(bytes(setters[(pick >> 16) % 25]))), data);
        }
        uint256 value = (pick >> 32) % 4 == 0 ? 1 + (pick >> 40) % 3 : 0;
        bool isSetter = value == 0 && uint160(target) >> 8 == 0x0a && whole.length >= 4 && _isInList(bytes4(whole));
        assert(_isAllowed(target, value, whole) == isSetter);
    }

    function _isInList(bytes4 selector) private pure returns (bool) {
        string[25] memory setters = _setters();
        for (uint256 i = 0; i < setters.length; ++i) {
            if (bytes4(keccak256(bytes(setters[i]))) == selector) return true;
        }
        return false;
    }

    function test_refusesATypeThatIsNone() external {
        for (uint256 i = 4; i < 256; i += 251) {
            // forge-lint: disable-next-line(unsafe-typecast)
            uint8 number = uint8(i);
            bytes memory reason = abi.encodeWithSelector(GovernorTypes.UnknownProposalType.selector, number);
            VM.expectRevert(reason);
            GOVERNOR.propose(number, new address[](0), new uint256[](0), new bytes[](0), "");
            VM.expectRevert(reason);
            GOVERNOR.quorumPercent(number);
        }
    }

    function test_refusesTheQuorumOfATypeThatIsNone() external {
        _expectRefused(
            abi.encodeCall(GOVERNOR.setQuorumPercent, (4, 5)),
            abi.encodeWithSelector(GovernorTypes.UnknownProposalType.selector, 4)
        );
    }

    function test_countsProposalsFromZero() external {
        VM.expectRevert(abi.encodeWithSignature("UnknownProposal(uint256,uint256)", 0, 0));
        GOVERNOR.proposalDetailsAt(0);
        uint256 proposalId = _propose(_voter(0), _grantPlan());
        (uint256 found, , , , ) = GOVERNOR.proposalDetailsAt(0);
        assert(found == proposalId);
        VM.expectRevert(abi.encodeWithSignature("UnknownProposal(uint256,uint256)", 1, 1));
        GOVERNOR.proposalDetailsAt(1);
    }
}
