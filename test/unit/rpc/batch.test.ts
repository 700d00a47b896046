import { describe, expect, it } from 'vitest'
import { answerBatch } from '../../../rpc/dispatch/batch.ts'

describe('rpc / dispatch / batch', () => {
  /** What began and ended, in order; upper-case items may run beside their like. */
  const trace = async (items: readonly string[]): Promise<string> => {
    const events: string[] = []
    const answer = await answerBatch(items, {
      answer: async (item) => {
        events.push(`+${String(item)}`)
        await new Promise(setImmediate)
        events.push(`-${String(item)}`)
        return String(item)
      },
      refuse: () => 'refused',
      groupOf: (item) => (/[A-Z]/.test(String(item)) ? String(item) : undefined),
    })
    expect(answer).toBe(`[${items.join(',')}]`)
    return events.join(' ')
  }

  it('runs items one after another', async () => {
    expect(await trace(['a', 'a', 'b'])).toBe('+a -a +a -a +b -b')
  })

  it('starts neighbours of one concurrent method together, and no others', async () => {
    expect(await trace(['A', 'A', 'B', 'a', 'A'])).toBe('+A +A -A -A +B -B +a -a +A -A')
  })
})
