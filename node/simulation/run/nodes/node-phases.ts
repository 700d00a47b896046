/**
 * What comes after the faults of a run of whole nodes: heads meet and finality goes on; or, where
 * more than a third lied, everybody who sees two finalities notices, and who lied can be named.
 *
 * Spec: docs/simulator.md, "Two phases", "More than a third".
 */
import type { FinalityVote } from '../../../../consensus/finality/types.ts'
import { economyParams } from '../../../../genesis/economy/economy-params.ts'
import { readValidatorRecords } from '../../../finality/validator-view.ts'
import { conflictOf } from '../../checks/vote-ledger.ts'
import type { Coverage } from '../../engine/coverage.ts'
import { GOOD_WIRE } from '../../engine/network.ts'
import { readContractSet } from '../../node/checks/contract-set.ts'
import type { Watcher } from '../../node/checks/watcher.ts'
import type { Cluster } from '../../node/cluster.ts'
import type { SimulatedNode } from '../../node/simulated-node.ts'
import { type Core, membersOf } from './mended-core.ts'
import type { NodeSwarm } from './node-swarm.ts'

export type Run = {
  readonly cluster: Cluster
  readonly swarm: NodeSwarm
  readonly watcher: Watcher
  readonly coverage: Coverage
}

/** Block times in which heads must meet once all is mended, and what connections take. */
const MEET_BLOCK_TIMES = 10
const RECONNECT_MS = 20_000
/** Epochs within which finality must go on, and how much slower than ideal blocks may come. */
const FINAL_EPOCHS = 8
const SLOWNESS = 4
/** Within which two finalities that have met must be noticed. */
const DETECTION_MS = 60_000

/** I13: equal heads. */
export async function meet(run: Run, core: Core): Promise<string | undefined> {
  const { cluster } = run
  const members = membersOf(core, cluster.nodes)
  const haveMet = await cluster.advanceUntil(
    () => new Set(members.map((node) => headOf(node))).size === 1,
    RECONNECT_MS + MEET_BLOCK_TIMES * blockMsOf(run, core),
  )
  return haveMet ? undefined : `I13: heads have not met\n${describe(members)}`
}

/** I13: finality goes on. */
export async function finalize(run: Run, core: Core): Promise<string | undefined> {
  const { cluster } = run
  const members = membersOf(core, cluster.nodes)
  const finalOf = ({ node }: SimulatedNode) => node.chain.finality.finalized.epoch
  const highest = members.map(finalOf).reduce((a, b) => (a > b ? a : b), 0n)
  const isOn = await cluster.advanceUntil(
    () => members.every((node) => node.isUp && finalOf(node) > highest),
    finalMsOf(run, core),
  )
  return isOn ? undefined : `I13: nothing is final above epoch ${highest}\n${describe(members)}`
}

/** I13: the chain is told of what is final, and who was caught lying is slashed there. */
export async function record(run: Run, core: Core): Promise<string | undefined> {
  const { cluster, watcher, coverage } = run
  const members = membersOf(core, cluster.nodes)
  const highest = members
    .map(({ node }) => node.chain.finality.finalized.epoch)
    .reduce((a, b) => (a < b ? a : b))
  let missing: string | undefined
  const look = async (): Promise<boolean> => {
    for (const each of members) {
      missing = each.isUp ? await unrecorded(each, highest, watcher) : `node ${each.index} is down`
      if (missing !== undefined) return false
    }
    return true
  }
  const isDone = await cluster.advanceUntil(look, finalMsOf(run, core))
  if (isDone) coverage.hit('the chain knows what is final')
  return isDone ? undefined : `I13: ${missing}\n${describe(members)}`
}

/** As long as a block may take at present where only the core works. */
function blockMsOf({ cluster, swarm }: Run, core: Core): number {
  const { params } = cluster
  const hardest = membersOf(core, cluster.nodes)
    .filter(({ isUp }) => isUp)
    .map(({ node }) => Number(node.chain.head.header.difficulty / params.genesisDifficulty))
    .reduce((a, b) => Math.max(a, b), 1)
  return (swarm.blockMs * hardest) / core.workShare
}

function finalMsOf(run: Run, core: Core): number {
  return RECONNECT_MS + SLOWNESS * FINAL_EPOCHS * run.swarm.epochLength * blockMsOf(run, core)
}

