/** Why a block is invalid whatever results its header claims: it cannot be executed at all. */
import { CodedError } from '../../consensus/errors.ts'
import type { InclusionErrorType } from './transaction/inclusion-rules.ts'

export type ExecutionErrorType =
  /** EIP-7002's rule: a system call that fails takes the block with it. */
  | { readonly code: 'SYSTEM_CALL_FAILED'; readonly contract: string; readonly reason: string }
  /** The transaction at `index` may not stand there. */
  | {
      readonly code: 'TRANSACTION_NOT_INCLUDABLE'
      readonly index: number
      readonly reason: InclusionErrorType
    }

export class ExecutionError extends CodedError<ExecutionErrorType> {}
