/**
 * The node as its readers see it: everything JSON-RPC and the commands may ask for, and nothing
 * of how it is done. `rpc` depends on this file and on `events.ts`, never on what is behind them.
 */

import type { Withdrawal } from '../consensus/codec/ethereum-codec.ts'
import type { Address, EthereumHeader, Hash, Hex } from '../consensus/types.ts'
import type { Genesis } from '../genesis/genesis-file.ts'
import type { BlobSidecar, BlockBuilder, ForkReader } from './api/chain-tools.ts'
import type { FinalityReader, WorkDesk } from './api/consensus-api.ts'
import type { DevControls } from './dev/controls.ts'
import type { BlockSummary, EthereumSummary, NodeEvents } from './events.ts'
import type {
  AccessListOutcome,
  CallOutcome,
  CallRequest,
  EstimateOutcome,
  Overrides,
} from './execution/call-types.ts'
import type { FeeMarket } from './execution/rules/fee-market.ts'
import type { Simulate } from './execution/simulation.ts'
import type { TransactionTrace } from './execution/tracing/trace-block.ts'
import type { TraceCallOptions, TraceOptions } from './execution/tracing/trace-options.ts'
import type { Receipt } from './receipt.ts'
import type { Soon } from './state/soon.ts'
import type { StateView } from './state/types.ts'
import type { LogSearch } from './storage/log-index/log-terms.ts'
import type { SignedTransaction } from './transaction.ts'

export type {
  BlobSidecar,
  BlockBuilder,
  BuiltPayload,
  ForkConfig,
  ForkReader,
  PayloadAttributes,
} from './api/chain-tools.ts'
export type {
  ComputeWork,
  EpochCheckpoint,
  FinalityReader,
  FinalityStatus,
  ProofReport,
  SealerSummary,
  ValidatorSummary,
  WorkDesk,
} from './api/consensus-api.ts'

export type BlockTag = 'latest' | 'safe' | 'finalized' | 'earliest' | 'pending'

/** A block as a caller names it; EIP-1898 objects and hashes become `hash`. */
export type BlockSelector =
  | { readonly tag: BlockTag }
  | { readonly number: bigint }
  | { readonly hash: Hash; readonly requireCanonical: boolean }

export type ChainBlock = BlockSummary & BlockContents

/** A block of any chain that is served here. */
export type EthereumChainBlock = EthereumSummary & BlockContents

type BlockContents = {
  readonly transactions: readonly SignedTransaction[]
  /** Bytes of the block's RLP. */
  readonly sizeBytes: number
  /** Left out by chains that have none, as ours. */
  readonly ommers?: readonly EthereumSummary[]
  readonly withdrawals?: readonly Withdrawal[]
}

export type TransactionLocation = {
  readonly blockHash: Hash
  readonly blockNumber: bigint
  readonly index: number
}

export type AccountProof = {
  readonly accountProof: readonly Hex[]
  readonly storageProof: readonly {
    readonly slot: Hex
    readonly value: Hex
    readonly proof: readonly Hex[]
  }[]
}

export interface ChainReader {
  head(): EthereumSummary
  /** undefined: no such block here. `pending` is answered as the block being built. */
  resolve(selector: BlockSelector): Promise<EthereumSummary | undefined>
  canonicalHash(number: bigint): Promise<Hash | undefined>
  header(hash: Hash): Promise<EthereumHeader | undefined>
  block(hash: Hash): Promise<EthereumChainBlock | undefined>
  receipts(hash: Hash): Promise<readonly Receipt[] | undefined>
  /** A canonical block that is in memory, and receipts that are: nothing is read or waited for. */
  peek(number: bigint): EthereumSummary | undefined
  peekReceipts(hash: Hash): readonly Receipt[] | undefined
  /** Canonical blocks that may hold a wanted log, lowest first, in runs; none is left out. */
  blocksWithLogs(search: LogSearch): AsyncIterable<readonly bigint[]>
  /** The stored witness; undefined for genesis, unknown and pruned blocks. */
  proof(hash: Hash): Promise<Uint8Array | undefined>
  totalDifficulty(hash: Hash): Promise<bigint | undefined>
  /** Of canonical blocks only. */
  locate(transactionHash: Hash): Promise<TransactionLocation | undefined>
  /** The block the sealer is working on, with its transactions; built on demand if it has none. */
  pendingBlock(): Promise<{
    readonly block: EthereumChainBlock
    readonly receipts: readonly Receipt[]
  }>
}

