/** docs/testing-consensus.md: its examples run as they stand there. */
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { extractExamples } from '../support/worked-examples.ts'

// Whole networks on a machine that has other work as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const examples = extractExamples('docs/testing-consensus.md')

afterAll(() => {
  for (const { path } of examples) rmSync(path)
})

describe('sim / worked examples', () => {
  it('are those that the page promises', () => {
    expect(examples.map(({ heading }) => heading)).toEqual([
      'A reorg',
      'A partition',
      'An equivocating validator',
      'A slashing',
      'A long-range fork',
      'A reward audit',
      'On processes',
    ])
  })
})

// Their own `test(...)` make them tests of this file. Processes belong to the e2e suite.
for (const { path, heading } of examples) {
  if (heading === 'On processes') continue
  describe(`docs/testing-consensus.md / ${heading}`, async () => {
    await import(path)
  })
}
