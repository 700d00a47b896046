/** Seeds of whole nodes: nothing breaks, and a seed is one run. The command runs many more. */
import { describe, expect, it, vi } from 'vitest'
import { runNodes } from '../../node/simulation/run/nodes/run-nodes.ts'

// Whole networks on a machine that has other work as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const WHOLE = { linesMax: 0, print: undefined, untilMs: Number.POSITIVE_INFINITY }
const MINUTE = { ...WHOLE, untilMs: 60_000 }

describe('sim / run-nodes', () => {
  it('a seed of tier 1 is one run to the last event, and another is another', async () => {
    const [first, again, other] = [
      await runNodes(5, 1, MINUTE),
      await runNodes(5, 1, MINUTE),
      await runNodes(6, 1, MINUTE),
    ]
    expect(first.failure).toBeUndefined()
    expect(again).toEqual(first)
    expect(other.digest).not.toBe(first.digest)
  })

  it('survives crashes amid writes: leftovers of a node do not wake in the next', async () => {
    const { failure, coverage } = await runNodes(12, 1, WHOLE)
    expect(failure).toBeUndefined()
    expect(coverage['crash amid a write']).toBeGreaterThan(0)
  })

  it('a seed of tier 2 runs the EVM on every node, the same way twice', async () => {
    const first = await runNodes(3, 2, MINUTE)
    expect(first.failure).toBeUndefined()
    expect(first.coverage['finality: finalized']).toBeGreaterThan(0)
    expect((await runNodes(3, 2, MINUTE)).digest).toBe(first.digest)
  })
})
