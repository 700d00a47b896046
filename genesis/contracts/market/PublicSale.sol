// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IIdentityRegistry} from "../interfaces/IIdentityRegistry.sol";
import {ISystemConfig} from "../interfaces/ISystemConfig.sol";
import {Predeploys} from "../Predeploys.sol";
import {SaleTerms} from "./SaleTerms.sol";

/**
 * @title Sale of the public tranche, at one price for all
 * @notice Bids name a quantity and the most they would pay, out of 128 prices. The clearing price is the highest at
 * which there are bids for the whole tranche, or else the lowest of the grid. Who bid more gets everything, who bid
 * just that gets a share in proportion, who bid less gets the money back. Bids are final. Quantities are in wei of
 * AI, prices in base units of the quote token for 10^18 wei.
 * @dev Costs are rounded up and quantities down. What a bid pays goes to the Timelock when the bid is claimed, so no
 * sum has to be guessed before. Coins that others send here go to the Timelock as well.
 */
contract PublicSale is SaleTerms, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev One slot.
    struct Bid {
        address bidder;
        uint8 tick;
        uint88 quantity;
    }

    /// @notice Wei that one account may bid for, in all its bids.
    uint256 public constant ACCOUNT_MAX = 250_000 ether;
    /// @notice Wei that a bid is for at least, so that no bid is lost in rounding.
    uint256 public constant BID_MIN = 1 ether;
    /// @notice Wei for sale: what was here in block 0.
    uint256 public immutable TRANCHE;

    /// @notice Whether the clearing price is found.
    bool public isSettled;
    /// @notice The tick that clears.
    uint256 public clearingTick;
    /// @notice Wei for the bids at the clearing tick.
    uint256 public clearingQuantity;

    /// @notice Bids ever made; ids count from 1.
    uint256 public bidCount;
    /// @notice Bids that wait for their claim.
    uint256 public openBids;
    /// @notice A bid that waits for its claim.
    mapping(uint256 bidId => Bid) public bids;
    /// @notice Wei that an account bid for.
    mapping(address account => uint256) public quantityOf;
    /// @notice Wei that bids at a tick are for.
    mapping(uint256 tick => uint256) public demandAt;

    /// @notice `bidder` bids for `quantity` wei at the price of `tick`, and paid `escrow` in.
    event BidPlaced(uint256 indexed bidId, address indexed bidder, uint256 tick, uint256 quantity, uint256 escrow);
    /// @notice `sold` wei are sold at `price`; `unsold` wei went to the Timelock.
    event SaleSettled(uint256 tick, uint256 price, uint256 sold, uint256 unsold);
    /// @notice `bidder` got `filled` wei for `cost`, which went to the Timelock, and `refund` back.
    event BidClaimed(uint256 indexed bidId, address indexed bidder, uint256 filled, uint256 cost, uint256 refund);
    /// @notice After the last claim `coins` wei and `quote` of the quote token were left for the Timelock.
    event RestSwept(uint256 coins, uint256 quote);

    /// @notice Bidding has not begun, or ended at `endsAt`.
    error NotOpen(uint256 endsAt);
    /// @notice Bidding has not begun, or ends at `endsAt`.
    error NotEnded(uint256 endsAt);
    /// @notice The clearing price is found already.
    error AlreadySettled();
    /// @notice The clearing price is not found yet.
    error NotSettled();
    /// @notice A bid is for at least `min` wei.
    error BidTooSmall(uint256 quantity, uint256 min);
    /// @notice With this bid `account` would bid for `quantity` wei of at most `max`.
    error AboveAccountLimit(address account, uint256 quantity, uint256 max);
    /// @notice This sale is for attested persons, and `account` is none.
    error NotAttested(address account);
    /// @notice The quote token delivered `received` of `escrow`.
    error EscrowNotReceived(uint256 received, uint256 escrow);
    /// @notice There is no such bid, or it is claimed.
    error UnknownBid(uint256 bidId);

    /// @param dev Whether this is a devnet, where a sale may be short.
    constructor(bool dev) SaleTerms(dev) {
        TRANCHE = address(this).balance;
    }

    /// @notice Bids for `quantity` wei at the price of `tick`, and pays that in full now.
    function bid(uint256 tick, uint256 quantity) external nonReentrant returns (uint256 bidId) {
        ISystemConfig(Predeploys.SYSTEM_CONFIG).requireActive(ISystemConfig.Phase.Sale);
        if (block.timestamp >= endsAt) revert NotOpen(endsAt);
        if (tick >= TICKS) revert UnknownTick(tick, TICKS);
        if (quantity < BID_MIN) revert BidTooSmall(quantity, BID_MIN);
        uint256 total = Math.saturatingAdd(quantityOf[msg.sender], quantity);
        if (total > ACCOUNT_MAX) revert AboveAccountLimit(msg.sender, total, ACCOUNT_MAX);
        if (attestedOnly && !IIdentityRegistry(Predeploys.IDENTITY_REGISTRY).isUnique(msg.sender)) {
            revert NotAttested(msg.sender);
        }
        bidId = ++bidCount;
        ++openBids;
        bids[bidId] = Bid(msg.sender, uint8(tick), uint88(quantity));
        quantityOf[msg.sender] = total;
        demandAt[tick] += quantity;
        uint256 escrow = _cost(quantity, priceAt(tick));
        emit BidPlaced(bidId, msg.sender, tick, quantity, escrow);
        _receive(escrow);
    }

    /// @notice Finds the clearing price after the end, and sends what nobody bid for to the Timelock. Anyone may call.
    function settle() external nonReentrant {
        if (endsAt == 0 || block.timestamp < endsAt) revert NotEnded(endsAt);
        if (isSettled) revert AlreadySettled();
        isSettled = true;
        uint256 above;
        uint256 tick = TICKS - 1;
        while (tick > 0 && above + demandAt[tick] < TRANCHE) {
            above += demandAt[tick];
            --tick;
        }
        clearingTick = tick;
        clearingQuantity = Math.min(demandAt[tick], TRANCHE - above);
        uint256 sold = above + clearingQuantity;
        uint256 unsold = address(this).balance - sold;
        emit SaleSettled(tick, priceAt(tick), sold, unsold);
        IERC20(Predeploys.AI).safeTransfer(Predeploys.TIMELOCK, unsold);
    }

    /// @notice Gives a bid what it won and what it paid too much. Anyone may call.
    function claim(uint256 bidId) external nonReentrant {
        if (!isSettled) revert NotSettled();
        Bid memory made = bids[bidId];
        if (made.bidder == address(0)) revert UnknownBid(bidId);
        delete bids[bidId];
        --openBids;
        uint256 filled = _fill(made.tick, made.quantity);
        uint256 cost = _cost(filled, priceAt(clearingTick));
        uint256 refund = _cost(made.quantity, priceAt(made.tick)) - cost;
        emit BidClaimed(bidId, made.bidder, filled, cost, refund);
        if (filled > 0) IERC20(Predeploys.AI).safeTransfer(made.bidder, filled);
        if (refund > 0) quoteToken.safeTransfer(made.bidder, refund);
        if (cost > 0) quoteToken.safeTransfer(Predeploys.TIMELOCK, cost);
        if (openBids == 0) _sweep();
    }

    /// @dev What a bid wins. Rounding leaves less than a wei for each bid at the clearing tick.
    function _fill(uint256 tick, uint256 quantity) private view returns (uint256) {
        if (tick == clearingTick) return quantity * clearingQuantity / demandAt[tick];
        return tick > clearingTick ? quantity : 0;
    }

    /// @dev What rounding left, and what others sent here.
    function _sweep() private {
        uint256 coins = address(this).balance;
        uint256 quote = quoteToken.balanceOf(address(this));
        emit RestSwept(coins, quote);
        IERC20(Predeploys.AI).safeTransfer(Predeploys.TIMELOCK, coins);
        quoteToken.safeTransfer(Predeploys.TIMELOCK, quote);
    }

    /// @dev A token that delivers less would leave the last claims unpaid.
    function _receive(uint256 escrow) private {
        uint256 before = quoteToken.balanceOf(address(this));
        quoteToken.safeTransferFrom(msg.sender, address(this), escrow);
        uint256 received = Math.saturatingSub(quoteToken.balanceOf(address(this)), before);
        if (received != escrow) revert EscrowNotReceived(received, escrow);
    }

    function _cost(uint256 quantity, uint256 price) private pure returns (uint256) {
        return Math.ceilDiv(quantity * price, 1 ether);
    }
}
