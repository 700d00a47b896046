// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AttackCalls} from "./AttackCalls.sol";
import {AttesterCalls} from "./AttesterCalls.sol";
import {GovernanceCalls} from "./GovernanceCalls.sol";
import {MarketCalls} from "./MarketCalls.sol";
import {StakerCalls} from "./StakerCalls.sol";
import {TimeCalls} from "./TimeCalls.sol";
import {UserCalls} from "./UserCalls.sol";
import {ValidatorCalls} from "./ValidatorCalls.sol";

/// @dev Everybody at once, on one chain.
contract WholeHandler is
    UserCalls,
    StakerCalls,
    TimeCalls,
    MarketCalls,
    AttesterCalls,
    ValidatorCalls,
    GovernanceCalls,
    AttackCalls
{}
