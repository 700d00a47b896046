/** Tier 0: seeds pass, repeat to the bit, and the seeds that failed once pass. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runSeed } from '../../../node/simulation/run/run-seed.ts'
import { drawSwarm } from '../../../node/simulation/run/swarm.ts'
import { seedsOfCommit } from '../../../node/simulation/seeds.ts'
import { ROOT } from '../../support/source-tree.ts'

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1)

describe('simulation / tier 0', () => {
  it('every seed passes, twice with one trace', async () => {
    for (const seed of SEEDS) {
      const { failure } = await runSeed({ seed, tier: 0, isTwice: true })
      expect(failure, `seed ${seed}`).toBeUndefined()
    }
  })

  it('what failed once passes', async () => {
    const text = readFileSync(join(ROOT, 'test/sim-regressions.json'), 'utf8')
    const regressions = JSON.parse(text) as readonly { tier: number; seed: number }[]
    for (const { tier, seed } of regressions) {
      if (tier !== 0) continue
      const { failure } = await runSeed({ seed, tier, isTwice: false })
      expect(failure, `seed ${seed}`).toBeUndefined()
    }
  })

  it('liars never hold more than a third unless a seed is about that', () => {
    for (let seed = 0; seed < 500; seed++) {
      const { nodes, isOverThird } = drawSwarm(seed)
      const total = nodes.reduce((sum, { stake }) => sum + stake, 0n)
      const held = nodes.reduce((sum, n) => sum + (n.behaviour === undefined ? 0n : n.stake), 0n)
      expect(isOverThird || 3n * held <= total, `seed ${seed}`).toBe(true)
      expect(nodes.reduce((sum, { workShare }) => sum + workShare, 0)).toBeCloseTo(1, 6)
    }
  })

  it('a commit draws its own seeds, the same each time', () => {
    expect(seedsOfCommit('abc', 5)).toEqual(seedsOfCommit('abc', 5))
    expect(seedsOfCommit('abc', 5)).not.toEqual(seedsOfCommit('abd', 5))
    expect(new Set(seedsOfCommit('abc', 100)).size).toBe(100)
  })
})
