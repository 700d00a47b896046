/**
 * Blocks executed one on the other over a real database, without consensus: any header goes. For
 * tests of execution and state, and for their benchmark.
 */
import type { Common } from '@ethereumjs/common'
import { createTx, type TypedTxData } from '@ethereumjs/tx'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { decodeHeader, hashHeader } from '../../consensus/codec/header-codec.ts'
import type { Address, Hash, Header, Hex } from '../../consensus/types.ts'
import { devAccounts } from '../../genesis/accounts.ts'
import type { Genesis, GenesisAccount } from '../../genesis/genesis-file.ts'
import type { ExecutorOpener } from '../../node/chain/chain-types.ts'
import { decodeTransaction } from '../../node/crypto/decode-transaction.ts'
import { recoverAddress, signHash } from '../../node/crypto/secp256k1.ts'
import { createSharedCommon } from '../../node/crypto/shared-common.ts'
import type { TransferRule } from '../../node/execution/evm/native-transfer-precompile.ts'
import { type BlockExecutor, Executor } from '../../node/execution/executor.ts'
import { createHanzoRules } from '../../node/execution/rules/hanzo-rules.ts'
import type { BuildEnvironment, ExecutedBlock, ParentState } from '../../node/execution/types.ts'
import { genesisChanges } from '../../node/state/genesis-state.ts'
import { StateStore } from '../../node/state/state-store.ts'
import { type KeyValueStore, WriteBatch } from '../../node/storage/database.ts'
import type { SignedTransaction } from '../../node/transaction.ts'

export const GWEI = 1_000_000_000n
export const COINBASE: Address = `0x${'c0'.repeat(20)}`

export type Wallet = { readonly address: Address; readonly key: Uint8Array }
export type ExecutedOn = { readonly hash: Hash; readonly header: Header }

/** Fields of a transaction of @ethereumjs/tx; what is left out is filled in. */
export type Fields = Record<string, unknown> & { readonly nonce?: bigint }

export type ExecutionChainOptions = {
  readonly genesis: Genesis
  readonly store: KeyValueStore
  readonly transferRules?: readonly TransferRule[]
  /** In place of the genesis file's accounts, or beside them. */
  readonly alloc?: Iterable<readonly [Address, GenesisAccount]>
  /** In place of the EVM. */
  readonly openExecutor?: ExecutorOpener
}

export class ExecutionChain {
  readonly genesis: Genesis
  readonly store: KeyValueStore
  readonly state: StateStore
  readonly executor: BlockExecutor
  readonly common: Common
  readonly blocks = new Map<Hash, Header>()
  head: ExecutedOn
  readonly #nonces = new Map<Address, bigint>()

  private constructor(
    { genesis, store }: ExecutionChainOptions,
    parts: { state: StateStore; executor: BlockExecutor; common: Common; head: ExecutedOn },
  ) {
    this.genesis = genesis
    this.store = store
    this.state = parts.state
    this.executor = parts.executor
    this.common = parts.common
    this.head = parts.head
    this.blocks.set(this.head.hash, this.head.header)
  }

  static async open(options: ExecutionChainOptions): Promise<ExecutionChain> {
    const { genesis, store, transferRules } = options
    const openExecutor = options.openExecutor ?? ((parts) => Executor.open(parts))
    const alloc = new Map([...genesis.alloc, ...(options.alloc ?? [])])
    const { stateRoot } = genesisChanges(alloc)
    const header = { ...decodeHeader(genesis.headerRlp), stateRoot }
    const head = { hash: hashHeader(header), header }
    const common = createSharedCommon(genesis)
    const state = await StateStore.open({ store })
    const rules = createHanzoRules(common, transferRules)
    const executor = await openExecutor({ rules, state })
    const chain = new ExecutionChain(options, { state, executor, common, head })
    const batch = new WriteBatch()
    state.stageGenesis(batch, chain.head, alloc)
    await store.write(batch)
    state.committed()
    return chain
  }

  parentState(on: ExecutedOn = this.head): ParentState {
    return {
      ...on,
      epochDifficulty: this.genesis.params.genesisDifficulty,
      ancestorHash: (number) => this.#ancestor(on, number),
    }
  }

  environment(on: ExecutedOn = this.head, fields: Partial<BuildEnvironment> = {}) {
    const { header } = on
    return {
      coinbase: COINBASE,
      timestamp: header.timestamp + 1n,
      gasLimit: header.gasLimit,
      baseFeePerGas: GWEI,
      difficulty: this.genesis.params.genesisDifficulty,
      extraData: header.extraData,
      mixHash: header.mixHash,
      ...fields,
    } satisfies BuildEnvironment
  }

