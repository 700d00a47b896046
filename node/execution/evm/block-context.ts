/** What the EVM sees of the block that it executes in, and of the blocks before it. */
import type { EVMMockBlockchainInterface, EVMRunCallOpts } from '@ethereumjs/evm'
import { createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { CodedError } from '../../../consensus/errors.ts'
import type { Hash, Header } from '../../../consensus/types.ts'
import type { ParentState } from '../types.ts'

/** The header fields that execution depends on. */
export type BlockContext = Pick<
  Header,
  'number' | 'coinbase' | 'timestamp' | 'difficulty' | 'mixHash' | 'gasLimit' | 'baseFeePerGas'
>

export type EvmBlock = NonNullable<EVMRunCallOpts['block']>

/** No block of ours holds a blob, so the price stays at its minimum of 1 wei (EIP-4844). */
const BLOB_GAS_PRICE = 1n

export function evmBlockOf(context: BlockContext): EvmBlock {
  return {
    header: {
      number: context.number,
      coinbase: createAddressFromString(context.coinbase),
      timestamp: context.timestamp,
      difficulty: context.difficulty,
      prevRandao: hexToBytes(context.mixHash),
      gasLimit: context.gasLimit,
      baseFeePerGas: context.baseFeePerGas,
      getBlobGasPrice: () => BLOB_GAS_PRICE,
    },
  }
}

/** The branch that BLOCKHASH sees: set before each execution. */
export class BranchHashes implements EVMMockBlockchainInterface {
  #base: Pick<ParentState, 'header' | 'hash' | 'ancestorHash'> | undefined

  set(base: Pick<ParentState, 'header' | 'hash' | 'ancestorHash'>): void {
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
