/** What the EVM sees of the block that it executes in, and of the blocks before it. */
import type { EVMMockBlockchainInterface, EVMRunCallOpts } from '@ethereumjs/evm'
import { createAddressFromString, hexToBytes } from '@ethereumjs/util'
import type { Withdrawal } from '../../../consensus/codec/ethereum-codec.ts'
import { CodedError } from '../../../consensus/errors.ts'
import type { Hash, Header } from '../../../consensus/types.ts'
import type { BlockParent } from '../types.ts'

/** What execution depends on: fields of the header, and of the body what pays or is paid. */
export type BlockContext = Pick<
  Header,
  'number' | 'coinbase' | 'timestamp' | 'difficulty' | 'mixHash' | 'gasLimit' | 'baseFeePerGas'
> & {
  readonly parentBeaconBlockRoot?: Hash
  /** Wei per blob gas; the minimum if not given. */
  readonly blobBaseFee?: bigint
  readonly withdrawals?: readonly Withdrawal[]
  readonly ommers?: readonly Pick<Header, 'number' | 'coinbase'>[]
}

export type EvmBlock = NonNullable<EVMRunCallOpts['block']>

/** EIP-4844's least price of blob gas: where there are no blobs, it stays there. */
export const BLOB_BASE_FEE_MIN_WEI = 1n

export function evmBlockOf(context: BlockContext): EvmBlock {
  const { blobBaseFee = BLOB_BASE_FEE_MIN_WEI } = context
  return {
    header: {
      number: context.number,
      coinbase: createAddressFromString(context.coinbase),
      timestamp: context.timestamp,
      difficulty: context.difficulty,
      prevRandao: hexToBytes(context.mixHash),
      gasLimit: context.gasLimit,
      baseFeePerGas: context.baseFeePerGas,
      getBlobGasPrice: () => blobBaseFee,
    },
  }
}

/** The branch that BLOCKHASH sees: set before each execution. */
export class BranchHashes implements EVMMockBlockchainInterface {
  #base: BlockParent | undefined

  set(base: BlockParent): void {
    this.#base = base
  }

  /** The EVM asks for the last 256 only; none of them may be unknown on an executed branch. */
  async getBlock(number: number): Promise<{ hash(): Uint8Array }> {
    const hash = await this.#hashOf(BigInt(number))
    if (hash === undefined) throw new BranchError({ code: 'ANCESTOR_UNKNOWN', number })
    const bytes = hexToBytes(hash)
    return { hash: () => bytes }
  }

  async putBlock(): Promise<void> {}

  shallowCopy(): this {
    return this
  }

  async #hashOf(number: bigint): Promise<Hash | undefined> {
    if (number === this.#base?.header.number) return this.#base.hash
    return this.#base?.ancestorHash(number)
  }
}

export type BranchErrorType = { readonly code: 'ANCESTOR_UNKNOWN'; readonly number: number }

/** The store lacks a block that an executed one stands on. */
export class BranchError extends CodedError<BranchErrorType> {}
