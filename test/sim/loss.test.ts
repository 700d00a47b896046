/** Wires that lose a fifth of all messages, for good: who was cut off comes back all the same. */
import { describe, expect, it } from 'vitest'
import { Watcher } from '../../node/simulation/node/checks/watcher.ts'
import { Cluster } from '../../node/simulation/node/cluster.ts'
import { ledgerExecutorOf } from '../../node/simulation/node/ledger/ledger-executor.ts'
import { simulatedGenesis, validatorKeys } from '../../node/simulation/node/validators.ts'

const WIRE = { floorMs: 5, meanMs: 100, loss: 0.2, duplication: 0.1, reorders: true }
const ALONE = 3

describe('sim / loss', () => {
  it('a node with a branch of its own finds its way back through a dozen questions', async () => {
    const genesis = await simulatedGenesis('instant', 4)
    const watcher: Watcher = new Watcher(() => cluster.scheduler.nowMs)
    const cluster: Cluster = new Cluster({
      ...{ genesis, seed: 'loss', observer: watcher, openExecutor: ledgerExecutorOf(genesis) },
      wire: { ...WIRE, bytesPerSecond: 12_500_000 },
      members: validatorKeys(4).map((keys) => ({ ...keys, work: 1 })),
    })
    await cluster.start()
    await cluster.advance(20_000)
    cluster.board.setCuts((from, to) => (from === ALONE) !== (to === ALONE))
    await cluster.advance(80_000)
    cluster.board.setCuts(() => false)
    const finalOf = (index: number) => cluster.nodes[index]!.node.chain.finality.finalized.epoch
    const goal = finalOf(0)
    expect(goal - finalOf(ALONE)).toBeGreaterThan(3n)
    expect(await cluster.advanceUntil(() => finalOf(ALONE) >= goal, 300_000)).toBe(true)
    await cluster.complete(watcher.inspect(cluster))
    expect(watcher.violations).toEqual([])
    await cluster.stop()
  })
})
