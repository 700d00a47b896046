// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev M9: `ComputePricing._split`: what a client pays is what provider, owner, miners and sink get. Any share
/// within the bounds of the contracts is a value of its own here, so that nothing depends on how it was divided.
contract PaymentSplit {
    function split(uint256 price, uint256 ownerShare, uint256 recycled) external pure {
        require(price <= 1_000_000_000 ether);
        uint256 net = (price * 9_500) / 10_000;
        // `royaltyInfo` gives at most 30 % of the net, `recycleBps` at most half of the burn.
        require(ownerShare * 10_000 <= net * 3_000);
        require(recycled * 10_000 <= (price - net) * 5_000);
        uint256 burned = price - net - recycled;
        uint256 providerShare = net - ownerShare;
        assert(providerShare + ownerShare + burned + recycled == price);
        assert((burned + recycled) * 10_000 >= price * 500);
        assert(burned >= recycled && providerShare >= ownerShare);
    }

    /// @dev R3: with a bonus of 8/10 of the burn, whoever pays itself has less than before.
    function selfDealing(uint256 price) external pure {
        require(price > 0 && price <= 1_000_000_000 ether);
        uint256 net = (price * 9_500) / 10_000;
        uint256 bonus = ((price - net) * 8) / 10;
        assert(net + bonus < price);
    }
}

/// @dev Shares of their own, each rounded down: dust is nobody's.
contract WrongPaymentShares {
    function split(uint256 price) external pure {
        require(price <= 1_000_000_000 ether);
        assert((price * 9_500) / 10_000 + (price * 500) / 10_000 == price);
    }
}

/// @dev A bonus above the burn is a pump for whoever pays itself.
contract WrongBonus {
    function selfDealing(uint256 price) external pure {
        require(price > 0 && price <= 1_000_000_000 ether);
        uint256 net = (price * 9_500) / 10_000;
        uint256 bonus = ((price - net) * 12) / 10;
        assert(net + bonus < price);
    }
}
