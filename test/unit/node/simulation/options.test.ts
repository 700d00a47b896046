/** The words after `npm run sim --`: what they ask for, and what they can't mean. */
import { describe, expect, it } from 'vitest'
import { readOptions } from '../../../../node/simulation/cli/options.ts'

describe('node / simulation / options', () => {
  it('a seed, a range of seeds, and those of a commit for every tier', () => {
    expect(readOptions(['--seed', '7']).groups).toEqual([{ tier: 0, seeds: [7] }])
    expect(readOptions(['--tier', '1', '--seeds', '2..4']).groups).toEqual([
      { tier: 1, seeds: [2, 3, 4] },
    ])
    const gate = readOptions(['--gate'])
    expect(gate.groups.map(({ tier, seeds }) => [tier, seeds.length])).toEqual([
      [0, 500],
      [1, 20],
      [2, 2],
    ])
    expect(gate).toMatchObject({ isTwice: true, isDrawn: true })
    expect(readOptions([]).withRegressions).toBe(true)
  })

  it.each([
    ['--seed x', /--seed: x/],
    ['--seeds 5..1', /A\.\.B/],
    ['--tier 9', /--tier is one of/],
    ['--seed 1 --seeds 1..9', /one of --seed/],
    ['--seed 1 --gate', /one of --seed/],
    ['--no-regressions', /no seed is asked for/],
    ['--sede 1', /sede/],
  ])('%s is refused', (words, sentence) => {
    expect(() => readOptions(words.split(' '))).toThrow(sentence)
  })
})
