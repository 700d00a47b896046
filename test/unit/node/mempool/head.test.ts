/** The pool follows the chain: what is mined leaves, what is orphaned comes back. */
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import type { SignedTransaction } from '../../../../node/transaction.ts'
import {
  addressOf,
  GWEI,
  type MadeFields,
  makeTransaction,
} from '../../../support/made-transactions.ts'
import { LedgerChain, openPool } from './ledger-chain.ts'
import { RICH } from './pool-fixture.ts'

const [ALICE, BOB, CAROL] = [addressOf(0), addressOf(1), addressOf(2)]
const COST = 21_000n * 2n * GWEI + 1n

async function openTestPool() {
  const chain = new LedgerChain(new Map([ALICE, BOB].map((address) => [address, RICH])))
  return openPool(chain)
}

function transfer(nonce: bigint, fields: MadeFields = {}): SignedTransaction {
  return makeTransaction({ nonce, ...fields })
}

function raws(...transactions: readonly SignedTransaction[]): Uint8Array[] {
  return transactions.map(({ raw }) => raw)
}

function noncesOf(transactions: readonly SignedTransaction[] | undefined): bigint[] {
  return (transactions ?? []).map(({ tx }) => tx.nonce)
}

describe('node / mempool / head', () => {
  it('H1: lets go of what was mined, also of what it is a rival of', async () => {
    const { chain, pool } = await openTestPool()
    await pool.addRemote(raws(transfer(0n), transfer(1n), transfer(2n)))
    const rival = transfer(1n, { value: 2n })
    await pool.onHead(chain.follow(chain.mine([transfer(0n), rival])))
    expect(noncesOf(pool.pending())).toEqual([2n])
    expect(await pool.nextNonce(ALICE)).toBe(3n)
  })

  it('H1: reads again only the accounts that a block touched', async () => {
    const { chain, pool } = await openTestPool()
    await pool.addRemote(raws(transfer(0n), transfer(0n, { sender: BOB })))
    chain.accountReads.length = 0
    await pool.onHead(chain.follow(chain.mine([transfer(0n)])))
    expect(chain.accountReads).toEqual([ALICE])
  })

  it('reads an account once a head, however much it sends', async () => {
    const { chain, pool } = await openTestPool()
    await pool.addRemote(raws(transfer(0n)))
    await Promise.all(raws(transfer(1n), transfer(2n)).map((raw) => pool.submit(raw)))
    await pool.addRemote(raws(transfer(3n)))
    expect(chain.accountReads).toEqual([ALICE])
  })

  it('reads nothing while it holds nothing', async () => {
    const { chain, pool } = await openTestPool()
    await pool.onHead(chain.follow(chain.mine([transfer(0n)])))
    expect(chain.blockReads).toEqual([])
    expect(await pool.nextNonce(ALICE)).toBe(1n)
  })

  it('H5: reads every account after a transaction that may raise any nonce', async () => {
    const { chain, pool } = await openTestPool()
    await pool.addRemote(raws(transfer(0n, { sender: BOB }), transfer(1n, { sender: BOB })))
    const setCode = transfer(0n, { type: 4, gasLimit: 50_000n })
    await pool.onHead(chain.follow(chain.mine([setCode], [{ address: BOB, nonce: 1n }])))
    expect(noncesOf(pool.pending())).toEqual([1n])
  })

  it('H5: reads a delegated account at each head: anybody may spend from it', async () => {
    const delegation = Uint8Array.of(0xef, 0x01, 0x00, ...new Uint8Array(20))
    const codeHash = bytesToHex(keccak256(delegation))
    const { chain, pool } = await openTestPool()
    chain.codes.set(codeHash, delegation)
    await pool.onHead(chain.follow(chain.mine([], [{ address: BOB, codeHash }])))
    await pool.addRemote(raws(...[0n, 1n].map((nonce) => transfer(nonce, { sender: BOB }))))
    await pool.onHead(chain.follow(chain.mine([], [{ address: BOB, balance: COST }])))
    expect(noncesOf(pool.pending())).toEqual([0n])
    expect(pool.status()).toEqual({ pending: 1, queued: 1 })
  })

  it('judges by the balance at the new head', async () => {
    const { chain, pool } = await openTestPool()
    const first = transfer(0n, { sender: CAROL })
    expect(await pool.addRemote(raws(first))).toEqual(['ignored'])
    await pool.onHead(chain.follow(chain.mine([], [{ address: CAROL, balance: COST }])))
    expect(await pool.addRemote(raws(first))).toEqual(['added'])
  })

  it('F2: looks at each head whether what waits has its funds, wherever they come from', async () => {
    const { chain, pool, told } = await openTestPool()
    const [first, second] = [transfer(0n), transfer(1n)]
    await pool.addRemote(raws(first, second))
    const drained = [{ address: ALICE, balance: COST }]
    await pool.onHead(chain.follow(chain.mine([transfer(0n, { value: 5n })], drained)))
    expect(pool.status()).toEqual({ pending: 1, queued: 0 })
    await pool.onHead(chain.follow(chain.mine([], [{ address: ALICE, balance: 0n }])))
    pool.onRefused([second])
    await pool.settled()
    expect(pool.status()).toEqual({ pending: 0, queued: 1 })
    await pool.onHead(chain.follow(chain.mine([], [{ address: ALICE, balance: RICH }])))
    expect(noncesOf(pool.pending())).toEqual([1n])
    expect(told).toEqual([first.hash, second.hash])
  })

  it('keeps what a builder refused but the state does not', async () => {
    const { pool } = await openTestPool()
    await pool.addRemote(raws(transfer(0n), transfer(1n)))
    pool.onRefused([transfer(0n), transfer(7n)])
    await pool.settled()
    expect(noncesOf(pool.pending())).toEqual([0n, 1n])
  })

  it('offers by the base fee of the next block', async () => {
    const { chain, pool } = await openTestPool()
    const cheap = transfer(0n, { maxFeePerGas: (8n * GWEI) / 10n, maxPriorityFeePerGas: 1n })
    await pool.addRemote(raws(cheap))
    expect(pool.status()).toEqual({ pending: 1, queued: 0 })
    expect(pool.pending()).toEqual([])
    // An empty block takes an eighth off the base fee.
    await pool.onHead(chain.follow(chain.mine([])))
    expect(pool.pending().map(({ hash }) => hash)).toEqual([cheap.hash])
  })

  it('admits by the gas limit of the next block', async () => {
    const { chain, pool } = await openTestPool()
    const wide = transfer(0n, { gasLimit: 15_000_000n })
    const { head, ...change } = chain.follow(chain.mine([]))
    const tight = { ...head, header: { ...head.header, gasLimit: 14_999_999n } }
    await pool.onHead({ ...change, head: tight })
    await expect(pool.submit(wide.raw)).rejects.toThrow('exceeds block gas limit')
    await pool.onHead(chain.follow(chain.mine([])))
    await pool.submit(wide.raw)
  })

  it('follows the next head when one could not be read', async () => {
    const { chain, pool } = await openTestPool()
    await pool.addRemote(raws(transfer(0n), transfer(1n), transfer(2n)))
    chain.readFailure = new Error('the disk is gone')
    await expect(pool.onHead(chain.follow(chain.mine([transfer(0n)])))).rejects.toThrow('disk')
    chain.readFailure = undefined
    await pool.onHead(chain.follow(chain.mine([transfer(1n)])))
    expect(noncesOf(pool.pending())).toEqual([2n])
  })
})

