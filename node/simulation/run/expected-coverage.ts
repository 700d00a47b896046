/** What must have happened at least once in a run of many seeds. */
import { BEHAVIOUR_NAMES } from '../model/lies/behaviours.ts'
import { LIE_NAMES } from '../strategy-names.ts'
import { NEMESIS_NAMES } from './nemesis.ts'
import { NODE_NEMESIS_NAMES } from './nodes/node-nemeses.ts'
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
  'surround vote caught',
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

const WHOLE_NODES = [
  ...NODE_NEMESIS_NAMES.map((name) => `nemesis ${name}`),
  ...LIE_NAMES.map((name) => `liar: ${name}`),
  'reorg',
  'reorg above 10 blocks',
  'crash amid a write',
  'start on a disk that fails',
  'bit flipped',
  'hole made',
  'damage repaired',
  'damage found at a start',
  'damage found on a read',
  'directory moved away',
  'block found invalid',
  'dynasty began',
  'the chain knows what is final',
  'honest nodes stay broken',
  'software that is wrong',
  'an invalid block was justified',
  'validator joined',
  'validator left',
  'old backup put back',
  'old backup of who was cut off',
  'record found stale',
  'twin key',
  'twin fell silent',
  'liars among the core',
  'liar slashed on chain',
  'liars hold more than a third',
  'conflict of finality',
  'conflict detected',
  'finality: finalized',
  'finality: fetch-block',
  'finality: fetch-certificates',
  'finality: publish-evidence',
  'finality: safety-fault',
] as const

/** With fewer seeds than this, what did not happen says nothing. */
const EXPECTED: Readonly<
  Record<Tier, { readonly seedsMin: number; readonly names: readonly string[] }>
> = {
  0: { seedsMin: 500, names: TIER_0 },
  1: { seedsMin: 300, names: WHOLE_NODES },
  2: { seedsMin: 300, names: WHOLE_NODES },
}

export function missingCoverage(
  tier: Tier,
  seeds: number,
  counts: Readonly<Record<string, number>>,
): readonly string[] {
  const { seedsMin, names } = EXPECTED[tier]
  return seeds < seedsMin ? [] : names.filter((name) => (counts[name] ?? 0) === 0)
}
