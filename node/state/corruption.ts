/**
 * What is on disk is not what was written. Never answered around: a reader that sees it stops, and
 * the node neither votes nor builds. Spec: docs/spec/storage.md, "Verify on read".
 */
import { CodedError } from '../../consensus/errors.ts'
import type { Hex } from '../../consensus/types.ts'

export type CorruptionErrorType =
  /** A record that must be there is not: `key` without its table prefix. */
  | { readonly code: 'RECORD_MISSING'; readonly table: string; readonly key: Hex }
  /** The bytes do not have the hash or the checksum that they were written with. */
  | { readonly code: 'RECORD_DAMAGED'; readonly table: string; readonly key: Hex }

export class CorruptionError extends CodedError<CorruptionErrorType> {
  constructor(type: CorruptionErrorType) {
    super(type, `${type.code}: ${type.table} ${type.key}`)
  }
}
