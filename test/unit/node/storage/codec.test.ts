/** The compact records: what goes in comes out, and nothing damaged does. */
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { decodeBody, encodeBody } from '../../../../node/storage/codec/body-codec.ts'
import { ByteReader } from '../../../../node/storage/codec/byte-reader.ts'
import { ByteWriter } from '../../../../node/storage/codec/byte-writer.ts'
import { crc32c } from '../../../../node/storage/codec/crc32c.ts'
import { decodeReceipts, encodeReceipts } from '../../../../node/storage/codec/receipt-codec.ts'
import { CorruptionError, openRecord, sealRecord } from '../../../../node/storage/codec/record.ts'
import { decodeTreeRecord, encodeTreeRecord } from '../../../../node/storage/codec/tree-record.ts'
import { key } from '../../../../node/storage/keys.ts'
import { addressOf, makeTransaction } from '../../../support/made-transactions.ts'
import { Random } from '../../../support/random.ts'
import { GENESIS_BLOCK, makeChildBlock, makeLog, makeReceipt } from './made-chain.ts'
import { decodeStored } from './test-chain.ts'

const KEY = key('body', new Uint8Array(32))

describe('node / storage / codec', () => {
  it('crc32c gives the published checksums', () => {
    const text = (value: string) => new TextEncoder().encode(value)
    expect(crc32c(text('123456789'))).toBe(0xe3069283)
    // RFC 3720, B.4.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e)
  })

  it('crc32c of parts is that of the whole, wherever it is cut', () => {
    const bytes = new Random(1).bytes(100)
    const whole = crc32c(bytes)
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(whole)
    }
  })

  it('integers of any size survive', () => {
    const values = [0n, 1n, 127n, 128n, 16_383n, 16_384n, 2n ** 64n - 1n, 2n ** 256n - 1n]
    const counts = [0, 1, 127, 128, 300, 2 ** 32 - 1]
    const writer = new ByteWriter(1)
    for (const value of values) writer.integer(value)
    for (const count of counts) writer.integer(count)
    const reader = new ByteReader(KEY, writer.finish())
    expect(values.map(() => reader.integer())).toEqual(values)
    expect(counts.map(() => reader.count())).toEqual(counts)
    reader.end()
  })

  it('a sealed record opens under its own key alone', () => {
    const payload = new Random(2).bytes(50)
    const record = sealRecord(KEY, payload)
    expect(openRecord(KEY, record)).toEqual(payload)
    const other = key('body', new Uint8Array(32).fill(1))
    expect(() => openRecord(other, record)).toThrow(CorruptionError)
    expect(() => openRecord(key('receipts', new Uint8Array(32)), record)).toThrow(CorruptionError)
  })

  it('every flipped bit and every cut of a sealed record is found', () => {
    const record = sealRecord(KEY, new Random(3).bytes(40))
    for (let bit = 0; bit < record.length * 8; bit++) {
      const damaged = record.slice()
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => openRecord(KEY, damaged)).toThrow(CorruptionError)
    }
    for (let length = 0; length < record.length; length++) {
      expect(() => openRecord(KEY, record.subarray(0, length))).toThrow(CorruptionError)
    }
  })

  it('a corruption error names the table and the key', () => {
    const error = catchError(() => openRecord(KEY, new Uint8Array(9)))
    expect(error).toBeInstanceOf(CorruptionError)
    expect((error as CorruptionError).type).toEqual({
      code: 'RECORD_DAMAGED',
      table: 'body',
      key: `0x${'00'.repeat(32)}`,
    })
  })

  it('a body keeps raw bytes and senders, and makes the rest when asked', () => {
    const transactions = [
      makeTransaction({ sender: addressOf(5), type: 0 }),
      makeTransaction({ sender: addressOf(6), type: 2, data: '0x010203' }),
      makeTransaction({ sender: addressOf(7), type: 4 }),
    ]
    let decoded = 0
    const body = decodeBody(KEY, encodeBody({ sizeBytes: 777, transactions }), (raw) => {
      decoded += 1
      return decodeStored(raw)
    })
    expect(body.sizeBytes).toBe(777)
    expect(body.transactions.map(({ hash, raw, sender }) => ({ hash, raw, sender }))).toEqual(
      transactions.map(({ hash, raw, sender }) => ({ hash, raw, sender })),
    )
    expect(decoded).toBe(0)
    expect(body.transactions[1]?.tx.data).toEqual(transactions[1]?.tx.data)
    expect(body.transactions[1]?.tx).toBe(body.transactions[1]?.tx)
    expect(decoded).toBe(1)
  })

  it('an empty body survives', () => {
    const body = decodeBody(KEY, encodeBody({ sizeBytes: 600, transactions: [] }), decodeStored)
    expect(body).toEqual({ sizeBytes: 600, transactions: [] })
  })

  it('receipts of every kind survive', () => {
    const bloomOf = (bits: number) => {
      const bytes = new Uint8Array(256)
      for (let bit = 0; bit < bits; bit++) bytes[(bit * 7) % 256]! |= 1 << (bit & 7)
      return bytesToHex(bytes)
    }
    const receipts = [
      makeReceipt(0n),
      makeReceipt(21_000n, { type: 0, status: 0, gasUsed: 0n }),
      makeReceipt(21_000n, { type: 4, contractAddress: addressOf(3), gasUsed: 5_000_000n }),
      makeReceipt(5_021_000n, { logs: [makeLog(1), makeLog(2)], logsBloom: bloomOf(12) }),
      makeReceipt(5_042_000n, { logs: [{ ...makeLog(3), topics: [], data: '0x' }] }),
      makeReceipt(5_063_000n, { effectiveGasPrice: 2n ** 200n, logsBloom: bloomOf(200) }),
      makeReceipt(5_084_000n, { logsBloom: bloomOf(127) }),
      makeReceipt(5_105_000n, { logsBloom: bloomOf(128) }),
    ]
    expect(decodeReceipts(KEY, encodeReceipts(receipts))).toEqual(receipts)
    expect(decodeReceipts(KEY, encodeReceipts([]))).toEqual([])
  })

  it('a transfer takes few bytes of receipt', () => {
    expect(encodeReceipts([makeReceipt(0n)]).length).toBeLessThan(16)
  })

  it('receipts whose cumulative gas is no sum are refused', () => {
    expect(() => encodeReceipts([{ ...makeReceipt(0n), cumulativeGasUsed: 1n }])).toThrow(
      'cumulative',
    )
  })

  it('records that end too early or too late are damage, never a short answer', () => {
    const encoded = encodeReceipts([makeReceipt(0n, { logs: [makeLog(1)] })])
    for (let length = 0; length < encoded.length; length++) {
      expect(() => decodeReceipts(KEY, encoded.subarray(0, length))).toThrow(CorruptionError)
    }
    const longer = Uint8Array.from([...encoded, 0])
    expect(() => decodeReceipts(KEY, longer)).toThrow(CorruptionError)
  })

  it('tree records of every status survive', () => {
    const { record } = makeChildBlock(GENESIS_BLOCK)
    for (const status of ['verified', 'executed', 'invalid'] as const) {
      const given = { ...record, status, totalDifficulty: 2n ** 200n, sequence: 7 }
      expect(decodeTreeRecord(KEY, given.hash, encodeTreeRecord(given))).toEqual(given)
    }
  })
})

function catchError(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
