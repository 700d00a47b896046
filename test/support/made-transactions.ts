/**
 * Transactions with a sender of one's choice and no real signature: what takes senders as known
 * (pool, storage) can't tell, and thousands of them cost nothing.
 */
import {
  createAccessList2930Tx,
  createEOACode7702Tx,
  createFeeMarket1559Tx,
  createLegacyTx,
} from '@ethereumjs/tx'
import { bytesToHex } from '@ethereumjs/util'
import type { Address, Hex } from '../../consensus/types.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import { decodeTransaction } from '../../node/crypto/decode-transaction.ts'
import { createSharedCommon } from '../../node/crypto/shared-common.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { TEST_PARAMS } from './mined-blocks.ts'

export const TEST_COMMON = createSharedCommon({
  params: TEST_PARAMS,
  gasLimit: 30_000_000n,
  timestamp: 1_800_000_000n,
})

export const GWEI = 1_000_000_000n

export type MadeFields = {
  readonly type?: 0 | 1 | 2 | 4
  readonly sender?: Address
  readonly nonce?: bigint
  readonly gasLimit?: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
  readonly value?: bigint
  /** undefined creates a contract. */
  readonly to?: Address | undefined
  readonly data?: Hex
  readonly accessList?: readonly { address: Address; storageKeys: readonly Hex[] }[]
  readonly authorizationCount?: number
}

/** The n-th test address. */
export function addressOf(index: number): Address {
  return bytesToHex(keccak256(new TextEncoder().encode(`address ${index}`)).subarray(0, 20))
}

/** The same fields make the same transaction. Legacy and access-list ones pay `maxFeePerGas`. */
export function makeTransaction(fields: MadeFields = {}): SignedTransaction {
  const sender = fields.sender ?? addressOf(0)
  return decodeTransaction(serialize(sender, fields), TEST_COMMON, sender)
}

/** The raw bytes, for what decodes by itself. */
export function serialize(sender: Address, fields: MadeFields): Uint8Array {
  const { type = 2, maxFeePerGas = 2n * GWEI, maxPriorityFeePerGas = GWEI } = fields
  const to = 'to' in fields ? fields.to : addressOf(999)
  const shared = {
    ...(to !== undefined && { to }),
    nonce: fields.nonce ?? 0n,
    gasLimit: fields.gasLimit ?? 21_000n,
    value: fields.value ?? 1n,
    data: fields.data ?? '0x',
    // Any numbers below half the order of the curve; the sender makes the hash unique.
    r: BigInt(sender),
    s: 1n,
  }
  const options = { common: TEST_COMMON }
  const chainId = TEST_PARAMS.chainId
  const accessList = (fields.accessList ?? []).map(({ address, storageKeys }) => ({
    address,
    storageKeys: [...storageKeys],
  }))
  const fees = { maxFeePerGas, maxPriorityFeePerGas }
  switch (type) {
    case 0: {
      const v = 35n + 2n * chainId
      return createLegacyTx({ ...shared, gasPrice: maxFeePerGas, v }, options).serialize()
    }
    case 1: {
      const tx = { ...shared, gasPrice: maxFeePerGas, chainId, accessList, v: 0n }
      return createAccessList2930Tx(tx, options).serialize()
    }
    case 2:
      return createFeeMarket1559Tx(
        { ...shared, ...fees, chainId, accessList, v: 0n },
        options,
      ).serialize()
    case 4: {
      const authorization = {
        chainId: '0x1',
        address: addressOf(1),
        nonce: '0x1',
        yParity: '0x1',
        r: '0x1',
        s: '0x1',
      } as const
      const authorizationList = Array.from(
        { length: fields.authorizationCount ?? 1 },
        () => authorization,
      )
      const tx = { ...shared, ...fees, chainId, accessList, authorizationList, v: 0n }
      return createEOACode7702Tx(tx, options).serialize()
    }
  }
}
