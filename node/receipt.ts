/** Receipts and logs as the node keeps them: everything a reader of one transaction needs. */
import type { Address, Hash, Hex } from '../consensus/types.ts'

export type Log = {
  readonly address: Address
  readonly topics: readonly Hash[]
  readonly data: Hex
}

export type Receipt = {
  /** EIP-2718 type: 0 to 4. */
  readonly type: number
  readonly status: 0 | 1
  /** Before EIP-658 a receipt has the state root after its transaction in place of a status. */
  readonly root?: Hash
  readonly gasUsed: bigint
  readonly cumulativeGasUsed: bigint
  /** Wei per gas that the sender paid. */
  readonly effectiveGasPrice: bigint
  /** EIP-4844, of blob transactions alone. */
  readonly blobGasUsed?: bigint
  /** Wei per blob gas; with `blobGasUsed`. */
  readonly blobGasPrice?: bigint
  /** Set when the transaction created a contract. */
  readonly contractAddress: Address | undefined
  /** 256 bytes. */
  readonly logsBloom: Hex
  readonly logs: readonly Log[]
}
