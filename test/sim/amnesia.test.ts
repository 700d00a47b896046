/** A validator whose disk is set back must not sign what it has signed differently before. */
import { describe, expect, it, vi } from 'vitest'
import { votingState } from '../../consensus/finality/duty.ts'
import { createDevnet } from '../../node/devnet/library/create-devnet.ts'
import { Watcher } from '../../node/simulation/node/checks/watcher.ts'
import { Cluster } from '../../node/simulation/node/cluster.ts'
import { ledgerExecutorOf } from '../../node/simulation/node/ledger/ledger-executor.ts'
import { simulatedGenesis, validatorKeys } from '../../node/simulation/node/validators.ts'

vi.setConfig({ testTimeout: 300_000 })

/** Messages take longer than a block: what is certified and what is head differ from node to node. */
const SLOW = { floorMs: 20, meanMs: 1200 }

describe('sim / amnesia', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'who lost everything in the third epoch contradicts nothing, seed %i',
    async (seed) => {
      const net = await createDevnet({ seed, wire: SLOW })
      const forgetful = net.nodes[2]!
      forgetful.takeBackup()
      await net.advance({ blocks: 19 })
      await forgetful.crash()
      forgetful.restoreBackup()
      await forgetful.restart()
      expect((await forgetful.rpc<{ voting: string }>('hanzo_finalityStatus')).voting).toBe(
        'unheard',
      )
      await net.advance({ epochs: 4 })
      expect(await net.nodes[0]!.rpc('hanzo_getEvidence')).toEqual([])
      expect(net.check()).toEqual([])
      await net.close()
    },
  )

  it('who voted far ahead on a branch that lost, and has forgotten it, hears of it', async () => {
    const genesis = await simulatedGenesis('instant', 7)
    const watcher: Watcher = new Watcher(() => cluster.scheduler.nowMs)
    const cluster: Cluster = new Cluster({
      ...{ genesis, seed: 'forgotten branch', observer: watcher },
      openExecutor: ledgerExecutorOf(genesis),
      // Two of seven have most of the work, and the others the stake.
      members: validatorKeys(7).map((keys, i) => ({ ...keys, work: i < 5 ? 1 : 10 })),
    })
    await cluster.start()
    const [witness, , , , , forgetful, partner] = cluster.nodes
    const finalityOf = (each = witness!) => each.node.chain.finality
    await cluster.advance(40_000)
    const backup = forgetful!.disk.snapshot()
    cluster.board.setCuts((from, to) => from < 5 !== to < 5)
    await cluster.advance(120_000)
    const forgotten = finalityOf(partner).duty!.lastSigned!.targetEpoch
    expect(forgotten).toBeGreaterThan(finalityOf().duty!.lastSigned!.targetEpoch + 4n)
    forgetful!.crash('process')
    watcher.onDiskLost(forgetful!.index)
    forgetful!.disk.restore(backup)
    cluster.board.setCuts(() => false)
    await cluster.advance(5_000)
    await cluster.complete(forgetful!.start())
    const isBeyond = () => finalityOf().finalized.epoch > forgotten
    expect(await cluster.advanceUntil(isBeyond, 300_000)).toBe(true)
    expect(votingState(finalityOf(forgetful))).toBe('record-stale')
    expect(finalityOf().evidence.size).toBe(0)
    await cluster.complete(watcher.inspect(cluster))
    expect(watcher.violations).toEqual([])
    await cluster.stop()
  })
})
