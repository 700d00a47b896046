/**
 * The second half of a run: nothing new breaks, a random core of honest nodes with more than two
 * thirds of the stake is joined and mended, and the rest stays as it is. Now heads must meet and
 * finality must go on (I13); a core that can't be had is a legal reason not to.
 *
 * Spec: docs/simulator.md, "Two phases".
 */
import type { Evidence, SignedVote, ValidatorView } from '../../../consensus/finality/types.ts'
import { FUTURE_LIMIT_MS } from '../model/model-chain.ts'
import type { ModelNode } from '../model/model-node.ts'
import type { ModelWorld } from '../model/model-world.ts'
import { addressOfKey } from '../model/token-signature.ts'
import type { MemberModel } from '../model/validator-model.ts'
import { type Checker, InvariantError } from './checker.ts'
import type { Swarm } from './swarm.ts'

/** Epochs after which finality must have gone on, and every so often a look at all heads. */
const EPOCHS_MAX = 8n
const LOOK_MS = 500
/** Block times in which heads must have met, and what connections may take on top of it. */
const EQUAL_BLOCK_TIMES = 5
const RECONNECT_MS = 15_000
/**
 * Of the time until the blocks of a clock that was ahead may be taken, so much is lived through;
 * before that nodes only wait, an hour of it costs a minute of ours, and shows nothing more.
 */
const WAIT_MS_MAX = 60_000

/** What a quorum is reckoned from. */
type Weights = Pick<ValidatorView, 'votingKeys' | 'weights'>

export class LivenessPhase {
  readonly #world: ModelWorld
  readonly #swarm: Swarm
  readonly #checker: Checker
  readonly #rng: ModelWorld['rng']

  constructor(world: ModelWorld, swarm: Swarm, checker: Checker) {
    this.#world = world
    this.#swarm = swarm
    this.#checker = checker
    this.#rng = world.rng.fork('liveness')
  }

  /** Throws an {@link InvariantError}; false: there is no core. */
  run(): boolean {
    const { scheduler, trace, coverage } = this.#world
    const core = this.#drawCore()
    if (core === undefined) {
      coverage.hit('no core of two thirds')
      return false
    }
    trace.add('core', -1, core.length, () => core.map(({ index }) => index).join(' '))
    this.#mend(core)
    const finalBefore = this.#checker.highestFinalized
    let startEpoch = this.#highestEpoch(core)
    const startMs = scheduler.nowMs
    const blockMs = this.#blockMs(core)
    const equalMs = EQUAL_BLOCK_TIMES * blockMs + RECONNECT_MS
    const aheadMs = this.#skipWaiting(core)
    const equalUntilMs = startMs + aheadMs + equalMs
    let haveMet = false
    for (;;) {
      scheduler.runUntil(scheduler.nowMs + LOOK_MS)
      for (const node of core) this.#checker.check(node)
      if (!haveMet && areEqual(core)) {
        haveMet = true
        // Epochs that came with the branch they met on, or on blocks from the future, had no votes.
        startEpoch = this.#highestEpoch(core)
      }
      if (!haveMet && scheduler.nowMs > equalUntilMs) throw stuck('heads have not met', core)
      const missing = this.#missing(core, finalBefore)
      if (missing === undefined && haveMet) return true
      const epoch = this.#lowestEpoch(core)
      if (epoch > startEpoch + EPOCHS_MAX) {
        throw stuck(`${missing} since epoch ${startEpoch}, in epoch ${epoch}`, core)
      }
      // Blocks come by chance, but not that seldom.
      const epochMs = blockMs * this.#swarm.params.epochLength
      const idleMs = scheduler.nowMs - startMs - aheadMs
      if (idleMs > 5 * (Number(EPOCHS_MAX) + 2) * epochMs + 60_000) {
        throw stuck('blocks do not come', core)
      }
    }
  }

  /** What has to come yet; undefined: nothing. */
  #missing(core: readonly ModelNode[], finalBefore: bigint): string | undefined {
    const { executor, coverage } = this.#world
    if (!core.every(({ chain }) => chain.finality.finalized.epoch > finalBefore)) {
      return 'nothing is final'
    }
    for (const node of core) {
      const { chain } = node
      const state = executor.stateAfter(chain.tree.head().hash)
      if (state.lastFinalized <= finalBefore) return 'the chain does not know what is final'
      if (state.set.dynasty > 0) coverage.hit('dynasty began')
      for (const [key, evidence] of chain.finality.evidence) {
        const member = state.set.members.find((each) => each.key === key)
        if (member === undefined) continue
        if (member.isSlashed) coverage.hit('liar slashed on chain')
        else if (!this.#isVoid(node, member, evidence)) return `validator ${key} is not slashed`
      }
      if (state.set.members.some(({ isWithdrawn }) => isWithdrawn)) coverage.hit('stake withdrawn')
    }
    return undefined
  }

