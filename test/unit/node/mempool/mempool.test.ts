/** The pool on a real chain: real signatures, a real database, blocks that are executed. */
import { hexToBytes } from '@ethereumjs/util'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Hash } from '../../../../consensus/types.ts'
import { Mempool } from '../../../../node/mempool/mempool.ts'
import { DEV_MEMPOOL_OPTIONS } from '../../../../node/mempool/options.ts'
import { PoolError } from '../../../../node/mempool/pool-error.ts'
import { type Clock, systemClock } from '../../../../node/ports.ts'
import { SILENT, TestChain, testGenesis, testRecovery } from '../../../support/chain-factory.ts'
import { oneOfEach, signTransaction } from '../../../support/signed-transactions.ts'

/** It stands still: a builder on a busy machine would close its blocks early. */
const clock: Clock = { ...systemClock, now: () => 1_800_000_000_000 }

async function openPool() {
  const host = await TestChain.open({ clock })
  const { chain } = host
  const pool = await Mempool.open(DEV_MEMPOOL_OPTIONS, {
    chain,
    recovery: testRecovery(),
    clock,
    log: SILENT,
  })
  const heads: Promise<void>[] = []
  chain.events.on('head', (change) => heads.push(pool.onHead(change)))
  chain.setKnownTransactions(pool)
  onTestFinished(async () => {
    await Promise.all(heads)
    await pool.close()
  })
  return { host, chain, pool }
}

async function signed(account: number, nonces: readonly number[]): Promise<Uint8Array[]> {
  const genesis = await testGenesis()
  return nonces.map((nonce) =>
    hexToBytes(signTransaction(genesis, account, { nonce: BigInt(nonce) })),
  )
}

function hashesOf(transactions: readonly { readonly hash: Hash }[]): Hash[] {
  return transactions.map(({ hash }) => hash)
}

describe('node / mempool', () => {
  it('takes a submitted transaction, offers it, and lets go of it once it is mined', async () => {
    const { host, pool } = await openPool()
    const [raw] = await signed(0, [0])
    const hash = await pool.submit(raw!)
    expect(hashesOf(pool.pending())).toEqual([hash])
    expect(await pool.nextNonce(pool.get(hash)!.sender)).toBe(1n)
    await host.extend(1, { transactions: pool.pending() })
    await pool.settled()
    expect(pool.status()).toEqual({ pending: 0, queued: 0 })
    await expect(pool.submit(raw!)).rejects.toThrow('nonce too low')
  })

  it('takes every type, and what it offers fits a block', async () => {
    const { host, pool } = await openPool()
    const raws = oneOfEach(await testGenesis()).map(hexToBytes)
    await Promise.all(raws.map((raw) => pool.submit(raw)))
    const [block] = await host.extend(1, { transactions: [...pool.candidates()] })
    expect(block?.transactions).toHaveLength(raws.length)
    await pool.settled()
    expect(pool.status()).toEqual({ pending: 0, queued: 0 })
  })

  it('keeps the order of submissions that come at once, good and bad', async () => {
    const { pool } = await openPool()
    const told: bigint[] = []
    pool.events.on('pending', ({ tx }) => told.push(tx.nonce))
    const nonces = Array.from({ length: 40 }, (_, index) => index)
    const raws = await signed(0, nonces)
    raws.splice(20, 0, Uint8Array.of(1, 2, 3))
    const outcomes = await Promise.allSettled(raws.map((raw) => pool.submit(raw)))
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(outcomes[20]).toMatchObject({ reason: expect.any(PoolError) })
    expect(told).toEqual(nonces.map(BigInt))
  })

  it('has a later submission wait for its turn behind a head that came before', async () => {
    const { host, pool } = await openPool()
    const [first, second] = await signed(0, [0, 1])
    await pool.submit(first!)
    await host.extend(1, { transactions: pool.pending() })
    const hash = await pool.submit(second!)
    expect(hashesOf(pool.pending())).toEqual([hash])
    expect(pool.status()).toEqual({ pending: 1, queued: 0 })
  })

  it('takes back what a reorg orphans', async () => {
    const { host, pool, chain } = await openPool()
    const raws = await signed(0, [0, 1, 2])
    const hashes = await Promise.all(raws.map((raw) => pool.submit(raw)))
    const root = chain.head.hash
    await host.extend(1, { transactions: pool.pending() })
    await pool.settled()
    expect(pool.status().pending).toBe(0)
    await host.extend(2, { parent: root })
    await pool.settled()
    expect(hashesOf(pool.pending())).toEqual(hashes)
  })

  it('hands a block that comes in the transactions that it holds, and held', async () => {
    const { host, pool, chain } = await openPool()
    const other = await TestChain.open({ clock })
    const raws = await signed(0, [0, 1, 2])
    await Promise.all(raws.map((raw) => pool.submit(raw)))
    const held = [...pool.pending()]
    const block = await other.seal({ transactions: held })
    await other.import(block)
    await host.import(block)
    await pool.settled()
    expect(pool.status().pending).toBe(0)
    const stored = (await chain.blocks.block(block.hash))?.transactions
    expect(stored).toEqual(held)
    for (const [index, raw] of raws.entries()) expect(pool.byRaw(raw)).toBe(held[index])
  })
})
