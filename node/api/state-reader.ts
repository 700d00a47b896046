/** State for readers: values and proofs after any executed block, and calls on top of it. */
import { CodedError } from '../../consensus/errors.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { AccountProof, CallLimits, StateReader } from '../api.ts'
import { summaryOf } from '../chain/block-summary.ts'
import { ancestorHashes } from '../chain/branch.ts'
import type { Chain } from '../chain/chain.ts'
import type { BlockSummary } from '../events.ts'
import type {
  AccessListOutcome,
  CallOutcome,
  CallRequest,
  EstimateOutcome,
  Overrides,
} from '../execution/call-types.ts'
import type { Simulate } from '../execution/simulation.ts'
import type { CallBase } from '../execution/types.ts'
import { proveAccount } from '../state/prove.ts'
import { andThen, type Soon } from '../state/soon.ts'
import type { StateView } from '../state/types.ts'
import type { PendingBlock, PendingBlocks } from './pending-blocks.ts'
import { PendingState } from './pending-state.ts'

export class NodeStateReader implements StateReader {
  readonly #chain: Chain
  readonly #pending: PendingBlocks

  constructor(chain: Chain, pending: PendingBlocks) {
    this.#chain = chain
    this.#pending = pending
  }

  async at(block: BlockSummary): Promise<StateView> {
    const pending = this.#pending.find(block)
    if (pending !== undefined) return this.#viewAfter(pending)
    await this.#verifyExecuted(block.hash)
    return this.#chain.state.viewAfter(block)
  }

  async prove(block: BlockSummary, address: Address, slots: readonly Hex[]): Promise<AccountProof> {
    const { state } = this.#chain
    const pending = this.#pending.find(block)
    if (pending !== undefined) {
      const { stateRoot, trieNodes } = pending.changes
      return proveAccount(state.nodes.with(trieNodes), stateRoot, address, slots)
    }
    await this.#verifyExecuted(block.hash)
    return state.prove(state.edits.rootAfter(block), address, slots)
  }

  call(
    block: BlockSummary,
    request: CallRequest,
    overrides: Overrides = {},
    limits: CallLimits = {},
  ): Soon<CallOutcome> {
    return andThen(this.#baseOf(block), (base) =>
      this.#chain.executor.call(base, request, overrides, limits),
    )
  }

  async estimateGas(
    block: BlockSummary,
    request: CallRequest,
    overrides: Overrides = {},
    limits: CallLimits = {},
  ): Promise<EstimateOutcome> {
    return this.#chain.executor.estimateGas(await this.#baseOf(block), request, overrides, limits)
  }

  async createAccessList(
    block: BlockSummary,
    request: CallRequest,
    overrides: Overrides = {},
    limits: CallLimits = {},
  ): Promise<AccessListOutcome> {
    return this.#chain.executor.createAccessList(
      await this.#baseOf(block),
      request,
      overrides,
      limits,
    )
  }

  async simulate<Result>(
    block: BlockSummary,
    simulate: Simulate<Result>,
    limits: CallLimits = {},
  ): Promise<Result> {
    return this.#chain.executor.simulate(await this.#baseOf(block), limits, simulate)
  }

  /** Who executes on the pending block sees what it would change. */
  #baseOf(block: BlockSummary): Soon<CallBase> {
    const { tree, blocks } = this.#chain
    const pending = this.#pending.find(block)
    if (pending !== undefined) return this.#pendingBase(block, pending)
    const { hash, header } = block
    return andThen(this.#verifyExecuted(hash), () => ({
      hash,
      header,
      ancestorHash: ancestorHashes(tree, blocks, hash),
    }))
  }

  async #pendingBase(block: BlockSummary, pending: PendingBlock): Promise<CallBase> {
    const { tree, blocks, state } = this.#chain
    return {
      ...block,
      ancestorHash: ancestorHashes(tree, blocks, pending.parentHash),
      view: await this.#viewAfter(pending),
      nodes: state.nodes.with(pending.changes.trieNodes),
    }
  }

  async #viewAfter({ parentHash, changes }: PendingBlock): Promise<StateView> {
    const parent = await summaryOf(this.#chain.blocks, parentHash)
    return new PendingState(this.#chain.state.viewAfter(parent), changes)
  }

  #verifyExecuted(hash: Hash): Soon<void> {
    const { tree, blocks, head } = this.#chain
    if (hash === head.hash) return undefined
    return andThen(tree.get(hash) ?? blocks.record(hash), (record) => {
      if (record?.status !== 'executed') throw new StateError({ code: 'UNAVAILABLE', hash })
    })
  }
}

export type StateErrorType = { readonly code: 'UNAVAILABLE'; readonly hash: Hash }

/** The state after this block is not here: it was never executed on this node. */
export class StateError extends CodedError<StateErrorType> {
  constructor(type: StateErrorType) {
    super(type, `The state after block ${type.hash} is not available on this node.`)
  }
}
