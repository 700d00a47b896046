/** The library as its users meet it: whole nodes with the EVM, in virtual time. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type CreateDevnetOptions,
  createDevnet,
  type DevnetNode,
  type TestDevnet,
} from '../../node/devnet/library/create-devnet.ts'

// Whole networks on a machine that has other work as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

async function open(options: CreateDevnetOptions = {}): Promise<TestDevnet> {
  const net = await createDevnet({ seed: 7, ...options })
  onTestFinished(() => net.close())
  return net
}

const headOf = async (node: DevnetNode) => Number(await node.rpc('eth_blockNumber'))

async function finalizedOf(node: DevnetNode): Promise<number> {
  const block = await node.rpc<{ number: string }>('eth_getBlockByNumber', 'finalized', false)
  return Number(block.number)
}

describe('sim / simulated', () => {
  it('finalizes epochs in virtual time on every node', async () => {
    const net = await open()
    await net.untilFinalized(3)
    for (const node of net.nodes) {
      expect(await finalizedOf(node)).toBeGreaterThanOrEqual(3 * net.epochLength)
    }
    expect(net.elapsedMs).toBeGreaterThan(20_000)
    expect(net.check()).toEqual([])
  })

  it('the same seed is the same run, another one is another', async () => {
    const traceOf = async (seed: number) => {
      const net = await open({ seed })
      await net.untilFinalized(2)
      await net.partition([[0, 1, 2], [3]])
      await net.advance({ blocks: 6 })
      await net.heal()
      await net.nodes[1]!.crash({ losesUnsynced: true })
      await net.advance({ seconds: 5 })
      await net.nodes[1]!.restart()
      await net.untilFinalized(4)
      expect(net.check()).toEqual([])
      return net.trace
    }
    const first = await traceOf(7)
    expect(await traceOf(7)).toBe(first)
    expect(await traceOf(8)).not.toBe(first)
  })

  it('two halves stand still and go on together when they are healed', async () => {
    const net = await open()
    await net.untilFinalized(2)
    await net.partition([
      [0, 1],
      [2, 3],
    ])
    await net.advance({ blocks: 20 })
    const before = await finalizedOf(net.nodes[0]!)
    expect(await headOf(net.nodes[0]!)).toBeGreaterThan(before + 16)
    await net.heal()
    await net.untilFinalized(before / net.epochLength + 3)
    expect(net.check()).toEqual([])
  })

  it('a node that crashes comes back with what it had and catches up', async () => {
    const net = await open()
    const [node] = net.nodes as [DevnetNode]
    await net.untilFinalized(2)
    const before = await headOf(node)
    await node.crash()
    expect(node.isUp).toBe(false)
    await expect(node.rpc('eth_blockNumber')).rejects.toMatchObject({ type: { code: 'NODE_DOWN' } })
    await net.advance({ blocks: 30 })
    await node.restart()
    expect(await headOf(node)).toBeGreaterThanOrEqual(before)
    await net.advance({ seconds: 20 })
    expect(await headOf(node)).toBe(await headOf(net.nodes[1]!))
    expect(net.check()).toEqual([])
  })

  it('says what was waited for, the last events and how to repeat the run', async () => {
    const net = await open()
    await net.nodes[0]!.crash()
    await net.nodes[1]!.crash()
    const failed = net.untilFinalized(1)
    await expect(failed).rejects.toMatchObject({ type: { code: 'STALLED' } })
    await expect(failed).rejects.toThrow(/epoch 1 to be final[\s\S]*node 0: down[\s\S]*Repeat it:/)
    expect(net.repeat).toBe('npx vitest run test/sim/simulated-devnet.test.ts')
  })

  it('a seed that was drawn is named by the command that repeats the run', async () => {
    const net = await createDevnet()
    onTestFinished(() => net.close())
    expect(net.repeat).toBe(
      `HANZO_SEED=${net.seed} npx vitest run test/sim/simulated-devnet.test.ts`,
    )
  })
})
