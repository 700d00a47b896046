import { describe, expect, it } from 'vitest'
import { BLOCK_BYTES_MAX, blockBytes } from '../../../../consensus/codec/block-codec.ts'
import { orderedTrieRoot } from '../../../../consensus/codec/ordered-trie-root.ts'
import { transactionType, verifyBody } from '../../../../consensus/rules/body-rules.ts'
import { verifyResults } from '../../../../consensus/rules/result-rules.ts'
import type { Header } from '../../../../consensus/types.ts'
import { codeOf, failureOf } from '../../../support/assert-code.ts'
import { FIRST_PLACE, makeChild, ZERO_HASH } from '../../../support/mined-blocks.ts'

const typed = (type: number, length = 100) => new Uint8Array(length).fill(9).with(0, type)
const legacy = Uint8Array.of(0xc1, 0x80)

/** A block whose header fits these transactions, with changes to the header. */
function blockOf(transactions: readonly Uint8Array[], changes: Partial<Header> = {}) {
  const header = makeChild(FIRST_PLACE, {
    transactionsRoot: orderedTrieRoot(transactions),
    ...changes,
  })
  return { header, transactions }
}

describe('consensus / rules / body-rules', () => {
  it('accepts transactions of types 0, 1, 2 and 4', () => {
    verifyBody(blockOf([]))
    verifyBody(blockOf([legacy, typed(1), typed(2), typed(4)]))
    expect([legacy, typed(1), typed(2), typed(4)].map(transactionType)).toEqual([0, 1, 2, 4])
  })

  it('B1: blames another body first, because it says nothing of the header', () => {
    const { header } = blockOf([legacy])
    const other = { header, transactions: [typed(3)] }
    expect(failureOf(() => verifyBody(other))).toEqual({
      code: 'TRANSACTIONS_ROOT_MISMATCH',
      expected: orderedTrieRoot([typed(3)]),
      actual: orderedTrieRoot([legacy]),
    })
  })

  it('B2: keeps to 896 KiB', () => {
    const overhead = blockBytes(blockOf([]).header, [typed(2, 800_000)]) - 800_000
    verifyBody(blockOf([typed(2, BLOCK_BYTES_MAX - overhead)]))
    const over = blockOf([typed(2, BLOCK_BYTES_MAX - overhead + 1)])
    expect(codeOf(() => verifyBody(over))).toBe('BLOCK_TOO_LARGE')
  })

  it('B3: refuses blobs and unknown types', () => {
    for (const type of [0, 3, 5, 0x7f]) {
      const fault = failureOf(() => verifyBody(blockOf([legacy, typed(type)])))
      expect(fault).toEqual({ code: 'TRANSACTION_TYPE', index: 1, type })
    }
    expect(transactionType(new Uint8Array(0))).toBeUndefined()
  })

  it('B4: refuses a beacon root', () => {
    const block = blockOf([], { parentBeaconBlockRoot: `0x${'01'.repeat(32)}` })
    expect(codeOf(() => verifyBody(block))).toBe('BEACON_ROOT_NOT_ZERO')
  })
})

describe('consensus / rules / result-rules', () => {
  const header = makeChild(FIRST_PLACE, { gasUsed: 21_000n })
  const { gasUsed, receiptsRoot, logsBloom, stateRoot } = header
  const results = { gasUsed, receiptsRoot, logsBloom, stateRoot }

  it('accepts the results that the header holds', () => {
    verifyResults(header, results)
  })

  it('R1 to R4: names the first result that differs', () => {
    const bloom = `0x01${'00'.repeat(255)}` as const
    const code = (changes: Partial<typeof results>) =>
      failureOf(() => verifyResults(header, { ...results, ...changes }))
    expect(code({ gasUsed: 1n, stateRoot: ZERO_HASH })).toEqual({
      code: 'GAS_USED_MISMATCH',
      expected: 1n,
      actual: 21_000n,
    })
    expect(code({ receiptsRoot: ZERO_HASH }).code).toBe('RECEIPTS_ROOT_MISMATCH')
    expect(code({ logsBloom: bloom }).code).toBe('LOGS_BLOOM_MISMATCH')
    expect(code({ stateRoot: ZERO_HASH })).toEqual({
      code: 'STATE_ROOT_MISMATCH',
      expected: ZERO_HASH,
      actual: stateRoot,
    })
  })
})