describe('node / mempool / head / reorg', () => {
  it('H2: has what an account was sent on the old branch wait until it has it again', async () => {
    const { chain, pool } = await openTestPool()
    const root = chain.head
    const gift = transfer(0n, { to: CAROL, value: 10n * COST })
    await pool.onHead(chain.follow(chain.mine([gift])))
    await pool.addRemote(raws(transfer(0n, { sender: CAROL })))
    await pool.onHead(chain.follow(chain.mine([], [], chain.mine([], [], root))))
    expect(pool.status()).toEqual({ pending: 1, queued: 1 })
    await pool.onHead(chain.follow(chain.mine([gift])))
    expect(pool.status()).toEqual({ pending: 1, queued: 0 })
  })

  it('H2: takes orphans back oldest first, and leaves out what the new branch holds', async () => {
    const { chain, pool, told } = await openTestPool()
    const root = chain.head
    const [a0, a1, b0] = [transfer(0n), transfer(1n), transfer(0n, { sender: BOB })]
    await pool.onHead(chain.follow(chain.mine([b0, a0])))
    await pool.onHead(chain.follow(chain.mine([a1])))
    const side = chain.mine([b0], [], root)
    const tip = chain.mine([], [], chain.mine([], [], side))
    await pool.onHead(chain.follow(tip))
    expect(pool.pending().map(({ hash }) => hash)).toEqual([a0.hash, a1.hash])
    expect(told).toEqual([a0.hash, a1.hash])
  })

  it('H2: offers orphans of equal price in the order of their blocks', async () => {
    const { chain, pool } = await openTestPool()
    const root = chain.head
    const [first, second] = [transfer(0n, { sender: BOB }), transfer(0n)]
    await pool.onHead(chain.follow(chain.mine([first])))
    await pool.onHead(chain.follow(chain.mine([second])))
    await pool.onHead(chain.follow(chain.mine([], [], chain.mine([], [], root))))
    expect(pool.pending().map(({ hash }) => hash)).toEqual([first.hash, second.hash])
  })

  it('H3: holds an orphan whose funds were orphaned with it, until they are back', async () => {
    const { chain, pool } = await openTestPool()
    const root = chain.head
    const gift = transfer(0n, { to: CAROL, value: 10n * COST })
    const spent = transfer(0n, { sender: CAROL })
    await pool.onHead(chain.follow(chain.mine([gift, spent])))
    await pool.onHead(chain.follow(chain.mine([], [], chain.mine([], [], root))))
    expect(pool.pending().map(({ hash }) => hash)).toEqual([gift.hash])
    expect(pool.status().queued).toBe(1)
    await pool.onHead(chain.follow(chain.mine([gift])))
    expect(pool.pending().map(({ hash }) => hash)).toEqual([spent.hash])
  })

  it('H6: still tells peers of its own after a reorg, of others not', async () => {
    const { chain, pool } = await openTestPool()
    const root = chain.head
    const [ours, theirs] = [transfer(0n), transfer(0n, { sender: BOB })]
    await pool.submit(ours.raw)
    await pool.addRemote(raws(theirs))
    await pool.onHead(chain.follow(chain.mine(pool.pending())))
    await pool.onHead(chain.follow(chain.mine([], [], chain.mine([], [], root))))
    expect(pool.pending()).toHaveLength(2)
    expect(pool.toRepublish().map(({ hash }) => hash)).toEqual([ours.hash])
  })

  it('tells peers again of the first that they have places for', async () => {
    const { chain, pool } = await openTestPool()
    const all = Array.from({ length: 40 }, (_, index) => transfer(BigInt(index)))
    await Promise.all(all.map(({ raw }) => pool.submit(raw)))
    expect(noncesOf(pool.toRepublish())).toEqual(noncesOf(all.slice(0, 16)))
    await pool.onHead(chain.follow(chain.mine(all.slice(0, 30))))
    expect(noncesOf(pool.toRepublish())).toEqual(noncesOf(all.slice(30)))
  })

  it('knows the sender of what was in the pool, by its bytes', async () => {
    const { chain, pool } = await openTestPool()
    const transaction = transfer(0n)
    expect(pool.byRaw(transaction.raw)).toBeUndefined()
    await pool.submit(transaction.raw)
    expect(pool.byRaw(transaction.raw)?.sender).toBe(ALICE)
    await pool.onHead(chain.follow(chain.mine([transaction])))
    expect(pool.get(transaction.hash)).toBeUndefined()
    expect(pool.byRaw(transaction.raw)?.sender).toBe(ALICE)
  })
})
