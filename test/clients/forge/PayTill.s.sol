// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Till} from "../contracts/Till.sol";
import {CHEATS} from "./Cheats.sol";

/// What `forge script --broadcast` sends: a deployment, and two payments to what was deployed.
contract PayTill {
    function run() external returns (Till till) {
        CHEATS.startBroadcast();
        till = new Till(500);
        till.pay{value: 500}("first");
        till.pay{value: 700}("second");
        CHEATS.stopBroadcast();
    }
}
