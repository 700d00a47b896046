/** What a devnet of four validators promises of finality, in epochs: up, one down, two down, back. */
import { describe, expect, it } from 'vitest'
import { Watcher } from '../../node/simulation/node/checks/watcher.ts'
import { Cluster } from '../../node/simulation/node/cluster.ts'
import { ledgerExecutorOf } from '../../node/simulation/node/ledger/ledger-executor.ts'
import { simulatedGenesis, validatorKeys } from '../../node/simulation/node/validators.ts'

/** A key that two nodes have: the second is started by mistake. */
const TWIN = 3

async function openCluster(seed: string, withTwin = false) {
  const genesis = await simulatedGenesis('instant', 4)
  const keys = validatorKeys(4)
  const all = withTwin ? [...keys, keys[TWIN]!] : keys
  const watcher: Watcher = new Watcher(() => cluster.scheduler.nowMs)
  const cluster: Cluster = new Cluster({
    ...{ genesis, seed, observer: watcher, openExecutor: ledgerExecutorOf(genesis) },
    members: all.map((each) => ({ ...each, work: 1 })),
  })
  await cluster.start()
  const statusOf = (index: number) => cluster.nodes[index]!.node.api.finality.status()
  /** The most epochs that any node which is up lagged behind its head in so many seconds. */
  const worstLag = async (seconds: number) => {
    let worst = 0n
    for (let second = 0; second < seconds; second++) {
      await cluster.advance(1_000)
      for (const { index, isUp } of cluster.nodes) {
        if (!isUp) continue
        const { headEpoch, finalized } = statusOf(index)
        if (headEpoch - finalized.epoch > worst) worst = headEpoch - finalized.epoch
      }
    }
    return Number(worst)
  }
  const expectNothingBroken = async () => {
    await cluster.complete(watcher.inspect(cluster))
    expect(watcher.violations).toEqual([])
    expect(watcher.contradicted).toBe(0)
    await cluster.stop()
  }
  return { cluster, statusOf, worstLag, expectNothingBroken }
}

describe('sim / devnet finality', () => {
  it('lags four epochs at most, goes on with three, and resumes within five of the return', async () => {
    const { cluster, statusOf, worstLag, expectNothingBroken } = await openCluster('figures')
    const [, , third, fourth] = cluster.nodes
    expect(await worstLag(60)).toBeLessThanOrEqual(4)
    fourth!.crash('process')
    expect(await worstLag(40)).toBeLessThanOrEqual(4)
    third!.crash('process')
    // Votes of three may have been on their way.
    const before = statusOf(0).finalized.epoch
    await cluster.advance(50_000)
    expect(statusOf(0).finalized.epoch).toBeLessThanOrEqual(before + 1n)
    expect(statusOf(0).headEpoch).toBeGreaterThanOrEqual(before + 4n)
    await cluster.complete(Promise.all([third!.start(), fourth!.start()]))
    const { headEpoch, finalized } = statusOf(0)
    const isOn = () => statusOf(0).finalized.epoch > finalized.epoch
    expect(await cluster.advanceUntil(isOn, 120_000)).toBe(true)
    expect(Number(statusOf(0).headEpoch - headEpoch)).toBeLessThanOrEqual(5)
    await expectNothingBroken()
  })

  it.each(['late', 'at once'])(
    'of two nodes with one key one falls silent, started %s',
    async (when) => {
      const { cluster, statusOf, expectNothingBroken } = await openCluster(`twin ${when}`, true)
      const twin = cluster.nodes[4]!
      if (when === 'late') {
        twin.crash('process')
        await cluster.advance(30_000)
        await cluster.complete(twin.start())
      }
      const voting = () => [statusOf(TWIN).voting, statusOf(4).voting].sort().join()
      expect(await cluster.advanceUntil(() => voting() === 'active,doubled', 240_000)).toBe(true)
      const { finalized } = statusOf(0)
      const isOn = () => statusOf(0).finalized.epoch > finalized.epoch + 1n
      expect(await cluster.advanceUntil(isOn, 120_000)).toBe(true)
      // I4 and I11: their votes never contradicted each other, and nobody was accused.
      expect(cluster.nodes[0]!.node.chain.finality.evidence.size).toBe(0)
      await expectNothingBroken()
    },
  )
})
