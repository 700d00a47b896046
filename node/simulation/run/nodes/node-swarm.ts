/**
 * What a seed of tier 1 or 2 stands for: how many nodes, whose stake and work, how far apart, what
 * goes wrong, who lies, who joins and leaves, and whose disk gives back something else than was
 * written. Liars hold less than a third, but for seeds that are about more.
 *
 * Spec: docs/simulator.md, "A seed".
 */
import type { PresetName } from '../../../../genesis/params.ts'
import type { WireQuality } from '../../engine/network.ts'
import { SeededRng } from '../../engine/seeded-rng.ts'
import type { SetChange } from '../../node/set-changes.ts'
import { LIE_NAMES, type LieName } from '../../strategy-names.ts'
import { addTwin, drawOldBackup, type OldBackup, type Twin, withWork } from './draw-mishaps.ts'
import { haveQuorum } from './mended-core.ts'
import { DAMAGES, NODE_NEMESIS_NAMES, type NodeNemesisName } from './node-nemeses.ts'
import { drawGenesisStakes, drawTerms } from './node-terms.ts'

export type NodeSwarm = {
  readonly preset: PresetName
  readonly epochLength: number
  readonly blockMs: number
  /** Validators of genesis come first; then those who may join. */
  readonly nodes: readonly {
    readonly work: number
    readonly strategy: LieName | undefined
    /** In least stakes, from genesis; 0: it is no validator of genesis. */
    readonly stake: number
  }[]
  readonly validators: number
  readonly changes: readonly SetChange[]
  readonly wire: WireQuality
  /** Part of the request streams that break. */
  readonly resets: number
  readonly nemeses: readonly NodeNemesisName[]
  /** Mean time between two faults of one kind. */
  readonly faultEveryMs: number
  /** End of the safety phase. */
  readonly faultsUntilMs: number
  readonly transactionsPerSecond: number
  /** Liars hold more than a third: safety may fail, but not unseen. */
  readonly isOverThird: boolean
  /** The honest node whose disk is damaged: all others have a good copy. */
  readonly victim: number | undefined
  /** The honest node that has a block wrong; without it there is a quorum. */
  readonly misjudging: number | undefined
  readonly oldBackup: OldBackup | undefined
  /** The last node. */
  readonly twin: Twin | undefined
}

type Member = NodeSwarm['nodes'][number]

/** Long enough for two finalities. */
const SPLIT_MS = 240_000
/** Seconds: of many short runs more differ than of few long ones. */
const FAULTS_SECONDS = [90, 180] as const
/** At which the times below are meant; with shorter blocks all of them are shorter. */
const BLOCK_MS = 2_000
/** A change takes two dynasties to come into force: later ones would not within the run. */
const CHANGES_UNTIL_MS = 100_000
/** What who joins puts at stake, in least stakes: an account of a devnet has five. */
const STAKES = [1, 1, 2, 4] as const
/** Part of the seeds in which somebody's software is wrong, where the others can do without it. */
const MISJUDGING_CHANCE = 0.15
const RESETS = [0, 0, 0, 0.1] as const
/** Sizes of which two sides can each have a quorum with the same liars. */
const SPLITS = [
  { size: 4, liars: 2 },
  { size: 7, liars: 3 },
] as const

export function drawNodeSwarm(seed: number): NodeSwarm {
  const rng = new SeededRng(`node swarm ${seed}`)
  if (rng.chance(0.06)) return drawOverThird(rng)
  const size = rng.pick([4, 4, 4, 5, 5, 6, 7])
  const liars = rng.chance(0.4) ? rng.integer(1, Math.floor((size - 1) / 3)) : 0
  const isUneven = rng.chance(0.3)
  const draw = (strategy: LieName | undefined, stake: number): Member => {
    return { work: isUneven ? rng.between(0.2, 2) : 1, strategy, stake }
  }
  const validators = rng.shuffled(
    Array.from({ length: size }, (_, i) => draw(i < liars ? rng.pick(LIE_NAMES) : undefined, 1)),
  )
  const joining = rng.chance(0.4) ? rng.integer(1, 2) : 0
  const equal = [...validators, ...Array.from({ length: joining }, () => draw(undefined, 0))]
  const honest = validators.flatMap(({ strategy }, i) => (strategy === undefined ? [i] : []))
  const nemeses = drawNemeses(rng)
  const victim = nemeses.some((name) => DAMAGES.has(name)) ? rng.pick(honest) : undefined
  const terms = drawTerms(seed)
  const pace = terms.blockMs / BLOCK_MS
  const planned = drawChanges(equal, size, liars, rng)
  const changes = drawStakes(planned, seed).map((each) => ({ ...each, atMs: each.atMs * pace }))
  const nodes = drawGenesisStakes({ nodes: equal, validators: size, changes }, seed)
  const seconds = new SeededRng(`node swarm length ${seed}`).integer(...FAULTS_SECONDS)
  const drawn = {
    ...{ ...terms, nodes, nemeses, victim, validators: size, changes },
    misjudging: drawMisjudging(honest, victim, { nodes, changes }, seed),
    resets: new SeededRng(`node swarm resets ${seed}`).pick(RESETS),
    wire: drawWire(rng),
    faultEveryMs: terms.blockMs * rng.integer(10, 60),
    faultsUntilMs: 1_000 * pace * seconds,
    transactionsPerSecond: rng.pick([0, 0.2, 1]),
    isOverThird: false,
  }
  const oldBackup = drawOldBackup(drawn, seed)
  return addTwin({ ...drawn, nodes: withWork(nodes, oldBackup), oldBackup }, seed)
}

