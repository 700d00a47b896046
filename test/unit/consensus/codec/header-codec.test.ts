import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import {
  decodeHeader,
  encodeHeader,
  HEADER_BYTES_MAX,
  hashHeader,
  hashHeaderRlp,
  readHeaderLayout,
  sealHash,
  sealHashOfLayout,
} from '../../../../consensus/codec/header-codec.ts'
import type { Header } from '../../../../consensus/types.ts'
import { codeOf } from '../../../support/assert-code.ts'
import { makeGenesis } from '../../../support/mined-blocks.ts'
import { PINNED_BLOCK } from '../pinned.ts'

const header: Header = {
  ...makeGenesis(),
  number: 300n,
  gasUsed: 21_000n,
  nonce: '0x0102030405060708',
}

/** The fields of a header as RLP items, to be broken one at a time. */
const items = (): Uint8Array[] => RLP.decode(encodeHeader(header)) as Uint8Array[]
const INTEGERS = { difficulty: 7, number: 8, gasLimit: 9, gasUsed: 10, timestamp: 11, baseFee: 15 }

const codeOfRlp = (rlp: Uint8Array) => codeOf(() => decodeHeader(rlp))

describe('consensus / codec / header-codec', () => {
  it('A3: hashes a published header to its published hash', () => {
    const rlp = hexToBytes(PINNED_BLOCK.headerRlp)
    expect(hashHeaderRlp(rlp)).toBe(PINNED_BLOCK.hash)
    expect(hashHeader(decodeHeader(rlp))).toBe(PINNED_BLOCK.hash)
    expect(bytesToHex(sealHash(decodeHeader(rlp)))).toBe(PINNED_BLOCK.sealHash)
  })

  it('A1: encodes the 21 fields in order, as @ethereumjs/rlp does', () => {
    const fields = items()
    expect(fields).toHaveLength(21)
    expect(RLP.encode(fields)).toEqual(encodeHeader(header))
    expect(bytesToHex(fields[14]!)).toBe(header.nonce)
  })

  it('decodes what it encodes', () => {
    expect(decodeHeader(encodeHeader(header))).toEqual(header)
    const widest: Header = {
      ...header,
      difficulty: 2n ** 256n - 1n,
      baseFeePerGas: 2n ** 256n - 1n,
      number: 2n ** 64n - 1n,
      gasLimit: 2n ** 64n - 1n,
      gasUsed: 2n ** 64n - 1n,
      timestamp: 2n ** 64n - 1n,
      blobGasUsed: 2n ** 64n - 1n,
      excessBlobGas: 2n ** 64n - 1n,
    }
    const rlp = encodeHeader(widest)
    expect(rlp.length).toBeLessThanOrEqual(HEADER_BYTES_MAX)
    expect(decodeHeader(rlp)).toEqual(widest)
  })

  it('decodes a header that is a view into a message', () => {
    const rlp = encodeHeader(header)
    const message = Buffer.concat([Buffer.from('before'), rlp, Buffer.from('after')])
    expect(decodeHeader(message.subarray(6, 6 + rlp.length))).toEqual(header)
  })

  it('S4: seals with the nonce as eight zero bytes', () => {
    const rlp = encodeHeader(header)
    const layout = readHeaderLayout(rlp)
    if (typeof layout === 'string') throw new Error(layout)
    const zeroed = { ...header, nonce: '0x0000000000000000' } as const
    expect(bytesToHex(sealHash(header))).toBe(hashHeader(zeroed))
    expect(sealHashOfLayout(rlp, layout)).toEqual(sealHash(header))
    expect(sealHash({ ...header, nonce: '0xffffffffffffffff' })).toEqual(sealHash(header))
    expect(sealHash({ ...header, gasUsed: 21_001n })).not.toEqual(sealHash(header))
  })

  it('A2: refuses integers with leading zeros', () => {
    for (const index of Object.values(INTEGERS)) {
      const fields = items()
      fields[index] = Uint8Array.of(0, ...fields[index]!)
      expect(codeOfRlp(RLP.encode(fields))).toBe('E_PARAM')
    }
  })

  it('A2: refuses integers over their width', () => {
    const overLong = {
      difficulty: 33,
      number: 9,
      gasLimit: 9,
      gasUsed: 9,
      timestamp: 9,
      baseFee: 33,
    }
    for (const [name, bytes] of Object.entries(overLong)) {
      const fields = items()
      fields[INTEGERS[name as keyof typeof INTEGERS]] = new Uint8Array(bytes).fill(1)
      expect(codeOfRlp(RLP.encode(fields))).toBe('E_PARAM')
    }
  })

  it('A2: refuses byte fields that are not exactly their width', () => {
    for (const index of [0, 1, 2, 3, 4, 5, 6, 12, 13, 14, 16, 19, 20]) {
      for (const change of [-1, 1]) {
        const fields = items()
        fields[index] = new Uint8Array(fields[index]!.length + change)
        expect(codeOfRlp(RLP.encode(fields))).toBe('E_PARAM')
      }
    }
  })

  it('A1: refuses 20 and 22 items, lists as fields, and bytes after the list', () => {
    expect(codeOfRlp(RLP.encode(items().slice(0, 20)))).toBe('E_PARAM')
    expect(codeOfRlp(RLP.encode([...items(), new Uint8Array(0)]))).toBe('E_PARAM')
    expect(codeOfRlp(RLP.encode([[], ...items().slice(1)]))).toBe('E_PARAM')
    expect(codeOfRlp(Uint8Array.from([...encodeHeader(header), 0]))).toBe('E_PARAM')
    expect(codeOfRlp(new Uint8Array(0))).toBe('E_PARAM')
    expect(codeOfRlp(RLP.encode(encodeHeader(header)))).toBe('E_PARAM')
  })

  it('refuses what is longer than any header without reading it', () => {
    expect(codeOfRlp(new Uint8Array(10_000_000).fill(0xc1))).toBe('E_PARAM')
  })

  it('asserts the widths of what it is told to encode', () => {
    expect(() => encodeHeader({ ...header, nonce: '0x01' })).toThrow('nonce')
    expect(() => encodeHeader({ ...header, timestamp: 2n ** 64n })).toThrow('timestamp')
    expect(() => encodeHeader({ ...header, number: -1n })).toThrow('number')
  })
})
