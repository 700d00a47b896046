/**
 * A chain of plain Ethereum, executed from its genesis and kept in memory: every block, its
 * receipts and its state. It has one branch and grows by import alone.
 */
import type { Common } from '@ethereumjs/common'
import { bytesToHex, KECCAK256_RLP, KECCAK256_RLP_ARRAY } from '@ethereumjs/util'
import {
  type EthereumBlock,
  encodeEthereumBlock,
  hashEthereumHeader,
} from '../../consensus/codec/ethereum-codec.ts'
import { assert } from '../../consensus/errors.ts'
import type { EthereumHeader, Hash } from '../../consensus/types.ts'
import type { EthereumForks, EthereumGenesis } from '../../genesis/file/ethereum-genesis.ts'
import type { EthereumChainBlock, TransactionLocation } from '../api.ts'
import type { EthereumSummary } from '../events.ts'
import type { BlockContext } from '../execution/evm/block-context.ts'
import { Executor } from '../execution/executor.ts'
import type { PrecompileThreads } from '../execution/precompiles/precompile-threads.ts'
import { EMPTY_BLOOM } from '../execution/receipts/receipt-codec.ts'
import type { BlockPlace } from '../execution/rules/block-rules.ts'
import { EthereumRules } from '../execution/rules/ethereum-rules.ts'
import { contextOf, FeeMarket } from '../execution/rules/fee-market.ts'
import type { BlockParent, ExecutedBlock } from '../execution/types.ts'
import type { Receipt } from '../receipt.ts'
import { genesisChanges } from '../state/genesis-state.ts'
import { StateStore } from '../state/state-store.ts'
import type { StateChanges } from '../state/types.ts'
import { WriteBatch } from '../storage/database.ts'
import { LogIndex } from '../storage/log-index/log-index.ts'
import { decodeEthereumTransaction } from './decode.ts'
import { MemoryStore } from './memory-store.ts'
import { verifyBlock, verifyResults } from './verify-block.ts'

export type StoredBlock = EthereumChainBlock & {
  readonly receipts: readonly Receipt[]
  readonly totalDifficulty: bigint
}

const EMPTY_ROOT = bytesToHex(KECCAK256_RLP)

export class ImportedChain {
  readonly forks: EthereumForks
  readonly rules: EthereumRules
  readonly fees: FeeMarket
  readonly state: StateStore
  readonly executor: Executor
  readonly logs: LogIndex
  readonly #store: MemoryStore
  readonly #logStore: MemoryStore
  readonly #blocks = new Map<Hash, StoredBlock>()
  /** By number. */
  readonly #canonical: StoredBlock[] = []
  readonly #locations = new Map<Hash, TransactionLocation>()

  private constructor(
    parts: Pick<ImportedChain, 'forks' | 'rules' | 'state' | 'executor' | 'logs'>,
    store: MemoryStore,
    logStore: MemoryStore,
  ) {
    this.forks = parts.forks
    this.rules = parts.rules
    this.fees = new FeeMarket(parts.rules)
    this.state = parts.state
    this.executor = parts.executor
    this.logs = parts.logs
    this.#store = store
    this.#logStore = logStore
  }

