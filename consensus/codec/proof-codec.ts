/**
 * Proofs as bytes: exactly one string for a (kind, job, matrices, tile), of one length per shape
 * and kind. Reading copies nothing: rows and siblings are views of the proof.
 *
 * Spec: docs/spec/proof-of-compute.md, "Proof encoding".
 */
import type { Opening } from '../../gpu/reference/merkle.ts'
import { type Shape, shapeById, TILE_SIDE } from '../../gpu/reference/shape.ts'
import { assert, CodedError } from '../errors.ts'
import { PROOF_VERSION, type ProofKind } from './extra-data.ts'

/** The winning tile: rows 8ti.. of A, rows 8tj.. of BT. */
export type Tile = { readonly ti: number; readonly tj: number }

/** What kind 1 carries beside the tile: whose matrices, and the opened rows of both. */
export type Openings = {
  /** 32 bytes; zero for the sealer's own matrices. */
  readonly jobId: Uint8Array
  readonly rootA: Uint8Array
  readonly rootB: Uint8Array
  readonly a: Opening
  readonly bt: Opening
}

export type Proof = { readonly shape: Shape; readonly tile: Tile } & (
  | { readonly kind: 0 }
  | { readonly kind: 1; readonly openings: Openings }
)

const TILE_OFFSET = 4
const JOB_OFFSET = 8
const HASH_BYTES = 32
/** Where the rows begin in a proof of kind 1. */
const ROWS_OFFSET = JOB_OFFSET + 3 * HASH_BYTES

/** The only length that a proof of this kind may have. */
export function proofLength(shape: Shape, kind: ProofKind): number {
  return shape.proofBytes[kind]
}

export function encodeProof(proof: Proof): Uint8Array {
  const { shape, kind, tile } = proof
  const bytes = new Uint8Array(proofLength(shape, kind))
  const view = new DataView(bytes.buffer)
  bytes.set([PROOF_VERSION, shape.id, kind, 0])
  view.setUint16(TILE_OFFSET, tile.ti, true)
  view.setUint16(TILE_OFFSET + 2, tile.tj, true)
  if (proof.kind === 0) return bytes
  const { jobId, rootA, rootB, a, bt } = proof.openings
  let offset = JOB_OFFSET
  for (const part of [jobId, rootA, rootB, ...a.rows, ...a.siblings, ...bt.rows, ...bt.siblings]) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.length), offset)
    offset += part.length
  }
  assert(offset === bytes.length, 'the openings fill the proof exactly')
  return bytes
}

/** Reads a proof by itself; throws a {@link ProofCodecError} unless it is well formed. */
export function decodeProof(bytes: Uint8Array): Proof {
  const [version, shapeId, kind, reserved] = bytes
  const shape = shapeById(shapeId ?? -1)
  if (version !== PROOF_VERSION || shape === undefined || reserved !== 0) throw badIndex()
  if (kind !== 0 && kind !== 1) throw badIndex()
  const expected = proofLength(shape, kind)
  if (bytes.length !== expected) {
    throw new ProofCodecError({ code: 'E_LEN', expected, actual: bytes.length })
  }
  const tile = readTile(bytes)
  if (!isTileOf(shape, tile)) throw badIndex()
  if (kind === 0) return { shape, kind, tile }
  return { shape, kind, tile, openings: readOpenings(bytes, shape) }
}

/** The tile of a proof whose length has been checked. */
export function readTile(bytes: Uint8Array): Tile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return { ti: view.getUint16(TILE_OFFSET, true), tj: view.getUint16(TILE_OFFSET + 2, true) }
}

export function isTileOf(shape: Shape, tile: Tile): boolean {
  return tile.ti < shape.m / TILE_SIDE && tile.tj < shape.n / TILE_SIDE
}

/** The openings of a proof of kind 1 whose length has been checked; entries may be any int8. */
export function readOpenings(bytes: Uint8Array, shape: Shape): Openings {
  const hashAt = (offset: number): Uint8Array => bytes.subarray(offset, offset + HASH_BYTES)
  const openingAt = (offset: number): Opening => ({
    rows: Array.from(
      { length: TILE_SIDE },
      (_, i) => new Int8Array(bytes.buffer, bytes.byteOffset + offset + i * shape.k, shape.k),
    ),
    siblings: Array.from({ length: siblingCount(shape) }, (_, i) =>
      hashAt(offset + TILE_SIDE * shape.k + i * HASH_BYTES),
    ),
  })
  const openingBytes = TILE_SIDE * shape.k + siblingCount(shape) * HASH_BYTES
  return {
    jobId: hashAt(JOB_OFFSET),
    rootA: hashAt(JOB_OFFSET + HASH_BYTES),
    rootB: hashAt(JOB_OFFSET + 2 * HASH_BYTES),
    a: openingAt(ROWS_OFFSET),
    bt: openingAt(ROWS_OFFSET + openingBytes),
  }
}

/** Levels above the eight rows of a tile; m = n in every shape. */
function siblingCount(shape: Shape): number {
  return Math.log2(shape.m / TILE_SIDE)
}

function badIndex(): ProofCodecError {
  return new ProofCodecError({ code: 'E_IDX' })
}

export type ProofCodecErrorType =
  | { readonly code: 'E_LEN'; readonly expected: number; readonly actual: number }
  /** The first four bytes or the tile are none of this protocol. */
  | { readonly code: 'E_IDX' }

/** Bytes that are no proof: their sender's fault, never the header's. */
export class ProofCodecError extends CodedError<ProofCodecErrorType> {}
