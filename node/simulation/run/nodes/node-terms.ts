/**
 * The terms on which a seed of tier 1 or 2 begins: E and T, as one of the presets fixes them, and
 * the stakes of genesis. Each has a stream of chance of its own.
 *
 * Spec: docs/simulator.md, "A seed".
 */
import { type PresetName, presetParams } from '../../../../genesis/params.ts'
import { SeededRng } from '../../engine/seeded-rng.ts'
import { GPU_DIFFICULTY } from '../../node/validators.ts'
import { haveQuorum } from './mended-core.ts'
import type { NodeSwarm } from './node-swarm.ts'

/** cpu: E = 8, T = 2 s; instant: T = 1 s; gpu: E = 16, k = 4, no rescue and a long delay. */
const PRESETS = [...Array<PresetName>(7).fill('cpu'), 'instant', 'instant', 'gpu'] as const
/** Part of the seeds in which stakes of genesis differ. */
const UNEQUAL_CHANCE = 0.35
/** In least stakes. */
const STAKES = [1, 1, 2, 3, 5] as const
/** Draws of stakes until one leaves the honest nodes their quorum, whatever joins and leaves. */
const TRIES_MAX = 8

export type Terms = Pick<NodeSwarm, 'preset' | 'epochLength' | 'blockMs'>

export function drawTerms(seed: number): Terms {
  const preset = new SeededRng(`node swarm terms ${seed}`).pick(PRESETS)
  const { epochLength, idealBlockTimeMs } = presetParams(preset, {
    ...(preset === 'gpu' && { genesisDifficulty: GPU_DIFFICULTY }),
  })
  return { preset, epochLength, blockMs: idealBlockTimeMs }
}

/** The nodes with their stakes: liars keep less than a third of every set that there may be. */
export function drawGenesisStakes(
  swarm: Pick<NodeSwarm, 'nodes' | 'validators' | 'changes'>,
  seed: number,
): NodeSwarm['nodes'] {
  const rng = new SeededRng(`node swarm founders ${seed}`)
  const { nodes, validators, changes } = swarm
  if (!rng.chance(UNEQUAL_CHANCE)) return nodes
  const honest = new Set(nodes.flatMap(({ strategy }, i) => (strategy === undefined ? [i] : [])))
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const drawn = nodes.map((node, index) =>
      index < validators ? { ...node, stake: rng.pick(STAKES) } : node,
    )
    if (haveQuorum(honest, { nodes: drawn, changes })) return drawn
  }
  return nodes
}
