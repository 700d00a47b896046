/**
 * What a seed stands for: how many nodes, whose stake and work, how far apart, what goes wrong and
 * who lies. Some seeds have everything on, some a single fault.
 *
 * Spec: docs/simulator.md, "A seed".
 */
import type { ConsensusParams } from '../../../genesis/params.ts'
import type { WireQuality } from '../engine/network.ts'
import { SeededRng } from '../engine/seeded-rng.ts'
import { BEHAVIOUR_NAMES, type BehaviourName } from '../model/lies/behaviours.ts'
import { NEMESIS_NAMES, type NemesisName } from './nemesis.ts'

export type SwarmNode = {
  /** 0: no validator of genesis. */
  readonly stake: bigint
  readonly workShare: number
  readonly behaviour: BehaviourName | undefined
}

export type PlannedChange = { readonly atMs: number } & (
  | { readonly kind: 'deposit'; readonly node: number; readonly weight: bigint }
  | { readonly kind: 'exit'; readonly node: number }
)

export type Swarm = {
  readonly seed: number
  readonly nodes: readonly SwarmNode[]
  readonly params: ConsensusParams
  /** k. */
  readonly voteDepth: number
  /** Epochs for which evidence may be punished, and a stake waits after its exit. */
  readonly withdrawalDelayEpochs: bigint
  readonly wire: WireQuality
  /** Part of the request streams that break. */
  readonly resets: number
  readonly nemeses: readonly NemesisName[]
  /** Mean time between two faults of one kind. */
  readonly faultEveryMs: number
  /** End of the safety phase. */
  readonly faultsUntilMs: number
  readonly changes: readonly PlannedChange[]
  /** Liars hold more than a third of the stake: safety may fail, but not unseen. */
  readonly isOverThird: boolean
  /** Liars are on every side of a partition. */
  readonly isBridging: boolean
  /** The software of this honest node has a block wrong: others hold it valid. */
  readonly misjudging: number | undefined
}

/** Timestamps are whole seconds: with blocks of one second, difficulty could only ever fall. */
const BLOCK_TIMES_MS = [2_000, 2_000, 4_000] as const
const GENESIS_DIFFICULTY = 2n ** 24n
/** Epochs: some so short that evidence is void before a run ends. */
const WITHDRAWAL_DELAYS = [4n, 8n, 64n] as const

export function drawSwarm(seed: number): Swarm {
  const rng = new SeededRng(`swarm ${seed}`)
  const epochLength = rng.pick([2, 3, 4, 4, 6, 8])
  const blockTimeMs = rng.pick(BLOCK_TIMES_MS)
  const stakes = drawStakes(rng)
  const isOverThird = rng.chance(0.08)
  const liars = rng.chance(0.45) || isOverThird ? drawLiars(stakes, isOverThird, rng) : []
  const works = drawWork(stakes.length, new Set(liars), rng)
  const names = rng.chance(0.5) ? [rng.pick(BEHAVIOUR_NAMES)] : BEHAVIOUR_NAMES
  const nodes = stakes.map((stake, i): SwarmNode => {
    const forced: readonly BehaviourName[] = isOverThird ? ['two-faced'] : names
    const behaviour = liars.includes(i) ? rng.pick(forced) : undefined
    return { stake, workShare: works[i] ?? 0, behaviour }
  })
  const epochs = isOverThird ? 24 : rng.integer(6, 16)
  const faultsUntilMs = epochLength * blockTimeMs * epochs
  return {
    seed,
    nodes,
    params: paramsOf(epochLength, blockTimeMs),
    voteDepth: rng.integer(1, 4),
    ...drawNetwork(blockTimeMs, rng),
    nemeses: isOverThird ? ['partition'] : drawNemeses(rng),
    faultEveryMs: blockTimeMs * rng.integer(5, 40),
    faultsUntilMs,
    changes: rng.chance(0.35) ? drawChanges(nodes, faultsUntilMs, rng) : [],
    isOverThird,
    isBridging: isOverThird || rng.chance(0.5),
    misjudging: rng.chance(0.06) ? drawMisjudging(nodes, rng) : undefined,
    withdrawalDelayEpochs: rng.pick(WITHDRAWAL_DELAYS),
  }
}

/** One without whom the other honest nodes still have their quorum. */
function drawMisjudging(nodes: readonly SwarmNode[], rng: SeededRng): number | undefined {
  const total = nodes.reduce((sum, { stake }) => sum + stake, 0n)
  const honest = nodes.reduce((sum, n) => sum + (n.behaviour === undefined ? n.stake : 0n), 0n)
  const able = nodes.flatMap(({ behaviour, stake }, index) =>
    behaviour === undefined && 3n * (honest - stake) > 2n * total ? [index] : [],
  )
  return able.length === 0 ? undefined : rng.pick(able)
}

