/**
 * Body rules: what can be checked of a block before it is executed.
 * Spec: docs/spec/block.md, "Body before execution" (B1-B4).
 */
import { BLOCK_BYTES_MAX, blockBytes } from '../codec/block-codec.ts'
import { orderedTrieRoot } from '../codec/ordered-trie-root.ts'
import { CodedError } from '../errors.ts'
import type { Block, Hash } from '../types.ts'

/** EIP-2718 types that blocks may hold: access list, fee market, set code. No blobs (3). */
const TYPED_TRANSACTIONS: ReadonlySet<number> = new Set([1, 2, 4])
/** A legacy transaction (type 0) is an RLP list. */
const LIST_PREFIX_MIN = 0xc0
const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`

/**
 * Throws a {@link BodyError} unless the body fits its header and the limits of a block. The first
 * rule tells whether this is the header's body at all; from then on a fault is the header's own.
 */
export function verifyBody({ header, transactions }: Pick<Block, 'header' | 'transactions'>): void {
  // B1: these transactions, in this order. Another body may be the right one.
  const { parentBeaconBlockRoot, transactionsRoot } = header
  const expected = orderedTrieRoot(transactions)
  if (transactionsRoot !== expected) {
    throw new BodyError({ code: 'TRANSACTIONS_ROOT_MISMATCH', expected, actual: transactionsRoot })
  }
  // B2: the block fits a gossip message with the longest proof.
  const bytes = blockBytes(header, transactions)
  if (bytes > BLOCK_BYTES_MAX) throw new BodyError({ code: 'BLOCK_TOO_LARGE', bytes })
  // B3: transaction types 0, 1, 2 and 4.
  transactions.forEach((raw, index) => {
    const type = transactionType(raw)
    if (type === undefined) throw new BodyError({ code: 'TRANSACTION_TYPE', index, type: raw[0] })
  })
  // B4: there is no beacon chain.
  if (parentBeaconBlockRoot !== ZERO_HASH) {
    throw new BodyError({ code: 'BEACON_ROOT_NOT_ZERO', actual: parentBeaconBlockRoot })
  }
}

/** The EIP-2718 type of a raw transaction if blocks may hold it. */
export function transactionType(raw: Uint8Array): number | undefined {
  const first = raw[0]
  if (first === undefined) return undefined
  if (first >= LIST_PREFIX_MIN) return 0
  return TYPED_TRANSACTIONS.has(first) ? first : undefined
}

export type BodyErrorType =
  /** The sender's fault alone: `expected` is the root of the body that came. */
  | { readonly code: 'TRANSACTIONS_ROOT_MISMATCH'; readonly expected: Hash; readonly actual: Hash }
  | { readonly code: 'BLOCK_TOO_LARGE'; readonly bytes: number }
  | { readonly code: 'TRANSACTION_TYPE'; readonly index: number; readonly type: number | undefined }
  | { readonly code: 'BEACON_ROOT_NOT_ZERO'; readonly actual: Hash }

/** A body that breaks a rule. */
export class BodyError extends CodedError<BodyErrorType> {}
