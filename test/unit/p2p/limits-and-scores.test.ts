import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { afterEach, describe, expect, it } from 'vitest'
import { RpcGuard, splitRpc } from '../../../p2p/gossip/rpc-guard.ts'
import {
  createScoreParams,
  decayOver,
  GRAYLIST_THRESHOLD,
  scoreThresholds,
} from '../../../p2p/gossip/score-params.ts'
import {
  IWANT_REPLY_BYTES_MAX,
  PEER_RECORDS_MAX,
  RPC_BURST_MAX,
  SUBSCRIPTION_CHANGES_BURST_MAX,
  WITHHOLD_MS_MAX,
} from '../../../p2p/limits.ts'
import { createNetworkMetrics } from '../../../p2p/metrics.ts'
import type { NetworkLog, RequestOptions } from '../../../p2p/options.ts'
import { BAN_MS, PeerScores, SCORE_HALF_LIFE_MS } from '../../../p2p/peers/peer-score.ts'
import { PeerStore } from '../../../p2p/peers/peer-store.ts'
import { backoffMs } from '../../../p2p/peers/redial.ts'
import { RateLimiter } from '../../../p2p/requests/rate-limiter.ts'
import { TokenBucket } from '../../../p2p/token-bucket.ts'
import { bytes, stopEverything, temporaryDirectory } from './test-network.ts'

afterEach(stopEverything)

const FRIEND = '12D3KooWMSbnsBFHnCWfat6CfzxxaQHt5yvBYywaeSxZBPvWMMP2'
const OTHER = '12D3KooWHELGX4jZ5AGGbytEdioPHL1imkRvxbFTtsJD4pRYRev4'
const silent: NetworkLog = { debug() {}, info() {}, warn() {}, error() {} }

/** A clock that a test moves. */
class Clock {
  ms = 1_000_000
  readonly now = () => this.ms
}

describe('p2p / token-bucket', () => {
  it('gives its burst at once and then its rate', () => {
    const bucket = new TokenBucket(10, 3, 0)
    expect([1, 2, 3, 4].map(() => bucket.tryTake(1, 0))).toEqual([true, true, true, false])
    expect(bucket.waitMs(1, 0)).toBe(100)
    expect(bucket.tryTake(1, 100)).toBe(true)
    expect(bucket.tryTake(1, 150)).toBe(false)
  })

  it('never holds more than its burst, and is not fooled by a clock that steps back', () => {
    const bucket = new TokenBucket(10, 3, 0)
    bucket.take(3, 1_000_000)
    expect(bucket.tryTake(1, 1_000_000)).toBe(false)
    expect(bucket.tryTake(1, 0)).toBe(false)
    expect(bucket.tryTake(1, 100)).toBe(true)
  })

  it('overdrawn, makes the next ones wait their turn', () => {
    const bucket = new TokenBucket(1, 1, 0)
    for (const expected of [0, 1_000, 2_000]) {
      expect(bucket.waitMs(1, 0)).toBe(expected)
      bucket.take(1, 0)
    }
  })
})

describe('p2p / requests / rate-limiter', () => {
  const request: RequestOptions = {
    name: 'status',
    requestBytesMax: 1,
    replyBytesMax: 1,
    chunksMax: 1,
    tokensPerSecond: 1,
    burst: 2,
  }

  it('holds a peer back up to the patience of the asker, then refuses and takes nothing', () => {
    const clock = new Clock()
    const limiter = new RateLimiter(clock.now)
    const waits = Array.from({ length: 8 }, () => limiter.reserve('a', request))
    const seconds = WITHHOLD_MS_MAX / 1_000
    expect(waits.slice(0, 2 + seconds)).toEqual([
      0,
      0,
      ...Array.from({ length: seconds }, (_, index) => (index + 1) * 1_000),
    ])
    expect(waits.slice(2 + seconds)).toEqual(waits.slice(2 + seconds).map(() => undefined))
    clock.ms += 1_000
    expect(limiter.reserve('a', request)).toBe(WITHHOLD_MS_MAX)
  })

  it('gives each peer and each request its own bucket, under one of all together', () => {
    const limiter = new RateLimiter(new Clock().now)
    const served = (peer: string, name = 'status') =>
      limiter.reserve(peer, { ...request, name }) === 0
    expect([served('a'), served('a'), served('a')]).toEqual([true, true, false])
    expect(served('a', 'blocks_by_range')).toBe(true)
    const others = Array.from({ length: 30 }, (_, index) => served(`peer ${index}`))
    expect(others.filter(Boolean).length).toBe(16 - 3)
  })
})

