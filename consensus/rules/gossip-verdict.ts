/**
 * What a fault says of the peer that sent it. One table for all codes, so that a new code does
 * not compile until its verdict is decided.
 *
 * Spec: docs/spec/block.md, "Gossip verdicts". Late, early and duplicate are outcomes, not faults.
 */
import type { BlockCodecErrorType } from '../codec/block-codec.ts'
import type { ProofCodecErrorType } from '../codec/proof-codec.ts'
import type { HeaderErrorType } from '../header-error.ts'
import type { ProofCode, ProofRejected } from '../proof/proof-of-compute.ts'
import type { InsertOutcome } from '../tree/tree-types.ts'
import type { BodyErrorType } from './body-rules.ts'
import type { ResultErrorType } from './result-rules.ts'

/** What to do beside forwarding or not. `ban` is at once, `penalize` lowers the score. */
export type PeerAction = 'none' | 'fetch-parent' | 'queue' | 'penalize' | 'ban'

/** accept: forward. ignore: neither forward nor blame. reject: do not forward, blame. */
export type GossipVerdict = {
  readonly verdict: 'accept' | 'ignore' | 'reject'
  readonly action: PeerAction
}

/** Every code that condemns a block, its proof or its bytes. */
export type BlockFaultCode =
  | ProofCode
  | ProofCodecErrorType['code']
  | HeaderErrorType['code']
  | BlockCodecErrorType['code']
  | BodyErrorType['code']
  | ResultErrorType['code']

/** Where a block can end that is neither accepted nor faulty. */
export type BlockOutcome =
  | InsertOutcome['outcome']
  /** Ahead of our clock: see `headerTimeliness`. */
  | 'future'
  | 'far-future'
  /** Above `SIBLINGS_MAX` blocks of one coinbase on one parent. */
  | 'too-many-siblings'

/** The verdict on the sender of a block with this fault. */
export function faultVerdict(code: BlockFaultCode): GossipVerdict {
  switch (code) {
    // Bytes that no honest node makes or passes on.
    case 'E_LEN':
    case 'E_DIGEST':
    case 'E_IDX':
    case 'E_RANGE':
    case 'E_MERKLE':
    case 'BLOCK_TOO_LARGE':
    case 'BLOCK_NOT_CANONICAL':
    // A proof that was not checked before it was passed on.
    case 'E_WORK':
    case 'E_JOB':
      return { verdict: 'reject', action: 'ban' }
    // Rules that a node of another version, or one misled about its branch, may get wrong.
    case 'E_PARAM':
    case 'E_DIFF':
    case 'E_PARENT':
    case 'E_TIME':
    case 'OMMERS_NOT_EMPTY':
    case 'WITHDRAWALS_NOT_EMPTY':
    case 'REQUESTS_NOT_EMPTY':
    case 'BLOB_GAS_NOT_ZERO':
    case 'GAS_ABOVE_LIMIT':
    case 'GAS_LIMIT_OUT_OF_BOUNDS':
    case 'BASE_FEE_MISMATCH':
    case 'TRANSACTION_TYPE':
    case 'BEACON_ROOT_NOT_ZERO':
    case 'TRANSACTIONS_ROOT_MISMATCH':
      return { verdict: 'reject', action: 'penalize' }
    // Found by execution, and blocks are passed on before it: an honest node may have sent it.
    case 'GAS_USED_MISMATCH':
    case 'RECEIPTS_ROOT_MISMATCH':
    case 'LOGS_BLOOM_MISMATCH':
    case 'STATE_ROOT_MISMATCH':
      return { verdict: 'ignore', action: 'none' }
  }
}

/** The verdict on the sender of a proof; an unknown parent condemns nobody. */
export function proofVerdict({ code, condemns }: ProofRejected): GossipVerdict {
  if (condemns === null) return outcomeVerdict('unknown-parent')
  return faultVerdict(code)
}

/** The verdict on the sender of a block that came too late, too early or twice. */
export function outcomeVerdict(outcome: BlockOutcome): GossipVerdict {
  switch (outcome) {
    case 'inserted':
      return { verdict: 'accept', action: 'none' }
    case 'unknown-parent':
      return { verdict: 'ignore', action: 'fetch-parent' }
    case 'future':
      return { verdict: 'ignore', action: 'queue' }
    case 'known':
    case 'too-old':
    case 'too-many-siblings':
    case 'far-future':
    case 'full':
      return { verdict: 'ignore', action: 'none' }
    case 'invalid-parent':
      return { verdict: 'reject', action: 'penalize' }
  }
}
