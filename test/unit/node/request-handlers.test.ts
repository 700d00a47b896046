import { describe, expect, it } from 'vitest'
import { RequestHandlers } from '../../../node/request-handlers.ts'
import {
  SINGLE_TRANSACTION_MESSAGE_BYTES_MAX,
  TRANSACTIONS_MESSAGE_BYTES_MAX,
} from '../../../node/sync/protocol.ts'
import { decodeTransactions } from '../../../node/sync/wire.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import { TestChain } from '../../support/chain-factory.ts'

describe('node / request-handlers', () => {
  it('answers for the pool in messages that gossip would take', async () => {
    const { chain } = await TestChain.open()
    const sizes = [200, 40_000, 30_000, 131_072, 100, 100, 65_000, 500]
    const raws = sizes.map((bytes) => new Uint8Array(bytes).fill(2))
    const pending = (): readonly SignedTransaction[] => raws.map((raw) => ({ raw }) as never)
    const handlers = new RequestHandlers({
      chain,
      pool: { pending },
      sync: { onStatus: () => undefined },
    })
    const got: number[] = []
    for await (const { code, payload } of handlers.answer('pooled_txs', Uint8Array.of(0xc0), 'a')) {
      expect(code).toBe(0)
      const chunk = decodeTransactions(payload)
      const isAlone = chunk.length === 1
      const bytesMax = isAlone
        ? SINGLE_TRANSACTION_MESSAGE_BYTES_MAX
        : TRANSACTIONS_MESSAGE_BYTES_MAX
      expect(payload.length).toBeLessThanOrEqual(bytesMax)
      got.push(...chunk.map(({ length }) => length))
    }
    expect(got).toEqual(sizes)
  })
})