describe('p2p / peers / peer-score', () => {
  async function scores(isStatic = false, clock = new Clock(), directory?: string) {
    const path = join(directory ?? (await temporaryDirectory()), 'peers.json')
    const store = await PeerStore.open(path, silent)
    return {
      clock,
      store,
      path,
      scores: new PeerScores({ store, isStatic: () => isStatic, now: clock.now }),
    }
  }

  it('adds charges up and says what follows', async () => {
    const { scores: book } = await scores()
    expect([19, 1, 29, 1, 1_000].map((penalty) => book.charge('a', penalty))).toEqual([
      'none',
      'disconnect',
      'disconnect',
      'ban',
      'ban',
    ])
    expect(book.scoreOf('a')).toBe(-100)
    expect(book.scoreOf('b')).toBe(0)
  })

  it('forgets half of a charge in ten minutes', async () => {
    const { scores: book, clock } = await scores()
    book.charge('a', 16)
    clock.ms += SCORE_HALF_LIFE_MS
    expect(book.scoreOf('a')).toBeCloseTo(-8)
    clock.ms += 2 * SCORE_HALF_LIFE_MS
    expect(book.scoreOf('a')).toBeCloseTo(-2)
  })

  it('refuses a banned peer for thirty minutes, and a disconnected one until it has cooled down', async () => {
    const { scores: book, clock } = await scores()
    book.ban('a', 'E_WORK')
    book.charge('b', 21)
    expect([book.isBanned('a'), book.isBanned('b')]).toEqual([true, false])
    expect([book.isRefused('a'), book.isRefused('b')]).toEqual([true, true])
    clock.ms += 60_000
    expect([book.isRefused('a'), book.isRefused('b')]).toEqual([true, false])
    clock.ms += BAN_MS - 60_000
    expect(book.isRefused('a')).toBe(false)
  })

  it('lets a static peer in at any score, but not under a ban', async () => {
    const { scores: book } = await scores(true)
    expect(book.charge('a', 99)).toBe('none')
    expect(book.isRefused('a')).toBe(false)
    book.ban('a', 'E_WORK')
    expect(book.isRefused('a')).toBe(true)
  })

  it('shortens a ban that a wrong clock made too long', async () => {
    const directory = await temporaryDirectory()
    const ahead = new Clock()
    ahead.ms += 100 * BAN_MS
    const first = await scores(false, ahead, directory)
    first.scores.ban('a', 'E_WORK')
    await first.store.save()
    const second = await scores(false, new Clock(), directory)
    expect(second.scores.isBanned('a')).toBe(true)
    second.clock.ms += BAN_MS
    expect(second.scores.isBanned('a')).toBe(false)
  })
})

