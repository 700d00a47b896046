/**
 * The lines of proof verification that need no proof: they decide cheaply whether a header is
 * worth asking others for one.
 *
 * Spec: docs/spec/proof-of-compute.md, "Verifier" (L1-L3).
 */
import type { ConsensusParams } from '../../genesis/params.ts'
import { type HeaderLayout, headerOfLayout, readHeaderLayout } from '../codec/header-codec.ts'
import {
  lineageFault,
  type ProofParent,
  proofFieldsFault,
  timeFault,
} from '../rules/header-rules.ts'
import type { Header } from '../types.ts'

export type HeaderContext = {
  readonly params: ConsensusParams
  /** Absent while it is not known here. */
  readonly parent?: ProofParent | undefined
  /** D of the block's epoch on its own branch, in MAC. */
  readonly epochDifficulty: bigint
}

export type HeaderFailure = {
  readonly ok: false
  readonly code: 'E_PARAM' | 'E_DIFF' | 'E_PARENT' | 'E_TIME'
  /** null: the parent is unknown, which condemns nobody. */
  readonly condemns: 'header' | null
}

export type HeaderVerdict =
  | { readonly ok: true; readonly header: Header; readonly layout: HeaderLayout }
  | HeaderFailure

/** The verdict on a header as far as it goes without its proof. Never throws. */
export function verifyHeaderForProof(rlp: Uint8Array, context: HeaderContext): HeaderVerdict {
  const { params, parent, epochDifficulty } = context
  // L1: canonical, extraData of this network, difficulty within its range.
  const layout = readHeaderLayout(rlp)
  if (typeof layout === 'string') return failure('E_PARAM')
  const header = headerOfLayout(rlp, layout)
  const fields = proofFieldsFault(header, params)
  if (fields !== undefined) return failure(fields.code)
  // L2: a known parent, the next number, the difficulty of the epoch.
  if (parent === undefined || header.parentHash !== parent.hash) {
    return { ok: false, code: 'E_PARENT', condemns: null }
  }
  const lineage = lineageFault(header, parent, params, epochDifficulty)
  if (lineage !== undefined) return failure(lineage.code)
  // L3: later than the parent.
  const time = timeFault(header, parent)
  if (time !== undefined) return failure(time.code)
  return { ok: true, header, layout }
}

function failure(code: HeaderFailure['code']): HeaderFailure {
  return { ok: false, code, condemns: 'header' }
}
