/**
 * What operators do wrong with a validator: an old copy of its data directory is put back, or its
 * key is used by a second node. Such a validator may rightly stay silent for the rest of a run, so
 * the others must have a quorum without it; and a key on two nodes may be slashed (row 7 of the
 * faults), so it counts with the liars.
 *
 * Spec: docs/simulator.md, "Faults"; docs/spec/finality.md, F6, F17 and F19.
 */
import { SeededRng } from '../../engine/seeded-rng.ts'
import { haveQuorum } from './mended-core.ts'
import type { NodeNemesisName } from './node-nemeses.ts'
import type { NodeSwarm } from './node-swarm.ts'

/** An old copy of all that the node has on disk, the record of its votes too, is put back. */
export type OldBackup = {
  readonly node: number
  readonly takenMs: number
  readonly putBackMs: number
  /** From then on until it starts again. */
  readonly downMs: number
  /** With whom it is cut off meanwhile; undefined: with nobody. */
  readonly partner: number | undefined
}

/** A node that votes with the key of another. */
export type Twin = {
  readonly node: number
  readonly of: number
  /** 0: both start with the chain, and neither waits for the other. */
  readonly startMs: number
}

/** Parts of the seeds, where the others can do without the validator. */
const BACKUP_CHANCE = 0.25
const TWIN_CHANCE = 0.12
/** Where two can be cut off, who are few. */
const CUT_CHANCE = 0.6
/** Of the copies, those of the first moment: all is lost. Of the twins, those of that moment. */
const AT_ONCE_CHANCE = 0.25
const TWIN_WORK = 0.5
/**
 * Where the others can do without two, those two are cut off from when the copy is taken. Nothing
 * else must cut them off, nor take from the other one what it has heard: it lives in memory alone.
 */
const HARMLESS: ReadonlySet<NodeNemesisName> = new Set(['slow disk', 'clock', 'storm'])
/** Parts of the first phase: so long the others need for an epoch of their own. */
const CUT_FROM = 0.1
const CUT_TO = 0.8
/** Of the work that all others have together, so much has each of the two. */
const CUT_WORK = 1.5
/** The shorter, the more of what it has forgotten others have not certified yet. */
const DOWN_MS_MAX = [1_000, 20_000] as const

type Drawn = Pick<
  NodeSwarm,
  'nodes' | 'changes' | 'misjudging' | 'victim' | 'faultsUntilMs' | 'nemeses'
>

export function drawOldBackup(swarm: Drawn, seed: number): OldBackup | undefined {
  const rng = new SeededRng(`node swarm old backup ${seed}`)
  const { faultsUntilMs, nemeses, victim } = swarm
  // A copy of a damaged disk would bring the damage back.
  const able = dispensable(swarm, []).filter((index) => index !== victim)
  const pairs = able.flatMap((node) =>
    dispensable(swarm, [node]).map((partner) => ({ node, partner })),
  )
  const isCut = pairs.length > 0 && nemeses.every((name) => HARMLESS.has(name))
  if (able.length === 0 || !rng.chance(isCut ? CUT_CHANCE : BACKUP_CHANCE)) return undefined
  const downMs = rng.between(0, rng.pick(DOWN_MS_MAX))
  if (isCut) {
    const times = { takenMs: CUT_FROM * faultsUntilMs, putBackMs: CUT_TO * faultsUntilMs }
    return { ...rng.pick(pairs), ...times, downMs }
  }
  const takenMs = rng.chance(AT_ONCE_CHANCE) ? 0 : rng.between(0, faultsUntilMs / 2)
  const putBackMs = rng.between(takenMs, faultsUntilMs)
  return { node: rng.pick(able), partner: undefined, takenMs, putBackMs, downMs }
}

/** Who is cut off with most of the work comes to higher epochs than the others. */
export function withWork(
  nodes: NodeSwarm['nodes'],
  backup: OldBackup | undefined,
): NodeSwarm['nodes'] {
  if (backup?.partner === undefined) return nodes
  const isCutOff = (index: number) => index === backup.node || index === backup.partner
  const others = nodes.reduce((sum, { work }, index) => sum + (isCutOff(index) ? 0 : work), 0)
  return nodes.map((each, index) => (isCutOff(index) ? { ...each, work: CUT_WORK * others } : each))
}

/** The swarm with one node more, or as it is. */
export function addTwin<Swarm extends Drawn & Pick<NodeSwarm, 'oldBackup'>>(
  swarm: Swarm,
  seed: number,
): Swarm & Pick<NodeSwarm, 'twin'> {
  const rng = new SeededRng(`node swarm twin ${seed}`)
  const able = dispensable(swarm, swarm.oldBackup === undefined ? [] : [swarm.oldBackup.node])
  if (!rng.chance(TWIN_CHANCE) || able.length === 0) return { ...swarm, twin: undefined }
  const { nodes, faultsUntilMs } = swarm
  const startMs = rng.chance(AT_ONCE_CHANCE) ? 0 : rng.between(0, faultsUntilMs)
  const twin = { node: nodes.length, of: rng.pick(able), startMs }
  return {
    ...{ ...swarm, twin },
    nodes: [...nodes, { work: TWIN_WORK, strategy: undefined, stake: 0 }],
  }
}

/** Honest validators of genesis without which, and without `silent`, there is a quorum. */
function dispensable(
  { nodes, changes, misjudging }: Drawn,
  silent: readonly number[],
): readonly number[] {
  const all = nodes.flatMap(({ strategy }, index) => (strategy === undefined ? [index] : []))
  const voting = all.filter((index) => index !== misjudging && !silent.includes(index))
  return voting.filter((index) => {
    const others = new Set(voting.filter((other) => other !== index))
    return (nodes[index]?.stake ?? 0) > 0 && haveQuorum(others, { nodes, changes })
  })
}