describe('p2p / peers / peer-store', () => {
  it('reads back what it saved', async () => {
    const path = join(await temporaryDirectory(), 'deep', 'peers.json')
    const first = await PeerStore.open(path, silent)
    first.remember(FRIEND, `/ip4/127.0.0.1/tcp/1/p2p/${FRIEND}`, 5, true)
    first.remember(FRIEND, `/ip4/127.0.0.1/tcp/2/p2p/${FRIEND}`, 6, false)
    first.update('b', { score: -7, scoredMs: 3 })
    await first.save()
    const second = await PeerStore.open(path, silent)
    expect([...second.all()]).toEqual([...first.all()])
    expect(second.get(FRIEND)).toMatchObject({
      addresses: [2, 1].map((port) => `/ip4/127.0.0.1/tcp/${port}/p2p/${FRIEND}`),
      seenMs: 6,
      dialedMs: 5,
    })
  })

  it('sets aside a file with an address that cannot be dialed, or is of another peer', async () => {
    const path = join(await temporaryDirectory(), 'peers.json')
    for (const address of ['nonsense', '/ip4/127.0.0.1/tcp/1', `/ip4/1.2.3.4/tcp/1/p2p/${OTHER}`]) {
      const first = await PeerStore.open(path, silent)
      first.remember(FRIEND, address, 1, true)
      await first.save()
      expect([...(await PeerStore.open(path, silent)).all()]).toEqual([])
      expect(await readFile(`${path}.bad`, 'utf8')).toContain(address)
    }
  })

  it.each(['', '{', '{"version":2,"peers":[]}', '{"version":1,"peers":[{"id":7}]}'])(
    'sets aside a file that reads %j and starts empty',
    async (text) => {
      const directory = await temporaryDirectory()
      const path = join(directory, 'peers.json')
      await writeFile(path, text)
      const store = await PeerStore.open(path, silent)
      expect([...store.all()]).toEqual([])
      expect(await readFile(`${path}.bad`, 'utf8')).toBe(text)
      expect(await readdir(directory)).toEqual(['peers.json.bad'])
    },
  )

  it('drops the least useful record when it is full: no ban, not dialed, longest unseen', async () => {
    const store = await PeerStore.open(join(await temporaryDirectory(), 'peers.json'), silent)
    store.update('banned', { bannedUntilMs: Date.now() + BAN_MS })
    store.update('forgiven', { bannedUntilMs: 10 })
    store.remember('dialed', '/ip4/127.0.0.1/tcp/1', 1, true)
    for (let count = 3; count < PEER_RECORDS_MAX; count++) {
      store.remember(`stranger ${count}`, '/ip4/127.0.0.1/tcp/1', count, false)
    }
    store.remember('new', '/ip4/127.0.0.1/tcp/1', 1, false)
    expect([...store.all()].length).toBe(PEER_RECORDS_MAX)
    expect(store.get('forgiven')).toBeUndefined()
    for (const id of ['banned', 'dialed', 'stranger 3', 'new']) expect(store.get(id)?.id).toBe(id)
  })

  it('logs a failure to save and tries again', async () => {
    const directory = await temporaryDirectory()
    const warnings: string[] = []
    const log = { ...silent, warn: (_: object, message: string) => void warnings.push(message) }
    const blocker = join(directory, 'blocker')
    await writeFile(blocker, 'a file where a folder should be')
    const store = await PeerStore.open(join(directory, 'peers.json'), log)
    const stuck = await PeerStore.open(join(directory, 'missing', 'peers.json'), log)
    store.update('a', { score: -1 })
    await store.save()
    expect(warnings).toEqual([])
    await writeFile(join(directory, 'missing'), 'in the way')
    stuck.update('a', { score: -1 })
    await stuck.save()
    expect(warnings).toEqual(['Cannot save the peer store'])
  })
})

describe('p2p / peers / redial', () => {
  it('doubles its pauses up to a limit and spreads them by a quarter', () => {
    expect([1, 2, 3, 4, 99].map((failures) => backoffMs(failures, 500, 3_000, 0.5))).toEqual([
      500, 1_000, 2_000, 3_000, 3_000,
    ])
    expect(backoffMs(1, 1_000, 3_000, 0)).toBe(750)
    expect(backoffMs(1, 1_000, 3_000, 1)).toBe(1_250)
  })
})

