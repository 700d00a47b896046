/**
 * How a node lies. Everything that a strategy does not change is done as an honest node does it.
 *
 * Spec: docs/simulator.md, "Byzantine nodes".
 */
import type { SignedVote } from '../../../consensus/finality/types.ts'
import type { ModelBlock } from './model-block.ts'
import type { ModelNode } from './model-node.ts'
import type { ModelStatus } from './model-sync.ts'
import type { ModelWorld } from './model-world.ts'

export interface Behaviour {
  readonly name: string
  /** It hears all and passes nothing on: neither gossip nor answers. */
  readonly isSilent?: boolean
  /** True: the vote is not published as usual. */
  onVote?(node: ModelNode, signed: SignedVote, world: ModelWorld): boolean
  /** True: the block is not published as usual. */
  onSealed?(node: ModelNode, block: ModelBlock, world: ModelWorld): boolean
  /** Every few seconds. */
  onTick?(node: ModelNode, world: ModelWorld): void
  /** What it says of its chain. */
  status?(status: ModelStatus): ModelStatus
  /** What it serves. */
  serve?(blocks: readonly ModelBlock[]): readonly ModelBlock[]
}
