import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../../node/ports.ts'
import { PaceMaker } from '../../../../node/sealer/pace.ts'

function clockAt(start: number): Clock & { nowMs: number } {
  const clock = {
    nowMs: start,
    now: () => clock.nowMs,
    setTimer: () => () => undefined,
    giveWay: async () => undefined,
  }
  return clock
}

describe('node / sealer / pace', () => {
  it('on-transaction: due while something waits that may be included, never empty', () => {
    let pending = 0
    const pace = new PaceMaker({ kind: 'on-transaction' }, clockAt(0), () => pending)
    expect(pace.isDue()).toBe(false)
    pending = 1
    expect(pace.isDue()).toBe(true)
    expect(pace.takesEmpty()).toBe(false)
    pace.onNothingToInclude()
    expect(pace.isDue()).toBe(false)
    pace.onPoolChanged()
    expect(pace.isDue()).toBe(true)
  })

  it('interval: due each so many seconds, and missed ticks are not made up for', () => {
    const clock = clockAt(0)
    const pace = new PaceMaker({ kind: 'interval', seconds: 2 }, clock, () => 0)
    expect([pace.isDue(), pace.waitMs()]).toEqual([false, 2_000])
    clock.nowMs = 2_100
    expect(pace.isDue()).toBe(true)
    pace.onSealed()
    expect([pace.isDue(), pace.waitMs()]).toEqual([false, 1_900])
    clock.nowMs = 20_000
    pace.onSealed()
    expect([pace.isDue(), pace.waitMs()]).toEqual([false, 2_000])
  })

  it('manual is never due, continuous always', () => {
    expect(new PaceMaker({ kind: 'manual' }, clockAt(0), () => 9).isDue()).toBe(false)
    expect(new PaceMaker({ kind: 'continuous' }, clockAt(0), () => 0).isDue()).toBe(true)
  })
})
