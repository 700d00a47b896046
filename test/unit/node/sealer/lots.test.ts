/** At the floor of difficulty sealers draw when they begin, or two branches tie for ever. */
import { describe, expect, it } from 'vitest'
import { systemRng } from '../../../../node/ports.ts'
import { LOT_MS_MAX, Lots } from '../../../../node/sealer/lots.ts'
import { TestChain } from '../../../support/chain-factory.ts'

describe('node / sealer / lots', () => {
  it('are drawn once for each head, within their bound', async () => {
    const test = await TestChain.open()
    const { head, genesis } = test.chain
    const lots = new Lots(systemRng, genesis.params.minDifficulty)
    const drawn = lots.msOn(head)
    expect(lots.msOn(head)).toBe(drawn)
    const others = await test.extend(20)
    const all = [drawn, ...others.map((block) => lots.msOn(block))]
    expect(new Set(all).size).toBeGreaterThan(1)
    for (const each of all) {
      expect(each).toBeGreaterThanOrEqual(0)
      expect(each).toBeLessThan(LOT_MS_MAX)
    }
  })

  it('are none above the floor, where a search takes its own time', async () => {
    const test = await TestChain.open()
    const { head } = test.chain
    expect(new Lots(systemRng, head.header.difficulty - 1n).msOn(head)).toBe(0)
  })
})
