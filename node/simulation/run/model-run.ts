/**
 * One seed of tier 0 from beginning to end.
 *
 * Spec: docs/simulator.md, "Tier 0".
 */
import type { FinalityConfig } from '../../../consensus/finality/finality-state.ts'
import { Coverage } from '../engine/coverage.ts'
import { SimulatedGossip } from '../engine/gossip.ts'
import { SimulatedNetwork } from '../engine/network.ts'
import { EPOCH_MS } from '../engine/node-clock.ts'
import { SimulatedRequests } from '../engine/requests.ts'
import { Scheduler } from '../engine/scheduler.ts'
import { SeededRng } from '../engine/seeded-rng.ts'
import { Trace } from '../engine/trace.ts'
import { makeBehaviour } from '../model/lies/behaviours.ts'
import { type ModelTransaction, tokenHash } from '../model/model-block.ts'
import { ModelExecutor } from '../model/model-executor.ts'
import { ModelNode } from '../model/model-node.ts'
import type { ModelMessage, ModelWorld } from '../model/model-world.ts'
import { addressOfKey, recoverToken } from '../model/token-signature.ts'
import { foundSet } from '../model/validator-model.ts'
import { Checker } from './checker.ts'
import { detectConflict } from './detection.ts'
import { LivenessPhase } from './liveness.ts'
import { Nemeses } from './nemesis.ts'
import type { RunOptions, RunReport } from './run-types.ts'
import { drawSwarm, type Swarm } from './swarm.ts'

/** Events between two looks at everything. */
const CHECK_EVENTS = 200

export function runModel(seed: number, options: RunOptions): RunReport {
  const swarm = drawSwarm(seed)
  const scheduler = new Scheduler()
  const trace = new Trace(scheduler, options.linesMax, options.print)
  const coverage = new Coverage()
  const checker: Checker = new Checker(() => world, swarm.isOverThird)
  const pool: ModelTransaction[] = []
  const world = makeWorld(swarm, scheduler, trace, coverage, checker, pool)
  let failure: string | undefined
  try {
    runBothPhases(world, swarm, checker, pool, options.untilMs)
  } catch (error) {
    failure = error instanceof Error ? `${error.message}\n${error.stack}` : String(error)
  }
  const { lines, digest } = trace
  const events = scheduler.count
  return { seed, tier: 0, digest, events, coverage: coverage.counts, failure, lines }
}

function runBothPhases(
  world: ModelWorld,
  swarm: Swarm,
  checker: Checker,
  pool: ModelTransaction[],
  untilMs: number,
): void {
  const nemeses = new Nemeses(world, swarm)
  for (const node of world.nodes) node.start()
  for (const change of swarm.changes) {
    world.scheduler.after(change.atMs, () => {
      world.coverage.hit(`set change: ${change.kind}`)
      if (nemeses.isPartitioned) world.coverage.hit('set change during a partition')
      const key = addressOfKey(change.node)
      const index = world.executor.stateAfter(world.executor.genesis.hash).set.members
      if (change.kind === 'deposit') {
        pool.push({ kind: 'deposit', key, weight: change.weight })
        return
      }
      const leaving = index.findIndex((member) => member.key === key)
      pool.push({ kind: 'exit', index: leaving }, { kind: 'withdraw', index: leaving })
    })
  }
  for (const { options } of world.nodes) {
    if (options.behaviour !== undefined) world.coverage.hit(`liar: ${options.behaviour.name}`)
  }
  misjudgeLater(world, swarm)
  nemeses.start()
  runSafety(world, checker, Math.min(swarm.faultsUntilMs, untilMs))
  nemeses.stop()
  if (swarm.faultsUntilMs >= untilMs) return
  if (swarm.isOverThird) detectConflict(world, checker)
  else new LivenessPhase(world, swarm, checker).run()
}

/**
 * From then on the node's software has a block wrong that it has not executed yet: one of the
 * first phase, as nothing new breaks in the second.
 */
function misjudgeLater({ scheduler, nodes, executor, coverage }: ModelWorld, swarm: Swarm): void {
  const node = swarm.misjudging === undefined ? undefined : nodes[swarm.misjudging]
  if (node === undefined) return
  scheduler.after(swarm.faultsUntilMs / 3, () => {
    const forget = executor.onSealed((block) => {
      const isLate = scheduler.nowMs >= swarm.faultsUntilMs
      if (isLate) forget()
      if (isLate || block.header.coinbase === node.address) return
      node.misjudged = block.hash
      coverage.hit('software that is wrong')
      forget()
    })
  })
}

function runSafety({ scheduler, nodes }: ModelWorld, checker: Checker, untilMs: number): void {
  let count = 0
  while (scheduler.step(untilMs)) {
    if (++count % CHECK_EVENTS !== 0) continue
    for (const node of nodes) if (node.isUp && node.isHonest) checker.check(node)
  }
}

export function makeWorld(
  swarm: Swarm,
  scheduler: Scheduler,
  trace: Trace,
  coverage: Coverage,
  observer: Checker,
  pool: readonly ModelTransaction[],
): ModelWorld {
  const { params, nodes: plans } = swarm
  const rng = new SeededRng(`run ${swarm.seed}`)
  const network = new SimulatedNetwork(
    plans.length,
    { scheduler, rng: rng.fork('network') },
    swarm.wire,
  )
  const requests = new SimulatedRequests({ network, scheduler, rng: rng.fork('requests') })
  requests.resets = swarm.resets
  const config: FinalityConfig = {
    domain: {
      chainId: params.chainId,
      verifyingContract: addressOfKey(0xffff),
      genesisHash: tokenHash('b10c', 0),
    },
    epochLength: params.epochLength,
    voteDepth: swarm.voteDepth,
    withdrawalDelayEpochs: swarm.withdrawalDelayEpochs,
    recover: recoverToken,
  }
  const nodes: ModelNode[] = []
  const world: ModelWorld = {
    ...{
      params,
      config,
      scheduler,
      rng,
      trace,
      coverage,
      network,
      requests,
      observer,
      pool,
      nodes,
    },
    gossip: new SimulatedGossip<ModelMessage>(network, scheduler),
    executor: makeExecutor(swarm, config),
  }
  for (const [index, { workShare, behaviour }] of plans.entries()) {
    const strategy = behaviour && makeBehaviour(behaviour)
    nodes.push(new ModelNode({ index, workShare, key: index, behaviour: strategy }, world))
  }
  network.onLink((from, to) => {
    if (nodes[from]?.isUp && nodes[to]?.isUp) nodes[from].sync.exchangeStatus(to)
  })
  return world
}

function makeExecutor({ nodes, params }: Swarm, config: FinalityConfig): ModelExecutor {
  const stakes = nodes
    .map(({ stake: weight }, i) => ({ key: addressOfKey(i), weight }))
    .filter(({ weight }) => weight > 0n)
  const genesis = {
    parentHash: tokenHash('57a7', 0),
    coinbase: addressOfKey(0xffff),
    number: 0n,
    timestamp: BigInt(EPOCH_MS / 1000),
    difficulty: params.genesisDifficulty,
    gasLimit: 30_000_000n,
    gasUsed: 0n,
    baseFeePerGas: 1n,
    transactions: [],
  }
  return new ModelExecutor(config, genesis, foundSet(stakes))
}
