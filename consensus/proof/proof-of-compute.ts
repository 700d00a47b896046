/**
 * Proof of Compute, verified: the lines of the specification in their order, cheapest first, the
 * first one that fails naming the code and whom it condemns. Pure, and total: every input of any
 * size has a verdict.
 *
 * Spec: docs/spec/proof-of-compute.md, "Verifier" (L1-L9).
 */

import { evaluateTile } from '../../gpu/reference/evaluate-tile.ts'
import { rootOfOpening } from '../../gpu/reference/merkle.ts'
import { deriveKappa, deriveSeeds } from '../../gpu/reference/seeds.ts'
import {
  OPERAND_MAX,
  OPERAND_MIN,
  SHAPES,
  type Shape,
  type ShapeName,
} from '../../gpu/reference/shape.ts'
import { theta, wins } from '../../gpu/reference/ticket.ts'
import { decodeExtraData, type ExtraData } from '../codec/extra-data.ts'
import { hashHeaderRlp, sealHashOfLayout } from '../codec/header-codec.ts'
import { bytesToHex, hexToBytes } from '../codec/hex.ts'
import {
  isTileOf,
  type Openings,
  proofLength,
  readOpenings,
  readTile,
  type Tile,
} from '../codec/proof-codec.ts'
import type { Address, Hash, Header } from '../types.ts'
import { NO_JOB, randaoMixHash, syntheticCommitment, workCommitment } from './commitments.ts'
import { type HeaderContext, type HeaderFailure, verifyHeaderForProof } from './header-lines.ts'
import { expandTileRows, type SyntheticRows } from './synthetic-rows.ts'

/** What the parent's post-state says of a job. */
export type Job = {
  readonly claimant: Address
  readonly rootA: Hash
  readonly rootB: Hash
  readonly isSettled: boolean
}

export type ProofContext = HeaderContext & {
  /** 32 bytes. */
  readonly genesisHash: Uint8Array
  /** 32 bytes: the hash of the checkpoint before the block, on its own branch. */
  readonly epochSeed: Uint8Array
  /** Jobs in the parent's post-state. */
  readonly jobView: (jobId: Hash) => Job | undefined
  /** False without state (header sync): the job check then waits for the block's execution. */
  readonly checkJob: boolean
  /** Rows of recent epochs; without it they are expanded anew. */
  readonly synthetic?: SyntheticRows
}

export type ProofCode =
  | HeaderFailure['code']
  | 'E_LEN'
  | 'E_DIGEST'
  | 'E_IDX'
  | 'E_RANGE'
  | 'E_MERKLE'
  | 'E_JOB'
  | 'E_WORK'

/** header: invalid whatever the proof. sender: another proof may be good. null: no verdict. */
export type Condemned = 'header' | 'sender' | null

/** The ticket that line L9 judges. */
export type EvaluatedTicket = {
  readonly blockHash: Hash
  readonly ticket: Uint8Array
  readonly theta: bigint
}

export type ProofAccepted = EvaluatedTicket & {
  readonly ok: true
  readonly header: Header
  readonly tile: Tile
  /** Multiply-adds spent on the check. */
  readonly macs: number
}

export type ProofRejected = Partial<EvaluatedTicket> & {
  readonly ok: false
  readonly code: ProofCode
  readonly condemns: Condemned
  /** 0 unless L9 was reached; only then are the fields of the ticket there. */
  readonly macs: number
}

export type ProofVerdict = ProofAccepted | ProofRejected

