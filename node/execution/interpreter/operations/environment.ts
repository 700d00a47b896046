/** Operations that tell a frame about itself, its transaction and its block. */
import type { EVM } from '@ethereumjs/evm'
import { type Address, bytesToBigInt } from '@ethereumjs/util'
import { assert } from '../../../../consensus/errors.ts'
import type { EvmBlock } from '../../evm/block-context.ts'
import type { FrameHost } from '../frame.ts'
import { type OperationTable, source } from './operation.ts'

/** What a block is to the code in it, as words where operations ask for words. */
export type BlockWords = {
  readonly block: EvmBlock
  readonly chainId: bigint
  readonly coinbase: bigint
  readonly prevRandao: bigint
}

/** What does not change within a transaction. */
export type TransactionContext = {
  readonly block: BlockWords
  readonly origin: Address
  readonly gasPrice: bigint
}

export function blockWords(block: EvmBlock, common: EVM['common']): BlockWords {
  return {
    block,
    chainId: common.chainId(),
    coinbase: bytesToBigInt(block.header.coinbase.bytes),
    prevRandao: bytesToBigInt(block.header.prevRandao),
  }
}

export const ENVIRONMENT: OperationTable = new Map([
  [0x30, source(2, ({ account }) => BigInt(account.address))],
  [0x32, source(2, ({ host }) => bytesToBigInt(host.context.origin.bytes))],
  [0x33, source(2, ({ message }) => bytesToBigInt(message.caller.bytes))],
  [0x34, source(2, ({ message }) => message.value)],
  [0x3a, source(2, ({ host }) => host.context.gasPrice)],
  [0x41, source(2, ({ host }) => host.context.block.coinbase)],
  [0x42, source(2, ({ host }) => headerOf(host).timestamp)],
  [0x43, source(2, ({ host }) => headerOf(host).number)],
  [0x44, source(2, ({ host }) => host.context.block.prevRandao)],
  [0x45, source(2, ({ host }) => headerOf(host).gasLimit)],
  [0x46, source(2, ({ host }) => host.context.block.chainId)],
  [0x47, source(5, ({ account }) => account.current?.balance ?? 0n)],
  [0x48, source(2, ({ host }) => word(headerOf(host).baseFeePerGas))],
  [0x4a, source(2, ({ host }) => word(headerOf(host).getBlobGasPrice()))],
])

function headerOf({ context }: FrameHost): EvmBlock['header'] {
  return context.block.block.header
}

function word(value: bigint | undefined): bigint {
  assert(value !== undefined, 'every block of ours has its prices')
  return value
}
