import { describe, expect, it } from 'vitest'
import { RequestHandlers } from '../../../node/request-handlers.ts'
import {
  SINGLE_TRANSACTION_MESSAGE_BYTES_MAX,
  TRANSACTIONS_MESSAGE_BYTES_MAX,
} from '../../../node/sync/protocol.ts'
import {
  decodeLatestVote,
  decodeTransactions,
  encodeVoterRequest,
} from '../../../node/sync/wire.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import type { ReplyChunk } from '../../../p2p/options.ts'
import { TestChain } from '../../support/chain-factory.ts'
import { FinalityMachine, FOUR } from '../../support/finality-net.ts'
import { growChain } from '../../support/tree-blocks.ts'

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

  it('tells the newest vote that it has heard of a key, or that there is none', async () => {
    const net = new FinalityMachine()
    growChain(net.tree, 0, 1, 16)
    for (const index of [8, 16]) net.checkpoint(index)
    net.vote(0, 8, 2)
    net.vote(0, 16, 2)
    const handlers = new RequestHandlers({
      chain: { finality: net.state } as never,
      pool: { pending: () => [] },
      sync: { onStatus: () => undefined },
    })
    const answer = async (payload: Uint8Array) => {
      const chunks: ReplyChunk[] = []
      for await (const chunk of handlers.answer('latest_vote', payload, 'a')) chunks.push(chunk)
      return chunks
    }
    const [heard] = await answer(encodeVoterRequest(FOUR.votingKeys[2]!))
    expect(decodeLatestVote(heard!.payload)?.vote.targetEpoch).toBe(2n)
    const [none] = await answer(encodeVoterRequest(FOUR.votingKeys[3]!))
    expect(none).toEqual({ code: 0, payload: Uint8Array.of(0xc0) })
    expect(decodeLatestVote(none!.payload)).toBeUndefined()
    expect(await answer(Uint8Array.of(0xc0))).toMatchObject([{ code: 1 }])
    expect(await answer(Uint8Array.of(0xc1, 0x01))).toMatchObject([{ code: 1 }])
  })
})