/** The verdict on a header and a witness of its work. Never throws. */
export function verifyProofOfCompute(
  headerRlp: Uint8Array,
  proof: Uint8Array,
  context: ProofContext,
): ProofVerdict {
  // L1 to L3: the header by itself, its parent, its time.
  const checked = verifyHeaderForProof(headerRlp, context)
  if (!checked.ok) return { ...checked, macs: 0 }
  const { header, layout } = checked
  const shape = SHAPES[context.params.shape]
  const extra = decodeExtraData(header.extraData)

  // L4: the length, before anything of the proof is read.
  if (proof.length !== proofLength(shape, extra.kind)) return rejected('E_LEN', 'sender')
  const openings = extra.kind === 1 ? readOpenings(proof, shape) : undefined

  // L5: the digests fixed before the search.
  if (header.mixHash !== randaoMixHash(header.parentHash)) return rejected('E_DIGEST', 'header')
  if (extra.workCommitment !== commitmentOf(openings, context.epochSeed, shape)) {
    return rejected('E_DIGEST', openings === undefined ? 'header' : 'sender')
  }

  // L6: the proof's own head, and a tile of the product.
  const tile = readTile(proof)
  if (!isProofOf(proof, shape, extra) || !isTileOf(shape, tile)) return rejected('E_IDX', 'sender')

  // L7: the operands.
  const fault = openings && openingsFault(openings, shape, tile, header, context)
  if (fault !== undefined) return fault

  // L8, L9: that tile again, and its ticket against the bound.
  const sealHash = sealHashOfLayout(headerRlp, layout)
  const ticket = ticketOf(shape, tile, sealHash, header, openings, context)
  const evaluated = {
    blockHash: hashHeaderRlp(headerRlp),
    ticket,
    theta: theta(header.difficulty, shape.tileMacs),
    macs: shape.tileMacs,
  }
  if (!wins(ticket, header.difficulty, shape.tileMacs)) {
    return { ok: false, code: 'E_WORK', condemns: 'sender', ...evaluated }
  }
  return { ok: true, header, tile, ...evaluated }
}

/** Bytes of the longest proof of a shape: nothing longer need ever be kept. */
export function proofBytesMax(shape: ShapeName): number {
  return proofLength(SHAPES[shape], 1)
}

function rejected(code: ProofCode, condemns: Condemned): ProofRejected {
  return { ok: false, code, condemns, macs: 0 }
}

function commitmentOf(openings: Openings | undefined, epochSeed: Uint8Array, shape: Shape): Hash {
  if (openings === undefined) return syntheticCommitment(epochSeed, shape.id)
  return workCommitment(1, openings.jobId, openings.rootA, openings.rootB)
}

/** Bytes 0 to 3 of the proof are those of extraData, which L1 has checked. */
function isProofOf(proof: Uint8Array, shape: Shape, extra: ExtraData): boolean {
  return proof[0] === 1 && proof[1] === shape.id && proof[2] === extra.kind && proof[3] === 0
}

function openingsFault(
  openings: Openings,
  shape: Shape,
  tile: Tile,
  header: Header,
  context: ProofContext,
): ProofRejected | undefined {
  const { a, bt, rootA, rootB } = openings
  if (!a.rows.every(isInRange) || !bt.rows.every(isInRange)) return rejected('E_RANGE', 'sender')
  const isOpened =
    areEqual(rootOfOpening(a, tile.ti, shape.m, shape.k), rootA) &&
    areEqual(rootOfOpening(bt, tile.tj, shape.n, shape.k), rootB)
  if (!isOpened) return rejected('E_MERKLE', 'sender')
  if (!context.checkJob || areEqual(openings.jobId, NO_JOB)) return undefined
  const job = context.jobView(bytesToHex(openings.jobId))
  const isClaimed =
    job?.claimant === header.coinbase &&
    job.rootA === bytesToHex(rootA) &&
    job.rootB === bytesToHex(rootB) &&
    !job.isSettled
  return isClaimed ? undefined : rejected('E_JOB', 'header')
}

function ticketOf(
  shape: Shape,
  tile: Tile,
  sealHash: Uint8Array,
  header: Header,
  openings: Openings | undefined,
  context: ProofContext,
): Uint8Array {
  const nonce = hexToBytes(header.nonce)
  const seeds = deriveSeeds(deriveKappa(context.genesisHash, sealHash, nonce))
  const { ti, tj } = tile
  const rowsA = openings?.a.rows ?? publicRows(shape, context, 'A', ti)
  const rowsB = openings?.bt.rows ?? publicRows(shape, context, 'B', tj)
  return evaluateTile(shape, seeds, rowsA, rowsB, ti, tj)
}

function publicRows(
  shape: Shape,
  { synthetic, epochSeed }: ProofContext,
  side: 'A' | 'B',
  tile: number,
): readonly Int8Array[] {
  return synthetic?.tileRows(epochSeed, side, tile) ?? expandTileRows(shape, epochSeed, side, tile)
}

function isInRange(row: Int8Array): boolean {
  return row.every((entry) => entry >= OPERAND_MIN && entry <= OPERAND_MAX)
}

function areEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i])
}
