import { describe, expect, it } from 'vitest'
import { outdatedNumbers } from '../../../../node/chain/commit-block.ts'
import { UNDO_BLOCKS_MAX } from '../../../../node/state/state-store.ts'

describe('node / chain / commit-block', () => {
  it('prunes each number once, however far the head moves at a time', () => {
    const pruned: bigint[] = []
    let head = 0n
    for (const step of [17_400n, 200n, 1n, 2n, -3n, 0n, 4n, 64n]) {
      const { first, last } = outdatedNumbers(head, head + step)
      for (let number = first; number <= last; number++) pruned.push(number)
      head += step
    }
    const distinct = [...new Set(pruned)]
    const highest = Number(distinct.at(-1))
    expect(distinct).toEqual(Array.from({ length: highest }, (_, index) => BigInt(index + 1)))
    expect(highest).toBeLessThan(Number(head) - UNDO_BLOCKS_MAX)
  })

  it('prunes nothing within the deepest reorg', () => {
    const { first, last } = outdatedNumbers(99n, BigInt(UNDO_BLOCKS_MAX))
    expect(first).toBeGreaterThan(last)
  })
})
