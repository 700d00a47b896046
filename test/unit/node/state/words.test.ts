import { describe, expect, it } from 'vitest'
import { wordBytes, wordOf, ZERO_WORD } from '../../../../node/state/flat/flat-codec.ts'
import { integerBytes } from '../../../../node/state/flat/integers.ts'

const WORDS = [
  ZERO_WORD,
  `0x${'00'.repeat(31)}07`,
  `0x${'00'.repeat(30)}0abc`,
  `0x0${'f'.repeat(63)}`,
  `0x${'ab'.repeat(32)}`,
] as const

describe('node / state / words', () => {
  it('loses the zeros before a word, and no digit of it', () => {
    for (const word of WORDS) {
      expect(wordBytes(word)).toStrictEqual(integerBytes(BigInt(word)))
      expect(wordOf(wordBytes(word))).toBe(word)
    }
  })

  it('takes words as callers write them: short, or in capitals', () => {
    expect([...wordBytes('0x7')]).toEqual([7])
    expect([...wordBytes(`0x${'00'.repeat(31)}AB`)]).toEqual([0xab])
  })
})
