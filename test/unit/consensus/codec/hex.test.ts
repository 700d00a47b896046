import { bytesToHex as reference } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../../../consensus/codec/hex.ts'
import type { Hex } from '../../../../consensus/types.ts'

const LENGTHS = [0, 1, 20, 32, 47, 48, 49, 65, 256, 5_000]

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

  it.each([2, 98, 1_000])('refuses %i digits of which one is none', (digits) => {
    for (const wrong of ['g', ' ', '/', ':', '\u0130', '\ud83d']) {
      for (const place of [0, digits >> 1, digits - 1]) {
        const text = `${'a'.repeat(place)}${wrong}${'a'.repeat(digits - place - 1)}`
        expect(() => hexToBytes(`0x${text}`)).toThrow(RangeError)
      }
    }
  })

  it('refuses a half byte and a missing prefix', () => {
    expect(() => hexToBytes('0xabc')).toThrow(RangeError)
    expect(() => hexToBytes(`0x${'a'.repeat(1_001)}`)).toThrow(RangeError)
    for (const bare of ['', '0', 'abcd', '1xab']) {
      expect(() => hexToBytes(bare as Hex)).toThrow(RangeError)
    }
  })
})
