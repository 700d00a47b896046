/**
 * A signed transaction with its sender, recovered once (at the pool or on import) and carried
 * with it ever after: recovery is the dearest step of a transfer.
 */
import type { TypedTransaction } from '@ethereumjs/tx'
import type { Address, Hash } from '../consensus/types.ts'

export type SignedTransaction = {
  readonly hash: Hash
  /** EIP-2718 bytes; of a legacy transaction its RLP list. */
  readonly raw: Uint8Array
  readonly sender: Address
  readonly tx: TypedTransaction
}
