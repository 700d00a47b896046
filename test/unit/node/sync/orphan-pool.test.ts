import { describe, expect, it } from 'vitest'
import type { Hash } from '../../../../consensus/types.ts'
import type { SealedBlock } from '../../../../node/chain/sealed-block.ts'
import {
  ORPHAN_AGE_MS_MAX,
  ORPHAN_BYTES_MAX,
  ORPHAN_COUNT_MAX,
  ORPHANS_PER_PEER_MAX,
  type Orphan,
  OrphanPool,
} from '../../../../node/sync/orphan-pool.ts'

const hashOf = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}`

type Fields = { parent?: number; peerId?: string; bytes?: number; arrivedMs?: number }

const orphan = (n: number, fields: Fields = {}): Orphan => ({
  block: {
    hash: hashOf(n),
    header: { parentHash: hashOf(fields.parent ?? n - 1) },
    bytes: fields.bytes ?? 1_000,
  } as SealedBlock,
  peerId: fields.peerId ?? 'a',
  arrivedMs: fields.arrivedMs ?? 0,
})

describe('node / sync / orphan-pool', () => {
  it('hands out the children of a block once', () => {
    const pool = new OrphanPool()
    pool.add(orphan(5))
    pool.add(orphan(6))
    expect(pool.takeChildren(hashOf(4)).map((item) => item.block.hash)).toEqual([hashOf(5)])
    expect(pool.takeChildren(hashOf(4))).toEqual([])
    expect(pool.count).toBe(1)
    expect(pool.bytes).toBe(1_000)
  })

  it('finds the oldest ancestor that it holds', () => {
    const pool = new OrphanPool()
    for (const n of [7, 5, 6]) pool.add(orphan(n))
    expect(pool.rootOf(hashOf(7))?.block.hash).toBe(hashOf(5))
    expect(pool.rootOf(hashOf(9))).toBeUndefined()
  })

  it('drops a block with all that descends from it', () => {
    const pool = new OrphanPool()
    for (const n of [5, 6, 7]) pool.add(orphan(n))
    pool.add(orphan(20))
    pool.dropSubtree(hashOf(5))
    expect(pool.count).toBe(1)
    expect(pool.has(hashOf(20))).toBe(true)
  })

  it('holds no more than its count, whatever arrives', () => {
    const pool = new OrphanPool()
    for (let n = 1; n <= 1_000; n++) pool.add(orphan(n * 10, { peerId: `peer${n % 7}` }))
    expect(pool.count).toBe(ORPHAN_COUNT_MAX)
    expect(pool.bytes).toBe(ORPHAN_COUNT_MAX * 1_000)
  })

  it('holds no more than its bytes', () => {
    const pool = new OrphanPool()
    const bytes = 1024 * 1024
    for (let n = 1; n <= 40; n++) pool.add(orphan(n * 10, { bytes, peerId: `peer${n % 3}` }))
    expect(pool.bytes).toBe(ORPHAN_BYTES_MAX)
    expect(pool.count).toBe(16)
  })

  it("a flood of one peer leaves another's orphan alone", () => {
    const pool = new OrphanPool()
    pool.add(orphan(1, { peerId: 'honest' }))
    for (let n = 2; n <= 500; n++) pool.add(orphan(n * 10, { peerId: 'flood' }))
    expect(pool.has(hashOf(1))).toBe(true)
    expect(pool.count).toBe(ORPHANS_PER_PEER_MAX + 1)
  })

  it('forgets after five minutes', () => {
    const pool = new OrphanPool()
    pool.add(orphan(1))
    pool.expire(ORPHAN_AGE_MS_MAX)
    expect(pool.count).toBe(1)
    pool.expire(ORPHAN_AGE_MS_MAX + 1)
    expect(pool.count).toBe(0)
    expect(pool.bytes).toBe(0)
  })

  it('keeps the first copy of a block', () => {
    const pool = new OrphanPool()
    pool.add(orphan(1, { peerId: 'first' }))
    pool.add(orphan(1, { peerId: 'second' }))
    expect(pool.get(hashOf(1))?.peerId).toBe('first')
    expect(pool.bytes).toBe(1_000)
  })
})
