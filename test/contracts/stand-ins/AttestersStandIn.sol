// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IAttesters} from "@hanzo/interfaces/IAttesters.sol";

/// @dev Stands for the quality oracle as far as others need it: a fixed set of attesters and their quorum.
contract AttestersStandIn is IAttesters {
    mapping(address account => bool) public isAttester;
    uint256 public immutable threshold;

    constructor(uint256 quorum, address[] memory attesters) {
        threshold = quorum;
        for (uint256 i = 0; i < attesters.length; ++i) isAttester[attesters[i]] = true;
    }

    function requireQuorum(bytes32 digest, bytes[] calldata signatures) external view {
        address previous;
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = ECDSA.recoverCalldata(digest, signatures[i]);
            if (signer <= previous) revert SignersNotAscending(previous, signer);
            if (!isAttester[signer]) revert NotAttester(signer);
            previous = signer;
        }
        if (signatures.length < threshold) revert QuorumNotReached(signatures.length, threshold);
    }
}
