/**
 * Work in tier 0: the time to the next block is exponential, by difficulty and by the node's part
 * of all work. Having no memory, it begins anew with every head.
 */
import { lineageOf } from '../../../consensus/finality/lineage.ts'
import type { Cancel } from '../../ports.ts'
import type { ModelTransaction } from './model-block.ts'
import { FUTURE_LIMIT_MS } from './model-chain.ts'
import type { ModelNode } from './model-node.ts'
import type { ModelWorld } from './model-world.ts'

/** Transactions of a block. */
const TRANSACTIONS_MAX = 4
/**
 * How far a block may be dated after its sealer's clock. Real sealers wait for their clock; here
 * chains of quick blocks may run ahead, but not to where others would not take them.
 */
const AHEAD_MS_MAX = FUTURE_LIMIT_MS / 2

export class ModelSealer {
  readonly #node: ModelNode
  readonly #world: ModelWorld
  #cancel: Cancel | undefined

  constructor(node: ModelNode, world: ModelWorld) {
    this.#node = node
    this.#world = world
  }

  /** Begins to search on the head of now. */
  schedule(): void {
    this.#cancel?.()
    const { params } = this.#world
    const { workShare } = this.#node.options
    if (workShare === 0) return
    const { difficulty } = this.#node.chain.tree.head().epochStart
    const part = Number(difficulty) / Number(params.genesisDifficulty)
    const meanMs = (params.idealBlockTimeMs * part) / workShare
    this.#cancel = this.#node.clock.setTimer(this.#node.rng.exponential(meanMs), () => this.#seal())
  }

  #seal(): void {
    const node = this.#node
    const { chain } = node
    const mayNot = !node.isWritable || chain.finality.fault !== undefined || node.sync.isBehind
    if (mayNot || node.isDiskFull) {
      this.schedule()
      return
    }
    const parent = chain.tree.head()
    const nowSeconds = BigInt(Math.floor(node.clock.now() / 1000))
    const timestamp = nowSeconds > parent.timestamp ? nowSeconds : parent.timestamp + 1n
    // A clock that was ahead has sealed what others still hold back: it waits for them.
    if (Number(timestamp) * 1000 > node.clock.now() + AHEAD_MS_MAX) {
      this.schedule()
      return
    }
    const block = this.#world.executor.seal({
      parentHash: parent.hash,
      coinbase: node.address,
      number: parent.number + 1n,
      timestamp,
      difficulty: parent.epochStart.difficulty,
      gasLimit: parent.gasLimit,
      gasUsed: 0n,
      baseFeePerGas: parent.baseFeePerGas,
      transactions: this.#transactions(),
    })
    node.onSealed(block)
    this.schedule()
  }

  /** A certificate that the chain lacks comes first, then evidence, then what people want. */
  #transactions(): readonly ModelTransaction[] {
    const { executor, pool } = this.#world
    const { finality, tree } = this.#node.chain
    const head = tree.head().hash
    const parent = executor.blocks.get(head)
    if (parent === undefined) return []
    let state = executor.stateAfter(head)
    const chosen: ModelTransaction[] = []
    const evidence = [...finality.evidence.values()]
    const candidates: readonly ModelTransaction[] = [
      ...this.#missingCertificates(state.lastCertified),
      ...evidence.map((each) => ({ kind: 'slash', evidence: each }) as const),
      ...pool,
    ]
    for (const transaction of candidates) {
      if (chosen.length >= TRANSACTIONS_MAX) break
      if (transaction.kind === 'certify' && chosen.length > 0) continue
      const after = executor.apply(state, transaction, parent)
      if (after === undefined) continue
      state = after
      chosen.push(transaction)
    }
    return chosen
  }

  #missingCertificates(lastCertified: bigint): readonly ModelTransaction[] {
    const { certificates } = this.#node.chain.finality
    return [...certificates.values()]
      .filter(({ vote }) => vote.targetEpoch > lastCertified)
      .sort((a, b) => Number(b.vote.targetEpoch - a.vote.targetEpoch))
      .flatMap((newest) => [...lineageOf(newest, certificates)])
      .map((certificate) => ({ kind: 'certify', certificate }) as const)
  }
}
