/** Who comes in, who is executable, who has to go: the rules of docs/spec/mempool.md, one by one. */
import { describe, expect, it } from 'vitest'
import {
  DEFAULT_MEMPOOL_OPTIONS,
  PEER_EXECUTABLE_PER_ACCOUNT_MAX,
  PEER_QUEUED_PER_ACCOUNT_MAX,
} from '../../../../node/mempool/options.ts'
import { TransactionPool } from '../../../../node/mempool/pool/transaction-pool.ts'
import { addressOf } from '../../../support/made-transactions.ts'
import {
  account,
  costOf,
  HOUR_MS,
  makePool,
  newcomer,
  noncesOf,
  refusalOf,
  sketch,
  tryAdd,
} from './pool-fixture.ts'

const ALICE = addressOf(0)
const BOB = addressOf(1)
const COST = costOf(sketch())

describe('node / mempool / transaction-pool', () => {
  it('E1: makes a run from the nonce of the account executable, in whatever order it comes', () => {
    const pool = makePool()
    for (const nonce of [7n, 5n, 9n, 6n]) {
      expect(tryAdd(pool, { nonce }, 'local', account({ nonce: 5n }))).toBeUndefined()
    }
    expect(noncesOf(pool)).toEqual({ pending: [5n, 6n, 7n], queued: [9n] })
    tryAdd(pool, { nonce: 8n }, 'local', account({ nonce: 5n }))
    expect(noncesOf(pool)).toEqual({ pending: [5n, 6n, 7n, 8n, 9n], queued: [] })
  })

  it('E1: tells of each transaction once, when it becomes executable', () => {
    const pool = makePool()
    tryAdd(pool, { nonce: 1n })
    expect(pool.takePromoted()).toEqual([])
    tryAdd(pool, { nonce: 0n })
    expect(pool.takePromoted().map(({ nonce }) => nonce)).toEqual([0n, 1n])
    pool.settle(ALICE, account({ balance: 0n }))
    pool.settle(ALICE, account())
    expect(noncesOf(pool).pending).toEqual([0n, 1n])
    expect(pool.takePromoted()).toEqual([])
  })

  it('does not tell of what was evicted before anybody was told', () => {
    const pool = makePool({ executableSlotsMax: 1 })
    tryAdd(pool, { feeCap: 1_000n })
    tryAdd(pool, { sender: BOB, feeCap: 2_000n })
    expect(pool.takePromoted().map(({ transaction }) => transaction.sender)).toEqual([BOB])
  })

  it('knows the next nonce that a wallet may use, also behind what waits for funds', () => {
    const pool = makePool()
    for (const nonce of [0n, 1n, 2n, 4n]) tryAdd(pool, { nonce })
    pool.settle(ALICE, account({ balance: COST }))
    expect(noncesOf(pool)).toEqual({ pending: [0n], queued: [1n, 2n, 4n] })
    expect(pool.held.queueOf(ALICE)?.nextNonce).toBe(3n)
  })

  it('refuses what it holds already', () => {
    const pool = makePool()
    tryAdd(pool, {})
    expect(tryAdd(pool, {})).toBe('ALREADY_KNOWN')
  })
})

