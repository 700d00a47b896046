/**
 * The inner step of pass 3 in three ways: one word, four multiply-adds, of each of the 64 entries
 * of a tile. All are exact, so they give the same tickets; adapters differ in which is fastest.
 */
import { TILE_SIDE } from '../reference/shape.ts'

export type TileProduct = {
  readonly name: string
  /** What the adapter's WGSL must offer. */
  readonly languageFeature?: string
  /** Declares the sums of one stripe, where they are not kept in c0 to c63. */
  readonly begin: string
  /** Takes words a0 to a7 and b0 to b7 (u32) into the sums. */
  readonly step: string
  /** Adds the sums of the stripe to c0 to c63. */
  readonly end: string
}

const rowIndexes = Array.from({ length: TILE_SIDE }, (_, i) => i)
const entries = Array.from({ length: TILE_SIDE ** 2 }, (_, e) => e)
const bytes = [0, 1, 2, 3] as const

/** Four products an instruction, where the hardware has it. */
const dp4a: TileProduct = {
  name: 'dp4a',
  languageFeature: 'packed_4x8_integer_dot_product',
  begin: '',
  step: forEachEntry((u, v, e) => `c${e} += dot4I8Packed(a${u}, b${v});`),
  end: '',
}

/** Plain integers. */
const i32: TileProduct = {
  name: 'i32',
  begin: '',
  step: bytes
    .map((q) => {
      const unpack = (to: string, from: string) =>
        `let ${to} = (bitcast<i32>(${from}) << ${24 - 8 * q}u) >> 24u;`
      return block([
        ...rowIndexes.flatMap((i) => [unpack(`x${i}`, `a${i}`), unpack(`y${i}`, `b${i}`)]),
        forEachEntry((u, v, e) => `c${e} += x${u} * y${v};`),
      ])
    })
    .join('\n'),
  end: '',
}

/**
 * Floats that are exact integers: a stripe's sum is below 2^24 (asserted in reference/shape.ts),
 * whatever the order of summation and with or without fused multiply-add. A byte becomes a float by
 * a mask and a scale, not by shifts: a software adapter shifts lane by lane.
 */
const f32: TileProduct = {
  name: 'f32',
  begin: entries.map((e) => `var g${e} = 0f;`).join('\n'),
  step: block([
    // With its top bit turned a byte counts from -128 upwards; the highest byte keeps its sign.
    ...rowIndexes.map((i) => `let p${i} = a${i} ^ 0x808080u; let q${i} = b${i} ^ 0x808080u;`),
    ...bytes.map((q) =>
      block([
        ...rowIndexes.flatMap((i) => [
          `let x${i} = ${byteAsFloat(`p${i}`, q)};`,
          `let y${i} = ${byteAsFloat(`q${i}`, q)};`,
        ]),
        forEachEntry((u, v, e) => `g${e} += x${u} * y${v};`),
      ]),
    ),
  ]),
  end: entries.map((e) => `c${e} += i32(g${e});`).join('\n'),
}

export const TILE_PRODUCTS: readonly TileProduct[] = [f32, dp4a, i32]

function byteAsFloat(word: string, q: 0 | 1 | 2 | 3): string {
  if (q === 3) return `f32(bitcast<i32>(${word} & 0xff000000u)) * ${2 ** -24}f`
  const masked = `f32(${word} & ${255 * 2 ** (8 * q)}u)`
  return q === 0 ? `${masked} - 128f` : `${masked} * ${2 ** (-8 * q)}f - 128f`
}

function forEachEntry(statement: (u: number, v: number, e: number) => string): string {
  return rowIndexes
    .flatMap((u) => rowIndexes.map((v) => statement(u, v, TILE_SIDE * u + v)))
    .join('\n')
}

function block(statements: readonly string[]): string {
  return `{\n${statements.join('\n')}\n}`
}
