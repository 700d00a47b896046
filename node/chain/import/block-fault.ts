/**
 * What is wrong with a block: the code, whether it condemns the header or only who sent it, and
 * what it costs the peer. The rules' own codes have their verdict beside the rules.
 */
import type { Condemned } from '../../../consensus/proof/proof-of-compute.ts'
import { BodyError } from '../../../consensus/rules/body-rules.ts'
import {
  type BlockFaultCode,
  faultVerdict,
  type PeerAction,
} from '../../../consensus/rules/gossip-verdict.ts'
import { ResultError } from '../../../consensus/rules/result-rules.ts'
import { TransactionError } from '../../crypto/transaction-envelope.ts'
import { ExecutionError } from '../../execution/execution-error.ts'

export type Fault = {
  readonly code: string
  /** header: invalid whatever comes with it. sender: another proof or body may be good. */
  readonly condemns: Condemned
  readonly action: PeerAction
}

/** A block whose parent, or which itself, broke a rule that is checked before it is passed on. */
export const KNOWN_INVALID: Fault = {
  code: 'KNOWN_INVALID',
  condemns: 'header',
  action: 'penalize',
}

/** The same of a block that execution found invalid: who passes it on need not know yet. */
export const KNOWN_INVALID_BY_EXECUTION: Fault = { ...KNOWN_INVALID, action: 'none' }

/** Our operator's wish, which binds nobody else: all others may hold the block for good. */
export const EXCLUDED: Fault = { code: 'EXCLUDED', condemns: 'header', action: 'none' }

/** The fault that a rule's code stands for. */
export function ruleFault(code: BlockFaultCode, condemns: Condemned): Fault {
  return { code, condemns, action: faultVerdict(code).action }
}

/** The fault that an error of steps 3 to 5 tells of; undefined: the error is not the block's. */
export function faultOf(error: unknown): Fault | undefined {
  if (error instanceof BodyError) {
    // Anybody can put another body beside a header: only the one it commits to condemns it.
    const { code } = error.type
    return ruleFault(code, code === 'TRANSACTIONS_ROOT_MISMATCH' ? 'sender' : 'header')
  }
  if (error instanceof ResultError) return ruleFault(error.type.code, 'header')
  if (error instanceof TransactionError || error instanceof ExecutionError) {
    // Blocks are passed on before they are executed: of gossip nobody can be blamed for these.
    return { code: error.type.code, condemns: 'header', action: 'none' }
  }
  return undefined
}
