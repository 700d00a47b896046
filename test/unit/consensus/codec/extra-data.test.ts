import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { decodeExtraData, encodeExtraData } from '../../../../consensus/codec/extra-data.ts'
import { failureOf } from '../../../support/assert-code.ts'

const workCommitment = `0x${'5a'.repeat(32)}` as const
const extra = { shapeId: 1, kind: 1, timestampMs: 999, workCommitment } as const
const HEX = `0x0101010003e70000${'5a'.repeat(32)}` as const

/** The layout with one byte changed. */
function withByte(offset: number, value: number): `0x${string}` {
  const bytes = hexToBytes(HEX)
  bytes[offset] = value
  return bytesToHex(bytes)
}

describe('consensus / codec / extra-data', () => {
  it('S2: has one layout of 40 bytes', () => {
    expect(encodeExtraData(extra)).toBe(HEX)
    expect(decodeExtraData(HEX)).toEqual(extra)
    const least = { ...extra, shapeId: 0, kind: 0, timestampMs: 0 } as const
    expect(decodeExtraData(encodeExtraData(least))).toEqual(least)
  })

  it.each([
    ['another version', withByte(0, 2)],
    ['kind 2', withByte(2, 2)],
    ['byte 3', withByte(3, 1)],
    ['byte 6', withByte(6, 1)],
    ['byte 7', withByte(7, 0x80)],
    ['timestampMs 1000', withByte(5, 0xe8)],
    ['timestampMs 65535', withByte(4, 0xff)],
    ['39 bytes', HEX.slice(0, -2) as typeof HEX],
    ['41 bytes', `${HEX}00` as typeof HEX],
    ['no bytes', '0x'],
  ] as const)('S2: refuses %s', (_, hex) => {
    expect(failureOf(() => decodeExtraData(hex))).toMatchObject({ code: 'E_PARAM' })
  })

  it('asserts what it is told to encode', () => {
    expect(() => encodeExtraData({ ...extra, timestampMs: 1000 })).toThrow('timestampMs')
    expect(() => encodeExtraData({ ...extra, workCommitment: '0x00' })).toThrow('commitment')
    expect(() => encodeExtraData({ ...extra, shapeId: 256 })).toThrow('shape')
  })
})