describe('node / mempool / transaction-pool / funds', () => {
  it('F1: takes no more from an account than it can pay for in sum', () => {
    const pool = makePool()
    const owner = account({ balance: 2n * COST })
    expect(tryAdd(pool, { nonce: 0n }, 'peer', owner)).toBeUndefined()
    expect(tryAdd(pool, { nonce: 1n }, 'peer', owner)).toBeUndefined()
    expect(tryAdd(pool, { nonce: 2n }, 'peer', owner)).toBe('INSUFFICIENT_FUNDS')
    expect(tryAdd(pool, { nonce: 9n }, 'peer', owner)).toBe('INSUFFICIENT_FUNDS')
  })

  it('F1: counts the value and the gas at the cap, to the last wei', () => {
    const fields = { feeCap: 7n, tipCap: 1n, value: 5n, gasLimit: 30_000n }
    const cost = 30_000n * 7n + 5n
    const poor = account({ balance: cost - 1n })
    expect(tryAdd(makePool(), fields, 'local', poor)).toBe('INSUFFICIENT_FUNDS')
    expect(tryAdd(makePool(), fields, 'local', account({ balance: cost }))).toBeUndefined()
  })

  it('F1: says what is missing', () => {
    const pool = makePool()
    const owner = account({ balance: COST + 1n })
    tryAdd(pool, { nonce: 0n }, 'local', owner)
    const late = newcomer(sketch({ nonce: 1n }))
    expect(() => pool.add(late, owner)).toThrow(
      `insufficient funds for gas * price + value: balance ${COST + 1n}, queued cost ${COST}, tx cost ${COST}, overshot ${COST - 1n}`,
    )
  })

  it('F1: counts a replacement in place of what it replaces', () => {
    const pool = makePool()
    const owner = account({ balance: 3n * COST })
    tryAdd(pool, { nonce: 0n }, 'local', owner)
    tryAdd(pool, { nonce: 1n }, 'local', owner)
    expect(tryAdd(pool, { nonce: 0n, feeCap: 4_000n }, 'local', owner)).toBeUndefined()
    expect(tryAdd(pool, { nonce: 1n, feeCap: 4_000n }, 'local', owner)).toBe('INSUFFICIENT_FUNDS')
  })

  it('F2: lets wait what the account can no longer pay for, and takes it back when it can', () => {
    const pool = makePool()
    for (const nonce of [0n, 1n, 2n]) tryAdd(pool, { nonce })
    pool.settle(ALICE, account({ balance: 2n * COST - 1n }))
    expect(noncesOf(pool)).toEqual({ pending: [0n], queued: [1n, 2n] })
    expect([...pool.waitingSenders()]).toEqual([ALICE])
    pool.settle(ALICE, account({ balance: 3n * COST }))
    expect(noncesOf(pool)).toEqual({ pending: [0n, 1n, 2n], queued: [] })
    expect([...pool.waitingSenders()]).toEqual([])
  })

  it('drops everything of a sender that became a contract', () => {
    const pool = makePool()
    for (const nonce of [0n, 1n, 5n]) tryAdd(pool, { nonce })
    pool.settle(ALICE, account({ isContract: true }))
    expect(pool.held.size).toBe(0)
  })
})

