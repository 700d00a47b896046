/** Receipts and logs as the node keeps them: everything a reader of one transaction needs. */
import type { Address, Hash, Hex } from '../consensus/types.ts'

export type Log = {
  readonly address: Address
  readonly topics: readonly Hash[]
  readonly data: Hex
}

export type Receipt = {
  /** EIP-2718 type: 0, 1, 2 or 4. */
  readonly type: number
  readonly status: 0 | 1
  readonly gasUsed: bigint
  readonly cumulativeGasUsed: bigint
  /** Wei per gas that the sender paid. */
  readonly effectiveGasPrice: bigint
  /** Set when the transaction created a contract. */
  readonly contractAddress: Address | undefined
  /** 256 bytes. */
  readonly logsBloom: Hex
  readonly logs: readonly Log[]
}
