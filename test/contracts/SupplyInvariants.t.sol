// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Predeploys} from "@hanzo/Predeploys.sol";
import {WholeGenesis} from "./WholeGenesis.sol";
import {VM} from "./Vm.sol";

/// @dev Everybody who takes from the sink, a vault, the team's coins or a meter what can be taken, and a little more.
contract SupplyHandler is WholeGenesis {
    uint256 private constant BLOCK_SECONDS = 2;
    address private constant CLIENT = address(0xC11E47);

    uint256 public number = 1;
    uint256 public time = GENESIS_TIME + BLOCK_SECONDS;
    uint256 public donated;
    /// @dev Wei burned without a reason.
    uint256 public plain;
    uint256 public consumed;
    uint256 private _sunk;
    uint256 private _vested;

    constructor() {
        _genesis();
        VM.deal(CLIENT, 100_000_000 ether);
        VM.roll(number);
        VM.warp(time);
    }

    modifier acts() {
        VM.roll(number);
        VM.warp(time);
        _;
        // M7 and M14: neither ever falls.
        assert(address(SINK).balance >= _sunk);
        assert(VESTING.vestedAmount(uint64(time)) >= _vested);
        (_sunk, _vested) = (address(SINK).balance, VESTING.vestedAmount(uint64(time)));
    }

    function wait(uint16 blocks) external acts {
        number += blocks % 100;
        time += (blocks % 100) * BLOCK_SECONDS;
    }

    function burn(uint8 category, uint64 value) external acts {
        if (category % 6 == 5) plain += value;
        bytes memory data = category % 6 == 5 ? bytes("") : abi.encodeWithSignature("burn(uint8)", category % 6);
        _mustPass(CLIENT, address(SINK), value, data);
    }

    function recycle(uint64 value) external acts {
        VM.prank(CLIENT);
        MINING_VAULT.recycle{value: value}();
    }

    function donate(uint64 value) external acts {
        donated += value;
        VM.deal(address(MINING_VAULT), address(MINING_VAULT).balance + value);
    }

    /// @dev By the spender, a part of what is due; and what is not due, to no avail.
    function release(uint256 part) external acts {
        uint256 due = MINING_VAULT.available();
        VM.prank(address(REWARDS));
        MINING_VAULT.release(CLIENT, part % (due + 1));
        uint256 tooMuch = MINING_VAULT.available() + 1 + (part % 1 ether);
        _mustFail(address(REWARDS), address(MINING_VAULT), abi.encodeCall(MINING_VAULT.release, (CLIENT, tooMuch)));
        _mustFail(CLIENT, address(MINING_VAULT), abi.encodeCall(MINING_VAULT.release, (CLIENT, 1)));
    }

    function vest() external acts {
        VESTING.release();
    }

    function consume(uint256 part) external acts {
        address spender = address(TRAINERS);
        uint256 value = part % (BREAKER.available(spender) + 1);
        VM.prank(spender);
        BREAKER.consume(value);
        consumed += value;
        uint256 tooMuch = BREAKER.available(spender) + 1;
        _mustFail(spender, address(BREAKER), abi.encodeCall(BREAKER.consume, (tooMuch)));
    }

    function _mustPass(address from, address to, uint256 value, bytes memory data) private {
        VM.prank(from);
        (bool ok, ) = to.call{value: value}(data);
        assert(ok);
    }

    function _mustFail(address from, address to, bytes memory data) private {
        VM.prank(from);
        (bool ok, ) = to.call(data);
        assert(!ok);
    }
}

/// @dev Invariants of what lets coins out and takes them in, one by one; `EconomyWhole` holds them together.
contract SupplyInvariants is WholeGenesis {
    SupplyHandler private _handler;

    function setUp() external {
        _handler = new SupplyHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev M7
    function invariant_TheSinkHasWhatItsCountersSay() external view {
        uint256 sum = SINK.other();
        _equal(sum, _handler.plain());
        for (uint8 i = 0; i < 5; ++i) {
            (bool ok, bytes memory burned) = address(SINK).staticcall(abi.encodeWithSignature("burnedBy(uint8)", i));
            assert(ok);
            sum += abi.decode(burned, (uint256));
        }
        _equal(sum, address(SINK).balance);
    }

    /// @dev M3, M4
    function invariant_AVaultKeepsToItsBucketAndItsSchedule() external view {
        uint256 released = MINING_VAULT.released();
        uint256 bucket = MINING_VAULT.BUCKET() + MINING_VAULT.recycled();
        _atMost(released, bucket);
        _atMost(released, MINING_VAULT.entitlement(_handler.number()));
        _equal(released + address(MINING_VAULT).balance, bucket + _handler.donated());
    }

    /// @dev M14
    function invariant_TheTeamHasWhatItsStepsSay() external view {
        uint256 past = (_handler.time() - GENESIS_TIME) / YEAR;
        uint256 due = (TEAM / 4) * (past < 4 ? past : 4);
        _equal(VESTING.vestedAmount(uint64(_handler.time())), due);
        _atMost(VESTING.released(), due);
        _equal(VESTING.released() + address(VESTING).balance, TEAM);
        _equal(Predeploys.TEAM_SAFE.balance, VESTING.released());
    }

    /// @dev A meter lets out its capacity and what time has given back, not more.
    function invariant_AMeterLetsOutItsCapacityAndItsRefill() external view {
        (uint256 capacity, uint256 window) = BREAKER.limitOf(address(TRAINERS));
        uint256 elapsed = _handler.time() - GENESIS_TIME;
        _atMost(_handler.consumed(), capacity + (capacity * elapsed) / window + 1);
    }
}
