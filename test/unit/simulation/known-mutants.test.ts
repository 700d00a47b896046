/** Each known mutant still has its place: sources move, and the long run that plants them is rare. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MUTANTS } from '../../../scripts/known-mutants.ts'
import { ROOT } from '../../support/source-tree.ts'

describe('simulation / known mutants', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', (_, mutant) => {
    const source = readFileSync(join(ROOT, mutant.file), 'utf8')
    expect(source.split(mutant.from)).toHaveLength(2)
    expect(mutant.to).not.toBe(mutant.from)
  })

  it('have names of their own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length)
  })
})
