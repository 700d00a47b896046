/** The pool of AI and play money through the router and past it, and the sale. */
import type { Address } from '../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import { WALLETS } from '../execution-chain.ts'
import type { ActionTable, World } from './world.ts'

const { AI: FACADE, HUSD, HMMRouter, HMMPairAIHUSD, PublicSale } = PREDEPLOYS

const AI = 10n ** 18n
const APPROVE = 'approve(address,uint256)'
const UNLIMITED = 2n ** 256n - 1n
/** Ticks of the sale's grid. */
const TICKS = 128

export const MARKET_ACTIONS: ActionTable = {
  faucet: { weight: 6, make: (world) => world.call(HUSD, 'faucet()') },
  approveHusd: {
    weight: 6,
    make: (world) => approve(world, HUSD, world.random.pick([HMMRouter, HMMRouter, PublicSale])),
  },
  approveShares: { weight: 2, make: (world) => approve(world, HMMPairAIHUSD, HMMRouter) },
  approveCoins: { weight: 2, make: (world) => approve(world, FACADE, HMMRouter) },
  sellCoins: {
    weight: 7,
    make: (world) =>
      world.call(
        HMMRouter,
        'swapExactETHForTokens(uint256,address[],address,uint256)',
        [0n, [FACADE, HUSD], world.wallet().address, deadline(world)],
        { value: amount(world) },
      ),
  },
  buyCoins: {
    weight: 7,
    make: (world) =>
      world.call(HMMRouter, 'swapExactTokensForETH(uint256,uint256,address[],address,uint256)', [
        amount(world),
        0n,
        [HUSD, FACADE],
        world.wallet().address,
        deadline(world),
      ]),
  },
  buyExactHusd: {
    weight: 3,
    make: (world) =>
      world.call(
        HMMRouter,
        'swapETHForExactTokens(uint256,address[],address,uint256)',
        [AI, [FACADE, HUSD], world.wallet().address, deadline(world)],
        { value: 3n * AI },
      ),
  },
  sellFacade: {
    weight: 3,
    make: (world) =>
      world.call(HMMRouter, 'swapExactTokensForTokens(uint256,uint256,address[],address,uint256)', [
        amount(world),
        0n,
        [FACADE, HUSD],
        world.wallet().address,
        deadline(world),
      ]),
  },
  addLiquidity: {
    weight: 5,
    make: (world) =>
      world.call(
        HMMRouter,
        'addLiquidityETH(address,uint256,uint256,uint256,address,uint256)',
        [HUSD, 2n * AI, 0n, 0n, world.wallet().address, deadline(world)],
        { value: amount(world) },
      ),
  },
  removeLiquidity: {
    weight: 3,
    fails: 'mostly',
    make: (world) =>
      world.call(HMMRouter, 'removeLiquidityETH(address,uint256,uint256,uint256,address,uint256)', [
        HUSD,
        1_000n + world.wei(),
        0n,
        0n,
        world.wallet().address,
        deadline(world),
      ]),
  },
  skim: {
    weight: 1,
    make: (world) => world.call(HMMPairAIHUSD, 'skim(address)', [world.anyone()]),
  },
  sync: { weight: 1, make: (world) => world.call(HMMPairAIHUSD, 'sync()') },
  giftToPool: {
    weight: 1,
    make: (world) => world.call(FACADE, 'transfer(address,uint256)', [HMMPairAIHUSD, world.wei()]),
  },
  swapWithoutPaying: {
    weight: 1,
    fails: 'always',
    make: (world) =>
      world.call(HMMPairAIHUSD, 'swap(uint256,uint256,address,bytes)', [
        0n,
        AI,
        world.wallet().address,
        '0x',
      ]),
  },
  bid: {
    weight: 6,
    fails: 'mostly',
    make: (world) => {
      const args = [world.random.below(TICKS), BigInt(1 + world.random.below(20)) * AI]
      return world.call(PublicSale, 'bid(uint256,uint256)', args)
    },
  },
  settleSale: { weight: 3, fails: 'mostly', make: (world) => world.call(PublicSale, 'settle()') },
  claimBid: {
    weight: 4,
    fails: 'mostly',
    make: (world) => world.call(PublicSale, 'claim(uint256)', [1 + world.random.below(10)]),
  },
}

/** Everybody begins with play money, and lets the market and the sale take what they trade. */
export function handOutPlayMoney(world: World): readonly SignedTransaction[] {
  return WALLETS.flatMap((from) => [
    world.call(HUSD, 'faucet()', [], { from }),
    world.call(HUSD, APPROVE, [HMMRouter, UNLIMITED], { from }),
    world.call(HUSD, APPROVE, [PublicSale, UNLIMITED], { from }),
    world.call(FACADE, APPROVE, [HMMRouter, UNLIMITED], { from }),
    world.call(HMMPairAIHUSD, APPROVE, [HMMRouter, UNLIMITED], { from }),
  ])
}

function approve(world: World, token: Address, spender: Address) {
  return world.call(token, APPROVE, [spender, UNLIMITED])
}

function amount(world: World): bigint {
  return 1n + world.wei() * world.wei()
}

function deadline(world: World): bigint {
  return world.timestamp + 60n
}
