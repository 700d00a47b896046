/**
 * The end of a run in which liars hold more than a third: everything is joined, and whoever sees
 * two finalities must ring the alarm, hold on to its own, and be able to name a third that lied.
 *
 * Spec: docs/simulator.md, "More than a third".
 */
import type { ModelNode } from '../model/model-node.ts'
import type { ModelWorld } from '../model/model-world.ts'
import { type Checker, InvariantError } from './checker.ts'

/** Three rounds of statuses. */
const DETECTION_MS = 30_000

export function detectConflict(world: ModelWorld, checker: Checker): void {
  const { nodes, network, scheduler, coverage } = world
  const honest = nodes.filter((node) => node.isHonest && node.misjudged === undefined)
  for (const node of honest) if (!node.isUp) node.start()
  // Nobody votes or seals from here on: what there is must be seen.
  for (const node of nodes) if (!node.isHonest && node.isUp) node.crash()
  network.setQuality(() => QUICK)
  network.setCuts(() => true)
  network.setCuts(() => false)
  scheduler.runUntil(scheduler.nowMs + DETECTION_MS)
  for (const node of honest) {
    const rival = honest.find((other) => isRival(node, other, world))
    if (rival === undefined) continue
    coverage.hit('conflict detected')
    if (node.chain.finality.fault === undefined) {
      const code = 'I1'
      const what = `n${node.index} and n${rival.index} hold two blocks final, and n${node.index}`
      throw new InvariantError({ code, node: node.index }, `${code}: ${what} has not noticed`)
    }
  }
  if (checker.hasConflict) coverage.hit('conflict of finality at the end')
}

const QUICK = {
  floorMs: 5,
  meanMs: 20,
  loss: 0,
  duplication: 0,
  reorders: false,
  bytesPerSecond: 12_500_000,
}

/** Whether neither finalized block stands on the other. */
function isRival(a: ModelNode, b: ModelNode, { executor }: ModelWorld): boolean {
  const [left, right] = [a, b].map(({ chain }) => executor.blocks.get(chain.tree.finalized.hash))
  if (left === undefined || right === undefined || left === right) return false
  const [low, high] = left.header.number < right.header.number ? [left, right] : [right, left]
  return executor.ancestorAt(high, low.header.number) !== low
}
