/**
 * Result rules: what the header claimed against what execution gave.
 * Spec: docs/spec/block.md, "Results" (R1-R4).
 */
import { CodedError } from '../errors.ts'
import type { Header, Hex } from '../types.ts'

/** The header fields that only execution can tell. */
export type BlockResults = Pick<Header, 'gasUsed' | 'receiptsRoot' | 'logsBloom' | 'stateRoot'>

/** Throws a {@link ResultError} unless the header holds exactly these results. */
export function verifyResults(header: Header, results: BlockResults): void {
  // R1: gas.
  if (header.gasUsed !== results.gasUsed) {
    const { gasUsed: expected } = results
    throw new ResultError({ code: 'GAS_USED_MISMATCH', expected, actual: header.gasUsed })
  }
  // R2 to R4: receipts, bloom, state.
  verifyEqual('RECEIPTS_ROOT_MISMATCH', results.receiptsRoot, header.receiptsRoot)
  verifyEqual('LOGS_BLOOM_MISMATCH', results.logsBloom, header.logsBloom)
  verifyEqual('STATE_ROOT_MISMATCH', results.stateRoot, header.stateRoot)
}

type DigestCode = 'RECEIPTS_ROOT_MISMATCH' | 'LOGS_BLOOM_MISMATCH' | 'STATE_ROOT_MISMATCH'

function verifyEqual(code: DigestCode, expected: Hex, actual: Hex): void {
  if (actual !== expected) throw new ResultError({ code, expected, actual })
}

export type ResultErrorType =
  | { readonly code: 'GAS_USED_MISMATCH'; readonly expected: bigint; readonly actual: bigint }
  | { readonly code: DigestCode; readonly expected: Hex; readonly actual: Hex }

/** A block whose execution does not give what its header says: invalid for ever. */
export class ResultError extends CodedError<ResultErrorType> {}