describe('node / mempool / transaction-pool / limits', () => {
  it('L1: gives a sender of gossip its executable places, and the rest waits', () => {
    const pool = makePool()
    for (let nonce = 0n; nonce < 20n; nonce++) tryAdd(pool, { nonce }, 'peer')
    expect(pool.held.executableCount).toBe(PEER_EXECUTABLE_PER_ACCOUNT_MAX)
    expect(pool.held.queuedCount).toBe(20 - PEER_EXECUTABLE_PER_ACCOUNT_MAX)
    pool.settle(ALICE, account({ nonce: 10n }))
    expect(pool.held.executableCount).toBe(10)
    expect(pool.held.queuedCount).toBe(0)
  })

  it('L2: refuses the next of a sender of gossip that has all its places taken', () => {
    const pool = makePool({ queuedSlotsMax: 1_000 })
    const places = PEER_EXECUTABLE_PER_ACCOUNT_MAX + PEER_QUEUED_PER_ACCOUNT_MAX
    for (let nonce = 0n; nonce < places; nonce++) {
      expect(tryAdd(pool, { nonce }, 'peer')).toBeUndefined()
    }
    expect(tryAdd(pool, { nonce: BigInt(places) }, 'peer')).toBe('ACCOUNT_FULL')
    expect(tryAdd(pool, { nonce: 500n }, 'peer')).toBe('ACCOUNT_FULL')
    expect(tryAdd(pool, { nonce: BigInt(places) }, 'local')).toBeUndefined()
  })

  it('L3: bounds local transactions of one account by the pool alone', () => {
    const pool = makePool({ executableSlotsMax: 300, queuedSlotsMax: 200 })
    for (let nonce = 0n; nonce < 300n; nonce++) tryAdd(pool, { nonce })
    expect(pool.held.executableCount).toBe(300)
    expect(tryAdd(pool, { nonce: 300n })).toBe('POOL_FULL')
    for (let nonce = 301n; nonce < 501n; nonce++) tryAdd(pool, { nonce })
    expect(pool.held.queuedCount).toBe(200)
    expect(tryAdd(pool, { nonce: 501n })).toBe('POOL_FULL')
  })

  it('L2: keeps at most the first places of gossip when a run is cut', () => {
    const pool = makePool({ queuedSlotsMax: 1_000 })
    for (let nonce = 0n; nonce < 80n; nonce++) tryAdd(pool, { nonce }, 'peer')
    pool.settle(ALICE, account({ balance: 0n }))
    const { pending, queued } = noncesOf(pool)
    expect(pending).toEqual([])
    expect(queued).toHaveLength(PEER_QUEUED_PER_ACCOUNT_MAX)
    expect(queued.at(-1)).toBe(BigInt(PEER_QUEUED_PER_ACCOUNT_MAX) - 1n)
  })

  it('L4: holds its caps against a hundred thousand accounts with next to nothing', () => {
    const pool = makePool(DEFAULT_MEMPOOL_OPTIONS)
    const dust = account({ balance: 100_000_000n })
    let refused = 0
    for (let index = 0; index < 100_000; index++) {
      const sender = addressOf(index)
      const fields = { sender, nonce: BigInt(index % 3), feeCap: 1_000n + BigInt(index % 977) }
      if (tryAdd(pool, fields, 'peer', dust) !== undefined) refused += 1
    }
    const { executableSlotsMax, queuedSlotsMax } = DEFAULT_MEMPOOL_OPTIONS
    expect(pool.held.executableCount).toBe(executableSlotsMax)
    expect(pool.held.queuedCount).toBe(queuedSlotsMax)
    expect(refused).toBeGreaterThan(0)
    expect([...pool.held.queues()]).toHaveLength(executableSlotsMax + queuedSlotsMax)
  })

  it('drops what has been here for its lifetime, and what comes after it waits', () => {
    const pool = makePool()
    pool.add(newcomer(sketch({ nonce: 0n }), 'local', 0), account())
    pool.add(newcomer(sketch({ nonce: 1n }), 'local', HOUR_MS), account())
    pool.expire(3 * HOUR_MS - 1)
    expect(noncesOf(pool)).toEqual({ pending: [0n, 1n], queued: [] })
    pool.expire(3 * HOUR_MS)
    expect(noncesOf(pool)).toEqual({ pending: [], queued: [1n] })
    pool.expire(4 * HOUR_MS)
    expect(pool.held.size).toBe(0)
  })
})

