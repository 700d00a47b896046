import { afterEach, describe, expect, it } from 'vitest'
import { REQUESTS_IN_FLIGHT_PER_PEER_MAX } from '../../../p2p/limits.ts'
import type { ReplyChunk, RequestOptions } from '../../../p2p/options.ts'
import {
  bytes,
  REQUESTS,
  replyOf,
  stopEverything,
  TestNetwork,
  type TestNetworkOptions,
} from './test-network.ts'

afterEach(stopEverything)

/** A client that knows the server, and the server. */
async function pair(
  server: TestNetworkOptions = {},
  client: TestNetworkOptions = {},
): Promise<{ client: TestNetwork; server: TestNetwork }> {
  const nodes = {
    server: await TestNetwork.start(server),
    client: await TestNetwork.start(client),
  }
  await nodes.client.network.dial(nodes.server.address)
  await nodes.client.untilConnected(nodes.server)
  return nodes
}

function withLimits(change: Partial<RequestOptions>): readonly RequestOptions[] {
  return REQUESTS.map((request) => ({ ...request, ...change }))
}

const codeOf = (error: unknown) => (error as { type: { code: string } }).type.code

describe('p2p / requests', () => {
  it('answers with the handler’s chunks, in order, and ends', async () => {
    const { client, server } = await pair({
      onRequest: (_name, payload) => replyOf(payload, bytes(0), bytes(3, 1)),
    })
    expect(await client.ask(server.id, 'blocks_by_range', bytes(4, 9))).toEqual([
      { code: 0, payload: bytes(4, 9) },
      { code: 0, payload: bytes(0) },
      { code: 0, payload: bytes(3, 1) },
    ])
  })

  it('tells the handler the name and the peer', async () => {
    const asked: unknown[] = []
    const { client, server } = await pair({
      onRequest: (name, payload, peer) => {
        asked.push([name, payload.length, peer])
        return replyOf()
      },
    })
    expect(await client.ask(server.id, 'status', bytes(2))).toEqual([])
    expect(asked).toEqual([['status', 2, client.id]])
  })

  it('carries sixteen chunks of 4 MiB', async () => {
    const { client, server } = await pair({
      onRequest: () =>
        replyOf(...Array.from({ length: 16 }, (_, index) => bytes(4_194_304, index))),
    })
    let count = 0
    for await (const { payload } of client.network.request(
      server.id,
      'blocks_by_range',
      bytes(1),
    )) {
      expect(payload.length).toBe(4_194_304)
      expect([payload[0], payload.at(-1)]).toEqual([count, count])
      count += 1
    }
    expect(count).toBe(16)
  })

  it('answers many requests at once', async () => {
    const { client, server } = await pair()
    const replies = await Promise.all(
      Array.from({ length: 24 }, (_, index) => client.ask(server.id, 'status', bytes(8, index))),
    )
    expect(replies.map(([chunk]) => chunk?.payload[0])).toEqual([...Array(24).keys()])
  })

  it('refuses a peer more places than its share, and answers the others', async () => {
    const gate = Promise.withResolvers<void>()
    let patient = ''
    const { client, server } = await pair({
      onRequest: async function* (_name, payload, peer) {
        if (peer !== patient) await gate.promise
        yield { code: 0, payload } as ReplyChunk
      },
    })
    const other = await TestNetwork.start()
    patient = other.id
    await other.network.dial(server.address)
    await other.untilConnected(server)
    const codes: number[] = []
    const refused = Promise.withResolvers<void>()
    const asked = ['status', 'blocks_by_range'].flatMap((name) =>
      Array.from({ length: 24 }, async () => {
        const [chunk] = await client.ask(server.id, name, bytes(1))
        codes.push(chunk?.code ?? -1)
        if (codes.length === 48 - REQUESTS_IN_FLIGHT_PER_PEER_MAX) refused.resolve()
      }),
    )
    await refused.promise
    expect(new Set(codes)).toEqual(new Set([3]))
    expect(await other.ask(server.id, 'status', bytes(1))).toMatchObject([{ code: 0 }])
    gate.resolve()
    await Promise.all(asked)
    expect(codes.filter((code) => code === 0)).toHaveLength(REQUESTS_IN_FLIGHT_PER_PEER_MAX)
  })

  it('pulls no more chunks from the handler than the reader takes', async () => {
    let pulled = 0
    const { client, server } = await pair({
      onRequest: async function* (name) {
        for (let count = 0; count < 16 && name !== 'status'; count++) {
          pulled += 1
          yield { code: 0, payload: bytes(4_194_304) } as ReplyChunk
        }
      },
    })
    const reply = client.network
      .request(server.id, 'blocks_by_range', bytes(1))
      [Symbol.asyncIterator]()
    await reply.next()
    // Another exchange on the same connection: by its end the first had its chance to run ahead.
    for (let count = 0; count < 20; count++) await client.ask(server.id, 'status', bytes(1))
    expect(pulled).toBeLessThanOrEqual(3)
    let rest = 0
    while ((await reply.next()).done !== true) rest += 1
    expect(rest).toBe(15)
  })

  it('ends the handler when the asker leaves early', async () => {
    const ended = Promise.withResolvers<void>()
    const { client, server } = await pair({
      onRequest: async function* () {
        try {
          for (;;) yield { code: 0, payload: bytes(4_194_304) } as ReplyChunk
        } finally {
          ended.resolve()
        }
      },
    })
    for await (const _chunk of client.network.request(server.id, 'blocks_by_range', bytes(1))) break
    await ended.promise
  })

  it('passes on a refusal as the last chunk', async () => {
    const { client, server } = await pair({
      onRequest: async function* () {
        yield { code: 0, payload: bytes(1) } as ReplyChunk
        yield { code: 3, payload: new TextEncoder().encode('pruned') } as ReplyChunk
        yield { code: 0, payload: bytes(2) } as ReplyChunk
      },
    })
    const chunks = await client.ask(server.id, 'blocks_by_range', bytes(1))
    expect(chunks.map(({ code }) => code)).toEqual([0, 3])
    expect(new TextDecoder().decode(chunks[1]?.payload)).toBe('pruned')
  })

  it('answers with code 2 when the handler throws, and logs it', async () => {
    const { client, server } = await pair({
      onRequest: () => failing(() => Promise.reject(new Error('a bug'))),
    })
    expect((await client.ask(server.id, 'status')).map(({ code }) => code)).toEqual([2])
    expect((await server.untilLogged('Request handler failed')).fields['error']).toBe('a bug')
  })

  it('holds its own handler to the limits of the reply', async () => {
    const { client, server } = await pair({ onRequest: () => replyOf(bytes(1), bytes(1)) })
    const codes = (await client.ask(server.id, 'status')).map(({ code }) => code)
    expect(codes).toEqual([0, 2])
    const { client: other, server: wordy } = await pair({ onRequest: () => replyOf(bytes(257)) })
    expect((await other.ask(wordy.id, 'status')).map(({ code }) => code)).toEqual([2])
  })

  it('refuses to send what is too big, unknown, or for a stranger', async () => {
    const { client, server } = await pair()
    const failures = await Promise.all([
      client.ask(server.id, 'status', bytes(257)).catch(codeOf),
      client.ask(server.id, 'gossip', bytes(1)).catch(codeOf),
      client.ask((await TestNetwork.create()).id, 'status').catch(codeOf),
    ])
    expect(failures).toEqual(['REQUEST_TOO_BIG', 'REQUEST_UNKNOWN', 'PEER_NOT_CONNECTED'])
  })

  it('answers a request above the size with code 1 and charges the asker', async () => {
    const { client, server } = await pair({}, { requests: withLimits({ requestBytesMax: 1_000 }) })
    const [chunk] = await client.ask(server.id, 'status', bytes(257))
    expect(chunk?.code).toBe(1)
    expect(server.network.peers()[0]?.score).toBeCloseTo(-10, 1)
  })

  it.each([
    ['a chunk above the size', { replyBytesMax: 1_000 }, [bytes(257)]],
    ['more chunks than allowed', { chunksMax: 2 }, [bytes(1), bytes(1)]],
  ])('throws REPLY_MALFORMED at %s and charges the server', async (_what, limits, payloads) => {
    const { client, server } = await pair({
      requests: withLimits(limits),
      onRequest: () => replyOf(...payloads),
    })
    expect(await client.ask(server.id, 'status').catch(codeOf)).toBe('REPLY_MALFORMED')
    expect(client.network.peers()[0]?.score).toBeCloseTo(-10, 1)
  })

  it('throws REPLY_TIMEOUT when the first byte does not come', async () => {
    const { client, server } = await pair(
      { onRequest: () => silence() },
      { timing: { firstByteTimeoutMs: 200 } },
    )
    expect(await client.ask(server.id, 'status').catch(codeOf)).toBe('REPLY_TIMEOUT')
    expect(client.network.peers()[0]?.score).toBeCloseTo(-2, 1)
  })

  it('throws REPLY_TIMEOUT when a later chunk does not come, after those that came', async () => {
    const { client, server } = await pair(
      {
        onRequest: async function* () {
          yield { code: 0, payload: bytes(5) } as ReplyChunk
          yield* silence()
        },
      },
      { timing: { chunkTimeoutMs: 200 } },
    )
    const chunks: ReplyChunk[] = []
    const read = async () => {
      for await (const chunk of client.network.request(server.id, 'blocks_by_range', bytes(1)))
        chunks.push(chunk)
    }
    expect(await read().catch(codeOf)).toBe('REPLY_TIMEOUT')
    expect(chunks).toEqual([{ code: 0, payload: bytes(5) }])
  })

  it('ends a handler that stalls with code 2', async () => {
    const { client, server } = await pair({
      onRequest: () => silence(),
      timing: { chunkTimeoutMs: 200 },
    })
    expect((await client.ask(server.id, 'status')).map(({ code }) => code)).toEqual([2])
  })

  it('throws REQUEST_ABORTED when the caller’s signal fires, without blame', async () => {
    const { client, server } = await pair({ onRequest: () => silence() })
    const controller = new AbortController()
    const asking = client.ask(server.id, 'status', bytes(1), controller.signal).catch(codeOf)
    controller.abort()
    expect(await asking).toBe('REQUEST_ABORTED')
    expect(client.network.peers()[0]?.score).toBe(0)
  })

  it('throws STREAM_FAILED when the connection is lost in the middle, not an early end', async () => {
    const { client, server } = await pair({
      onRequest: async function* () {
        yield { code: 0, payload: bytes(5) } as ReplyChunk
        yield* silence()
      },
    })
    const reply = client.network
      .request(server.id, 'blocks_by_range', bytes(1))
      [Symbol.asyncIterator]()
    await reply.next()
    const next = reply.next().then(() => 'ended', codeOf)
    await server.stop()
    expect(await next).toBe('STREAM_FAILED')
  })

  it('throws PROTOCOL_UNSUPPORTED for a request that the peer does not know, without blame', async () => {
    const { client, server } = await pair({ requests: REQUESTS.slice(0, 1) })
    expect(await client.ask(server.id, 'blocks_by_range').catch(codeOf)).toBe(
      'PROTOCOL_UNSUPPORTED',
    )
    expect(client.network.peers()[0]?.score).toBe(0)
  })

  it('withholds a flood: beyond the burst the answer is code 3, and the asker is charged', async () => {
    let handled = 0
    const { client, server } = await pair({
      requests: withLimits({ tokensPerSecond: 0.001, burst: 2 }),
      onRequest: (_name, payload) => {
        handled += 1
        return replyOf(payload)
      },
    })
    const replies = await Promise.all(
      Array.from({ length: 12 }, () => client.ask(server.id, 'status', bytes(1))),
    )
    const codes = replies.map((chunks) => chunks.at(-1)?.code)
    // Two tokens: one request with its chunk, or two requests whose chunks are then refused.
    expect(handled).toBeLessThanOrEqual(2)
    expect(codes.filter((code) => code === 3).length).toBeGreaterThanOrEqual(11)
    expect(server.network.peers()[0]?.score).toBeLessThan(-9)
  })

  it('a flood of one peer leaves the tokens of another', async () => {
    const { client, server } = await pair({
      requests: withLimits({ tokensPerSecond: 0.001, burst: 2 }),
    })
    await Promise.all(Array.from({ length: 8 }, () => client.ask(server.id, 'status', bytes(1))))
    const other = await TestNetwork.start()
    await other.network.dial(server.address)
    await other.untilConnected(server)
    expect((await other.ask(server.id, 'status', bytes(1)))[0]?.code).toBe(0)
  })
})

/** A reply whose first chunk never comes; it ends with the test. */
function silence(): AsyncIterable<ReplyChunk> {
  return failing(() => new Promise<never>(() => {}))
}

function failing(next: () => Promise<never>): AsyncIterable<ReplyChunk> {
  return { [Symbol.asyncIterator]: () => ({ next }) }
}
