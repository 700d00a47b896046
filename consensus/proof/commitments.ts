/**
 * The digests that a header carries before its search begins: PREVRANDAO and the operands.
 * Spec: docs/spec/proof-of-compute.md, "Header and binding".
 */
import { keccak256 } from '../../gpu/reference/keccak.ts'
import { syntheticRoot } from '../../gpu/reference/synthetic.ts'
import type { ProofKind } from '../codec/extra-data.ts'
import { bytesToHex, hexToBytes } from '../codec/hex.ts'
import type { Hash } from '../types.ts'

const ascii = new TextEncoder()
const RANDAO_TAG = ascii.encode('HPOC/v1/randao')
const WORK_TAG = ascii.encode('HPOC/v1/work')

/** jobId of a block that serves no job: the synthetic operands, or matrices of the sealer's own. */
export const NO_JOB: Uint8Array = new Uint8Array(32)

/** mixHash of every child of a block: fixed before execution, so contracts may read it. */
export function randaoMixHash(parentHash: Hash): Hash {
  return bytesToHex(keccak256(RANDAO_TAG, hexToBytes(parentHash)))
}

/** What extraData says of the operands: kind, job and both matrix roots in one digest. */
export function workCommitment(
  kind: ProofKind,
  jobId: Uint8Array,
  rootA: Uint8Array,
  rootB: Uint8Array,
): Hash {
  return bytesToHex(keccak256(WORK_TAG, Uint8Array.of(kind), jobId, rootA, rootB))
}

/** Epochs whose commitment is remembered: those that heads and templates are in. */
const EPOCHS_MAX = 16
const commitments = new Map<string, Hash>()

/** The commitment of every kind-0 block of an epoch. */
export function syntheticCommitment(epochSeed: Uint8Array, shapeId: number): Hash {
  const name = `${shapeId} ${bytesToHex(epochSeed)}`
  const known = commitments.get(name)
  if (known !== undefined) return known
  if (commitments.size >= EPOCHS_MAX) commitments.clear()
  const commitment = commitmentOf(epochSeed, shapeId)
  commitments.set(name, commitment)
  return commitment
}

function commitmentOf(epochSeed: Uint8Array, shapeId: number): Hash {
  const rootA = syntheticRoot(epochSeed, shapeId, 'A')
  const rootB = syntheticRoot(epochSeed, shapeId, 'B')
  return workCommitment(0, NO_JOB, rootA, rootB)
}
