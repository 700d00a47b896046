/**
 * What can be wrong with a header, one code a rule. The `E_` codes are those of
 * docs/spec/proof-of-compute.md, "Verifier"; the others are of docs/spec/block.md.
 * All of them condemn the header itself: no proof and no body can mend it.
 */
import { CodedError } from './errors.ts'
import type { Hash } from './types.ts'

export type HeaderErrorType =
  /** The RLP is not the one canonical encoding, or extraData breaks its layout. */
  | { readonly code: 'E_PARAM'; readonly reason: string }
  | { readonly code: 'E_DIFF'; readonly expected: bigint; readonly actual: bigint }
  | { readonly code: 'E_PARENT'; readonly expected: bigint; readonly actual: bigint }
  | { readonly code: 'E_TIME'; readonly after: bigint; readonly actual: bigint }
  /** mixHash is not the digest of the parent hash. */
  | { readonly code: 'E_DIGEST'; readonly expected: Hash; readonly actual: Hash }
  | { readonly code: 'OMMERS_NOT_EMPTY'; readonly actual: Hash }
  | { readonly code: 'WITHDRAWALS_NOT_EMPTY'; readonly actual: Hash }
  | { readonly code: 'REQUESTS_NOT_EMPTY'; readonly actual: Hash }
  | { readonly code: 'BLOB_GAS_NOT_ZERO'; readonly used: bigint; readonly excess: bigint }
  | { readonly code: 'GAS_ABOVE_LIMIT'; readonly used: bigint; readonly limit: bigint }
  | { readonly code: 'GAS_LIMIT_OUT_OF_BOUNDS'; readonly parent: bigint; readonly actual: bigint }
  | { readonly code: 'BASE_FEE_MISMATCH'; readonly expected: bigint; readonly actual: bigint }

/** The faults with one of these codes. */
export type HeaderFault<Code extends HeaderErrorType['code'] = HeaderErrorType['code']> = Extract<
  HeaderErrorType,
  { readonly code: Code }
>

/** A header that breaks a rule; the same header breaks it on every node. */
export class HeaderError extends CodedError<HeaderErrorType> {}
