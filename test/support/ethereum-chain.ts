/**
 * Small chains of plain Ethereum, from a genesis under the fork that a test asks for, grown by
 * blocks that our own builder makes and our own import checks.
 */
import { createTx, type TypedTxData } from '@ethereumjs/tx'
import type { EthereumBlock } from '../../consensus/codec/ethereum-codec.ts'
import type { Address, EthereumHeader } from '../../consensus/types.ts'
import { parseEthereumGenesis } from '../../genesis/file/ethereum-genesis.ts'
import type { BuiltPayload, ChainApi, PayloadAttributes } from '../../node/api.ts'
import { decodeEthereumTransaction } from '../../node/import-chain/decode.ts'
import { ImportedChain } from '../../node/import-chain/imported-chain.ts'
import { createImportedNode } from '../../node/import-chain/imported-node.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { COINBASE, WALLETS, type Wallet } from './execution-chain.ts'

const BLOCK_FORKS = [
  ...['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg'],
  ...['istanbul', 'muirGlacier', 'berlin', 'london', 'arrowGlacier', 'grayGlacier'],
] as const
const TIME_FORKS = ['shanghai', 'cancun', 'prague', 'osaka'] as const
export const BLOBS = { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 }

/** The newest fork that is active from block 0 on; proof of work up to `grayGlacier`. */
export type GenesisFork = (typeof BLOCK_FORKS)[number] | (typeof TIME_FORKS)[number]

type AccountJson = {
  readonly balance: string
  readonly nonce?: string
  readonly code?: string
  readonly storage?: Readonly<Record<string, string>>
}
export type Alloc = Readonly<Record<Address, AccountJson>>

export const RICH = (10n ** 21n).toString()

/** A genesis.json of geth. */
export function ethereumGenesisJson(fork: GenesisFork, alloc: Alloc = {}) {
  const isPow = BLOCK_FORKS.some((name) => name === fork)
  const blockForks = isPow
    ? BLOCK_FORKS.slice(0, BLOCK_FORKS.indexOf(fork as never) + 1)
    : BLOCK_FORKS
  const timeForks = TIME_FORKS.slice(0, TIME_FORKS.indexOf(fork as never) + 1)
  return {
    config: {
      chainId: 1337,
      ...Object.fromEntries(blockForks.map((name) => [`${name}Block`, 0])),
      ...Object.fromEntries(timeForks.map((name) => [`${name}Time`, 0])),
      blobSchedule: { cancun: BLOBS, prague: BLOBS, osaka: BLOBS },
    },
    alloc: {
      ...Object.fromEntries(WALLETS.map(({ address }) => [address, { balance: RICH }])),
      ...alloc,
    },
    difficulty: isPow ? '0x20000' : '0x0',
    gasLimit: '0x1c9c380',
  }
}

export class EthereumTestChain {
  readonly chain: ImportedChain
  readonly api: ChainApi

  private constructor(chain: ImportedChain) {
    this.chain = chain
    this.api = createImportedNode({ chain, clientVersion: 'test', clock: { now: () => 0 } })
  }

  static async open(fork: GenesisFork, alloc: Alloc = {}): Promise<EthereumTestChain> {
    const genesis = parseEthereumGenesis(ethereumGenesisJson(fork, alloc))
    return new EthereumTestChain(await ImportedChain.create(genesis))
  }

  /** A transaction of `wallet`; legacy, and for everybody's chain before EIP-155. */
  sign(wallet: Wallet, fields: TypedTxData & { readonly nonce: bigint }): SignedTransaction {
    const { common } = this.chain.rules.at(this.chain.nextPlace())
    const data = { gasLimit: 1_000_000n, gasPrice: 2n * 10n ** 9n, chainId: 1337n, ...fields }
    const raw = createTx(data as TypedTxData, { common })
      .sign(wallet.key)
      .serialize()
    return decodeEthereumTransaction(raw, common)
  }

  /** A block of all of these on the head; kept nowhere. */
  build(
    transactions: readonly SignedTransaction[],
    attributes: Partial<PayloadAttributes> = {},
  ): Promise<BuiltPayload> {
    const { head } = this.chain
    const all = {
      timestamp: head.header.timestamp + 12n,
      prevRandao: `0x${'07'.repeat(32)}` as const,
      feeRecipient: COINBASE,
      ...attributes,
    }
    const raws = transactions.map(({ raw }) => raw)
    if (this.api.builder === undefined) throw new Error('an imported chain builds blocks')
    return this.api.builder.build(head, all, raws, '0x')
  }

  /** The same, imported. */
  async advance(
    transactions: readonly SignedTransaction[] = [],
    attributes: Partial<PayloadAttributes> = {},
  ): Promise<EthereumBlock> {
    const block = blockOf(await this.build(transactions, attributes))
    await this.chain.import(block)
    return block
  }
}

export function blockOf(
  payload: BuiltPayload,
  fields: Partial<EthereumHeader> = {},
): EthereumBlock {
  const { header, transactions, withdrawals } = payload
  return {
    header: { ...header, ...fields },
    transactions: transactions.map(({ raw }) => raw),
    ommers: [],
    withdrawals: header.withdrawalsRoot === undefined ? undefined : withdrawals,
  }
}
