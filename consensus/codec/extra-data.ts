/**
 * The 40 bytes of extraData: which work a block commits to. All of it is bound by the seal hash.
 * Spec: docs/spec/block.md, "extraData".
 */

import { assert } from '../errors.ts'
import { HeaderError } from '../header-error.ts'
import type { Hash, Hex } from '../types.ts'
import { bytesToHex, hexToBytes } from './hex.ts'

/** 0: the synthetic operands of the epoch. 1: operands opened in the proof, of a job or private. */
export type ProofKind = 0 | 1

export type ExtraData = {
  readonly shapeId: number
  readonly kind: ProofKind
  /** Milliseconds within the header's second: advisory, no rule but its range looks at it. */
  readonly timestampMs: number
  readonly workCommitment: Hash
}

export const EXTRA_DATA_BYTES = 40
/** Of the extraData and proof layouts alike. */
export const PROOF_VERSION = 1
const TIMESTAMP_MS_MAX = 999
const COMMITMENT_OFFSET = 8

/** The extraData of a block that is to be sealed. */
export function encodeExtraData(extra: ExtraData): Hex {
  const commitment = hexToBytes(extra.workCommitment)
  const { shapeId, timestampMs } = extra
  assert(commitment.length === 32, 'a work commitment has 32 bytes')
  assert(shapeId >= 0 && shapeId < 256, 'a shape id is one byte')
  assert(timestampMs >= 0 && timestampMs <= TIMESTAMP_MS_MAX, 'timestampMs is within a second')
  const bytes = new Uint8Array(EXTRA_DATA_BYTES)
  bytes.set([PROOF_VERSION, shapeId, extra.kind, 0, timestampMs >> 8, timestampMs & 0xff])
  bytes.set(commitment, COMMITMENT_OFFSET)
  return bytesToHex(bytes)
}

/** Reads extraData; throws a {@link HeaderError} of code `E_PARAM` if its layout is broken. */
export function decodeExtraData(extraData: Hex): ExtraData {
  const extra = readExtraData(hexToBytes(extraData))
  if (typeof extra === 'string') throw new HeaderError({ code: 'E_PARAM', reason: extra })
  return extra
}

/** The same without throwing: the fields, or why there are none. */
export function readExtraData(bytes: Uint8Array): ExtraData | string {
  const [version, shapeId, kind, reserved, msHigh, msLow, zero6, zero7] = bytes
  if (bytes.length !== EXTRA_DATA_BYTES) return 'extraData length'
  if (version !== PROOF_VERSION) return 'extraData version'
  if (kind !== 0 && kind !== 1) return 'extraData kind'
  if (reserved !== 0 || zero6 !== 0 || zero7 !== 0) return 'extraData reserved bytes'
  const timestampMs = (msHigh ?? 0) * 256 + (msLow ?? 0)
  if (timestampMs > TIMESTAMP_MS_MAX) return 'extraData timestampMs'
  const workCommitment = bytesToHex(bytes.subarray(COMMITMENT_OFFSET))
  return { shapeId: shapeId ?? 0, kind, timestampMs, workCommitment }
}
