import { describe, expect, it } from 'vitest'
import { ownBytes, shortBytes } from '../../../../consensus/codec/short-bytes.ts'

const LENGTHS = [0, 1, 64, 65, 100, 532, 1_024, 1_025, 9_000]

describe('consensus / codec / short-bytes', () => {
  it('hands out zeros of the length that was asked for', () => {
    for (const length of LENGTHS) {
      expect(shortBytes(length)).toStrictEqual(new Uint8Array(length))
    }
  })

  it('hands out no byte twice', () => {
    const all = Array.from({ length: 600 }, (_, i) => shortBytes(LENGTHS[i % LENGTHS.length] ?? 0))
    for (const [index, bytes] of all.entries()) bytes.fill(index & 0xff)
    const isKept = all.map((bytes, index) => bytes.every((byte) => byte === (index & 0xff)))
    expect(isKept).not.toContain(false)
  })

  it('copies what shares its memory, and nothing else', () => {
    for (const length of LENGTHS) {
      const [shared, long] = [shortBytes(length).fill(7), new Uint8Array(length + 65)]
      const own = ownBytes(shared)
      expect(own).toEqual(shared)
      expect(own.buffer.byteLength).toBe(length)
      expect(ownBytes(long)).toBe(long)
      expect(ownBytes(long.subarray(1)).buffer.byteLength).toBe(length + 64)
    }
  })
})
