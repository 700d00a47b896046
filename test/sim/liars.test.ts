/** One liar of four, of each kind: the others finalize and find nothing wrong. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { decodeVote, encodeVote } from '../../consensus/finality/codec/finality-codec.ts'
import { createDevnet } from '../../node/devnet/library/create-devnet.ts'
import { Watcher } from '../../node/simulation/node/checks/watcher.ts'
import { Cluster } from '../../node/simulation/node/cluster.ts'
import { ledgerExecutorOf } from '../../node/simulation/node/ledger/ledger-executor.ts'
import type { SimulatedNode } from '../../node/simulation/node/simulated-node.ts'
import { equivocate } from '../../node/simulation/node/strategies/lies-of-votes.ts'
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

  it('equivocate votes for the checkpoint of another branch where there is one', async () => {
    const genesis = await simulatedGenesis('instant', 4)
    const cluster = new Cluster({
      ...{ genesis, seed: 'two branches', openExecutor: ledgerExecutorOf(genesis) },
      // The liar is on the lighter side, and executes the other when it gives way.
      members: validatorKeys(4).map((keys, i) => ({ ...keys, work: i < 2 ? 1 : 0.5 })),
    })
    await cluster.start()
    const [left, , liar] = cluster.nodes
    const epochLength = BigInt(genesis.params.epochLength)
    const checkpointOf = ({ node }: SimulatedNode) => node.chain.blocks.canonicalHash(epochLength)
    // Two halves, neither with a quorum, until each has a checkpoint of its own.
    cluster.board.setCuts((from, to) => from < 2 !== to < 2)
    await cluster.advanceUntil(
      () => cluster.nodes.every(({ node }) => node.chain.head.header.number >= epochLength),
      600_000,
    )
    const [targetHash, other] = [await checkpointOf(liar!), await checkpointOf(left!)]
    expect(targetHash).not.toBe(other)
    cluster.board.setCuts(() => false)
    const { finality } = liar!.node.chain
    const hasBoth = () => finality.book.executed(other!) !== undefined
    expect(await cluster.advanceUntil(hasBoth, 60_000)).toBe(true)
    const { outputRoot } = finality.book.executed(targetHash!)!
    const source = { sourceEpoch: 0n, sourceHash: genesis.hash }
    const vote = { ...source, targetEpoch: 1n, targetHash: targetHash!, outputRoot }
    const payload = encodeVote({ vote, validator: LIAR, signature: `0x${'00'.repeat(65)}` })
    const said = equivocate({ node: liar!, nodes: cluster.nodes }, payload)
    const votes = said.map((outgoing) => decodeVote(outgoing.payload).vote)
    expect(votes.map((each) => each.targetHash)).toEqual([targetHash, other])
    expect(votes[1]!.outputRoot).toBe(finality.book.executed(other!)!.outputRoot)
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
