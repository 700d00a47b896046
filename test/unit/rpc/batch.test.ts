import { describe, expect, it } from 'vitest'
import { answerBatch } from '../../../rpc/dispatch/batch.ts'
import { BATCH_TURN_MS } from '../../../rpc/limits.ts'

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

  it('gives way to others between items that wait for nothing', async () => {
    const events: string[] = []
    const others = new Promise<void>((resolve) => {
      setImmediate(() => {
        events.push('others')
        resolve()
      })
    })
    const answer = (item: unknown): string => {
      for (const endMs = performance.now() + BATCH_TURN_MS + 1; performance.now() < endMs; );
      events.push(String(item))
      return String(item)
    }
    const steps = { answer, refuse: () => 'refused', groupOf: () => undefined }
    expect(await answerBatch(['a', 'b', 'c'], steps)).toBe('[a,b,c]')
    await others
    expect(events).toEqual(['a', 'others', 'b', 'c'])
  })
})