describe('node / mempool / transaction-pool / eviction', () => {
  it('V1: lets the cheapest go for a better one, and nobody for one that is no better', () => {
    const pool = makePool({ executableSlotsMax: 2 })
    tryAdd(pool, { sender: ALICE, feeCap: 1_000n })
    tryAdd(pool, { sender: BOB, feeCap: 2_000n })
    expect(tryAdd(pool, { sender: addressOf(2), feeCap: 1_000n })).toBe('POOL_FULL')
    expect(tryAdd(pool, { sender: addressOf(2), feeCap: 1_001n })).toBeUndefined()
    expect(noncesOf(pool, ALICE)).toEqual({ pending: [], queued: [] })
    expect(noncesOf(pool, BOB).pending).toEqual([0n])
  })

  it('V1: lets the younger of two equals go', () => {
    const pool = makePool({ executableSlotsMax: 2 })
    tryAdd(pool, { sender: ALICE, feeCap: 1_000n })
    tryAdd(pool, { sender: BOB, feeCap: 1_000n })
    tryAdd(pool, { sender: addressOf(2), feeCap: 2_000n })
    expect(noncesOf(pool, BOB).pending).toEqual([])
    expect(noncesOf(pool, ALICE).pending).toEqual([0n])
  })

  it('V2: takes the last of a run, priced as its cheapest: a dear tail can not shield it', () => {
    const pool = makePool({ executableSlotsMax: 3 })
    tryAdd(pool, { sender: ALICE, nonce: 0n, feeCap: 500n })
    tryAdd(pool, { sender: ALICE, nonce: 1n, feeCap: 9_000n })
    tryAdd(pool, { sender: BOB, feeCap: 1_000n })
    expect(tryAdd(pool, { sender: addressOf(2), feeCap: 600n })).toBeUndefined()
    expect(noncesOf(pool, ALICE).pending).toEqual([0n])
    expect(noncesOf(pool, BOB).pending).toEqual([0n])
  })

  it('V2: weighs a newcomer by the run that it stands behind', () => {
    const pool = makePool({ executableSlotsMax: 2 })
    tryAdd(pool, { sender: ALICE, nonce: 0n, feeCap: 500n })
    tryAdd(pool, { sender: BOB, feeCap: 1_000n })
    expect(tryAdd(pool, { sender: ALICE, nonce: 1n, feeCap: 9_000n })).toBe('POOL_FULL')
    expect(noncesOf(pool, BOB).pending).toEqual([0n])
  })

  it('V3: weighs by the tip at the next base fee', () => {
    const pool = makePool({ executableSlotsMax: 2 }, 900n)
    tryAdd(pool, { sender: ALICE, feeCap: 1_000n, tipCap: 1_000n })
    tryAdd(pool, { sender: BOB, feeCap: 5_000n, tipCap: 150n })
    tryAdd(pool, { sender: addressOf(2), feeCap: 5_000n, tipCap: 120n })
    expect(noncesOf(pool, ALICE).pending).toEqual([])
    pool.baseFee = 4_999n
    tryAdd(pool, { sender: addressOf(3), feeCap: 5_001n, tipCap: 2n })
    expect(pool.held.size).toBe(2)
    expect(noncesOf(pool, addressOf(3)).pending).toEqual([0n])
    expect(noncesOf(pool, addressOf(2)).pending).toEqual([])
  })

  it('V4: lets the cheapest of those that wait go for a better one that waits', () => {
    const pool = makePool({ queuedSlotsMax: 2 })
    tryAdd(pool, { sender: ALICE, nonce: 5n, feeCap: 1_000n })
    tryAdd(pool, { sender: ALICE, nonce: 7n, feeCap: 3_000n })
    expect(tryAdd(pool, { sender: BOB, nonce: 5n, feeCap: 1_000n })).toBe('POOL_FULL')
    expect(tryAdd(pool, { sender: BOB, nonce: 5n, feeCap: 2_000n })).toBeUndefined()
    expect(noncesOf(pool, ALICE).queued).toEqual([7n])
    expect(noncesOf(pool, BOB).queued).toEqual([5n])
  })

  it('V4: keeps what waits under its cap when a long run is cut', () => {
    const pool = makePool({ executableSlotsMax: 100, queuedSlotsMax: 10 })
    for (let nonce = 0n; nonce < 100n; nonce++) tryAdd(pool, { nonce })
    pool.settle(ALICE, account({ balance: COST }))
    expect(noncesOf(pool).pending).toEqual([0n])
    expect(noncesOf(pool).queued).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n])
  })

  it('V5: lets one that waited change places with a cheaper one as soon as nothing is before it', () => {
    const pool = makePool({ executableSlotsMax: 3 })
    tryAdd(pool, { sender: ALICE, nonce: 0n, feeCap: 1_000n })
    tryAdd(pool, { sender: ALICE, nonce: 1n, feeCap: 1_500n })
    tryAdd(pool, { sender: addressOf(2), feeCap: 1_200n })
    tryAdd(pool, { sender: BOB, nonce: 1n, feeCap: 2_000n })
    pool.settle(BOB, account({ nonce: 1n }))
    expect(noncesOf(pool, BOB)).toEqual({ pending: [1n], queued: [] })
    expect(noncesOf(pool, ALICE)).toEqual({ pending: [0n], queued: [1n] })
    expect([...pool.waitingSenders()]).toEqual([ALICE])
    // Its turn comes again when a block makes room.
    pool.settle(BOB, account({ nonce: 2n }))
    pool.settle(ALICE, account())
    expect(noncesOf(pool, ALICE)).toEqual({ pending: [0n, 1n], queued: [] })
  })

  it('V5: leaves one that waited where it is if it is worth no more', () => {
    const pool = makePool({ executableSlotsMax: 1 })
    tryAdd(pool, { sender: ALICE, feeCap: 1_000n })
    tryAdd(pool, { sender: BOB, nonce: 1n, feeCap: 1_000n })
    tryAdd(pool, { sender: BOB, nonce: 2n, feeCap: 9_000n })
    pool.settle(BOB, account({ nonce: 1n }))
    expect(noncesOf(pool, ALICE).pending).toEqual([0n])
    expect(noncesOf(pool, BOB)).toEqual({ pending: [], queued: [1n, 2n] })
    tryAdd(pool, { sender: BOB, nonce: 1n, feeCap: 1_100n }, 'local', account({ nonce: 1n }))
    expect(noncesOf(pool, BOB)).toEqual({ pending: [1n], queued: [2n] })
    expect(noncesOf(pool, ALICE)).toEqual({ pending: [], queued: [0n] })
  })

  it('V5: brings what waits behind a gap along when the gap is filled', () => {
    const pool = makePool({ executableSlotsMax: 2 })
    tryAdd(pool, { sender: ALICE, feeCap: 1_000n })
    tryAdd(pool, { sender: addressOf(2), feeCap: 1_000n })
    tryAdd(pool, { sender: BOB, nonce: 1n, feeCap: 2_000n })
    expect(tryAdd(pool, { sender: BOB, nonce: 0n, feeCap: 2_000n })).toBeUndefined()
    expect(noncesOf(pool, BOB)).toEqual({ pending: [0n, 1n], queued: [] })
    expect(pool.held.executableCount).toBe(2)
  })

  it('hands out what left, whatever the reason', () => {
    const left: bigint[] = []
    const limits = { executableSlotsMax: 2, queuedSlotsMax: 2, lifetimeMs: HOUR_MS }
    const pool = new TransactionPool(limits, 0n, (entry) => left.push(entry.nonce))
    tryAdd(pool, { nonce: 0n })
    tryAdd(pool, { nonce: 0n, feeCap: 4_000n })
    tryAdd(pool, { nonce: 1n })
    tryAdd(pool, { sender: BOB, nonce: 0n, feeCap: 3_000n })
    pool.settle(ALICE, account({ nonce: 1n }))
    pool.expire(HOUR_MS)
    expect(left).toEqual([0n, 1n, 0n, 0n])
    expect(pool.held.size).toBe(0)
  })
})

