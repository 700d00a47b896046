import { describe, expect, it } from 'vitest'
import type { Hash } from '../../../../consensus/types.ts'
import type { SealedBlock } from '../../../../node/chain/sealed-block.ts'
import { FUTURE_BLOCKS_MAX, FutureBlocks } from '../../../../node/gossip/future-blocks.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const hashOf = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}`
const blockAt = (n: number, timestamp: number): SealedBlock =>
  ({ hash: hashOf(n), header: { timestamp: BigInt(timestamp) } }) as SealedBlock

describe('node / gossip / future-blocks', () => {
  it('hands a block out when it is no further ahead than the limit', () => {
    const clock = new ManualClock(1_000_000)
    const due: string[] = []
    const blocks = new FutureBlocks(clock, (block, peerId) => due.push(`${block.hash} ${peerId}`))
    blocks.add(blockAt(1, 1_030), 'a')
    clock.advance(19_999)
    expect(due).toEqual([])
    clock.advance(1)
    expect(due).toEqual([`${hashOf(1)} a`])
    expect(blocks.count).toBe(0)
  })

  it('keeps sixteen and drops the rest', () => {
    const clock = new ManualClock()
    const blocks = new FutureBlocks(clock, () => undefined)
    for (let n = 0; n < 100; n++) blocks.add(blockAt(n, 60), 'a')
    expect(blocks.count).toBe(FUTURE_BLOCKS_MAX)
    expect(clock.timerCount).toBe(FUTURE_BLOCKS_MAX)
    blocks.clear()
    expect(clock.timerCount).toBe(0)
  })
})
