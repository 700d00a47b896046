// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Validators} from "./Validators.sol";

/**
 * @title What finality earns
 * @notice A tenth of every block reward. The next certificate shares out all of it: the gas of who
 * brought it, then its signers by weight.
 */
abstract contract FinalityPot is Validators {
    /// @dev A signer, or zeros in place of one that was slashed.
    struct Share {
        address payout;
        uint256 weight;
    }

    /// @dev Gas that `certify` costs at the least, by test: to be repaid is no business.
    uint256 private constant CERTIFICATE_GAS = 80_000;
    uint256 private constant SIGNATURE_GAS = 20_000;

    /// @notice The certificate of `epoch` brought its sender `repaid` wei and its signers `shared` wei.
    event PotShared(uint256 indexed epoch, address indexed sender, uint256 repaid, uint256 shared);

    /// @notice Wei that the next certificate shares out: the balance less the stakes.
    function pot() public view returns (uint256) {
        return address(this).balance - total;
    }

    /// @dev Repays at the base fee, which is burned: a sealer cannot pay itself a tip out of the pot.
    function _repay(uint256 signatures) internal returns (uint256 repaid) {
        repaid = Math.min(pot(), block.basefee * (CERTIFICATE_GAS + SIGNATURE_GAS * signatures));
        _pay(msg.sender, repaid);
    }

    /// @dev Dust stays in the pot.
    function _share(Share[] memory shares) internal returns (uint256 shared) {
        uint256 value = pot();
        uint256 weight = 0;
        for (uint256 i = 0; i < shares.length; ++i) weight += shares[i].weight;
        for (uint256 i = 0; i < shares.length; ++i) {
            if (shares[i].weight == 0) continue;
            uint256 part = Math.mulDiv(value, shares[i].weight, weight);
            shared += part;
            _pay(shares[i].payout, part);
        }
    }
}