/** Liars on both sides of one long partition, with hardly any work of their own. */
function drawOverThird(rng: SeededRng): NodeSwarm {
  const { size, liars } = rng.pick(SPLITS)
  const nodes = Array.from({ length: size }, (_, i): Member => {
    const isLiar = i < liars
    return { work: isLiar ? 0.05 : 1, strategy: isLiar ? 'two-faced' : undefined, stake: 1 }
  })
  return {
    ...{ preset: 'cpu', epochLength: 8, blockMs: BLOCK_MS, nodes, validators: size },
    ...{ changes: [], nemeses: [], isOverThird: true, victim: undefined },
    ...{ misjudging: undefined, oldBackup: undefined, twin: undefined },
    resets: 0,
    wire: drawWire(rng),
    faultEveryMs: BLOCK_MS,
    faultsUntilMs: SPLIT_MS,
    transactionsPerSecond: rng.pick([0, 0.2]),
  }
}

/** Joins, and exits that leave liars with less than their third. */
function drawChanges(
  nodes: readonly Member[],
  validators: number,
  liars: number,
  rng: SeededRng,
): readonly SetChange[] {
  let members = validators
  return nodes.flatMap(({ strategy }, node): SetChange[] => {
    const atMs = rng.between(0, CHANGES_UNTIL_MS)
    if (node >= validators) return [{ atMs, kind: 'deposit', node }]
    const isSafe = members - 1 > 3 * liars && members > 3
    if (strategy !== undefined || !isSafe || !rng.chance(0.15)) return []
    members -= 1
    return [{ atMs, kind: 'exit', node }]
  })
}

function drawStakes(changes: readonly SetChange[], seed: number): readonly SetChange[] {
  const rng = new SeededRng(`node swarm stakes ${seed}`)
  return changes.map((change) =>
    change.kind === 'deposit' ? { ...change, stakes: rng.pick(STAKES) } : change,
  )
}

/** One without which the other honest ones have more than two thirds, and a good disk. */
function drawMisjudging(
  honest: readonly number[],
  victim: number | undefined,
  swarm: Pick<NodeSwarm, 'nodes' | 'changes'>,
  seed: number,
): number | undefined {
  const rng = new SeededRng(`node swarm misjudging ${seed}`)
  if (!rng.chance(MISJUDGING_CHANCE)) return undefined
  const able = honest.filter((index) => {
    const others = new Set(honest.filter((other) => other !== index))
    return index !== victim && haveQuorum(others, swarm)
  })
  return able.length === 0 ? undefined : rng.pick(able)
}

function drawWire(rng: SeededRng): WireQuality {
  const isBad = rng.chance(0.2)
  return {
    floorMs: rng.pick([1, 5, 20]),
    meanMs: rng.pick([20, 50, 100, isBad ? 500 : 50]),
    loss: isBad ? rng.pick([0.02, 0.1]) : 0,
    duplication: isBad ? rng.pick([0, 0.1]) : 0,
    reorders: rng.chance(0.5),
    bytesPerSecond: isBad ? 125_000 : 12_500_000,
  }
}

function drawNemeses(rng: SeededRng): readonly NodeNemesisName[] {
  const kind = rng.pick(['none', 'one', 'some', 'some', 'all'])
  if (kind === 'none') return []
  if (kind === 'all') return NODE_NEMESIS_NAMES
  if (kind === 'one') return [rng.pick(NODE_NEMESIS_NAMES)]
  return NODE_NEMESIS_NAMES.filter(() => rng.chance(0.3))
}
