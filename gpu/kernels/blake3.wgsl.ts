/**
 * B3 in WGSL: sixteen named values and sixteen message words that change places after a round. The
 * rounds are a loop, because a software adapter takes 0.4 s to compile them one by one.
 * Twin: reference/blake3.ts. Spec: docs/spec/proof-of-compute.md, "Primitives".
 */
import { assert } from '../errors.ts'

export type Blake3Source = {
  /** Eight expressions of the key. */
  readonly key: readonly string[]
  /** Sixteen expressions. */
  readonly message: readonly string[]
  readonly counter: string
}

const IV = ['0x6a09e667u', '0xbb67ae85u', '0x3c6ef372u', '0xa54ff53au'] as const
const BLOCK_BYTES = '64u'
/** CHUNK_START | CHUNK_END | ROOT | KEYED_HASH. */
const FLAGS = '0x1bu'
const ROUNDS = 7
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8] as const
const QUARTERS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const

/** Statements after which `o0` to `o15` are the words of the output block. */
export function blake3Statements({ key, message, counter }: Blake3Source): string {
  assert(key.length === 8 && message.length === 16, 'a key has 8 words, a message 16')
  const start = [...key, ...IV, counter, '0u', BLOCK_BYTES, FLAGS]
  const quarters = QUARTERS.map(([a, b, c, d], i) =>
    [
      halfQuarter([a, b, c, d], `m${2 * i}`, 16, 12),
      halfQuarter([a, b, c, d], `m${2 * i + 1}`, 8, 7),
    ].join('\n'),
  )
  return [
    ...start.map((value, i) => `var v${i} = ${value};`),
    ...message.map((value, i) => `var m${i} = ${value};`),
    `for (var round = 0u; round < ${ROUNDS}u; round++) {`,
    ...quarters,
    ...PERMUTATION.map((source, i) => `let n${i} = m${source};`),
    ...PERMUTATION.map((_, i) => `m${i} = n${i};`),
    '}',
    ...Array.from({ length: 8 }, (_, i) => `let o${i} = v${i} ^ v${i + 8};`),
    ...Array.from({ length: 8 }, (_, i) => `let o${i + 8} = v${i + 8} ^ ${key[i]};`),
  ].join('\n')
}

function halfQuarter(
  [a, b, c, d]: readonly [number, number, number, number],
  word: string,
  turnD: number,
  turnB: number,
): string {
  const turn = (v: number, by: number) => `v${v} = (v${v} >> ${by}u) | (v${v} << ${32 - by}u);`
  return [
    `v${a} += v${b} + ${word};`,
    `v${d} ^= v${a}; ${turn(d, turnD)}`,
    `v${c} += v${d};`,
    `v${b} ^= v${c}; ${turn(b, turnB)}`,
  ].join('\n')
}
