/**
 * F7: what withholding blocks earns, without and with finality. The report is quoted in
 * docs/security.md. Spec: docs/spec/block.md, "Fork choice"; docs/spec/finality.md.
 */
import { describe, expect, it } from 'vitest'
import { TEST_PARAMS } from '../../support/mined-blocks.ts'
import { report } from './report.ts'
import {
  expectedShare,
  playSelfish,
  type SelfishGame,
  type SelfishOutcome,
} from './selfish-simulation.ts'

const BLOCKS = 6_000
const SEEDS = 2
/** Four standard deviations of a share of what is left of 12,000 blocks, which come in runs. */
const SHARE_ERROR = 0.025
const EPOCH = TEST_PARAMS.epochLength

function play(game: Omit<SelfishGame, 'blocks' | 'seed'>): SelfishOutcome {
  const runs = Array.from({ length: SEEDS }, (_, seed) =>
    playSelfish({ ...game, blocks: BLOCKS, seed: 100 + seed }),
  )
  const mean = (value: (run: SelfishOutcome) => number) =>
    runs.reduce((sum, run) => sum + value(run), 0) / SEEDS
  const outcome = {
    share: mean(({ share }) => share),
    orphaned: mean(({ orphaned }) => orphaned),
    reorgMax: Math.max(...runs.map(({ reorgMax }) => reorgMax)),
    final: mean(({ final }) => final),
  }
  const { alpha, gamma, fooled, isCareful } = game
  const voters = fooled === undefined ? 'no votes' : `${fooled} of 4 voters fooled`
  const what = `alpha ${alpha}, gamma ${gamma}, ${voters}${isCareful === true ? ', careful' : ''}`
  const earned = `share ${outcome.share.toFixed(3)}, orphans ${outcome.orphaned.toFixed(3)}`
  const depth = `deepest reorg ${outcome.reorgMax}, epochs final ${outcome.final.toFixed(2)}`
  report('F7', what, `${earned}, ${depth}`)
  return outcome
}

describe('spec / games / selfish mining', () => {
  it.each([0.2, 0.3, 0.4])('F7: %d of the work earns what theory says, by work alone', (alpha) => {
    const { share } = play({ alpha, gamma: 0.5 })
    expect(Math.abs(share - expectedShare(alpha, 0.5))).toBeLessThan(SHARE_ERROR)
  })

  it('F7: with finality too, a fifth of the work loses by withholding and four tenths gain', () => {
    const loser = play({ alpha: 0.2, gamma: 0.5, fooled: 2 })
    expect(loser.share).toBeLessThan(0.2 + SHARE_ERROR)
    const winner = play({ alpha: 0.4, gamma: 0.5, fooled: 2, isCareful: true })
    expect(winner.share).toBeGreaterThan(0.4 + SHARE_ERROR)
  })

  it('F7: who is heard first by all gains with any share: the bound above can be missed', () => {
    const { share } = play({ alpha: 0.2, gamma: 1 })
    expect(share).toBeGreaterThan(0.2 + SHARE_ERROR)
  })

  it.each([0.3, 0.4, 0.45])('F7: %d of the work reaches back two epochs at most', (alpha) => {
    for (const isCareful of [false, true]) {
      const { reorgMax, final } = play({ alpha, gamma: 0, fooled: 1, isCareful })
      expect(reorgMax).toBeLessThanOrEqual(2 * EPOCH)
      expect(final).toBeGreaterThan(0.95)
    }
  })

  it('F7: without votes it reaches back further', () => {
    const { reorgMax } = play({ alpha: 0.45, gamma: 0 })
    expect(reorgMax).toBeGreaterThan(2 * EPOCH)
  })

  it('F7: also with votes, if half of the stake hears of each withheld block first', () => {
    const { reorgMax, final } = play({ alpha: 0.45, gamma: 0, fooled: 2 })
    expect(reorgMax).toBeGreaterThan(2 * EPOCH)
    // The votes of an epoch are split between two checkpoints: none is final while it lasts.
    expect(final).toBeLessThan(0.95)
  })
})
