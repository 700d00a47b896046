/** What must have happened at least once in a run of many seeds. */
import { BEHAVIOUR_NAMES } from '../model/lies/behaviours.ts'
import { NEMESIS_NAMES } from './nemesis.ts'
import type { Tier } from './run-seed.ts'

const TIER_0 = [
  ...NEMESIS_NAMES.map((name) => `nemesis ${name}`),
  ...BEHAVIOUR_NAMES.map((name) => `liar: ${name}`),
  'reorg deeper than 10',
  'set change during a partition',
  'certificate before its block',
  'crash between the record of a vote and its signature',
  'crash that lost writes',
  'a heavier branch gave way to a justified one',
  'liar caught',
  'liar slashed on chain',
  'certificates by epoch',
  'block from the future',
  'disk full',
  'wrong body served',
  'liars among the core',
  'no core of two thirds',
  'conflict of finality',
  'conflict detected',
  'software that is wrong',
  'dynasty began',
] as const

export function missingCoverage(
  tier: Tier,
  counts: Readonly<Record<string, number>>,
): readonly string[] {
  if (tier !== 0) return []
  return TIER_0.filter((name) => (counts[name] ?? 0) === 0)
}