  /** Precompiles that take long run on `threads`, or in place if there are none. */
  static async create(
    { forks, alloc, header }: EthereumGenesis,
    threads?: PrecompileThreads,
  ): Promise<ImportedChain> {
    const store = new MemoryStore()
    const state = await StateStore.open({ store })
    const rules = new EthereumRules(forks)
    const executor = await Executor.open({ rules, state, threads })
    const logStore = new MemoryStore()
    const logs = await LogIndex.open(logStore, undefined)
    const chain = new ImportedChain({ forks, rules, state, executor, logs }, store, logStore)
    const changes = genesisChanges(alloc)
    await chain.#adopt(
      { header: genesisHeader(header, changes.stateRoot, rules), ...NO_BODY },
      { receipts: [], changes },
    )
    return chain
  }

  get genesis(): StoredBlock {
    return this.#at(0)
  }

  get head(): StoredBlock {
    return this.#at(this.#canonical.length - 1)
  }

  /** Fixed at the fork of a block. */
  commonAt(header: EthereumHeader): Common {
    return this.rules.at(header).common
  }

  /** Of the soonest block after the head. */
  nextPlace(): BlockPlace {
    const { number, timestamp, difficulty } = this.head.header
    return { number: number + 1n, timestamp: timestamp + 1n, difficulty }
  }

  /** Bytes of the RLP of a block without ommers and withdrawals. */
  sizeOf(header: EthereumHeader, transactions: StoredBlock['transactions']): number {
    const withdrawals = header.withdrawalsRoot === undefined ? undefined : []
    const raws = transactions.map(({ raw }) => raw)
    return encodeEthereumBlock({ header, transactions: raws, ommers: [], withdrawals }).length
  }

  block(hash: Hash): StoredBlock | undefined {
    return this.#blocks.get(hash)
  }

  byNumber(number: bigint): StoredBlock | undefined {
    return number < BigInt(this.#canonical.length) ? this.#canonical[Number(number)] : undefined
  }

  locate(transactionHash: Hash): TransactionLocation | undefined {
    return this.#locations.get(transactionHash)
  }

  /** A block to execute on. */
  parentOf({ hash, header }: EthereumSummary): BlockParent {
    return { hash, header, ancestorHash: (number) => this.byNumber(number)?.hash }
  }

  /** Everything that execution asks of a block that is stored, or about to be. */
  contextOf(block: Pick<StoredBlock, 'header' | 'withdrawals' | 'ommers'>): BlockContext {
    const { header, withdrawals, ommers = [] } = block
    return {
      ...contextOf(this.rules.at(header), header),
      ...(withdrawals && { withdrawals }),
      ommers: ommers.map((ommer) => ommer.header),
    }
  }

  /** Verifies, executes and adds a block on the head. Throws `ImportError`, `ExecutionError`. */
  async import(block: EthereumBlock): Promise<void> {
    const { head } = this
    const { header, withdrawals } = block
    verifyBlock(head, block, this.rules.at(header))
    const common = this.commonAt(header)
    const transactions = block.transactions.map((raw) => decodeEthereumTransaction(raw, common))
    const parent = { ...this.parentOf(head), epochDifficulty: undefined }
    const ommers = block.ommers.map(summaryOf)
    const context = this.contextOf({ header, ommers, ...(withdrawals && { withdrawals }) })
    const executed = await this.executor.executeBlock(parent, context, transactions)
    verifyResults(header, executed)
    await this.#adopt(block, executed, transactions)
  }

  async #adopt(
    block: EthereumBlock,
    { receipts, changes }: Pick<ExecutedBlock, 'receipts' | 'changes'>,
    transactions: StoredBlock['transactions'] = [],
  ): Promise<void> {
    const summary = summaryOf(block.header)
    await this.#keepState(summary, changes)
    await this.#indexLogs(summary, receipts)
    const below = this.#canonical.at(-1)?.totalDifficulty ?? 0n
    const stored: StoredBlock = {
      ...summary,
      transactions,
      receipts,
      ommers: block.ommers.map(summaryOf),
      ...(block.withdrawals && { withdrawals: block.withdrawals }),
      sizeBytes: encodeEthereumBlock(block).length,
      totalDifficulty: below + block.header.difficulty,
    }
    this.#blocks.set(stored.hash, stored)
    this.#canonical.push(stored)
    for (const [index, { hash }] of transactions.entries()) {
      const place = { blockHash: stored.hash, blockNumber: stored.header.number, index }
      this.#locations.set(hash, place)
    }
  }

  async #keepState({ hash, header }: EthereumSummary, changes: StateChanges): Promise<void> {
    const { number, parentHash, stateRoot } = header
    const batch = new WriteBatch()
    this.state.stage(batch, { hash, header: { number, parentHash, stateRoot } }, changes)
    await this.#store.write(batch)
    this.state.committed()
  }

  async #indexLogs({ hash, header }: EthereumSummary, receipts: readonly Receipt[]): Promise<void> {
    const { number } = header
    const batch = new WriteBatch()
    this.logs.stageBlock(batch, { number, receipts })
    this.logs.stageHead(batch, { hash, number })
    await this.#logStore.write(batch)
    this.logs.committed()
  }

  #at(index: number): StoredBlock {
    const block = this.#canonical[index]
    assert(block !== undefined, 'a chain has a block 0 from its creation on')
    return block
  }
}

const NO_BODY = { transactions: [], ommers: [], withdrawals: undefined } as const

function summaryOf(header: EthereumHeader): EthereumSummary {
  return { hash: hashEthereumHeader(header), header }
}

function genesisHeader(
  fields: EthereumGenesis['header'],
  stateRoot: Hash,
  rules: EthereumRules,
): EthereumHeader {
  const { baseFeePerGas, blobGasUsed, excessBlobGas, ...given } = fields
  const { common } = rules.at({ ...fields, number: 0n })
  const has = (eip: number): boolean => common.isActivatedEIP(eip)
  return {
    ...given,
    ommersHash: bytesToHex(KECCAK256_RLP_ARRAY),
    stateRoot,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: EMPTY_BLOOM,
    number: 0n,
    gasUsed: 0n,
    ...(has(1559) && { baseFeePerGas: baseFeePerGas ?? 1_000_000_000n }),
    ...(has(4895) && { withdrawalsRoot: EMPTY_ROOT }),
    ...(has(4844) && { blobGasUsed: blobGasUsed ?? 0n, excessBlobGas: excessBlobGas ?? 0n }),
    ...(has(4788) && { parentBeaconBlockRoot: `0x${'00'.repeat(32)}` as const }),
    ...(has(7685) && {
      requestsHash: '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    }),
  }
}
