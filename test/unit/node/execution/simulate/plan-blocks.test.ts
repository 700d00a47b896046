import { describe, expect, it } from 'vitest'
import {
  planBlocks,
  SIMULATED_BLOCKS_MAX,
} from '../../../../../node/execution/simulate/plan-blocks.ts'
import type { BlockRequest } from '../../../../../node/execution/simulate/simulation-types.ts'
import { codeOf } from '../../../../support/assert-code.ts'

const BASE = { number: 10n, timestamp: 100n }

const request = (block: BlockRequest['block'] = {}): BlockRequest => ({
  block,
  accounts: new Map(),
  calls: [{ to: `0x${'11'.repeat(20)}` }],
})

const plan = (...blocks: readonly BlockRequest['block'][]) =>
  planBlocks(BASE, blocks.map(request), 12n)

describe('node / execution / simulate / plan blocks', () => {
  it('counts numbers up by one and times by the time of a block', () => {
    const planned = plan({}, {}).map(({ number, timestamp }) => [number, timestamp])
    expect(planned).toEqual([
      [11n, 112n],
      [12n, 124n],
    ])
  })

  it('fills gaps between numbers with blocks that are empty', () => {
    const planned = plan({ number: 13n, time: 130n }, { number: 15n })
    expect(
      planned.map(({ number, timestamp, calls }) => [number, timestamp, calls.length]),
    ).toEqual([
      [11n, 112n, 0],
      [12n, 124n, 0],
      [13n, 130n, 1],
      [14n, 142n, 0],
      [15n, 154n, 1],
    ])
  })

  it('refuses numbers and times that do not grow', () => {
    expect(codeOf(() => plan({ number: 10n }))).toBe('BLOCK_NUMBER_ORDER')
    expect(codeOf(() => plan({ number: 12n }, { number: 12n }))).toBe('BLOCK_NUMBER_ORDER')
    expect(codeOf(() => plan({ time: 100n }))).toBe('BLOCK_TIME_ORDER')
    expect(codeOf(() => plan({ number: 13n, time: 124n }))).toBe('BLOCK_TIME_ORDER')
    expect(plan({ number: 13n, time: 125n })).toHaveLength(3)
  })

  it('counts what fills gaps against the limit of blocks', () => {
    const last = BASE.number + BigInt(SIMULATED_BLOCKS_MAX)
    expect(plan({ number: last })).toHaveLength(SIMULATED_BLOCKS_MAX)
    expect(codeOf(() => plan({ number: last + 1n }))).toBe('TOO_MANY_BLOCKS')
    expect(codeOf(() => plan({ number: last }, {}))).toBe('TOO_MANY_BLOCKS')
    const many = Array.from({ length: SIMULATED_BLOCKS_MAX + 1 }, () => ({}))
    expect(codeOf(() => plan(...many))).toBe('TOO_MANY_BLOCKS')
  })
})
