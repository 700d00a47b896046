import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { readRlpItem, readRlpItems, readRlpWhole } from '../../../../consensus/codec/rlp-reader.ts'
import {
  encodeRlpInteger,
  encodeRlpList,
  encodeRlpString,
  rlpBytes,
} from '../../../../consensus/codec/rlp-writer.ts'

const LENGTHS = [0, 1, 2, 54, 55, 56, 57, 255, 256, 65535, 65536]

describe('consensus / codec / rlp', () => {
  it('writes strings as @ethereumjs/rlp does', () => {
    for (const length of LENGTHS) {
      for (const fill of [0x00, 0x7f, 0x80, 0xff]) {
        const bytes = new Uint8Array(length).fill(fill)
        expect(Buffer.compare(encodeRlpString(bytes), RLP.encode(bytes))).toBe(0)
      }
    }
  })

  it('writes integers without leading zeros', () => {
    for (const value of [0n, 1n, 127n, 128n, 255n, 256n, 2n ** 64n - 1n, 2n ** 256n - 1n]) {
      expect(encodeRlpInteger(value)).toEqual(RLP.encode(value))
    }
  })

  it('writes lists as @ethereumjs/rlp does', () => {
    for (const length of LENGTHS) {
      const items = [new Uint8Array(length).fill(7), Uint8Array.of(1), new Uint8Array(0)]
      const list = encodeRlpList(items.map(encodeRlpString))
      expect(Buffer.compare(list, RLP.encode(items))).toBe(0)
    }
  })

  it('foretells the length of an item', () => {
    for (const length of LENGTHS) {
      expect(rlpBytes(length)).toBe(encodeRlpList([new Uint8Array(length)]).length)
    }
  })

  it('reads back what it writes', () => {
    for (const length of LENGTHS) {
      const bytes = new Uint8Array(length).fill(200)
      const list = encodeRlpList([encodeRlpString(bytes), encodeRlpInteger(5n)])
      const whole = readRlpWhole(list)
      const [first, second, ...none] = readRlpItems(list, whole!, 2)!
      expect(Buffer.compare(list.subarray(first!.start, first!.end), bytes)).toBe(0)
      expect([...list.subarray(second!.start, second!.end)]).toEqual([5])
      expect(none).toEqual([])
    }
  })

  it.each([
    ['a byte below 0x80 with a prefix', '0x8105'],
    ['a long form for 55 bytes', `0xb837${'00'.repeat(55)}`],
    ['a long form with a leading zero', `0xb90038${'00'.repeat(56)}`],
    ['a length of five bytes', `0xbc0000000038${'00'.repeat(56)}`],
    ['a string that ends early', '0x82ff'],
    ['a list that ends early', '0xc3c0c0'],
    ['a length that ends early', '0xb9ff'],
    ['a long list that ends early', '0xfaffffff'],
    ['nothing', '0x'],
  ] as const)('refuses %s', (_, hex) => {
    expect(readRlpWhole(hexToBytes(hex))).toBeUndefined()
  })

  it('refuses bytes after the item', () => {
    expect(readRlpWhole(hexToBytes('0xc000'))).toBeUndefined()
    expect(readRlpItem(hexToBytes('0xc000'), 0, 2)).toMatchObject({ end: 1 })
  })

  it('stops at the item that is one too many', () => {
    const list = encodeRlpList(Array.from({ length: 5 }, () => Uint8Array.of(1)))
    expect(readRlpItems(list, readRlpWhole(list)!, 5)).toHaveLength(5)
    expect(readRlpItems(list, readRlpWhole(list)!, 4)).toBeUndefined()
  })

  it('reads one level of a list as deep as its message without recursion', () => {
    const deep = new Uint8Array(300_000)
    let length = 0
    const prefixes: Uint8Array[] = []
    while (length < 290_000) {
      const prefix = encodeRlpList([new Uint8Array(length)]).subarray(0, rlpBytes(length) - length)
      prefixes.push(prefix.slice())
      length += prefix.length
      if (prefixes.length > 2_000) break
    }
    let offset = 0
    for (const prefix of prefixes.reverse()) {
      deep.set(prefix, offset)
      offset += prefix.length
    }
    const nested = deep.subarray(0, offset)
    expect(readRlpItems(nested, readRlpWhole(nested)!, 1)).toHaveLength(1)
    expect(bytesToHex(nested.subarray(-1))).toBe('0xc0')
  })
})
