/** The library over real processes: the scenario of the simulated transport, in real time. */
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createDevnet } from '../../node/devnet/library/create-devnet.ts'
import { extractExamples } from '../support/worked-examples.ts'

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

// The example of docs/testing-consensus.md, as it stands there: it makes a test of this file.
const examples = extractExamples('docs/testing-consensus.md')
const onProcesses = examples.find(({ heading }) => heading === 'On processes')

afterAll(() => {
  for (const { path } of examples) rmSync(path)
})

describe('docs/testing-consensus.md / On processes', async () => {
  if (onProcesses === undefined) throw new Error('the page has no example of processes')
  await import(onProcesses.path)
})
