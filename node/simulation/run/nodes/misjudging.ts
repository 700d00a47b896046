/**
 * Software that is wrong: from some time on, one honest node takes a block for invalid that all
 * others execute. It must neither follow nor vote for what stands on it; and once the others have
 * made that final, its operator must hear of it.
 *
 * Spec: docs/simulator.md, "Faults"; row 19 of docs/testing.md.
 */
import type { Hash } from '../../../../consensus/types.ts'
import type { SimulatedNode } from '../../node/simulated-node.ts'
import { type Core, membersOf } from './mended-core.ts'
import type { Run } from './node-phases.ts'

/** How often the next block is looked for: gossip takes longer than this between most nodes. */
const LOOK_MS = 20
/** Within which the alarm rings, once the block is final: certificates are on the way. */
const ALARM_MS = 60_000

/** The block is one of the first phase: nothing new breaks in the second. */
export function misjudgeLater({ cluster, swarm, watcher, coverage }: Run): void {
  const node = cluster.nodes[swarm.misjudging ?? -1]
  if (node === undefined) return
  watcher.excuse(node.index)
  const { scheduler } = cluster
  const look = (): void => {
    if (scheduler.nowMs >= swarm.faultsUntilMs) return
    const block = node.isUp ? strangeTo(node, cluster.nodes) : undefined
    if (block === undefined) {
      scheduler.after(LOOK_MS, look)
      return
    }
    node.misjudged = block
    cluster.trace.add('misjudged', node.index, Number(block.header.number), () => block.hash)
    coverage.hit('software that is wrong')
  }
  scheduler.after(swarm.faultsUntilMs / 3, look)
}

/** A head of another's that this node has not executed. */
function strangeTo({ node, parts }: SimulatedNode, others: readonly SimulatedNode[]) {
  for (const other of others) {
    if (!other.isUp || !other.isHonest) continue
    const { head } = other.node.chain
    const isOwn = head.header.coinbase === parts.coinbase
    if (!isOwn && node.chain.tree.get(head.hash) === undefined) return head
  }
  return undefined
}

/** I1: a node knows when what is final contradicts it. */
export async function notice({ cluster, swarm, coverage }: Run, core: Core) {
  const wrong = cluster.nodes[swarm.misjudging ?? -1]
  const [judge] = membersOf(core, cluster.nodes)
  if (wrong?.misjudged === undefined || judge === undefined) return undefined
  if (!(await cluster.complete(isFinal(judge, wrong.misjudged.hash)))) return undefined
  const hasNoticed = await cluster.advanceUntil(
    () => wrong.isUp && wrong.node.chain.finality.fault !== undefined,
    ALARM_MS,
  )
  if (hasNoticed) coverage.hit('an invalid block was justified')
  return hasNoticed ? undefined : `I1: node ${wrong.index} has not noticed what is final without it`
}

async function isFinal({ node }: SimulatedNode, hash: Hash): Promise<boolean> {
  const { blocks, tree } = node.chain
  const header = await blocks.header(hash)
  if (header === undefined || header.number > tree.finalized.number) return false
  return (await blocks.canonicalHash(header.number)) === hash
}
