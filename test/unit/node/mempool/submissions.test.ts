/** Submissions share batches, keep their order, and are bounded while they wait. */
import { describe, expect, it } from 'vitest'
import { SUBMISSION_BATCH_MAX, TRANSACTION_BYTES_MAX } from '../../../../node/mempool/options.ts'
import { PoolError } from '../../../../node/mempool/pool-error.ts'
import { type AdmitBatch, Submissions } from '../../../../node/mempool/submissions.ts'
import { makeTransaction } from '../../../support/made-transactions.ts'

const TRANSACTION = makeTransaction()

describe('node / mempool / submissions', () => {
  it('judges in order, many at a time', async () => {
    const batches: number[][] = []
    const submissions = new Submissions(async (raws) => {
      batches.push(raws.map(([, index = 0]) => index))
      return raws.map(([tens = 0, index = 0]) => ({
        ...TRANSACTION,
        hash: `0x${tens * 256 + index}`,
      }))
    })
    const count = 2 * SUBMISSION_BATCH_MAX + 100
    const raws = Array.from({ length: count }, (_, i) => Uint8Array.of(i >> 8, i & 255))
    const hashes = await Promise.all(raws.map((raw) => submissions.add(raw)))
    expect(hashes).toEqual(raws.map((_, index) => `0x${index}`))
    expect(batches.map(({ length }) => length)).toEqual([
      SUBMISSION_BATCH_MAX,
      SUBMISSION_BATCH_MAX,
      100,
    ])
    expect(batches.flat()).toEqual(raws.map(([, index]) => index))
  })

  it('refuses what would wait above its bound, and takes more once there is room', async () => {
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const admit: AdmitBatch = async (raws) => {
      await gate
      return raws.map(() => TRANSACTION)
    }
    const submissions = new Submissions(admit)
    const raw = new Uint8Array(TRANSACTION_BYTES_MAX)
    const sent = Array.from({ length: 600 }, () => submissions.add(raw))
    release()
    const outcomes = await Promise.allSettled(sent)
    const refused = outcomes.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(600 - 512)
    for (const { reason } of refused as PromiseRejectedResult[]) {
      expect((reason as PoolError).type.code).toBe('POOL_FULL')
    }
    expect(await submissions.add(raw)).toBe(TRANSACTION.hash)
  })

  it('fails every submission of a batch that failed, and goes on', async () => {
    let isBroken = true
    const submissions = new Submissions(async (raws) => {
      if (isBroken) throw new Error('the thread is gone')
      return raws.map(() => TRANSACTION)
    })
    const sent = [0, 1].map(() => submissions.add(Uint8Array.of(1)))
    for (const outcome of sent) await expect(outcome).rejects.toThrow('the thread is gone')
    isBroken = false
    expect(await submissions.add(Uint8Array.of(1))).toBe(TRANSACTION.hash)
  })

  it('judges what waits when it closes, and refuses what comes after', async () => {
    const submissions = new Submissions(async (raws) => raws.map(() => TRANSACTION))
    const waiting = submissions.add(Uint8Array.of(1))
    await submissions.close()
    expect(await waiting).toBe(TRANSACTION.hash)
    await expect(submissions.add(Uint8Array.of(1))).rejects.toBeInstanceOf(PoolError)
  })
})
