/** An imported chain for JSON-RPC: its blocks, its state, and its traces. */

import { decodeEthereumChain, hashEthereumHeader } from '../../consensus/codec/ethereum-codec.ts'
import type { Address, EthereumHeader, Hash, Hex } from '../../consensus/types.ts'
import { PendingState } from '../api/pending-state.ts'
import type {
  AccountProof,
  BlockSelector,
  BuiltPayload,
  CallLimits,
  ChainReader,
  EthereumChainBlock,
  StateReader,
  TransactionLocation,
} from '../api.ts'
import type { EthereumSummary } from '../events.ts'
import type {
  AccessListOutcome,
  CallOutcome,
  CallRequest,
  EstimateOutcome,
  Overrides,
} from '../execution/call-types.ts'
import type { Simulate } from '../execution/simulation.ts'
import type { TraceSource } from '../execution/tracing/block-tracer.ts'
import { decoded, type GivenBlock, type ReplayedBlock } from '../execution/tracing/trace-block.ts'
import type { CallBase, ParentState } from '../execution/types.ts'
import type { Receipt } from '../receipt.ts'
import type { StateView } from '../state/types.ts'
import type { LogSearch } from '../storage/log-index/log-terms.ts'
import { decodeEthereumTransaction } from './decode.ts'
import { ImportError } from './import-error.ts'
import type { ImportedChain } from './imported-chain.ts'

/** The block that would come next; kept for readers of its state. */
export type PendingSource = {
  build(): Promise<BuiltPayload>
  /** The one that was built last. */
  readonly latest: () => BuiltPayload | undefined
}

export class ImportedChainReader implements ChainReader {
  readonly #chain: ImportedChain
  readonly #pending: PendingSource

  constructor(chain: ImportedChain, pending: PendingSource) {
    this.#chain = chain
    this.#pending = pending
  }

  head(): EthereumSummary {
    return this.#chain.head
  }

  async resolve(selector: BlockSelector): Promise<EthereumSummary | undefined> {
    if ('hash' in selector) return this.#chain.block(selector.hash)
    if ('number' in selector) return this.#chain.byNumber(selector.number)
    switch (selector.tag) {
      case 'latest':
      // The head was final when it was imported, and will be the head for ever.
      case 'safe':
      case 'finalized':
        return this.#chain.head
      case 'earliest':
        return this.#chain.genesis
      case 'pending':
        return (await this.pendingBlock()).block
    }
  }

  async canonicalHash(number: bigint): Promise<Hash | undefined> {
    return this.#chain.byNumber(number)?.hash
  }

  async header(hash: Hash): Promise<EthereumHeader | undefined> {
    return this.#chain.block(hash)?.header
  }

  async block(hash: Hash): Promise<EthereumChainBlock | undefined> {
    return this.#chain.block(hash)
  }

  async receipts(hash: Hash): Promise<readonly Receipt[] | undefined> {
    return this.#chain.block(hash)?.receipts
  }

  peek(number: bigint): EthereumSummary | undefined {
    return this.#chain.byNumber(number)
  }

  peekReceipts(hash: Hash): readonly Receipt[] | undefined {
    return this.#chain.block(hash)?.receipts
  }

  blocksWithLogs(search: LogSearch): AsyncIterable<readonly bigint[]> {
    return this.#chain.logs.search(search)
  }

  async proof(): Promise<undefined> {
    return undefined
  }

  async totalDifficulty(hash: Hash): Promise<bigint | undefined> {
    return this.#chain.block(hash)?.totalDifficulty
  }

  async locate(transactionHash: Hash): Promise<TransactionLocation | undefined> {
    return this.#chain.locate(transactionHash)
  }

  async pendingBlock(): Promise<{ block: EthereumChainBlock; receipts: readonly Receipt[] }> {
    const { hash, header, transactions, executed } = await this.#pending.build()
    const sizeBytes = this.#chain.sizeOf(header, transactions)
    return { block: { hash, header, transactions, sizeBytes }, receipts: executed.receipts }
  }
}