describe('node / mempool / transaction-pool / replacement', () => {
  it('R1: takes a replacement that raises both fees by a tenth', () => {
    const held = { feeCap: 1_000n, tipCap: 100n }
    const pool = makePool()
    tryAdd(pool, held)
    for (const [feeCap, tipCap] of [
      [1_099n, 200n],
      [2_000n, 109n],
      [1_000n, 100n],
    ] as const) {
      expect(tryAdd(pool, { feeCap, tipCap, value: 2n })).toBe('REPLACEMENT_UNDERPRICED')
    }
    expect(tryAdd(pool, { feeCap: 1_100n, tipCap: 110n })).toBeUndefined()
    expect(pool.held.size).toBe(1)
  })

  it('R1: rounds the tenth down, as wallets do that reckon in floating point', () => {
    const pool = makePool()
    tryAdd(pool, { feeCap: 1_999n, tipCap: 105n })
    expect(tryAdd(pool, { feeCap: 2_197n, tipCap: 115n })).toBe('REPLACEMENT_UNDERPRICED')
    expect(tryAdd(pool, { feeCap: 2_198n, tipCap: 114n })).toBe('REPLACEMENT_UNDERPRICED')
    expect(tryAdd(pool, { feeCap: 2_198n, tipCap: 115n })).toBeUndefined()
  })

  it('R2: raises fees of next to nothing by a wei at least', () => {
    const pool = makePool()
    tryAdd(pool, { feeCap: 5n, tipCap: 0n })
    expect(tryAdd(pool, { feeCap: 6n, tipCap: 0n })).toBe('REPLACEMENT_UNDERPRICED')
    expect(tryAdd(pool, { feeCap: 6n, tipCap: 1n })).toBeUndefined()
  })

  it('R3: keeps the run behind a replaced transaction executable', () => {
    const pool = makePool()
    for (const nonce of [0n, 1n, 2n]) tryAdd(pool, { nonce, feeCap: 1_000n })
    tryAdd(pool, { nonce: 1n, feeCap: 2_000n })
    expect(noncesOf(pool)).toEqual({ pending: [0n, 1n, 2n], queued: [] })
    expect(pool.held.executableCount).toBe(3)
  })

  it('R3: replaces one that waits, which then waits as well', () => {
    const pool = makePool()
    tryAdd(pool, { nonce: 3n, feeCap: 1_000n })
    tryAdd(pool, { nonce: 3n, feeCap: 2_000n })
    expect(noncesOf(pool)).toEqual({ pending: [], queued: [3n] })
    expect([...pool.held.all()].map(({ feeCap }) => feeCap)).toEqual([2_000n])
  })

  it('R3: weighs a run anew when its cheapest is replaced', () => {
    const pool = makePool({ executableSlotsMax: 3 })
    tryAdd(pool, { sender: ALICE, nonce: 0n, feeCap: 500n })
    tryAdd(pool, { sender: ALICE, nonce: 1n, feeCap: 9_000n })
    tryAdd(pool, { sender: BOB, feeCap: 1_000n })
    expect(tryAdd(pool, { sender: addressOf(2), feeCap: 400n })).toBe('POOL_FULL')
    tryAdd(pool, { sender: ALICE, nonce: 0n, feeCap: 5_000n })
    tryAdd(pool, { sender: addressOf(2), feeCap: 2_000n })
    expect(noncesOf(pool, ALICE).pending).toEqual([0n, 1n])
    expect(noncesOf(pool, BOB).pending).toEqual([])
  })
})

