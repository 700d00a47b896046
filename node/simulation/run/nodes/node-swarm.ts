/**
 * What a seed of tier 1 or 2 stands for: how many nodes, whose work, how far apart, what goes wrong
 * and who lies. Stakes are equal, as genesis has them; liars hold less than a third.
 *
 * Spec: docs/simulator.md, "A seed".
 */
import type { PresetName } from '../../../../genesis/params.ts'
import type { WireQuality } from '../../engine/network.ts'
import { SeededRng } from '../../engine/seeded-rng.ts'
import { LIE_NAMES, type LieName } from '../../strategy-names.ts'
import { NODE_NEMESIS_NAMES, type NodeNemesisName } from './node-nemeses.ts'

export type NodeSwarm = {
  readonly preset: PresetName
  readonly epochLength: number
  readonly blockMs: number
  readonly nodes: readonly { readonly work: number; readonly strategy: LieName | undefined }[]
  readonly wire: WireQuality
  readonly nemeses: readonly NodeNemesisName[]
  /** Mean time between two faults of one kind. */
  readonly faultEveryMs: number
  /** End of the safety phase. */
  readonly faultsUntilMs: number
  readonly transactionsPerSecond: number
}

/** Of the 300 s of a run, what is left for heads to meet. */
const FAULTS_UNTIL_MS = { 1: 240_000, 2: 180_000 } as const
/** Of both presets that a simulation uses. */
const EPOCH_LENGTH = 8
const BLOCK_MS = 2_000

export function drawNodeSwarm(seed: number, tier: 1 | 2): NodeSwarm {
  const rng = new SeededRng(`node swarm ${seed}`)
  const size = rng.pick([4, 4, 4, 5, 5, 6, 7])
  const liars = rng.chance(0.4) ? rng.integer(1, Math.floor((size - 1) / 3)) : 0
  const isUneven = rng.chance(0.3)
  const nodes = Array.from({ length: size }, (_, i) => ({
    work: isUneven ? rng.between(0.2, 2) : 1,
    strategy: i < liars ? rng.pick(LIE_NAMES) : undefined,
  }))
  return {
    preset: 'cpu',
    epochLength: EPOCH_LENGTH,
    blockMs: BLOCK_MS,
    nodes: rng.shuffled(nodes),
    wire: drawWire(rng),
    nemeses: drawNemeses(rng),
    faultEveryMs: BLOCK_MS * rng.integer(10, 60),
    faultsUntilMs: FAULTS_UNTIL_MS[tier],
    transactionsPerSecond: rng.pick([0, 0.2, 1]),
  }
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
