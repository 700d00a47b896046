/** Messages that are executed without being signed: `eth_call`, `eth_estimateGas` and kin. */
import type { Address, Hash, Hex } from '../../consensus/types.ts'

export type CallRequest = {
  readonly from?: Address
  readonly to?: Address
  readonly gas?: bigint
  readonly gasPrice?: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
  readonly value?: bigint
  readonly data?: Uint8Array
  readonly accessList?: readonly {
    readonly address: Address
    readonly storageKeys: readonly Hex[]
  }[]
  readonly authorizationList?: readonly CallAuthorization[]
}

/** EIP-7702, signed. */
export type CallAuthorization = {
  readonly chainId: bigint
  readonly address: Address
  readonly nonce: bigint
  readonly yParity: bigint
  readonly r: bigint
  readonly s: bigint
}

export type AccountOverride = {
  readonly balance?: bigint
  readonly nonce?: bigint
  readonly code?: Uint8Array
  /** Replaces the whole storage. */
  readonly state?: ReadonlyMap<Hex, Hex>
  /** Replaces single slots. */
  readonly stateDiff?: ReadonlyMap<Hex, Hex>
  /** The address is that of a precompile, whose native code goes there. */
  readonly movePrecompileTo?: Address
}

export type BlockOverrides = {
  readonly number?: bigint
  readonly time?: bigint
  readonly gasLimit?: bigint
  readonly feeRecipient?: Address
  readonly prevRandao?: Hash
  readonly baseFeePerGas?: bigint
  /** Wei per blob gas. */
  readonly blobBaseFee?: bigint
}

export type Overrides = {
  readonly accounts?: ReadonlyMap<Address, AccountOverride>
  readonly block?: BlockOverrides
}

/** `reverted` carries the revert data; `failed` is any other end, such as out of gas. */
export type CallOutcome =
  | { readonly kind: 'ok'; readonly output: Hex; readonly gasUsed: bigint }
  | { readonly kind: 'reverted'; readonly output: Hex; readonly gasUsed: bigint }
  | { readonly kind: 'failed'; readonly reason: string; readonly gasUsed: bigint }

export type EstimateOutcome =
  | { readonly kind: 'ok'; readonly gas: bigint }
  | { readonly kind: 'reverted'; readonly output: Hex }
  | { readonly kind: 'failed'; readonly reason: string }

/** The list with which a message is cheapest, and what it comes to with it. */
export type AccessListOutcome =
  | {
      readonly kind: 'ok'
      readonly accessList: NonNullable<CallRequest['accessList']>
      readonly gasUsed: bigint
      /** Why the message fails even so. */
      readonly error?: string
    }
  | { readonly kind: 'failed'; readonly reason: string }
