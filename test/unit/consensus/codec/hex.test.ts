import { bytesToHex as reference } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { bytesToHex, hexOfInteger, hexToBytes, writeHex } from '../../../../consensus/codec/hex.ts'
import type { Hex } from '../../../../consensus/types.ts'

const LENGTHS = [0, 1, 20, 32, 65, 79, 80, 81, 256, 5_000]

describe('consensus / hex', () => {
  it.each(LENGTHS)('brings %i bytes back', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + 7) & 0xff)
    const hex = bytesToHex(bytes)
    expect(hex).toBe(reference(bytes))
    expect(hexToBytes(hex)).toStrictEqual(bytes)
    expect(hexToBytes(`0x${hex.slice(2).toUpperCase()}`)).toStrictEqual(bytes)
  })

  it('reads a view by its own bounds', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i)
    expect(bytesToHex(bytes.subarray(3, 5))).toBe('0x0304')
  })

  it.each([2, 160, 162, 1_000])('refuses %i digits of which one is none', (digits) => {
    for (const wrong of ['g', ' ', '/', ':', '\u0130', '\ud83d']) {
      for (const place of [0, digits >> 1, digits - 1]) {
        const text = `${'a'.repeat(place)}${wrong}${'a'.repeat(digits - place - 1)}`
        expect(() => hexToBytes(`0x${text}`)).toThrow(RangeError)
      }
    }
  })

  it('writes into its place and touches nothing beside it', () => {
    const out = new Uint8Array(6).fill(0xee)
    expect(writeHex('0x01aB', out, 2)).toBe(2)
    expect([...out]).toEqual([0xee, 0xee, 0x01, 0xab, 0xee, 0xee])
    for (const wrong of ['0x0', '01', '0x0g']) {
      expect(() => writeHex(wrong as Hex, out, 0)).toThrow(RangeError)
    }
  })

  it('makes whole bytes of an integer, and none of zero', () => {
    const integers = [0n, 1n, 0x7fn, 0x80n, 0x100n, 0xabcn, (1n << 256n) - 1n]
    const hex = ['0x', '0x01', '0x7f', '0x80', '0x0100', '0x0abc', `0x${'ff'.repeat(32)}`]
    expect(integers.map(hexOfInteger)).toEqual(hex)
  })

  it('refuses a half byte and a missing prefix', () => {
    expect(() => hexToBytes('0xabc')).toThrow(RangeError)
    expect(() => hexToBytes(`0x${'a'.repeat(1_001)}`)).toThrow(RangeError)
    for (const bare of ['', '0', 'abcd', '1xab']) {
      expect(() => hexToBytes(bare as Hex)).toThrow(RangeError)
    }
  })
})
