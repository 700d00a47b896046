/** The budgets of votes, of a peer and of all: what is above them waits, and peers take turns. */
import { describe, expect, it } from 'vitest'
import {
  VOTERS_REMEMBERED_MAX,
  VOTES_BURST_MAX,
  VOTES_OF_ALL_BURST_MAX,
  VOTES_OF_ALL_PER_SECOND_MAX,
  VOTES_PAUSE_MS_MAX,
  VOTES_PER_SECOND_MAX,
  VOTES_WAITING_MAX,
  VOTES_WAITING_PER_PEER_MAX,
  VoteTurns,
} from '../../../../node/gossip/vote-turns.ts'
import type { Verdict } from '../../../../p2p/options.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const payload = (index: number) => Uint8Array.of(index & 0xff, index >> 8)

function scene() {
  const clock = new ManualClock()
  const judged: number[] = []
  const turns = new VoteTurns(clock, ([low = 0, high = 0]) => {
    const index = low + 256 * high
    judged.push(index)
    if (index === FAULTY) throw new Error('a bug')
    return 'accept'
  })
  const take = (from: number, count: number, peer = 'peer') =>
    Array.from({ length: count }, (_, i) => turns.take(payload(from + i), peer))
  return { clock, judged, turns, take }
}

const FAULTY = 9_999

