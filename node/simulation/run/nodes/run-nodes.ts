/**
 * One seed of tier 1 or 2: whole nodes, with a ledger in place of the EVM or with the EVM itself.
 * First faults and lies, with every invariant watched; then all is mended, heads must meet and
 * finality must go on.
 *
 * Spec: docs/simulator.md, "Tier 1", "Tier 2".
 */
import { Coverage } from '../../engine/coverage.ts'
import { Watcher } from '../../node/checks/watcher.ts'
import { Cluster } from '../../node/cluster.ts'
import { ledgerExecutorOf } from '../../node/ledger/ledger-executor.ts'
import type { SimulatedNode } from '../../node/simulated-node.ts'
import { strategyOf } from '../../node/strategies/strategies.ts'
import { simulatedGenesis, validatorKeys } from '../../node/validators.ts'
import { Workload } from '../../node/workload.ts'
import type { RunOptions, RunReport } from '../run-types.ts'
import { NodeNemeses } from './node-nemeses.ts'
import { drawNodeSwarm, type NodeSwarm } from './node-swarm.ts'

/** How often everything is looked at, beside what is watched all the time. */
const INSPECT_MS = 60_000
/** Block times in which heads must meet once all is mended, and what connections take. */
const MEET_BLOCK_TIMES = 10
const RECONNECT_MS = 20_000
/** Epochs within which finality must go on, and how much slower than ideal blocks may come. */
const FINAL_EPOCHS = 8
const SLOWNESS = 4

export async function runNodes(
  seed: number,
  tier: 1 | 2,
  { linesMax, print, untilMs }: RunOptions,
): Promise<RunReport> {
  const swarm = drawNodeSwarm(seed, tier)
  const coverage = new Coverage()
  const genesis = await simulatedGenesis(swarm.preset, swarm.nodes.length)
  const watcher: Watcher = new Watcher(() => cluster.scheduler.nowMs, coverage)
  const keys = validatorKeys(swarm.nodes.length)
  const cluster: Cluster = new Cluster({
    genesis,
    seed: `nodes ${seed}`,
    wire: swarm.wire,
    members: keys.map((key, i) => ({ ...key, work: swarm.nodes[i]?.work ?? 1 })),
    traceLines: linesMax,
    observer: watcher,
    ...(tier === 1 && { openExecutor: ledgerExecutorOf(genesis) }),
    ...(print && { onTrace: print }),
  })
  let failure: string | undefined
  try {
    failure = await runBothPhases({ cluster, swarm, watcher, coverage }, untilMs)
  } catch (error) {
    failure = error instanceof Error ? `${error.message}\n${error.stack}` : String(error)
  }
  const { digest, lines } = cluster.trace
  const { count: events } = cluster.scheduler
  return { seed, tier, digest, events, coverage: coverage.counts, failure, lines }
}

type Run = {
  readonly cluster: Cluster
  readonly swarm: NodeSwarm
  readonly watcher: Watcher
  readonly coverage: Coverage
}

/** What is wrong; undefined: nothing. */
async function runBothPhases(run: Run, untilMs: number): Promise<string | undefined> {
  const { cluster, swarm, watcher, coverage } = run
  await cluster.start()
  for (const [index, { strategy }] of swarm.nodes.entries()) {
    const node = cluster.nodes[index]
    if (strategy === undefined || node === undefined) continue
    coverage.hit(`liar: ${strategy}`)
    watcher.distrust(index)
    node.tampering = strategyOf(strategy, { node, nodes: cluster.nodes })
  }
  const workload = new Workload(cluster, swarm.transactionsPerSecond)
  workload.start()
  const nemeses = new NodeNemeses(cluster, swarm, watcher, coverage)
  nemeses.start()
  const endMs = Math.min(swarm.faultsUntilMs, untilMs)
  for (let now = 0; now < endMs; now = cluster.scheduler.nowMs) {
    await cluster.advance(Math.min(INSPECT_MS, endMs - now))
    const broken = await inspect(run)
    if (broken !== undefined) return broken
  }
  if (endMs === untilMs) return undefined
  await nemeses.mend()
  return (await meet(run)) ?? (await finalize(run)) ?? (await inspect(run))
}

async function inspect({ cluster, watcher }: Run): Promise<string | undefined> {
  await cluster.complete(watcher.inspect(cluster))
  const { violations } = watcher
  if (violations.length === 0) return undefined
  return violations
    .map(({ invariant, node, atMs, message }) => {
      const place = node === undefined ? '' : ` on node ${node}`
      return `${invariant}${place} at ${(atMs / 1000).toFixed(3)} s: ${message}`
    })
    .join('\n')
}

/** I13: equal heads. */
async function meet(run: Run): Promise<string | undefined> {
  const { cluster, swarm } = run
  const honest = honestOf(run)
  const haveMet = await cluster.advanceUntil(
    () => new Set(honest.map(({ node }) => node.chain.head.hash)).size === 1,
    RECONNECT_MS + MEET_BLOCK_TIMES * swarm.blockMs,
  )
  return haveMet ? undefined : `I13: heads have not met\n${describe(honest)}`
}

/** I13: finality goes on. */
async function finalize(run: Run): Promise<string | undefined> {
  const { cluster, swarm } = run
  const honest = honestOf(run)
  const finalOf = ({ node }: SimulatedNode) => node.chain.finality.finalized.epoch
  const highest = honest.map(finalOf).reduce((a, b) => (a > b ? a : b), 0n)
  const epochMs = swarm.epochLength * swarm.blockMs
  const isOn = await cluster.advanceUntil(
    () => honest.every((node) => finalOf(node) > highest),
    RECONNECT_MS + SLOWNESS * FINAL_EPOCHS * epochMs,
  )
  return isOn ? undefined : `I13: nothing is final above epoch ${highest}\n${describe(honest)}`
}

function honestOf({ cluster, watcher }: Run): readonly SimulatedNode[] {
  return cluster.nodes.filter(({ index, isUp }) => isUp && watcher.isTrusted(index))
}

function describe(nodes: readonly SimulatedNode[]): string {
  return nodes
    .map(({ index, node }) => {
      const { justified, finalized, fault } = node.chain.finality
      const { header, hash } = node.chain.head
      const epochs = `justified ${justified.epoch}, finalized ${finalized.epoch}`
      return `n${index} ${header.number} ${hash.slice(0, 10)} ${epochs} ${fault?.code ?? ''}`
    })
    .join('\n')
}
