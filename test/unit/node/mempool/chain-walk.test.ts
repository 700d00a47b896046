/**
 * The pool through a random life of a chain: submissions, gossip, blocks and reorgs. After each
 * step what it offers can be mined, and no orphan is lost (invariant I14).
 */
import { describe, expect, it } from 'vitest'
import { nextBaseFee } from '../../../../consensus/rules/base-fee.ts'
import type { Address } from '../../../../consensus/types.ts'
import { PoolError } from '../../../../node/mempool/pool-error.ts'
import type { SignedTransaction } from '../../../../node/transaction.ts'
import { addressOf, GWEI, makeTransaction } from '../../../support/made-transactions.ts'
import { Random } from '../../../support/random.ts'
import { apply, type LedgerBlock, LedgerChain, openPool, type PoolHarness } from './ledger-chain.ts'

const SENDERS = 6
const STEPS = 150
const COST = 21_000n * 2n * GWEI

const seen = { mined: 0, orphaned: 0, waited: 0, refused: 0 }

class Walk {
  readonly #random: Random
  readonly #harness: PoolHarness
  readonly #orphans = new Map<string, SignedTransaction>()

  constructor(seed: number, harness: PoolHarness) {
    this.#random = new Random(seed)
    this.#harness = harness
  }

  async step(): Promise<void> {
    const dice = this.#random.below(20)
    if (dice < 13) await this.#send()
    else if (dice < 17) await this.#extend()
    else await this.#reorganise()
    this.#verify()
  }

  /** Value goes round between the senders, so that funds come and go with blocks. */
  async #send(): Promise<void> {
    const { pool } = this.#harness
    const index = this.#random.below(SENDERS)
    const sender = addressOf(index)
    const ahead = this.#random.chance(80) ? 0n : BigInt(this.#random.below(4))
    const { raw } = makeTransaction({
      sender,
      to: addressOf((index + 1) % SENDERS),
      nonce: (await pool.nextNonce(sender)) + ahead,
      value: COST * BigInt(this.#random.below(9)),
      maxFeePerGas: GWEI + BigInt(this.#random.below(Number(GWEI))),
      maxPriorityFeePerGas: BigInt(this.#random.below(1_000)),
    })
    if (this.#random.chance(50)) await pool.addRemote([raw])
    else await pool.submit(raw).catch(refusedForFunds)
  }

  async #extend(): Promise<void> {
    const { chain, pool } = this.#harness
    const transactions = pool.pending().slice(0, this.#random.below(8))
    seen.mined += transactions.length
    await pool.onHead(chain.follow(chain.mine(transactions)))
  }

  /** Another branch, longer by a block, with some of the same transactions where they fit. */
  async #reorganise(): Promise<void> {
    const { chain, pool } = this.#harness
    const depth = this.#random.below(4)
    let fork: LedgerBlock = chain.head
    const removed: SignedTransaction[] = []
    for (let back = 0; back < depth && fork.header.number > 0n; back++) {
      removed.unshift(...fork.transactions)
      fork = chain.at(fork.header.parentHash)
    }
    const offered = [...removed, ...pool.pending()].filter(() => this.#random.chance(50))
    let tip = fork
    for (let block = 0; block <= depth; block++) {
      tip = chain.mine(fitting(tip, offered.splice(0, this.#random.below(5))), [], tip)
    }
    for (const transaction of removed) this.#orphans.set(transaction.hash, transaction)
    seen.orphaned += removed.length
    await pool.onHead(chain.follow(tip))
  }

  #verify(): void {
    const { chain, pool } = this.#harness
    // One after the other they can all be mined, at the base fee of the next block.
    const ledger = new Map(chain.head.ledger)
    const baseFee = nextBaseFee(chain.head.header)
    for (const transaction of pool.pending()) apply(ledger, transaction, baseFee)
    for (const transaction of this.#orphans.values()) {
      const isUsed = transaction.tx.nonce < chain.account(transaction.sender).nonce
      expect(isUsed || this.#holdsNonce(transaction), 'an orphan is held or used').toBe(true)
    }
    seen.waited += pool.status().queued
  }

  /** Itself, or a replacement that pays more. */
  #holdsNonce({ sender, tx }: SignedTransaction): boolean {
    const { pending, queued } = this.#harness.pool.content()
    const held = [...(pending.get(sender) ?? []), ...(queued.get(sender) ?? [])]
    return held.some((other) => other.tx.nonce === tx.nonce)
  }
}

function refusedForFunds(error: unknown): void {
  if (!(error instanceof PoolError)) throw error
  expect(['INSUFFICIENT_FUNDS', 'REPLACEMENT_UNDERPRICED']).toContain(error.type.code)
  seen.refused += 1
}

function fitting(parent: LedgerBlock, offered: readonly SignedTransaction[]) {
  const ledger = new Map(parent.ledger)
  return offered.filter((transaction) => {
    try {
      apply(ledger, transaction, nextBaseFee(parent.header))
      return true
    } catch {
      return false
    }
  })
}

describe('node / mempool / chain walk', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'loses no orphan, offers what can be mined (seed %i)',
    async (seed) => {
      const balances = new Map<Address, bigint>()
      for (let index = 0; index < SENDERS; index++) balances.set(addressOf(index), 20n * COST)
      const harness = await openPool(new LedgerChain(balances))
      const walk = new Walk(seed, harness)
      for (let step = 0; step < STEPS; step++) await walk.step()
    },
  )

  it('has been everywhere', () => {
    for (const [what, count] of Object.entries(seen)) {
      expect.soft(count, what).toBeGreaterThan(20)
    }
  })
})
