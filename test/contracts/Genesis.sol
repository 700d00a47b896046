// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AI} from "@hanzo/token/AI.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {VM} from "./Vm.sol";

/// @dev As much of block 0 as the coin needs; `WholeGenesis` has all of it.
abstract contract Genesis {
    AI internal constant TOKEN = AI(payable(Predeploys.AI));
    AIBurn internal constant SINK = AIBurn(payable(Predeploys.AI_BURN));

    function _genesis() internal {
        _deploy(address(TOKEN), type(AI).creationCode);
        _deploy(address(SINK), type(AIBurn).creationCode);
    }

    function _deploy(address target, bytes memory initCode) private {
        VM.etch(target, initCode);
        (bool ok, bytes memory runtime) = target.call("");
        assert(ok);
        VM.etch(target, runtime);
    }
}
