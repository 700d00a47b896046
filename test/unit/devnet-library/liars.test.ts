/** One liar of four, of each kind: the others finalize and find nothing wrong. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createDevnet } from '../../../node/devnet/library/create-devnet.ts'
import { LIE_NAMES } from '../../../node/simulation/strategy-names.ts'

// Whole networks on a machine that has other work as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

describe('devnet-library / liars', () => {
  it.each(LIE_NAMES)('%s changes nothing for three honest validators', async (strategy) => {
    const net = await createDevnet({ seed: 11 })
    onTestFinished(() => net.close())
    net.nodes[2]!.behave(strategy)
    // A node that joins late asks the liar, too.
    await net.nodes[0]!.crash()
    await net.advance({ seconds: 20 })
    await net.nodes[0]!.restart()
    await net.untilFinalized(3)
    expect(net.check()).toEqual([])
  })

  it('a node that went back to an old disk does not vote against itself', async () => {
    const net = await createDevnet({ seed: 12 })
    onTestFinished(() => net.close())
    const [, node] = net.nodes
    await net.untilFinalized(2)
    node!.takeBackup()
    await net.untilFinalized(4)
    await node!.crash()
    node!.restoreBackup()
    await node!.restart()
    await net.untilFinalized(7)
    // I4 and I11: nothing that it signed contradicts what it signed before.
    expect(net.check()).toEqual([])
    expect(await net.nodes[0]!.rpc('hanzo_getEvidence')).toEqual([])
  })
})
