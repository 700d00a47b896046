/**
 * Lets happen what draw-mishaps.ts has drawn, and counts what came of it.
 *
 * Spec: docs/simulator.md, "Faults".
 */
import { votingState } from '../../../../consensus/finality/duty.ts'
import { headEpoch } from '../../../../consensus/finality/finality-state.ts'
import { NO_CUTS } from '../../engine/cut-shapes.ts'
import type { SimulatedNode } from '../../node/simulated-node.ts'
import type { NodeNemeses } from './node-nemeses.ts'
import type { Run } from './node-phases.ts'
import type { NodeSwarm } from './node-swarm.ts'

/** The record of votes goes back with all the rest: the validator must not contradict itself. */
export function putBackLater(run: Run, nemeses: NodeNemeses): void {
  const { cluster, swarm, watcher, coverage } = run
  const node = cluster.nodes[swarm.oldBackup?.node ?? -1]
  if (node === undefined || swarm.oldBackup === undefined) return
  const { takenMs, putBackMs, downMs, partner } = swarm.oldBackup
  let backup = node.disk.snapshot()
  cluster.scheduler.after(takenMs, () => {
    backup = node.disk.snapshot()
    if (partner === undefined) return
    coverage.hit('old backup of who was cut off')
    const isCutOff = (index: number) => index === node.index || index === partner
    cluster.board.setCuts((from, to) => isCutOff(from) !== isCutOff(to))
  })
  cluster.scheduler.after(putBackMs, () => {
    if (node.isUp || node.isStarting) node.crash('process')
    cluster.trace.add('old backup', node.index, takenMs)
    coverage.hit('old backup put back')
    watcher.onDiskLost(node.index)
    node.disk.restore(backup)
    if (partner !== undefined) cluster.board.setCuts(NO_CUTS)
    nemeses.startLater(node, downMs)
  })
}

/** A second node has the key of a validator, from the beginning or from some time on. */
export function startTwinLater(run: Run, nemeses: NodeNemeses): void {
  const { cluster, swarm, watcher, coverage } = run
  const { twin } = swarm
  const node = cluster.nodes[twin?.node ?? -1]
  if (node === undefined || twin === undefined) return
  coverage.hit('twin key')
  if (twin.startMs === 0) return
  node.crash('process')
  cluster.scheduler.after(twin.startMs, () => {
    if (isQuiet(swarm) && isVoting(cluster.nodes[twin.of])) {
      coverage.hit('twin must stay silent')
      watcher.mustStaySilent(node.index)
    }
    nemeses.startLater(node, 0)
  })
}

/** Nothing keeps a node from hearing another. */
function isQuiet({ nemeses, wire, resets }: NodeSwarm): boolean {
  return nemeses.length === 0 && wire.loss === 0 && resets === 0
}

/** As it has for two epochs: within those a second node may vote at once. */
function isVoting(node: SimulatedNode | undefined): boolean {
  if (node?.isUp !== true) return false
  const { finality } = node.node.chain
  return votingState(finality) === 'active' && headEpoch(finality) >= 2n
}

/** At the end of each look at everything. */
export function countMishaps({ cluster, swarm, watcher, coverage }: Run): void {
  const { oldBackup, twin } = swarm
  const stateOf = (index: number | undefined) => {
    const node = cluster.nodes[index ?? -1]
    return node?.isUp === true ? votingState(node.node.chain.finality) : undefined
  }
  if (stateOf(oldBackup?.node) === 'record-stale') coverage.hit('record found stale')
  const isDoubled = [twin?.node, twin?.of].some((index) => stateOf(index) === 'doubled')
  if (isDoubled) coverage.hit('twin fell silent')
  if (watcher.contradicted > 0) coverage.hit('twins contradicted each other')
}
