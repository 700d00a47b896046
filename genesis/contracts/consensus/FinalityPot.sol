// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Validators} from "./Validators.sol";

/**
 * @title What finality earns
 * @notice A tenth of every block reward. The next certificate shares out all of it: the gas of who
 * brought it, and the rest to its signers by weight.
 */
abstract contract FinalityPot is Validators {
    /// @dev A signer, or zeros in place of one that was slashed.
    struct Share {
        address payout;
        uint256 weight;
    }

    /// @dev Gas that a certificate costs at the most, by test, and what each signature adds to it.
    uint256 private constant CERTIFICATE_GAS = 150_000;
    uint256 private constant SIGNATURE_GAS = 26_000;
    /// @dev What cannot be measured here costs no less: the data of a signature, and to repay.
    uint256 private constant SIGNATURE_DATA_GAS = 1_000;
    uint256 private constant REPAYMENT_GAS = 14_000;

    /// @notice The certificate of `epoch` brought its sender `repaid` wei and its signers `shared` wei.
    event PotShared(uint256 indexed epoch, address indexed sender, uint256 repaid, uint256 shared);

    /// @notice Wei that the next certificate shares out: the balance less the stakes.
    function pot() public view returns (uint256) {
        return address(this).balance - total;
    }

    /// @dev Gas is repaid at the base fee, which nobody gets: no sealer pays itself a tip out of the pot,
    /// and to bring certificates is no business. What the limit leaves over stays in the pot.
    /// @param gasAtStart What there was when the certificate came in.
    /// @param isRewarded Whether the signers get anything.
    function _sharePot(uint256 epoch, Share[] memory shares, uint256 gasAtStart, bool isRewarded) internal {
        uint256 value = pot();
        uint256 signers = shares.length;
        uint256 limit = Math.min(value, block.basefee * (CERTIFICATE_GAS + signers * SIGNATURE_GAS));
        uint256 shared = isRewarded ? _paySigners(shares, value - limit) : 0;
        uint256 gas = gasAtStart - gasleft() + signers * SIGNATURE_DATA_GAS + REPAYMENT_GAS;
        uint256 repaid = Math.min(limit, block.basefee * gas);
        _pay(msg.sender, repaid);
        emit PotShared(epoch, msg.sender, repaid, shared);
    }

    /// @dev Dust stays in the pot.
    function _paySigners(Share[] memory shares, uint256 value) private returns (uint256 shared) {
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
