import { describe, expect, it } from 'vitest'
import { andThen, lastly, type Soon } from '../../../../node/state/soon.ts'

describe('node / state / soon', () => {
  it('goes on at once with what is at hand, and later with what is not', async () => {
    expect(andThen(2, (value) => value + 1)).toBe(3)
    const later = andThen(Promise.resolve(2), (value) => value + 1)
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toBe(3)
  })

  it('hands on what fails, in whichever of the two', async () => {
    const fail = (): Soon<never> => {
      throw new Error('broken')
    }
    expect(() => andThen(1, fail)).toThrow('broken')
    await expect(andThen(Promise.resolve(1), fail)).rejects.toThrow('broken')
    await expect(andThen(Promise.reject(new Error('lost')), () => 1)).rejects.toThrow('lost')
  })

  it('ends once, after the work and however that came out', async () => {
    const log: string[] = []
    const end = (): void => void log.push('end')
    expect(lastly(() => 'at once', end)).toBe('at once')
    expect(log).toEqual(['end'])
    const thrown = (): Soon<never> => {
      throw new Error('broken')
    }
    expect(() => lastly(thrown, end)).toThrow('broken')
    expect(log).toEqual(['end', 'end'])
    const later = lastly(async () => log.push('work'), end)
    await later
    expect(log.slice(2)).toEqual(['work', 'end'])
    await expect(lastly(async () => thrown(), end)).rejects.toThrow('broken')
    expect(log.slice(4)).toEqual(['end'])
  })
})