export class ImportedStateReader implements StateReader {
  readonly #chain: ImportedChain
  readonly #pending: PendingSource

  constructor(chain: ImportedChain, pending: PendingSource) {
    this.#chain = chain
    this.#pending = pending
  }

  async at({ hash }: EthereumSummary): Promise<StateView> {
    const pending = this.#pending.latest()
    const { header } = this.#stored(hash)
    const view = this.#chain.state.view(header.stateRoot)
    return pending?.hash === hash ? new PendingState(view, pending.executed.changes) : view
  }

  async prove(
    { hash }: EthereumSummary,
    address: Address,
    slots: readonly Hex[],
  ): Promise<AccountProof> {
    return this.#chain.state.prove(this.#stored(hash).header.stateRoot, address, slots)
  }

  async call(
    block: EthereumSummary,
    request: CallRequest,
    overrides: Overrides = {},
    limits: CallLimits = {},
  ): Promise<CallOutcome> {
    return this.#chain.executor.call(this.#baseOf(block), request, overrides, limits)
  }

  async estimateGas(
    block: EthereumSummary,
    request: CallRequest,
    overrides: Overrides = {},
    limits: CallLimits = {},
  ): Promise<EstimateOutcome> {
    return this.#chain.executor.estimateGas(this.#baseOf(block), request, overrides, limits)
  }

  async createAccessList(
    block: EthereumSummary,
    request: CallRequest,
    overrides: Overrides = {},
    limits: CallLimits = {},
  ): Promise<AccessListOutcome> {
    return this.#chain.executor.createAccessList(this.#baseOf(block), request, overrides, limits)
  }

  async simulate<Result>(
    block: EthereumSummary,
    simulate: Simulate<Result>,
    limits: CallLimits = {},
  ): Promise<Result> {
    return this.#chain.executor.simulate(this.#baseOf(block), limits, simulate)
  }

  #baseOf({ hash }: EthereumSummary): CallBase {
    return this.#chain.parentOf(this.#stored(hash))
  }

  /** A pending block has no tries of its own: proofs and calls are of the block below it. */
  #stored(hash: Hash): EthereumSummary {
    const pending = this.#pending.latest()
    const block = this.#chain.block(pending?.hash === hash ? pending.header.parentHash : hash)
    if (block === undefined) throw new ImportError({ code: 'STATE_UNKNOWN', hash })
    return block
  }
}

export class ImportedTraceSource implements TraceSource {
  readonly #chain: ImportedChain

  constructor(chain: ImportedChain) {
    this.#chain = chain
  }

  get executor(): ImportedChain['executor'] {
    return this.#chain.executor
  }

  async block(hash: Hash): Promise<ReplayedBlock | undefined> {
    const block = this.#chain.block(hash)
    if (block === undefined) return undefined
    const { transactions, receipts } = block
    const { parentHash } = block.header
    return { hash, parentHash, context: this.#chain.contextOf(block), transactions, receipts }
  }

  decode(rlp: Uint8Array): GivenBlock {
    const [block] = decodeEthereumChain(rlp)
    if (block === undefined) throw new ImportError({ code: 'BLOCK_MISSING' })
    const { header, ommers } = block
    const common = this.#chain.commonAt(header)
    return {
      hash: hashEthereumHeader(header),
      parentHash: header.parentHash,
      context: this.#chain.contextOf({
        header,
        ommers: ommers.map((ommer) => ({ hash: hashEthereumHeader(ommer), header: ommer })),
        ...(block.withdrawals && { withdrawals: block.withdrawals }),
      }),
      transactions: decoded(block.transactions, (raw) => decodeEthereumTransaction(raw, common)),
      receipts: undefined,
    }
  }

  async parentOf(hash: Hash): Promise<ParentState> {
    const block = this.#chain.block(hash)
    if (block === undefined) throw new ImportError({ code: 'STATE_UNKNOWN', hash })
    return { ...this.#chain.parentOf(block), epochDifficulty: undefined }
  }
}