  /** Executes a block on `on` as import would; nothing is written. */
  async execute(
    transactions: readonly SignedTransaction[],
    on: ExecutedOn = this.head,
    fields: Partial<BuildEnvironment> = {},
  ): Promise<{ block: ExecutedOn; executed: ExecutedBlock }> {
    const draft = this.#draft(on, fields)
    const executed = await this.executor.executeBlock(this.parentState(on), draft, transactions)
    const { stateRoot, receiptsRoot, logsBloom, gasUsed } = executed
    const header = { ...draft, stateRoot, receiptsRoot, logsBloom, gasUsed }
    return { block: { hash: hashHeader(header), header }, executed }
  }

  /** Writes an executed block; the head follows unless `isHead` is false. */
  async commit(block: ExecutedOn, executed: ExecutedBlock, isHead = true): Promise<void> {
    const batch = new WriteBatch()
    this.state.stage(batch, block, executed.changes)
    if (isHead) await this.state.stageSwitch(batch, [], [block.hash])
    await this.store.write(batch)
    this.state.committed()
    this.blocks.set(block.hash, block.header)
    if (isHead) this.head = block
  }

  /** A block of these transactions on the head, written. */
  async advance(
    transactions: readonly SignedTransaction[] = [],
    fields: Partial<BuildEnvironment> = {},
  ): Promise<ExecutedBlock> {
    const { block, executed } = await this.execute(transactions, this.head, fields)
    await this.commit(block, executed)
    return executed
  }

  /** A transaction of `wallet`, by default a call of nothing with its next nonce. */
  sign(wallet: Wallet, fields: Fields = {}): SignedTransaction {
    const { address, key } = wallet
    const nonce = fields.nonce ?? this.#nonces.get(address) ?? 0n
    if (fields.nonce === undefined) this.#nonces.set(address, nonce + 1n)
    const { type = 2 } = fields
    const fees =
      type === 0 || type === 1
        ? { gasPrice: 3n * GWEI }
        : { maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: GWEI }
    const { chainId } = this.genesis.params
    const data = { chainId, gasLimit: 100_000n, type, ...fees, ...fields, nonce }
    const raw = createTx(data as TypedTxData, { common: this.common })
      .sign(key)
      .serialize()
    return decodeTransaction(raw, this.common, address)
  }

  /** After the head, as a reader sees it. */
  async balance(address: Address): Promise<bigint> {
    const view = this.state.view(this.head.header.stateRoot)
    return (await view.account(address))?.balance ?? 0n
  }

  async storage(address: Address, slot: bigint): Promise<bigint> {
    const view = this.state.view(this.head.header.stateRoot)
    return BigInt(await view.storage(address, `0x${slot.toString(16).padStart(64, '0')}`))
  }

  #draft(on: ExecutedOn, fields: Partial<BuildEnvironment>): Header {
    const { header, hash } = on
    const environment = this.environment(on, fields)
    return { ...header, ...environment, parentHash: hash, number: header.number + 1n }
  }

  #ancestor(on: ExecutedOn, number: bigint): Hash | undefined {
    let hash: Hash | undefined = on.hash
    for (;;) {
      const header: Header | undefined = hash && this.blocks.get(hash)
      if (header === undefined || header.number <= number) return hash
      hash = header.parentHash
    }
  }
}

/** An account of a genesis: nothing but what is named. */
export function accountOf(fields: Partial<GenesisAccount>): GenesisAccount {
  return { balance: 0n, nonce: 0n, code: new Uint8Array(0), storage: new Map(), ...fields }
}

/** The funded accounts. */
export const WALLETS: readonly Wallet[] = devAccounts().map(({ address, privateKey }) => ({
  address,
  key: hexToBytes(privateKey),
}))

/** A wallet of its own, with nothing in it. */
export function walletOf(index: number): Wallet {
  const key = new Uint8Array(32)
  new DataView(key.buffer).setUint32(28, index + 1_000)
  const hash = new Uint8Array(32).fill(7)
  const signed = signHash(hash, key)!
  return { address: bytesToHex(recoverAddress(hash, signed.compact, signed.recovery)!), key }
}

/** Call data: a function's selector and words. */
export function callData(selector: Hex, ...words: readonly (bigint | Hex)[]): Hex {
  return `0x${selector.slice(2)}${words.map((word) => BigInt(word).toString(16).padStart(64, '0')).join('')}`
}
