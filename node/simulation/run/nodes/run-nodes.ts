/**
 * One seed of tier 1 or 2: whole nodes, with a ledger in place of the EVM or with the EVM itself.
 * First faults and lies, with every invariant watched; then a core is mended, its heads must meet
 * and finality must go on.
 *
 * Spec: docs/simulator.md, "Tier 1", "Tier 2".
 */
import { Coverage } from '../../engine/coverage.ts'
import type { Cuts } from '../../engine/cut-shapes.ts'
import { Watcher } from '../../node/checks/watcher.ts'
import { Cluster } from '../../node/cluster.ts'
import { genesisStore } from '../../node/disk/genesis-store.ts'
import { ledgerExecutorOf } from '../../node/ledger/ledger-executor.ts'
import { SetChanges } from '../../node/set-changes.ts'
import { strategyOf } from '../../node/strategies/strategies.ts'
import { type DevnetValidatorKeys, genesisOfStakes, validatorKeys } from '../../node/validators.ts'
import { Workload } from '../../node/workload.ts'
import type { RunOptions, RunReport } from '../run-types.ts'
import { Damage } from './damage.ts'
import { type Core, drawCore } from './mended-core.ts'
import { countMishaps, putBackLater, startTwinLater } from './mishaps.ts'
import { misjudgeLater, notice } from './misjudging.ts'
import { NodeNemeses } from './node-nemeses.ts'
import {
  countSetChanges,
  detect,
  finalize,
  honestOf,
  meet,
  type Run,
  record,
} from './node-phases.ts'
import { drawNodeSwarm, type NodeSwarm } from './node-swarm.ts'

/** How often everything is looked at, beside what is watched all the time. */
const INSPECT_MS = 60_000
/** When both sides of a seed about more than a third are cut: connections stand by then. */
const SPLIT_MS = 5_000

export async function runNodes(
  seed: number,
  tier: 1 | 2,
  { linesMax, print, untilMs }: RunOptions,
): Promise<RunReport> {
  const swarm = drawNodeSwarm(seed)
  const coverage = new Coverage()
  const stakes = swarm.nodes.slice(0, swarm.validators).map(({ stake }) => stake)
  const genesis = await genesisOfStakes(swarm.preset, stakes)
  const now = () => cluster.scheduler.nowMs
  const watcher: Watcher = new Watcher(now, coverage, swarm.isOverThird)
  const keys = keysOf(swarm)
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
    failure = await runBothPhases({ cluster, swarm, watcher, coverage }, seed, untilMs)
  } catch (error) {
    failure = error instanceof Error ? `${error.message}\n${error.stack}` : String(error)
  }
  const { digest, lines } = cluster.trace
  const { count: events } = cluster.scheduler
  return { seed, tier, digest, events, coverage: coverage.counts, failure, lines }
}

/** A twin has a coinbase of its own, and votes with the key of another. */
function keysOf({ nodes, twin }: NodeSwarm): readonly DevnetValidatorKeys[] {
  const keys = validatorKeys(nodes.length)
  const shared = keys[twin?.of ?? -1]
  return keys.map((own, index) =>
    index === twin?.node && shared !== undefined ? { ...own, votingKey: shared.votingKey } : own,
  )
}

/** What is wrong; undefined: nothing. */
async function runBothPhases(run: Run, seed: number, untilMs: number): Promise<string | undefined> {
  const { cluster, swarm } = run
  await cluster.start()
  cluster.board.requests.resets = swarm.resets
  corrupt(run)
  misjudgeLater(run)
  new Workload(cluster, swarm.transactionsPerSecond).start()
  new SetChanges(cluster, validatorKeys(swarm.nodes.length)).start(swarm.changes)
  const nemeses = await unleash(run)
  const endMs = Math.min(swarm.faultsUntilMs, untilMs)
  for (let now = 0; now < endMs; now = cluster.scheduler.nowMs) {
    await cluster.advance(Math.min(INSPECT_MS, endMs - now))
    const broken = await inspect(run)
    if (broken !== undefined) return broken
  }
  if (endMs === untilMs) return undefined
  if (swarm.isOverThird) return (await detect(run)) ?? (await inspect(run))
  const core = drawCore(swarm, seed)
  noteCore(run, core)
  await nemeses.mend(core)
  const phases = [meet, finalize, record, notice, inspect]
  let broken: string | undefined
  for (const phase of phases) broken ??= await phase(run, core)
  await countSetChanges(run, core)
  return broken
}

function noteCore({ cluster, coverage }: Run, core: Core): void {
  const { members, joined, leftOut } = core
  cluster.trace.add('core', -1, members.size, () => [...members].join(' '))
  if (leftOut === 0) return
  coverage.hit('honest nodes stay broken')
  coverage.hit(joined.size > members.size ? 'liars among the core' : 'no liar among the core')
}

/** Liars begin to lie. */
function corrupt({ cluster, swarm, watcher, coverage }: Run): void {
  for (const [index, { strategy }] of swarm.nodes.entries()) {
    const node = cluster.nodes[index]
    if (strategy === undefined || node === undefined) continue
    coverage.hit(`liar: ${strategy}`)
    watcher.distrust(index)
    node.tampering = strategyOf(strategy, { node, nodes: cluster.nodes })
  }
}

async function unleash(run: Run): Promise<NodeNemeses> {
  const { cluster, swarm, watcher, coverage } = run
  const [first] = cluster.nodes
  const { genesis, log } = first?.parts ?? {}
  if (genesis === undefined || log === undefined) throw new RangeError('a run has a node')
  const damage = new Damage(cluster, watcher, coverage, await genesisStore(genesis, log))
  const nemeses = new NodeNemeses({ cluster, swarm, watcher, coverage, damage })
  nemeses.start()
  putBackLater(run, nemeses)
  startTwinLater(run, nemeses)
  if (swarm.isOverThird) {
    coverage.hit('liars hold more than a third')
    cluster.scheduler.after(SPLIT_MS, () => cluster.board.setCuts(splitOf(run)))
  }
  return nemeses
}

/** Half of the honest nodes here, half there; liars speak to both. */
function splitOf(run: Run): Cuts {
  const honest = honestOf(run).map(({ index }) => index)
  const left = new Set(honest.slice(0, honest.length / 2))
  const right = new Set(honest.slice(honest.length / 2))
  return (from, to) => (left.has(from) && right.has(to)) || (right.has(from) && left.has(to))
}

async function inspect(run: Run): Promise<string | undefined> {
  const { cluster, watcher } = run
  countMishaps(run)
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