describe('node / mempool / transaction-pool / orphans', () => {
  const orphans = (nonces: readonly bigint[]) =>
    nonces.map((nonce) => newcomer(sketch({ nonce }), 'orphan'))

  it('H2: closes the gap before what is here with what comes back', () => {
    const pool = makePool()
    tryAdd(pool, { nonce: 3n }, 'local', account({ nonce: 3n }))
    pool.settle(ALICE, account({ nonce: 1n }), orphans([0n, 1n, 2n]))
    expect(noncesOf(pool)).toEqual({ pending: [1n, 2n, 3n], queued: [] })
  })

  it('H2: loses none of a long run when the chain goes back', () => {
    const pool = makePool({ executableSlotsMax: 90, queuedSlotsMax: 5 })
    for (let nonce = 3n; nonce < 80n; nonce++) {
      tryAdd(pool, { nonce }, 'local', account({ nonce: 3n }))
    }
    pool.settle(ALICE, account(), orphans([0n, 1n, 2n]))
    expect(noncesOf(pool).pending).toHaveLength(80)
  })

  it('H3: holds what comes back while there are no funds for it', () => {
    const pool = makePool()
    pool.settle(ALICE, account({ balance: 0n }), orphans([0n, 1n]))
    expect(noncesOf(pool)).toEqual({ pending: [], queued: [0n, 1n] })
    expect([...pool.waitingSenders()]).toEqual([ALICE])
    pool.settle(ALICE, account())
    expect(noncesOf(pool)).toEqual({ pending: [0n, 1n], queued: [] })
  })

  it('H4: prefers what is here to an orphan with its nonce', () => {
    const pool = makePool()
    tryAdd(pool, { nonce: 0n, feeCap: 2_000n })
    const rival = newcomer(sketch({ nonce: 0n, feeCap: 9_000n }), 'orphan')
    pool.settle(ALICE, account(), [rival])
    expect([...pool.held.all()].map(({ feeCap }) => feeCap)).toEqual([2_000n])
  })

  it('gives an orphan of gossip a place above the limit of its account', () => {
    const pool = makePool()
    const many = Array.from({ length: 40 }, (_, index) => BigInt(index))
    pool.settle(ALICE, account(), orphans(many))
    expect(pool.held.executableCount).toBe(40)
  })

  it('looks at an account again when a transaction comes with another state of it', () => {
    const pool = makePool()
    for (const nonce of [0n, 1n]) tryAdd(pool, { nonce })
    expect(tryAdd(pool, { nonce: 2n }, 'local', account({ nonce: 1n }))).toBeUndefined()
    expect(noncesOf(pool)).toEqual({ pending: [1n, 2n], queued: [] })
    const poor = account({ nonce: 1n, balance: COST })
    expect(refusalOf(() => pool.add(newcomer(sketch({ nonce: 3n })), poor))).toBe(
      'INSUFFICIENT_FUNDS',
    )
    expect(noncesOf(pool)).toEqual({ pending: [1n], queued: [2n] })
  })
})