  /** Whether nobody can punish it any more: reckoned here anew, as the contract has it. */
  #isVoid(node: ModelNode, member: MemberModel, { first, second }: Evidence): boolean {
    if (member.isWithdrawn) return true
    const isOld = ({ vote }: SignedVote): boolean =>
      epochOf(node) - vote.targetEpoch > this.#swarm.withdrawalDelayEpochs
    if (!isOld(first) || !isOld(second)) return false
    this.#world.coverage.hit('evidence grew too old')
    return true
  }

  /** Honest nodes with more than two thirds of every set that may be asked. */
  #drawCore(): readonly ModelNode[] | undefined {
    const honest = this.#world.nodes.filter((node) => node.isHonest && node.misjudged === undefined)
    for (const node of honest) if (!node.isUp) node.start()
    const views = [...honest.flatMap(viewsOf), ...setsToCome(this.#swarm)]
    const core: ModelNode[] = []
    for (const node of this.#rng.shuffled(honest)) {
      core.push(node)
      if (this.#rng.chance(0.5) && haveQuorum(core, views)) return core
    }
    return haveQuorum(core, views) && workOf(core) > 0 ? core : undefined
  }

  #mend(core: readonly ModelNode[]): void {
    const { network, requests, nodes, coverage } = this.#world
    const members = new Set(core.map(({ index }) => index))
    // Liars with more work than the core replace what is not yet justified as often as they like.
    const liars = nodes.filter((node) => !node.isHonest)
    const areLiarsIn = this.#rng.chance(0.5) && workOf(liars) < workOf(core)
    if (areLiarsIn) coverage.hit('liars among the core')
    const isJoined = (i: number): boolean =>
      members.has(i) || (areLiarsIn && nodes[i]?.isHonest === false)
    requests.resets = 0
    for (const node of core) {
      node.clock.set(0)
      node.record.syncMs = 2
      node.isDiskFull = false
      for (const other of core) if (other !== node) network.clog(node.index, other.index, 0)
    }
    const meanMs = 0.05 * this.#swarm.params.idealBlockTimeMs
    network.setQuality(() => ({ ...this.#swarm.wire, meanMs, loss: 0, bytesPerSecond: 12_500_000 }))
    // Cut first: what is joined again anew is what tells nodes of each other.
    network.setCuts(() => true)
    network.setCuts((from, to) => !(isJoined(from) && isJoined(to)))
  }

  #blockMs(core: readonly ModelNode[]): number {
    const { params } = this.#swarm
    let hardest = 0
    for (const { chain } of core) {
      hardest = Math.max(hardest, Number(chain.tree.head().epochStart.difficulty))
    }
    const part = hardest / Number(params.genesisDifficulty)
    return (params.idealBlockTimeMs * Math.max(1, part)) / workOf(core)
  }

  /** Moves all clocks to the last minute of the wait for blocks from the future: what is left. */
  #skipWaiting(core: readonly ModelNode[]): number {
    const aheadMs = this.#aheadMs(core)
    if (aheadMs <= WAIT_MS_MAX) return aheadMs
    this.#world.coverage.hit('an hour of waiting was skipped')
    for (const { clock } of this.#world.nodes) clock.skip(aheadMs - WAIT_MS_MAX)
    return WAIT_MS_MAX
  }

  /** Until the last block that a clock of before made too early is taken by everybody. */
  #aheadMs(core: readonly ModelNode[]): number {
    const [first] = core
    if (first === undefined) return 0
    const latestMs = first.clock.now() + FUTURE_LIMIT_MS
    const aheadMs = core.map(({ chain }) => 1000 * Number(chain.tree.head().timestamp) - latestMs)
    return Math.max(0, ...aheadMs)
  }

  #highestEpoch(core: readonly ModelNode[]): bigint {
    let highest = this.#checker.ledger.highestHonestTarget
    for (const node of core) if (epochOf(node) > highest) highest = epochOf(node)
    return highest
  }

  #lowestEpoch(core: readonly ModelNode[]): bigint {
    return core.map(epochOf).reduce((lowest, epoch) => (epoch < lowest ? epoch : lowest))
  }
}

function viewsOf(node: ModelNode): readonly Weights[] {
  const { finality, tree } = node.chain
  const hashes = [finality.finalized.hash, finality.justified.hash, tree.head().epochStart.hash]
  return hashes.flatMap((hash) => finality.book.executed(hash)?.view ?? [])
}

/** Whatever of the planned joins and exits comes into force, in whatever order. */
function setsToCome({ nodes, changes }: Swarm): readonly Weights[] {
  const votingKeys = nodes.map((_, index) => addressOfKey(index))
  let sets: bigint[][] = [nodes.map(({ stake }) => stake)]
  for (const change of changes) {
    const weight = change.kind === 'deposit' ? change.weight : 0n
    sets = sets.flatMap((set) => [set, set.with(change.node, weight)])
  }
  return sets.map((weights) => ({ votingKeys, weights }))
}

function haveQuorum(core: readonly ModelNode[], views: readonly Weights[]): boolean {
  const keys = new Set(core.map(({ address }) => address))
  return views.every(({ votingKeys, weights }) => {
    let [held, total] = [0n, 0n]
    for (const [i, weight] of weights.entries()) {
      total += weight
      if (keys.has(votingKeys[i] ?? '0x')) held += weight
    }
    return 3n * held > 2n * total
  })
}

function workOf(core: readonly ModelNode[]): number {
  return core.reduce((sum, { options }) => sum + options.workShare, 0)
}

function areEqual(core: readonly ModelNode[]): boolean {
  const [first] = core
  return core.every(({ chain }) => chain.tree.head().hash === first?.chain.tree.head().hash)
}

function epochOf({ chain }: ModelNode): bigint {
  return chain.tree.head().number / BigInt(chain.finality.config.epochLength)
}

function stuck(what: string, core: readonly ModelNode[]): InvariantError {
  const heads = core.map(({ index, chain }) => {
    const { justified, finalized, fault } = chain.finality
    const head = chain.tree.head()
    const place = `${head.number} ${head.hash.slice(-6)}`
    const alarm = fault === undefined ? '' : ` ${fault.code}`
    return `n${index} ${place} justified ${justified.epoch} final ${finalized.epoch}${alarm}`
  })
  return new InvariantError({ code: 'I13' }, `I13: ${what}: ${heads.join(', ')}`)
}
