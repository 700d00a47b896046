/**
 * One search as an engine sees it, and the check that every candidate passes: the verifier's own
 * function computes the ticket again.
 * Spec: docs/spec/proof-of-compute.md, "Prover" (on candidate).
 */
import type { WinningTile } from '../proof-backend.ts'
import { evaluateTile } from '../reference/evaluate-tile.ts'
import type { Candidate, Operands } from '../reference/search.ts'
import { deriveKappa, deriveSeeds, nonceBytes, type Seeds } from '../reference/seeds.ts'
import { type Shape, TILE_SIDE } from '../reference/shape.ts'
import { wins } from '../reference/ticket.ts'

export type SearchTask = {
  readonly shape: Shape
  readonly genesisHash: Uint8Array
  readonly sealHash: Uint8Array
  readonly difficulty: bigint
  readonly operands: Operands
  readonly startNonce: bigint
}

export type SearchStep = {
  /** Multiply-adds of the tiles searched in this step. */
  readonly macs: number
  readonly nextNonce: bigint
  readonly winner: WinningTile | undefined
}

/** What searches: a GPU, or the twin. */
export interface Searcher {
  begin(task: SearchTask): void
  /** The next piece of the search, short enough to stop after. */
  step(): Promise<SearchStep>
}

export type CandidateCheck =
  | { readonly outcome: 'wins'; readonly tile: WinningTile }
  /** A first word close to the bound: the rest of the ticket is above it. */
  | { readonly outcome: 'loses' }
  /** Not the ticket of that tile: whatever computed it cannot be trusted. */
  | { readonly outcome: 'mismatch'; readonly expected: Uint8Array }

export function seedsOf(task: SearchTask, nonce: bigint): Seeds {
  return deriveSeeds(deriveKappa(task.genesisHash, task.sealHash, nonceBytes(nonce)))
}

/** A nonce is a u64, and the search goes round. */
export function nonceAfter(nonce: bigint, count = 1n): bigint {
  return BigInt.asUintN(64, nonce + count)
}

export function checkCandidate(
  task: SearchTask,
  nonce: bigint,
  { ti, tj, ticket }: Candidate,
): CandidateCheck {
  const { shape, operands, difficulty } = task
  const rowsA = tileRows(shape, operands.a, ti)
  const rowsB = tileRows(shape, operands.bt, tj)
  const expected = evaluateTile(shape, seedsOf(task, nonce), rowsA, rowsB, ti, tj)
  if (!expected.every((byte, i) => byte === ticket[i])) return { outcome: 'mismatch', expected }
  if (!wins(expected, difficulty, shape.tileMacs)) return { outcome: 'loses' }
  return { outcome: 'wins', tile: { nonce: nonceBytes(nonce), ti, tj, ticket: expected } }
}

function tileRows(shape: Shape, matrix: Int8Array, tile: number): Int8Array[] {
  return Array.from({ length: TILE_SIDE }, (_, i) => {
    const row = tile * TILE_SIDE + i
    return matrix.subarray(row * shape.k, (row + 1) * shape.k)
  })
}