describe('p2p / gossip / score-params', () => {
  const params = createScoreParams([{ topic: 'block', weight: 0.5 }], () => 0)

  it('graylists after three invalid blocks of a peer with the best of records', () => {
    const { block } = params.topics
    const scoreAfter = (invalid: number) =>
      params.topicScoreCap * 0.5 + invalid ** 2 * block!.invalidMessageDeliveriesWeight * 0.5
    expect(scoreAfter(2)).toBeGreaterThan(GRAYLIST_THRESHOLD)
    expect(scoreAfter(3)).toBeLessThan(GRAYLIST_THRESHOLD)
  })

  it('has the thresholds of the spec, and no penalty for thin meshes or for one machine', () => {
    expect(scoreThresholds()).toMatchObject({
      gossipThreshold: -100,
      publishThreshold: -200,
      graylistThreshold: -400,
    })
    expect(params.topics['block']).toMatchObject({
      meshMessageDeliveriesWeight: 0,
      meshFailurePenaltyWeight: 0,
    })
    expect(params.IPColocationFactorWhitelist.has('127.0.0.1')).toBe(true)
  })

  it('fades a counter of one to a hundredth in its lifetime', () => {
    expect(decayOver(600_000) ** 600).toBeCloseTo(0.01)
  })
})

describe('p2p / gossip / rpc-guard', () => {
  const message = (size: number) => ({ topic: 'block', data: bytes(size) })
  const rpcOf = (sizes: readonly number[]) => ({ subscriptions: [], messages: sizes.map(message) })
  const control = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] }

  function guardAt(clock: Clock) {
    return new RpcGuard({ bytesMax: new Map([['block', 10]]), onOffence() {}, now: clock.now })
  }

  it('lets pass what an honest node sends', () => {
    const guard = guardAt(new Clock())
    const subscriptions = [{ topic: 'block', subscribe: true }]
    const ids = [{ messageIDs: [bytes(20)] }]
    expect(guard.inspect('a', { ...rpcOf([10, 0]), subscriptions })).toBeUndefined()
    expect(
      guard.inspect('a', { ...rpcOf([]), control: { ...control, iwant: ids } }),
    ).toBeUndefined()
  })

  it('counts RPCs and subscription changes of each peer, and forgives with time', () => {
    const clock = new Clock()
    const guard = guardAt(clock)
    for (let count = 0; count < RPC_BURST_MAX; count++) guard.inspect('a', rpcOf([]))
    expect(guard.inspect('a', rpcOf([]))).toBe('RPC_FLOOD')
    expect(guard.inspect('b', rpcOf([]))).toBeUndefined()
    const change = { topic: 'block', subscribe: true }
    const subscriptions = Array.from({ length: SUBSCRIPTION_CHANGES_BURST_MAX }, () => change)
    expect(guard.inspect('b', { ...rpcOf([]), subscriptions })).toBeUndefined()
    expect(guard.inspect('b', { ...rpcOf([]), subscriptions: [change] })).toBe('SUBSCRIBE_FLOOD')
    clock.ms += 1_000
    expect(guard.inspect('a', rpcOf([]))).toBeUndefined()
    expect(guard.inspect('b', { ...rpcOf([]), subscriptions: [change] })).toBeUndefined()
  })

  it('cuts a long RPC into one message each, keeps control with the first, and drops the rest', () => {
    const mebibyte = 1_048_576
    const rpc = { ...rpcOf(Array.from({ length: 6 }, () => mebibyte)), control }
    const parts = splitRpc(rpc)
    expect(parts.length).toBe(IWANT_REPLY_BYTES_MAX / mebibyte)
    expect(parts.map((part) => part.messages.length)).toEqual(parts.map(() => 1))
    expect(parts.map((part) => part.control !== undefined)).toEqual(
      parts.map((_, index) => index === 0),
    )
    const short = rpcOf([5])
    expect(splitRpc(short)).toEqual([short])
  })
})

describe('p2p / metrics', () => {
  it('registers each metric once, with its unit in the name', async () => {
    const registry = new Registry()
    const metrics = createNetworkMetrics(registry)
    metrics.gossipMessages.inc({ topic: 'block', direction: 'inbound', verdict: 'accept' })
    metrics.peers.set({ direction: 'inbound' }, 3)
    const names = registry.getMetricsAsArray().map(({ name }) => name)
    expect(names.length).toBe(Object.keys(metrics).length)
    for (const name of names) expect(name).toMatch(/^hanzo_p2p_[a-z_]+$/)
    expect(await registry.metrics()).toContain(
      'hanzo_p2p_gossip_messages_total{topic="block",direction="inbound",verdict="accept"} 1',
    )
  })
})
