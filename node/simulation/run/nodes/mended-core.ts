/**
 * Who is mended in the second phase of a run of whole nodes: everybody, or a core of honest nodes
 * with more than two thirds of every set that may be asked. Whoever is left out stays as broken as
 * it is, and liars are with the core only if they have less work than it: such a majority replaces
 * what is not yet justified for as long as it lasts.
 *
 * Spec: docs/simulator.md, "Two phases".
 */
import { assert } from '../../../../consensus/errors.ts'
import type { Cuts } from '../../engine/cut-shapes.ts'
import { SeededRng } from '../../engine/seeded-rng.ts'
import type { SimulatedNode } from '../../node/simulated-node.ts'
import type { NodeSwarm } from './node-swarm.ts'

/** Part of the seeds in which everybody is mended; and chance of one more than a core needs. */
const WHOLE_CHANCE = 0.5
const MORE_CHANCE = 0.3
/** Part of the cores that the liars are with, where their work allows it. */
const LIARS_IN_CHANCE = 0.5

export type Core = {
  /** Indexes of honest nodes. */
  readonly members: ReadonlySet<number>
  /** The members, the liars among them, and who is to notice that its software is wrong. */
  readonly joined: ReadonlySet<number>
  /** Honest nodes that stay broken. */
  readonly leftOut: number
  /** The part of all work that the members have; blocks come that much slower. */
  readonly workShare: number
}

export function drawCore(swarm: NodeSwarm, seed: number): Core {
  const rng = new SeededRng(`core ${seed}`)
  const { nodes } = swarm
  const all = nodes.map((_, index) => index)
  const isHonest = (index: number) => nodes[index]?.strategy === undefined
  const honest = all.filter((index) => isHonest(index) && index !== swarm.misjudging)
  const workOf = (indexes: Iterable<number>) =>
    [...indexes].reduce((sum, index) => sum + (nodes[index]?.work ?? 0), 0)
  const members = new Set<number>()
  const haveVotes = () => haveQuorum(new Set([...members].filter(mustVote(swarm))), swarm)
  const isWhole = rng.chance(WHOLE_CHANCE)
  for (const index of rng.shuffled(honest)) {
    members.add(index)
    if (isWhole || !haveVotes() || !canBeHeard(members, nodes.length)) continue
    if (!rng.chance(MORE_CHANCE)) break
  }
  assert(haveVotes(), 'honest nodes together are a core')
  const others = all.filter((index) => !isHonest(index))
  const wrong = swarm.misjudging === undefined ? [] : [swarm.misjudging]
  const leftOut = honest.length - members.size
  const mayLiarsBeIn = workOf(others) < workOf(members) && rng.chance(LIARS_IN_CHANCE)
  const areLiarsIn = leftOut === 0 || mayLiarsBeIn
  return {
    ...{ members, leftOut },
    joined: new Set([...members, ...wrong, ...(areLiarsIn ? others : [])]),
    workShare: workOf(members) / workOf(all),
  }
}

/** Only who is joined is heard. */
export function cutsAround({ joined }: Core): Cuts {
  return (from, to) => !(joined.has(from) && joined.has(to))
}

export function membersOf({ members }: Core, nodes: readonly SimulatedNode[]) {
  return nodes.filter(({ index }) => members.has(index))
}

/** F19 counts bootnodes, not stakes: who starts again must hear more than half of the others. */
function canBeHeard({ size }: ReadonlySet<number>, count: number): boolean {
  return 2 * (size - 1) > count - 1
}

/** Whose record was set back, or whose key somebody else has, may be silent for good. */
function mustVote({ oldBackup, twin }: NodeSwarm): (index: number) => boolean {
  return (index) => index !== oldBackup?.node && index !== twin?.of
}

/**
 * More than two thirds of whatever set there may be: planned joins and exits come into force in
 * any order, or not at all, and a liar may keep its stake.
 */
export function haveQuorum(
  members: ReadonlySet<number>,
  swarm: Pick<NodeSwarm, 'nodes' | 'changes'>,
): boolean {
  let sets: number[][] = [swarm.nodes.map(({ stake }) => stake)]
  for (const { node, kind, stakes = 1 } of swarm.changes) {
    const weight = kind === 'deposit' ? stakes : 0
    sets = sets.flatMap((set) => [set, set.with(node, weight)])
  }
  return sets.every((weights) => {
    let [held, total] = [0, 0]
    for (const [index, weight] of weights.entries()) {
      total += weight
      if (members.has(index)) held += weight
    }
    return 3 * held > 2 * total
  })
}