describe('node / gossip / vote turns', () => {
  it('judges a burst at once, what is above it at the rate, in order', async () => {
    const { clock, judged, take } = scene()
    const verdicts = take(0, VOTES_BURST_MAX + 100)
    expect(judged).toHaveLength(VOTES_BURST_MAX)
    clock.advance(500)
    expect(judged.length - VOTES_BURST_MAX).toBeGreaterThan(VOTES_PER_SECOND_MAX / 2 - 2)
    expect(judged.length - VOTES_BURST_MAX).toBeLessThanOrEqual(VOTES_PER_SECOND_MAX / 2)
    clock.advance(10_000)
    expect(judged).toEqual(Array.from({ length: VOTES_BURST_MAX + 100 }, (_, i) => i))
    expect(new Set(await Promise.all(verdicts))).toEqual(new Set<Verdict>(['accept']))
  })

  it('ignores what finds no place to wait, and lets no other peer wait', async () => {
    const { judged, turns, take } = scene()
    void take(0, VOTES_BURST_MAX + VOTES_WAITING_PER_PEER_MAX - 1)
    expect(turns.hasRoomFor('peer')).toBe(true)
    void take(0, 1)
    expect(turns.hasRoomFor('peer')).toBe(false)
    const [refused] = await Promise.all(take(1, 1))
    expect(refused).toBe('ignore')
    expect(await turns.take(payload(5_000), 'another peer')).toBe('accept')
    expect(judged.at(-1)).toBe(5_000)
  })

  it('judges so many of all peers together, and an honest one waits for one of each', () => {
    const { clock, judged, take } = scene()
    const flooders = 40
    for (let i = 0; i < flooders; i++) void take(i, VOTES_BURST_MAX, `flooder ${i}`)
    expect(judged).toHaveLength(VOTES_OF_ALL_BURST_MAX)
    void take(5_000, 3, 'honest')
    const startMs = clock.now()
    while (!judged.includes(5_000)) clock.advance(1)
    const turnMs = (flooders * 1_000) / VOTES_OF_ALL_PER_SECOND_MAX
    expect(clock.now() - startMs).toBeLessThan(turnMs + 10)
    while (!judged.includes(5_002)) clock.advance(1)
    expect(clock.now() - startMs).toBeLessThan(3 * turnMs + 30)
    const seconds = 2
    const before = judged.length
    clock.advance(seconds * 1_000)
    expect(judged.length - before).toBeLessThanOrEqual(seconds * VOTES_OF_ALL_PER_SECOND_MAX + 1)
    expect(judged.length - before).toBeGreaterThan(seconds * VOTES_OF_ALL_PER_SECOND_MAX - 10)
  })

  it('has places for so many of all, and of more who has most gives up its last', async () => {
    const { clock, judged, turns, take } = scene()
    const flooders = 40
    const each = VOTES_BURST_MAX + VOTES_WAITING_PER_PEER_MAX
    const verdicts = Array.from({ length: flooders }, (_, i) =>
      take(1_000 + i, each, `flooder ${i}`),
    )
    const honest = take(5_000, 40, 'honest')
    expect(turns.hasRoomFor('honest')).toBe(true)
    expect(turns.hasRoomFor('nobody yet')).toBe(true)
    const rooms = Array.from({ length: flooders }, (_, i) => turns.hasRoomFor(`flooder ${i}`))
    expect(rooms).toContain(false)
    clock.advance(1)
    const before = judged.length
    expect(before).toBeLessThanOrEqual(VOTES_OF_ALL_BURST_MAX + 1)
    clock.advance((1_000 * (VOTES_WAITING_MAX + 10)) / VOTES_OF_ALL_PER_SECOND_MAX)
    expect(judged.length - before).toBeLessThanOrEqual(VOTES_WAITING_MAX)
    expect(judged.length - before).toBeGreaterThan(VOTES_WAITING_MAX - 10)
    expect(new Set(await Promise.all(honest))).toEqual(new Set<Verdict>(['accept']))
    expect(await Promise.all(verdicts.flat())).toContain('ignore')
  })

  it('ignores what waits of a peer that is gone, and gives it no other budget', async () => {
    const { clock, judged, turns, take } = scene()
    const waiting = take(0, VOTES_BURST_MAX + 100)
    turns.leave('peer')
    expect(await waiting.at(-1)).toBe('ignore')
    clock.advance(1_000)
    expect(judged).toHaveLength(VOTES_BURST_MAX)
    void take(5_000, VOTES_BURST_MAX)
    expect(judged).toHaveLength(VOTES_BURST_MAX + VOTES_PER_SECOND_MAX)
    turns.leave('nobody')
  })

  it('hands a failure to who asked, and goes on', async () => {
    const { clock, take } = scene()
    void take(0, VOTES_BURST_MAX)
    const [failed, next] = [take(FAULTY, 1)[0]!, take(1, 1)[0]!]
    const caught = expect(failed).rejects.toThrow('a bug')
    clock.advance(1_000)
    await caught
    expect(await next).toBe('accept')
  })

  it('forgets the oldest of more peers than it remembers, and everything when it stops', async () => {
    const { clock, judged, turns, take } = scene()
    // More than come to be judged in all that time.
    const waiting = take(0, VOTES_BURST_MAX + VOTES_WAITING_PER_PEER_MAX)
    for (let peer = 0; peer < VOTERS_REMEMBERED_MAX; peer++) {
      const verdict = turns.take(payload(peer), `peer ${peer}`)
      clock.advance(5)
      expect(await verdict).toBe('accept')
    }
    expect(await waiting.at(-1)).toBe('ignore')
    const last = take(0, VOTES_BURST_MAX + 1, 'last')
    turns.stop()
    expect(await last.at(-1)).toBe('ignore')
    const count = judged.length
    clock.advance(10_000)
    expect(judged).toHaveLength(count)
  })

  it('judges nothing in a pause, and what has waited at its end', async () => {
    const { clock, judged, turns, take } = scene()
    void take(0, VOTES_BURST_MAX + 10)
    turns.pause()
    const verdicts = take(5_000, 3, 'another peer')
    clock.advance(VOTES_PAUSE_MS_MAX - 1)
    expect(judged).toHaveLength(VOTES_BURST_MAX)
    turns.resume()
    clock.advance(1)
    expect(judged).toEqual(expect.arrayContaining([5_000, 5_001, 5_002]))
    expect(await Promise.all(verdicts)).toEqual(['accept', 'accept', 'accept'])
    await turns.take(payload(6_000), 'a third peer')
    expect(judged.at(-1)).toBe(6_000)
  })

  it('ends a pause that nobody ends', () => {
    const { clock, judged, turns, take } = scene()
    turns.pause()
    void take(0, 3)
    clock.advance(VOTES_PAUSE_MS_MAX - 1)
    expect(judged).toEqual([])
    clock.advance(1)
    expect(judged).toEqual([0, 1, 2])
  })
})
