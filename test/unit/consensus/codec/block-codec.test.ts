import { RLP } from '@ethereumjs/rlp'
import { describe, expect, it } from 'vitest'
import {
  BLOCK_BYTES_MAX,
  BLOCK_OVERHEAD_BYTES_MAX,
  BLOCK_TRANSACTIONS_MAX,
  blockBytes,
  decodeBlock,
  encodeBlock,
  transactionBlockBytes,
} from '../../../../consensus/codec/block-codec.ts'
import { encodeHeader, hashHeader } from '../../../../consensus/codec/header-codec.ts'
import { codeOf } from '../../../support/assert-code.ts'
import { makeGenesis } from '../../../support/mined-blocks.ts'

const header = makeGenesis()
const headerItems = RLP.decode(encodeHeader(header)) as Uint8Array[]
const legacy = RLP.encode([1, 2, 3, new Uint8Array(20), 5, '0xabcdef', 27, 1, 1])
const typed = (type: number, length = 100) => new Uint8Array(length + 1).fill(9).with(0, type)

type Nested = Uint8Array | readonly Nested[]
const codeOfBlock = (...items: Nested[]) => codeOf(() => decodeBlock(RLP.encode(items as never)))

describe('consensus / codec / block-codec', () => {
  it('A4, A5: encodes [header, transactions, [], []] as @ethereumjs/rlp does', () => {
    const transactions = [legacy, typed(2), typed(1), typed(4)]
    const nested = [headerItems, [RLP.decode(legacy), ...transactions.slice(1)], [], []]
    expect(encodeBlock({ header, transactions })).toEqual(RLP.encode(nested as never))
  })

  it('decodes what it encodes, with the hash and the bytes of the header', () => {
    const transactions = [typed(2), legacy, typed(4, 60_000)]
    const block = decodeBlock(encodeBlock({ header, transactions }))
    expect(block.header).toEqual(header)
    expect(block.hash).toBe(hashHeader(header))
    expect(block.headerRlp).toEqual(encodeHeader(header))
    expect(block.transactions.map((raw) => Buffer.from(raw).toString('hex'))).toEqual(
      transactions.map((raw) => Buffer.from(raw).toString('hex')),
    )
  })

  it('counts the bytes that it writes', () => {
    for (const transactions of [[], [legacy], [typed(1, 10)], [typed(2, 70_000), legacy]]) {
      expect(blockBytes(header, transactions)).toBe(encodeBlock({ header, transactions }).length)
      const sum = transactions.reduce((bytes, raw) => bytes + transactionBlockBytes(raw), 0)
      expect(blockBytes(header, transactions)).toBeLessThanOrEqual(BLOCK_OVERHEAD_BYTES_MAX + sum)
    }
  })

  it('A6: takes a block of 896 KiB and none that is longer', () => {
    const overhead = blockBytes(header, [typed(2, 800_000)]) - 800_001
    const fits = encodeBlock({ header, transactions: [typed(2, BLOCK_BYTES_MAX - overhead - 1)] })
    expect(fits.length).toBe(BLOCK_BYTES_MAX)
    expect(decodeBlock(fits).transactions).toHaveLength(1)
    const over = encodeBlock({ header, transactions: [typed(2, BLOCK_BYTES_MAX - overhead)] })
    expect(codeOf(() => decodeBlock(over))).toBe('BLOCK_TOO_LARGE')
  })

  it('A4: refuses ommers, withdrawals, missing and further items', () => {
    expect(codeOfBlock(headerItems, [], [headerItems], [])).toBe('BLOCK_NOT_CANONICAL')
    expect(codeOfBlock(headerItems, [], [], [headerItems])).toBe('BLOCK_NOT_CANONICAL')
    expect(codeOfBlock(headerItems, [], [], new Uint8Array(0))).toBe('BLOCK_NOT_CANONICAL')
    expect(codeOfBlock(headerItems, [], [])).toBe('BLOCK_NOT_CANONICAL')
    expect(codeOfBlock(headerItems, [], [], [], [])).toBe('BLOCK_NOT_CANONICAL')
    expect(codeOfBlock(headerItems, new Uint8Array(0), [], [])).toBe('BLOCK_NOT_CANONICAL')
    expect(codeOfBlock()).toBe('BLOCK_NOT_CANONICAL')
  })

  it('A5: refuses typed transactions that are empty or begin like a list', () => {
    expect(codeOfBlock(headerItems, [new Uint8Array(0)], [], [])).toBe('BLOCK_NOT_CANONICAL')
    expect(codeOfBlock(headerItems, [legacy], [], [])).toBe('BLOCK_NOT_CANONICAL')
    expect(codeOfBlock(headerItems, [Uint8Array.of(0x80, 1)], [], [])).toBe('BLOCK_NOT_CANONICAL')
    expect(codeOf(() => decodeBlock(Uint8Array.of(0xc0)))).toBe('BLOCK_NOT_CANONICAL')
  })

  it('refuses more items than any valid block holds', () => {
    const empty = Array.from({ length: BLOCK_TRANSACTIONS_MAX + 1 }, (): Nested => [])
    expect(codeOfBlock(headerItems, empty, [], [])).toBe('BLOCK_NOT_CANONICAL')
  })

  it('tells a broken header from a broken block', () => {
    expect(codeOfBlock(headerItems.slice(1), [], [], [])).toBe('E_PARAM')
    expect(codeOfBlock(new Uint8Array(3), [], [], [])).toBe('E_PARAM')
  })
})
