/** One liar of four, of each kind: the others finalize and find nothing wrong. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDevnet } from '../../node/devnet/library/create-devnet.ts'
import { Watcher } from '../../node/simulation/node/checks/watcher.ts'
import { Cluster } from '../../node/simulation/node/cluster.ts'
import { ledgerExecutorOf } from '../../node/simulation/node/ledger/ledger-executor.ts'
import { strategyOf } from '../../node/simulation/node/strategies/strategies.ts'
import { simulatedGenesis, validatorKeys } from '../../node/simulation/node/validators.ts'
import { LIE_NAMES } from '../../node/simulation/strategy-names.ts'

const LIAR = 2

describe('sim / liars', () => {
  it.each(LIE_NAMES)('%s changes nothing for three honest validators', async (lie) => {
    const genesis = await simulatedGenesis('instant', 4)
    const watcher: Watcher = new Watcher(() => cluster.scheduler.nowMs)
    const cluster: Cluster = new Cluster({
      ...{ genesis, seed: lie, observer: watcher, openExecutor: ledgerExecutorOf(genesis) },
      members: validatorKeys(4).map((keys) => ({ ...keys, work: 1 })),
    })
    await cluster.start()
    const [late, , liar] = cluster.nodes
    watcher.distrust(LIAR)
    liar!.tampering = strategyOf(lie, { node: liar!, nodes: cluster.nodes })
    // A node that joins late asks the liar, too.
    late!.crash('process')
    await cluster.advance(20_000)
    await cluster.complete(late!.start())
    const honest = cluster.nodes.filter(({ index }) => index !== LIAR)
    const isFinal = () => honest.every(({ node }) => node.chain.finality.finalized.epoch >= 3n)
    expect(await cluster.advanceUntil(isFinal, 600_000)).toBe(true)
    await cluster.complete(watcher.inspect(cluster))
    expect(watcher.violations).toEqual([])
    await cluster.stop()
  })

  it('the library knows them by the same names', async () => {
    const net = await createDevnet({ seed: 11 })
    onTestFinished(() => net.close())
    const [node] = net.nodes
    for (const lie of LIE_NAMES) node!.behave(lie)
    node!.behave('honest')
    await net.advance({ blocks: 2 })
    expect(net.check()).toEqual([])
  })

  it('a node that went back to an old disk does not vote against itself', async () => {
    const net = await createDevnet({ seed: 12 })
    onTestFinished(() => net.close())
    const [, node] = net.nodes
    await net.untilFinalized(1)
    node!.takeBackup()
    await net.untilFinalized(3)
    await node!.crash()
    node!.restoreBackup()
    await node!.restart()
    await net.untilFinalized(5)
    // I4 and I11: nothing that it signed contradicts what it signed before.
    expect(net.check()).toEqual([])
    expect(await net.nodes[0]!.rpc('hanzo_getEvidence')).toEqual([])
  })
})