/** Of whom a node accuses, those are asked for that are on its chain and can be punished there. */
async function unrecorded({ index, node }: SimulatedNode, epoch: bigint, watcher: Watcher) {
  const { state, head, finality, genesis } = node.chain
  const set = await readContractSet(state.view(head.header.stateRoot))
  if (set.lastFinalized < epoch) {
    return `the chain of node ${index} does not know that epoch ${epoch} is final`
  }
  const nowEpoch = head.header.number / BigInt(finality.config.epochLength)
  const { withdrawalDelayEpochs } = economyParams(genesis.params)
  for (const [key, { first, second }] of watcher.accusedBy(index)) {
    const place = set.votingKeys.indexOf(key)
    // What nobody can punish any more, by arithmetic of our own.
    const isVoid = [first, second].every(
      ({ vote }) => vote.targetEpoch + withdrawalDelayEpochs < nowEpoch,
    )
    if (place < 0 || set.slashed[place] || set.withdrawn[place] || isVoid) continue
    return `validator ${place} is not slashed`
  }
  return undefined
}

/** I1, where it may break: liars are gone, everybody is joined, and nobody must overlook it. */
export async function detect(run: Run): Promise<string | undefined> {
  const { cluster, watcher, coverage } = run
  for (const node of cluster.nodes) {
    if (!watcher.isTrusted(node.index) && node.isUp) node.crash('process')
  }
  cluster.network.setQuality(() => GOOD_WIRE)
  cluster.board.setCuts(() => false)
  await cluster.advance(DETECTION_MS)
  if (watcher.conflicts === 0) return undefined
  coverage.hit('conflict of finality')
  const honest = honestOf(run)
  for (const node of honest) {
    const rivals = await cluster.complete(rivalsOf(node, honest))
    if (rivals.length === 0) continue
    coverage.hit('conflict detected')
    if (node.node.chain.finality.fault === undefined) {
      return `I1: node ${node.index} has not noticed another finality\n${describe(honest)}`
    }
  }
  const culprits = await cluster.complete(culpritsOf(honest))
  const isThird = 3 * culprits.size >= run.swarm.validators
  if (isThird && [...culprits].every((index) => !watcher.isTrusted(index))) return undefined
  return `I1: certificates prove ${[...culprits].join(', ') || 'nobody'} a liar`
}

/** What the chain came to, for the counters. */
export async function countSetChanges({ cluster, coverage }: Run, core: Core): Promise<void> {
  const first = membersOf(core, cluster.nodes).find(({ isUp }) => isUp)
  if (first === undefined) return
  const { state, head } = first.node.chain
  const read = readValidatorRecords(state.view(head.header.stateRoot))
  const { dynasty, validators } = await cluster.complete(read)
  if (dynasty > 0n) coverage.hit('dynasty began')
  for (const { start, end, isSlashed } of validators) {
    if (start > 0n && start <= dynasty) coverage.hit('validator joined')
    if (end <= dynasty && !isSlashed) coverage.hit('validator left')
    if (isSlashed) coverage.hit('liar slashed on chain')
  }
}

export function honestOf({ cluster, watcher }: Run): readonly SimulatedNode[] {
  return cluster.nodes.filter(({ index, isUp }) => isUp && watcher.isTrusted(index))
}

/** One that is down for a moment has no head. */
function headOf(each: SimulatedNode): string {
  return each.isUp ? each.node.chain.head.hash : `node ${each.index}`
}

/** Those whose finalized block and that of `node` are not on one chain. */
async function rivalsOf(
  node: SimulatedNode,
  others: readonly SimulatedNode[],
): Promise<SimulatedNode[]> {
  const rivals: SimulatedNode[] = []
  for (const other of others) {
    const [a, b] = [node.node.chain, other.node.chain]
    const [low, high] = a.tree.finalized.number < b.tree.finalized.number ? [a, b] : [b, a]
    const { number, hash } = low.tree.finalized
    if ((await high.blocks.canonicalHash(number)) !== hash) rivals.push(other)
  }
  return rivals
}

/** Signers of votes that contradict each other, in all the certificates that honest nodes keep. */
async function culpritsOf(nodes: readonly SimulatedNode[]): Promise<ReadonlySet<number>> {
  const votes = new Map<number, FinalityVote[]>()
  for (const { node } of nodes) {
    for await (const { vote, signers } of node.chain.storedCertificates(0n)) {
      for (const signer of signers) votes.set(signer, [...(votes.get(signer) ?? []), vote])
    }
  }
  const isCulprit = (signed: readonly FinalityVote[]) =>
    signed.some((a) => signed.some((b) => conflictOf(a, b) !== undefined))
  return new Set([...votes].flatMap(([index, signed]) => (isCulprit(signed) ? [index] : [])))
}

function describe(nodes: readonly SimulatedNode[]): string {
  return nodes
    .map((each) => {
      const { index } = each
      if (!each.isUp) return `n${index} down`
      const { justified, finalized, fault } = each.node.chain.finality
      const { header, hash } = each.node.chain.head
      const epochs = `justified ${justified.epoch}, finalized ${finalized.epoch}`
      return `n${index} ${header.number} ${hash.slice(0, 10)} ${epochs} ${fault?.code ?? ''}`
    })
    .join('\n')
}
