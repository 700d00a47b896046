/** The pool on a real chain: submission, gossip, new heads, reorgs. */
import { hexToBytes } from '@ethereumjs/util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Mempool } from '../../../../node/mempool/mempool.ts'
import { DEV_MEMPOOL_OPTIONS, type MempoolOptions } from '../../../../node/mempool/options.ts'
import { PoolError } from '../../../../node/mempool/pool-error.ts'
import { systemClock } from '../../../../node/ports.ts'
import { SILENT, TestChain, testGenesis, testRecovery } from '../../../support/chain-factory.ts'
import { signTransaction } from '../../../support/signed-transactions.ts'

async function openPool(options: Partial<MempoolOptions> = {}) {
  const host = await TestChain.open()
  const { chain } = host
  const heads: Promise<void>[] = []
  const pool = await Mempool.open(
    { ...DEV_MEMPOOL_OPTIONS, ...options },
    { chain, recovery: testRecovery(), clock: systemClock, log: SILENT },
  )
  chain.events.on('head', (change) => heads.push(pool.onHead(change)))
  onTestFinished(() => pool.close())
  const genesis = await testGenesis()
  const sign = (account: number, nonce: bigint, fields: Record<string, unknown> = {}) =>
    hexToBytes(signTransaction(genesis, account, { nonce, ...fields }))
  return { host, chain, pool, sign }
}

describe('node / mempool', () => {
  it('takes a submitted transaction, offers it, and lets go of it once it is mined', async () => {
    const { host, pool, sign } = await openPool()
    const hash = await pool.submit(sign(0, 0n))
    expect(pool.pending().map((transaction) => transaction.hash)).toEqual([hash])
    expect(await pool.nextNonce(pool.get(hash)!.sender)).toBe(1n)
    await expect(pool.submit(sign(0, 0n))).rejects.toThrow(PoolError)
    await host.extend(1, { transactions: pool.pending() })
    await pool.settled()
    expect(pool.status()).toEqual({ pending: 0, queued: 0 })
    await expect(pool.submit(sign(0, 0n))).rejects.toThrow('nonce too low')
  })

  it('takes back what a reorg orphans', async () => {
    const { host, pool, sign, chain } = await openPool()
    const raws = [0n, 1n, 2n].map((nonce) => sign(0, nonce))
    const hashes = await Promise.all(raws.map((raw) => pool.submit(raw)))
    const root = chain.head.hash
    await host.extend(1, { transactions: pool.pending() })
    await pool.settled()
    expect(pool.status().pending).toBe(0)
    await host.extend(2, { parent: root })
    await pool.settled()
    expect(pool.pending().map(({ hash }) => hash)).toEqual(hashes)
  })
})
