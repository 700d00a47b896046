import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SealedBlock } from '../../../../../node/chain/sealed-block.ts'
import { TestChain, temporaryDirectory } from '../../../../support/chain-factory.ts'
import { startTestNode, untilHead } from '../../../../support/test-node.ts'

/** A data directory with a chain that was sealed before any node ran on it. */
async function directoryWith(
  fill: (test: TestChain) => Promise<readonly SealedBlock[]>,
): Promise<{ directory: string; blocks: readonly SealedBlock[] }> {
  const directory = await temporaryDirectory()
  const test = await TestChain.open({ directory: join(directory, 'chaindata') })
  const blocks = await fill(test)
  await test.close()
  return { directory, blocks }
}

async function copyOf(directory: string): Promise<string> {
  const copy = await temporaryDirectory()
  await cp(directory, copy, { recursive: true })
  return copy
}

describe('node / sync / range / range-sync', () => {
  it('a new node fetches hundreds of blocks from two peers', async () => {
    const { directory, blocks } = await directoryWith((test) => test.extend(200))
    const a = await startTestNode({ directory, peers: [] })
    const b = await startTestNode({ directory: await copyOf(directory), peers: [] })
    const sources = new Set<string>()
    const late = await startTestNode({ peers: [a, b] })
    late.chain.events.on('imported', (_, source) => sources.add(source))
    await untilHead(late, (hash) => hash === blocks.at(-1)!.hash)
    expect([...sources]).toEqual(['sync'])
    expect(late.chain.tree.size).toBe(201)
  })

  it('finds the fork point of a heavier chain far below the heads', async () => {
    const shared = await directoryWith((test) => test.extend(20))
    const long = await copyOf(shared.directory)
    const lighter = await TestChain.open({ directory: join(shared.directory, 'chaindata') })
    await lighter.extend(90)
    await lighter.close()
    const heavier = await TestChain.open({ directory: join(long, 'chaindata') })
    const branch = await heavier.extend(95, { coinbase: `0x${'dd'.repeat(20)}` })
    await heavier.close()
    const a = await startTestNode({ directory: shared.directory, peers: [] })
    expect(a.api.chain.head().header.number).toBe(110n)
    const removed: number[] = []
    a.api.events.on('head', (change) => removed.push(change.removed.length))
    await startTestNode({ directory: long, peers: [a] })
    await untilHead(a, (hash) => hash === branch.at(-1)!.hash)
    expect(Math.max(...removed)).toBe(90)
  })
})
