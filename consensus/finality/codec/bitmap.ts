/**
 * Signers of a certificate as bits: validator i is bit i & 7 of byte i >> 3, without a zero byte
 * at the end, so that one set has one encoding.
 *
 * Spec: docs/spec/finality.md, "Encodings".
 */
import { assert } from '../../errors.ts'
import { SIGNERS_MAX } from '../types.ts'

/** Bytes of a bitmap: deposits are numbered for ever, so bits run ahead of the set's size. */
export const BITMAP_BYTES_MAX = 1024

/** @param signers in ascending order. */
export function bitmapOf(signers: readonly number[]): Uint8Array {
  const last = signers.at(-1)
  if (last === undefined) return new Uint8Array(0)
  const bitmap = new Uint8Array((last >> 3) + 1)
  assert(bitmap.length <= BITMAP_BYTES_MAX, 'a signer has an index that a bitmap reaches')
  for (const index of signers) bitmap[index >> 3] = (bitmap[index >> 3] ?? 0) | (1 << (index & 7))
  return bitmap
}

/** In ascending order; undefined if it is not canonical or names too many. */
export function signersOf(bitmap: Uint8Array): number[] | undefined {
  if (bitmap.length > BITMAP_BYTES_MAX || bitmap.at(-1) === 0) return undefined
  const signers: number[] = []
  for (const [byte, bits] of bitmap.entries()) {
    for (let bit = 0; bit < 8; bit++) {
      if (((bits >> bit) & 1) === 0) continue
      if (signers.length === SIGNERS_MAX) return undefined
      signers.push(8 * byte + bit)
    }
  }
  return signers
}
