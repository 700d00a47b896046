/**
 * The other end of verification: from a template that was searched to a sealed header and the
 * witness that travels with it.
 *
 * Spec: docs/spec/proof-of-compute.md, "Header and binding", "Proof encoding".
 */

import { openRows } from '../../gpu/reference/merkle.ts'
import { SHAPES, type ShapeName } from '../../gpu/reference/shape.ts'
import { bytesToHex } from '../codec/hex.ts'
import { encodeProof, type Tile } from '../codec/proof-codec.ts'
import { assert } from '../errors.ts'
import type { Header } from '../types.ts'

/** What was multiplied: the public operands of the epoch, or matrices that must be opened. */
export type ProvedOperands =
  | { readonly kind: 0 }
  | {
      readonly kind: 1
      /** 32 bytes; zero for the sealer's own matrices. */
      readonly jobId: Uint8Array
      readonly rootA: Uint8Array
      readonly rootB: Uint8Array
      /** m x k, row after row. */
      readonly a: Int8Array
      /** n x k, row after row. */
      readonly bt: Int8Array
    }

/** The header of a template, of which everything but the nonce was fixed before the search. */
export function sealTemplate(template: Header, nonce: Uint8Array): Header {
  assert(nonce.length === 8, 'a nonce has 8 bytes')
  return { ...template, nonce: bytesToHex(nonce) }
}

/** The witness of a winning tile. */
export function assembleProof(
  shapeName: ShapeName,
  { ti, tj }: Tile,
  operands: ProvedOperands,
): Uint8Array {
  const shape = SHAPES[shapeName]
  const tile = { ti, tj }
  if (operands.kind === 0) return encodeProof({ shape, tile, kind: 0 })
  const { kind, jobId, rootA, rootB } = operands
  const a = openRows(operands.a, shape.m, shape.k, ti)
  const bt = openRows(operands.bt, shape.n, shape.k, tj)
  return encodeProof({ shape, tile, kind, openings: { jobId, rootA, rootB, a, bt } })
}