export interface StateReader {
  /** Post-state of a block; throws StateError UNAVAILABLE when it can't be read any more. */
  at(block: EthereumSummary): Promise<StateView>
  prove(block: EthereumSummary, address: Address, slots: readonly Hex[]): Promise<AccountProof>
  /** Executes on the post-state of `block`, as if in a child of it with the same time. */
  call(
    block: EthereumSummary,
    request: CallRequest,
    overrides?: Overrides,
    limits?: CallLimits,
  ): Soon<CallOutcome>
  estimateGas(
    block: EthereumSummary,
    request: CallRequest,
    overrides?: Overrides,
    limits?: CallLimits,
  ): Promise<EstimateOutcome>
  createAccessList(
    block: EthereumSummary,
    request: CallRequest,
    overrides?: Overrides,
    limits?: CallLimits,
  ): Promise<AccessListOutcome>
  /** Blocks that never were on top of `block`; see {@link Simulation} for how to run them. */
  simulate<Result>(
    block: EthereumSummary,
    simulate: Simulate<Result>,
    limits?: CallLimits,
  ): Promise<Result>
}

export type CallLimits = {
  /** Aborts when the caller no longer waits; execution gives way to it every few milliseconds. */
  readonly signal?: CallSignal
}

/** What every AbortSignal is, and what costs less to make for each call. */
export interface CallSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Executions watched from inside; what comes back is JSON. */
export interface TraceReader {
  /** A transaction where it stands in its block. Throws `TraceError`. */
  transaction(
    location: TransactionLocation,
    options: TraceOptions,
    limits: CallLimits,
  ): Promise<unknown>
  /** All transactions of a block. */
  block(hash: Hash, options: TraceOptions, limits: CallLimits): Promise<readonly TransactionTrace[]>
  /** The same of a block that need not be stored, but whose parent is. */
  rawBlock(
    rlp: Uint8Array,
    options: TraceOptions,
    limits: CallLimits,
  ): Promise<readonly TransactionTrace[]>
  /** A message on the state after a block, or before one of its transactions. */
  call(
    block: EthereumSummary,
    request: CallRequest,
    options: TraceCallOptions,
    limits: CallLimits,
  ): Promise<unknown>
}

export interface PoolReader {
  get(hash: Hash): SignedTransaction | undefined
  /** Transactions that could be mined now, best first. */
  pending(): readonly SignedTransaction[]
  /** By sender, ascending nonce. */
  content(): { readonly pending: PoolContent; readonly queued: PoolContent }
  status(): { readonly pending: number; readonly queued: number }
  /** Next nonce of `address`, counting its pending transactions. */
  nextNonce(address: Address): Promise<bigint>
  /** Decodes, checks, adds and gossips a raw transaction. Throws PoolError. */
  submit(raw: Uint8Array): Promise<Hash>
  /** Of a blob transaction; undefined where there are none. */
  sidecar?(hash: Hash): BlobSidecar | undefined
}

export type PoolContent = ReadonlyMap<Address, readonly SignedTransaction[]>

export type PeerSummary = {
  readonly id: string
  readonly address: string
  readonly direction: 'inbound' | 'outbound'
  readonly score: number
  readonly connectedSeconds: number
  readonly head: { readonly number: bigint; readonly hash: Hash } | undefined
}

export interface NetworkReader {
  readonly peerId: string | undefined
  readonly multiaddrs: readonly string[]
  peers(): readonly PeerSummary[]
  /** undefined when not syncing. */
  syncing():
    | {
        readonly startingBlock: bigint
        readonly currentBlock: bigint
        readonly highestBlock: bigint
      }
    | undefined
  /** Cuts every peer that is not named; undefined heals. For tests of consensus rules. */
  setPartition(allowed: readonly string[] | undefined): Promise<void>
  /** Hangs up on one peer; one that belongs to us is dialed again in its time. */
  disconnect(peerId: string): Promise<void>
}
export type NodeHealth = {
  readonly isReady: boolean
  readonly reason: string | undefined
}

/** What any chain that is served here can be asked: ours, or an imported one of plain Ethereum. */
export interface ChainApi {
  readonly chainId: bigint
  readonly clientVersion: string
  /** Unix milliseconds, the node's clock. */
  now(): number
  readonly events: NodeEvents
  readonly chain: ChainReader
  readonly state: StateReader
  readonly trace: TraceReader
  readonly pool: PoolReader
  readonly network: NetworkReader
  /** Prices that follow from headers. */
  readonly fees: FeeMarket
  readonly forks: ForkReader
  /** Builds blocks for tests; undefined where that is not offered. */
  readonly builder: BlockBuilder | undefined
  health(): NodeHealth
}

/** A node of ours: the chain, and who works and votes for it. */
export interface NodeApi extends ChainApi {
  readonly genesis: Genesis
  readonly work: WorkDesk
  readonly finality: FinalityReader
  /** undefined unless it was turned on. */
  readonly dev?: DevControls | undefined
}

/** Whether the chain is one of ours. */
export function isNode(api: ChainApi): api is NodeApi {
  return 'finality' in api
}
