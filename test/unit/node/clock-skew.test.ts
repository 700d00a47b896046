/** Clocks that are wrong: nobody follows blocks of the future, and who is set right catches up. */
import { describe, expect, it } from 'vitest'
import type { Node } from '../../../node/node.ts'
import { type Clock, systemClock } from '../../../node/ports.ts'
import { startTestNode, untilHead, untilPeers } from '../../support/test-node.ts'

const HOUR_MS = 3_600_000
const POLL = { interval: 50, timeout: 20_000 }

/** The machine's clock, off by what a test sets. */
class SkewedClock implements Clock {
  offsetMs: number

  constructor(offsetMs: number) {
    this.offsetMs = offsetMs
  }

  now(): number {
    return systemClock.now() + this.offsetMs
  }

  setTimer(delayMs: number, run: () => void) {
    return systemClock.setTimer(delayMs, run)
  }

  giveWay(): Promise<void> {
    return systemClock.giveWay()
  }
}

/** An honest node and one whose clock is off, connected. */
async function pair(offsetMs: number): Promise<[Node, Node, SkewedClock]> {
  const clock = new SkewedClock(offsetMs)
  const honest = await startTestNode({ peers: [] })
  const skewed = await startTestNode({ peers: [honest], ports: { clock } })
  await untilPeers(skewed, 1)
  return [honest, skewed, clock]
}

const headOf = (node: Node) => node.api.chain.head().hash
const atHead = (node: Node, hash: string) => untilHead(node, (head) => head === hash)

describe('node / clock skew', () => {
  it('blocks of a node an hour ahead are followed by nobody; it comes back', async () => {
    const [honest, skewed] = await pair(HOUR_MS)
    const early = await skewed.sealer!.sealNow()
    const first = await honest.sealer!.sealNow()
    expect(honest.chain.tree.get(early.hash)).toBeUndefined()
    const second = await honest.sealer!.sealNow()
    expect(honest.api.chain.head().header.parentHash).toBe(first.hash)
    // One block of its own against two of ours: it has given up its own.
    await atHead(skewed, second.hash)
  })

  it('a node an hour behind stands still, and catches up when its clock is set', async () => {
    const [honest, skewed, clock] = await pair(-HOUR_MS)
    for (let i = 0; i < 3; i++) await honest.sealer!.sealNow()
    const genesis = headOf(skewed)
    clock.offsetMs = 0
    const last = await honest.sealer!.sealNow()
    expect(genesis).not.toBe(last.hash)
    await expect.poll(() => headOf(skewed), POLL).toBe(last.hash)
  })

  it('a node eight seconds ahead is within what is allowed', async () => {
    const [honest, skewed] = await pair(8_000)
    const block = await skewed.sealer!.sealNow()
    await atHead(honest, block.hash)
    await honest.sealer!.sealNow()
    await atHead(skewed, headOf(honest))
  })
})