function drawStakes(rng: SeededRng): bigint[] {
  const count = rng.pick([3, 4, 4, 4, 5, 6, 6, 7])
  const kind = rng.pick(['equal', 'equal', 'random', 'one large'])
  const stakes = Array.from({ length: count }, (_, i) => {
    if (kind === 'equal') return 10n
    if (kind === 'random') return BigInt(rng.integer(1, 20))
    return i === 0 ? BigInt(rng.integer(2, 6)) * 10n : 10n
  })
  const watchers = rng.pick([0, 0, 0, 1, 2])
  return rng.shuffled([...stakes, ...Array.from({ length: watchers }, () => 0n)])
}

/** As many as a third of the stake allows, or few enough more to break it and still be a part. */
function drawLiars(stakes: readonly bigint[], isOverThird: boolean, rng: SeededRng): number[] {
  const total = stakes.reduce((sum, stake) => sum + stake, 0n)
  const liars: number[] = []
  let held = 0n
  for (const index of rng.shuffled(stakes.map((_, i) => i))) {
    const stake = stakes[index] ?? 0n
    if (isOverThird) {
      if (3n * held > total) break
      if (stake === 0n || 3n * (held + stake) > 2n * total) continue
    } else if (3n * (held + stake) > total) continue
    if (!isOverThird && rng.chance(0.2)) continue
    held += stake
    liars.push(index)
  }
  return liars
}

function drawWork(count: number, liars: ReadonlySet<number>, rng: SeededRng): number[] {
  const kind = rng.pick(['equal', 'equal', 'random', 'one large'])
  const raw = Array.from({ length: count }, (_, i) => {
    if (kind === 'equal') return 1
    if (kind === 'random') return rng.between(0.1, 1)
    return i === 0 ? 4 : 0.5
  })
  const shuffled = rng.shuffled(raw)
  // Liars hold up to 45 % of the work.
  const sum = shuffled.reduce((total, work) => total + work, 0)
  const lying = shuffled.reduce((total, work, i) => total + (liars.has(i) ? work : 0), 0)
  const most = 0.45
  const honest = sum - lying
  if (honest === 0) return shuffled.map((work) => work / sum)
  const cut = lying / sum > most ? (most * honest) / (1 - most) / lying : 1
  const cutWorks = shuffled.map((work, i) => (liars.has(i) ? work * cut : work))
  const cutSum = cutWorks.reduce((total, work) => total + work, 0)
  return cutWorks.map((work) => work / cutSum)
}

function drawNetwork(blockTimeMs: number, rng: SeededRng): Pick<Swarm, 'wire' | 'resets'> {
  const isBad = rng.chance(0.25)
  const wire: WireQuality = {
    floorMs: rng.pick([1, 5, 20]),
    meanMs: blockTimeMs * rng.pick([0.01, 0.02, 0.05, isBad ? 0.5 : 0.1]),
    loss: isBad ? rng.pick([0, 0.05, 0.2]) : 0,
    duplication: isBad ? rng.pick([0, 0.1]) : 0,
    reorders: rng.chance(0.5),
    bytesPerSecond: isBad ? 125_000 : 12_500_000,
  }
  return { wire, resets: rng.pick([0, 0, 0.1]) }
}

function drawNemeses(rng: SeededRng): readonly NemesisName[] {
  const kind = rng.pick(['one', 'some', 'some', 'all'])
  if (kind === 'all') return NEMESIS_NAMES
  if (kind === 'one') return [rng.pick(NEMESIS_NAMES)]
  return NEMESIS_NAMES.filter(() => rng.chance(0.3))
}

/** Joins of watchers, and exits that leave liars with no more than their third. */
function drawChanges(
  nodes: readonly SwarmNode[],
  untilMs: number,
  rng: SeededRng,
): readonly PlannedChange[] {
  const changes: PlannedChange[] = []
  const weigh = (isLiar: boolean) =>
    nodes.reduce((sum, n) => sum + (isLiar === (n.behaviour !== undefined) ? n.stake : 0n), 0n)
  const lying = weigh(true)
  let honest = weigh(false)
  for (const [node, { stake, behaviour }] of nodes.entries()) {
    if (behaviour !== undefined) continue
    const atMs = rng.between(0, untilMs)
    if (stake === 0n) changes.push({ atMs, kind: 'deposit', node, weight: 10n })
    const isSafe = 3n * lying <= lying + honest - stake && honest - stake > 0n
    if (stake === 0n || !isSafe || !rng.chance(0.3)) continue
    honest -= stake
    changes.push({ atMs, kind: 'exit', node })
  }
  return changes
}

function paramsOf(epochLength: number, idealBlockTimeMs: number): ConsensusParams {
  return {
    chainId: 1n,
    shape: 'T0',
    dev: true,
    epochLength,
    idealBlockTimeMs,
    asertTauMs: 4 * epochLength * idealBlockTimeMs,
    genesisDifficulty: GENESIS_DIFFICULTY,
    minDifficulty: GENESIS_DIFFICULTY / 16n,
    rescueSeconds: 0,
    eraBlocks: 2_400n,
  }
}
