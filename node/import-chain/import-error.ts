/** Why a chain can't be imported: the first thing that is wrong with it. */
import { CodedError } from '../../consensus/errors.ts'
import type { Hash } from '../../consensus/types.ts'

export type ImportErrorType =
  /** The header does not follow from its parent, or its body is not what it commits to. */
  | { readonly code: 'HEADER_INVALID'; readonly number: bigint; readonly field: string }
  /** Execution came to something else than the header says. */
  | {
      readonly code: 'RESULT_MISMATCH'
      readonly number: bigint
      readonly field: string
      readonly expected: string
      readonly actual: string
    }
  | { readonly code: 'TRANSACTION_INVALID'; readonly reason: string }
  | { readonly code: 'BLOCK_MISSING' }
  | { readonly code: 'STATE_UNKNOWN'; readonly hash: Hash }

export class ImportError extends CodedError<ImportErrorType> {
  constructor(type: ImportErrorType, options?: ErrorOptions) {
    super(type, sentenceOf(type), options)
  }
}

function sentenceOf(type: ImportErrorType): string {
  switch (type.code) {
    case 'HEADER_INVALID':
      return `Block ${type.number} does not follow from its parent: ${type.field} is wrong.`
    case 'RESULT_MISMATCH':
      return `Block ${type.number}: ${type.field} is ${type.actual}, and its header says ${type.expected}.`
    case 'TRANSACTION_INVALID':
      return `A transaction can't be read: ${type.reason}.`
    case 'BLOCK_MISSING':
      return 'The bytes hold no block.'
    case 'STATE_UNKNOWN':
      return `The state after block ${type.hash} is not here.`
  }
}
