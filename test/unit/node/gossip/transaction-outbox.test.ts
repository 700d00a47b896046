import { describe, expect, it } from 'vitest'
import { GATHER_MS, TransactionOutbox } from '../../../../node/gossip/transaction-outbox.ts'
import {
  SINGLE_TRANSACTION_MESSAGE_BYTES_MAX,
  TRANSACTIONS_MESSAGE_BYTES_MAX,
} from '../../../../node/sync/protocol.ts'
import { decodeTransactions } from '../../../../node/sync/wire.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

/** A typed transaction of so many bytes, as far as a message can tell. */
const raw = (bytes: number, fill = 1): Uint8Array => {
  const out = new Uint8Array(bytes).fill(fill)
  out[0] = 2
  return out
}

function open() {
  const clock = new ManualClock()
  const messages: Uint8Array[] = []
  const outbox = new TransactionOutbox(clock, (message) => messages.push(message))
  return { clock, messages, outbox }
}

describe('node / gossip / transaction-outbox', () => {
  it('sends together what comes within a moment', () => {
    const { clock, messages, outbox } = open()
    outbox.add(raw(100))
    outbox.add(raw(120))
    expect(messages).toEqual([])
    clock.advance(GATHER_MS)
    expect(messages).toHaveLength(1)
    expect(decodeTransactions(messages[0]!).map(({ length }) => length)).toEqual([100, 120])
    clock.advance(1_000)
    expect(messages).toHaveLength(1)
  })

  it('never makes a message above the limit of several transactions', () => {
    const { messages, outbox } = open()
    for (let n = 0; n < 5_000; n++) outbox.add(raw(60 + (n % 900)))
    outbox.flush()
    for (const message of messages) {
      expect(message.length).toBeLessThanOrEqual(TRANSACTIONS_MESSAGE_BYTES_MAX)
    }
    expect(messages.reduce((sum, each) => sum + decodeTransactions(each).length, 0)).toBe(5_000)
  })

  it('sends a long transaction alone', () => {
    const { messages, outbox } = open()
    outbox.add(raw(100))
    outbox.add(raw(128 * 1024))
    outbox.add(raw(100))
    outbox.flush()
    expect(messages.map((message) => decodeTransactions(message).length)).toEqual([1, 1, 1])
    expect(messages[1]!.length).toBeLessThanOrEqual(SINGLE_TRANSACTION_MESSAGE_BYTES_MAX)
  })
})
