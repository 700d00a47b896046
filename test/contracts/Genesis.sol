// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AI} from "@hanzo/token/AI.sol";
import {AIBurn} from "@hanzo/token/AIBurn.sol";
import {BeneficiaryVault} from "@hanzo/emission/BeneficiaryVault.sol";
import {BlockRewards} from "@hanzo/emission/BlockRewards.sol";
import {Predeploys} from "@hanzo/Predeploys.sol";
import {SpenderVault} from "@hanzo/emission/SpenderVault.sol";
import {ValidatorSet} from "@hanzo/consensus/ValidatorSet.sol";
import {VM} from "./Vm.sol";

/// @dev Block 0 as the builder makes it: init code at the target address, called there.
abstract contract Genesis {
    uint256 internal constant ERA = 2_400;
    uint256 internal constant MINING = 300_000_000 ether;
    uint256 internal constant ECOSYSTEM = 150_000_000 ether;
    uint256 internal constant STAKES = 4_000 ether;
    uint256 internal constant EPOCH = 8;
    uint256 internal constant WITHDRAWAL_DELAY = 64;
    address internal constant TIMELOCK = address(0x0A21);

    AI internal constant TOKEN = AI(payable(Predeploys.AI));
    AIBurn internal constant SINK = AIBurn(payable(Predeploys.AI_BURN));
    BlockRewards internal constant REWARDS = BlockRewards(Predeploys.BLOCK_REWARDS);
    SpenderVault internal constant MINING_VAULT = SpenderVault(Predeploys.COMPUTE_MINING_VAULT);
    BeneficiaryVault internal constant ECOSYSTEM_VAULT = BeneficiaryVault(address(0x0A14));
    ValidatorSet internal constant VALIDATORS = ValidatorSet(Predeploys.VALIDATOR_SET);

    error ConstructorFailed(address target);

    function _genesis() internal {
        ValidatorSet.GenesisValidator[] memory validators = new ValidatorSet.GenesisValidator[](2);
        validators[0] = ValidatorSet.GenesisValidator(address(0x1001), address(0x2001));
        validators[1] = ValidatorSet.GenesisValidator(address(0x1002), address(0x2002));
        VM.deal(address(MINING_VAULT), MINING);
        VM.deal(address(ECOSYSTEM_VAULT), ECOSYSTEM);
        VM.deal(address(VALIDATORS), STAKES);
        _deploy(address(TOKEN), type(AI).creationCode);
        _deploy(address(SINK), type(AIBurn).creationCode);
        _deploy(address(REWARDS), abi.encodePacked(type(BlockRewards).creationCode, abi.encode(MINING, ERA)));
        _deploy(
            address(MINING_VAULT),
            abi.encodePacked(type(SpenderVault).creationCode, abi.encode(MINING, ERA, address(REWARDS)))
        );
        _deploy(
            address(ECOSYSTEM_VAULT),
            abi.encodePacked(type(BeneficiaryVault).creationCode, abi.encode(ECOSYSTEM, ERA, TIMELOCK))
        );
        _deploy(
            address(VALIDATORS),
            abi.encodePacked(type(ValidatorSet).creationCode, abi.encode(EPOCH, WITHDRAWAL_DELAY, validators))
        );
    }

    function _deploy(address target, bytes memory initCode) private {
        VM.etch(target, initCode);
        (bool ok, bytes memory runtime) = target.call("");
        if (!ok) revert ConstructorFailed(target);
        VM.etch(target, runtime);
    }
}
