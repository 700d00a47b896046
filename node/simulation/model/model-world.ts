/**
 * What the nodes of a run share: time, wires, blocks, and who watches.
 */
import type { FinalityConfig, FinalityEffect } from '../../../consensus/finality/finality-state.ts'
import type { Certificate, Evidence, SignedVote } from '../../../consensus/finality/types.ts'
import type { ConsensusParams } from '../../../genesis/params.ts'
import type { Coverage } from '../engine/coverage.ts'
import type { SimulatedGossip } from '../engine/gossip.ts'
import type { SimulatedNetwork } from '../engine/network.ts'
import type { SimulatedRequests } from '../engine/requests.ts'
import type { Scheduler } from '../engine/scheduler.ts'
import type { SeededRng } from '../engine/seeded-rng.ts'
import type { Trace } from '../engine/trace.ts'
import type { ModelBlock, ModelTransaction } from './model-block.ts'
import type { ModelExecutor } from './model-executor.ts'
import type { ModelNode } from './model-node.ts'

export type ModelMessage =
  | { readonly kind: 'block'; readonly block: ModelBlock }
  | { readonly kind: 'vote'; readonly signed: SignedVote }
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  | { readonly kind: 'evidence'; readonly evidence: Evidence }

/** Sees everything, changes nothing, and throws when something is wrong. */
export interface ModelObserver {
  onStart(node: ModelNode): void
  onSigned(node: ModelNode, signed: SignedVote): void
  /** `isLighter`: what was justified weighs less than what was head. */
  onHead(node: ModelNode, removed: number, isLighter: boolean): void
  onEffect(node: ModelNode, effect: FinalityEffect): void
}

export type ModelWorld = {
  readonly params: ConsensusParams
  readonly config: FinalityConfig
  readonly scheduler: Scheduler
  readonly rng: SeededRng
  readonly trace: Trace
  readonly coverage: Coverage
  readonly network: SimulatedNetwork
  readonly gossip: SimulatedGossip<ModelMessage>
  readonly requests: SimulatedRequests
  readonly executor: ModelExecutor
  readonly observer: ModelObserver
  /** Transactions that wait for a block, as every pool has them. */
  readonly pool: readonly ModelTransaction[]
  readonly nodes: readonly ModelNode[]
}
