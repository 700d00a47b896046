/** How long a client waits for calls: what is done at once, what is not, and what is told to stop. */
import { describe, expect, it } from 'vitest'
import type { CallLimits } from '../../../node/api.ts'
import { withLimits } from '../../../rpc/dispatch/call-time.ts'

const TIME_MS = 5
const never = new Promise<never>(() => undefined)

describe('rpc / call time', () => {
  it('answers at once what is done at once, and throws what fails at once', () => {
    expect(withLimits(TIME_MS, () => 'done')).toBe('done')
    const fail = (): string => {
      throw new Error('broken')
    }
    expect(() => withLimits(TIME_MS, fail)).toThrow('broken')
  })

  it('waits for the rest, and hands on how it fails', async () => {
    expect(await withLimits(TIME_MS, async () => 'done')).toBe('done')
    const failing = withLimits(TIME_MS, async () => Promise.reject(new Error('broken')))
    await expect(failing).rejects.toThrow('broken')
  })

  it('tells the work to stop when time is up, and whoever listens for that', async () => {
    let told = 0
    const forgotten = (): void => expect.unreachable('it has been taken away')
    let limits: CallLimits | undefined
    const late = withLimits(TIME_MS, (given) => {
      limits = given
      given.signal?.addEventListener('abort', () => {
        told += 1
      })
      given.signal?.addEventListener('abort', forgotten)
      given.signal?.removeEventListener('abort', forgotten)
      return never
    })
    expect(limits?.signal?.aborted).toBe(false)
    await expect(late).rejects.toMatchObject({ type: { code: 'TIMED_OUT' } })
    expect(limits?.signal?.aborted).toBe(true)
    expect(told).toBe(1)
  })
})
