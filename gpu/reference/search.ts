/**
 * The CPU twin of the search: what the kernels compute, in TypeScript. One attempt is one nonce;
 * its tiles are walked in row-major order, a range at a time so that a caller can stop between.
 * Spec: docs/spec/proof-of-compute.md, "Prover".
 */
import { compress, wordsOf } from './blake3.ts'
import { encodeMatrix } from './encode.ts'
import type { Seeds } from './seeds.ts'
import { type Shape, TILE_SIDE } from './shape.ts'
import { TICKET_BYTES } from './ticket.ts'
import { tileState } from './tile.ts'

/** A (m x k) and BT (n x k), row after row, entries in [-64, 63]. */
export type Operands = { readonly a: Int8Array; readonly bt: Int8Array }

/** One nonce, ready to be searched. */
export type Attempt = {
  readonly shape: Shape
  readonly encodedA: Int8Array
  readonly encodedB: Int8Array
  readonly ticketKey: Int32Array
}

/** A ticket that may win, by its first 8 bytes. */
export type Candidate = { readonly ti: number; readonly tj: number; readonly ticket: Uint8Array }

export function prepareAttempt(shape: Shape, seeds: Seeds, operands: Operands): Attempt {
  return {
    shape,
    encodedA: encodeMatrix(shape, seeds.seedA, 'A', operands.a),
    encodedB: encodeMatrix(shape, seeds.seedB, 'B', operands.bt),
    ticketKey: wordsOf(seeds.ticketKey),
  }
}

/** The tiles in [from, to) whose ticket begins with at most `limit`, a 64-bit number. */
export function searchTiles(
  attempt: Attempt,
  from: number,
  to: number,
  limit: bigint,
): Candidate[] {
  const { shape, encodedA, encodedB } = attempt
  const tileColumns = shape.n / TILE_SIDE
  const rowsEntries = TILE_SIDE * shape.k
  const highLimit = Number(limit >> 32n)
  const out = new Int32Array(16)
  const bytes = new DataView(out.buffer)
  const candidates: Candidate[] = []
  for (let tile = from; tile < to; tile++) {
    const ti = Math.floor(tile / tileColumns)
    const tj = tile % tileColumns
    const state = tileState(shape, encodedA, ti * rowsEntries, encodedB, tj * rowsEntries, ti, tj)
    compress(attempt.ticketKey, state, 0, out)
    if (bytes.getUint32(0) <= highLimit && bytes.getBigUint64(0) <= limit) {
      candidates.push({ ti, tj, ticket: new Uint8Array(out.buffer.slice(0, TICKET_BYTES)) })
    }
  }
  return candidates
}
