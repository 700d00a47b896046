/** The library over real processes: the scenario of the simulated transport, in real time. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDevnet } from '../../node/devnet/library/create-devnet.ts'

describe('e2e / process-devnet', () => {
  it('finalizes, stands still in halves, loses a process and goes on', async () => {
    const net = await createDevnet({ transport: 'process' })
    onTestFinished(() => net.close())
    await net.untilFinalized(1)
    await net.partition([
      [0, 1],
      [2, 3],
    ])
    await net.advance({ blocks: 12 })
    await net.heal()
    await net.nodes[2]!.crash()
    expect(net.nodes[2]!.isUp).toBe(false)
    await net.advance({ blocks: 4 })
    await net.nodes[2]!.restart()
    const { finalized } = await net.nodes[0]!.rpc<{ finalized: { epoch: string } }>(
      'hanzo_finalityStatus',
    )
    await net.untilFinalized(Number(finalized.epoch) + 2)
    expect(net.check()).toEqual([])
    expect(() => net.nodes[0]!.behave('equivocate')).toThrow('use the transport `simulated`')
  })
})
