import { describe, expect, it } from 'vitest'
import type { Hash } from '../../../../../consensus/types.ts'
import { findCommonAncestor } from '../../../../../node/sync/range/common-ancestor.ts'

/** Two chains that share every block up to `fork`. */
const chains = (fork: number, peerHead: number, lowest = 0n) => {
  const hashOf = (branch: string, n: bigint): Hash =>
    `0x${branch}${n.toString(16).padStart(63, '0')}`
  let questions = 0
  return {
    questions: () => questions,
    search: (ourHead: number) => ({
      from: BigInt(Math.min(ourHead, peerHead)),
      lowest,
      hashAt: async (number: bigint) => {
        questions += 1
        if (number > BigInt(peerHead)) return undefined
        return number <= BigInt(fork) ? hashOf('a', number) : hashOf('b', number)
      },
      isExecuted: (hash: Hash) => hash.startsWith('0xa'),
    }),
  }
}

describe('node / sync / range / common-ancestor', () => {
  it.each([
    ['no fork at all', 100, 100, 100],
    ['a fork at the head', 99, 100, 100],
    ['a fork at genesis', 0, 5_000, 4_000],
    ['a deep fork', 1_234, 9_999, 10_000],
    ['a peer that is far ahead', 10, 100_000, 10],
    ['a peer that is behind and on our chain', 50, 50, 3_000],
  ])('finds the fork point with %s', async (_, fork, peerHead, ourHead) => {
    const { search } = chains(fork, peerHead)
    const ancestor = await findCommonAncestor(search(ourHead))
    expect(ancestor?.number).toBe(BigInt(fork))
  })

  it('asks about twice the logarithm of the depth', async () => {
    const { search, questions } = chains(0, 16_000)
    await findCommonAncestor(search(16_000))
    expect(questions()).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(16_000)) + 2)
  })

  it('gives up below the window', async () => {
    const { search } = chains(10, 1_000, 500n)
    expect(await findCommonAncestor(search(1_000))).toBeUndefined()
  })
})
