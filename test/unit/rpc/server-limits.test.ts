/** Limits that count what waits, what is kept and what connects: one more, and what it hears. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Hash, Hex } from '../../../consensus/types.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { Dispatcher } from '../../../rpc/dispatcher.ts'
import { FilterStore } from '../../../rpc/feeds/filters.ts'
import { NodeFeed } from '../../../rpc/feeds/node-feed.ts'
import { Subscriptions } from '../../../rpc/feeds/subscriptions.ts'
import {
  ANSWER_BYTES_MAX,
  BACKLOG_BYTES_MAX,
  BACKLOG_FREE_BYTES,
  CONNECTIONS_MAX,
  FEE_HISTORY_BLOCKS_MAX,
  FILTERS_MAX,
  FILTERS_PER_CLIENT_MAX,
  KEEP_ALIVE_MS,
  NOTICES_HELD_MAX,
  PARTITION_PEERS_MAX,
  PENDING_HASHES_KEPT,
  RECEIPT_WAIT_MS_MAX,
  RECEIPTS_WAITING_MAX,
  REQUEST_TIMEOUT_MS,
  SENDS_WAITING_MAX,
  STALLED_MS,
} from '../../../rpc/limits.ts'
import type { MethodTable } from '../../../rpc/method.ts'
import { RpcMetrics } from '../../../rpc/metrics.ts'
import { BLOCK_PAGE_MAX, SEARCH_BLOCKS_MAX } from '../../../rpc/otterscan/limits.ts'
import { Backlog } from '../../../rpc/transport/backlog.ts'
import { Guard } from '../../../rpc/transport/guard.ts'
import { createHttp } from '../../../rpc/transport/http.ts'
import { FakeNode } from '../../support/fake-node.ts'
import { createTestMethods } from '../../support/rpc-methods.ts'

const ALICE = devAccounts()[0]!.address
const CLIENT = { address: '127.0.0.1', isAdmin: true }
const LIMIT = { error: { code: -32005 } }
const ignore = (): void => undefined
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const HASH: Hash = `0x${'11'.repeat(32)}`

describe('rpc / server limits', () => {
  let node: FakeNode
  let methods: MethodTable
  let dispatcher: Dispatcher
  beforeEach(async () => {
    node = await FakeNode.create()
    methods = createTestMethods(node)
    const metrics = new RpcMetrics(new Registry())
    dispatcher = new Dispatcher(methods, { callTimeMs: 5_000, log, metrics })
  })
  afterEach(() => vi.useRealTimers())
  const ask = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const text = await dispatcher.answer(
      JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      CLIENT,
    )
    return JSON.parse(text ?? 'null')
  }

  it('refuses one answer that is too large', async () => {
    const bytes = ANSWER_BYTES_MAX / 2
    node.onCall = () => ({ kind: 'ok', output: `0x${'ab'.repeat(bytes)}`, gasUsed: 0n })
    expect(await ask('eth_call', {})).toMatchObject({ id: 1, ...LIMIT })
    node.onCall = () => ({ kind: 'ok', output: `0x${'ab'.repeat(bytes - 100)}`, gasUsed: 0n })
    expect(await ask('eth_call', {})).toMatchObject({ id: 1, result: expect.any(String) })
  })

  it('holds so many filters of all clients, and so many waiting hashes', async () => {
    const feed = new NodeFeed(node.events)
    const filters = new FilterStore({ feed, chain: node.chain, now: () => 0, onCount: ignore })
    const first = filters.newPendingFilter('first')
    for (let count = 1; count < FILTERS_MAX; count++) {
      filters.newBlockFilter(`client ${Math.floor(count / FILTERS_PER_CLIENT_MAX)}`)
    }
    const limit = expect.objectContaining({ type: { code: 'LIMIT_EXCEEDED' } })
    expect(() => filters.newBlockFilter('one more')).toThrow(limit)
    for (let count = 0; count < PENDING_HASHES_KEPT; count++) feed.pending.push(HASH)
    expect(await filters.changes(first, 0)).toHaveLength(PENDING_HASHES_KEPT)
    for (let count = 0; count <= PENDING_HASHES_KEPT; count++) feed.pending.push(HASH)
    await expect(filters.changes(first, 0)).rejects.toThrow('filter not found')
    // It is forgotten, which leaves room for another.
    expect(filters.newBlockFilter('one more')).toMatch(/^0x/)
  })

  it('drops a socket of which more is to be told than it waits for', () => {
    const subscriptions = new Subscriptions(ignore)
    const told: string[] = []
    let dropped = 0
    const socket = { send: (text: string) => void told.push(text), drop: () => void dropped++ }
    const id = subscriptions.subscribe(socket, { kind: 'newHeads' })
    const [subscription] = subscriptions.of('newHeads')
    for (let count = 0; count < NOTICES_HELD_MAX; count++) subscriptions.notify(subscription!, '1')
    expect([told.length, dropped]).toEqual([0, 0])
    subscriptions.notify(subscription!, '1')
    expect(dropped).toBe(1)
    subscriptions.activate(socket, [id])
    expect(told).toHaveLength(NOTICES_HELD_MAX)
  })

  it('lets so many transactions wait to be signed', async () => {
    let refuse: (error: Error) => void = ignore
    const never = new Promise<bigint>((_, reject) => {
      refuse = reject
    })
    node.pool.nextNonce = () => never
    const request = { from: ALICE, to: ALICE, gas: '0x5208' }
    const waiting = Array.from({ length: SENDS_WAITING_MAX }, () =>
      ask('eth_sendTransaction', request),
    )
    expect(await ask('eth_sendTransaction', request)).toMatchObject(LIMIT)
    refuse(new Error('the test ends'))
    expect(await Promise.all(waiting)).toHaveLength(SENDS_WAITING_MAX)
    expect(await ask('eth_sendTransaction', request)).not.toMatchObject(LIMIT)
  })

  it('lets so many calls wait for a receipt, raw or not, and none for ever', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    node.pool.submit = () => Promise.resolve(HASH)
    const hourMs = 3_600_000
    const waiting = Array.from({ length: RECEIPTS_WAITING_MAX }, () =>
      ask('eth_sendRawTransactionSync', '0x', hourMs),
    )
    expect(await ask('eth_sendRawTransactionSync', '0x')).toMatchObject(LIMIT)
    expect(await ask('eth_sendTransactionSync', { from: ALICE })).toMatchObject(LIMIT)
    await vi.advanceTimersByTimeAsync(RECEIPT_WAIT_MS_MAX)
    const answers = await Promise.all(waiting)
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ error: { code: 4, data: HASH } })
  })

  it('cuts the history of fees to so many blocks', async () => {
    for (let count = 0; count < FEE_HISTORY_BLOCKS_MAX + 5; count++) node.mine()
    const answer = (await ask('eth_feeHistory', 100_000, 'latest')) as {
      result: { oldestBlock: Hex; gasUsedRatio: number[] }
    }
    expect(answer.result.gasUsedRatio).toHaveLength(FEE_HISTORY_BLOCKS_MAX)
    expect(answer.result.oldestBlock).toBe('0x6')
  })

  it('bounds the peers of a partition and the pages of Otterscan', async () => {
    const peers = Array.from({ length: PARTITION_PEERS_MAX }, (_, index) => `peer ${index}`)
    expect(await ask('hanzo_partition', peers)).toMatchObject({ result: true })
    const invalid = { error: { code: -32602 } }
    expect(await ask('hanzo_partition', [...peers, 'x'])).toMatchObject(invalid)
    expect(await ask('ots_getBlockTransactions', '0x0', 0, BLOCK_PAGE_MAX)).toHaveProperty('result')
    const page = await ask('ots_getBlockTransactions', '0x0', 0, BLOCK_PAGE_MAX + 1)
    expect(page).toMatchObject(invalid)
  })

  it('searches so many blocks for an account, then says where to go on', async () => {
    const head = node.chain.head()
    const at = (number: bigint) => ({ ...head, header: { ...head.header, number, gasUsed: 0n } })
    node.chain.head = () => at(BigInt(SEARCH_BLOCKS_MAX) * 2n)
    node.chain.resolve = (selector) =>
      Promise.resolve('number' in selector ? at(selector.number) : undefined)
    const far = ask('ots_searchTransactionsBefore', ALICE, SEARCH_BLOCKS_MAX + 2, 5)
    expect(await far).toMatchObject({
      error: { code: -32005, message: expect.stringMatching(/search from block 1$/) },
    })
    const near = ask('ots_searchTransactionsBefore', ALICE, SEARCH_BLOCKS_MAX, 5)
    expect(await near).toMatchObject({ result: { txs: [], lastPage: true } })
  })

  const httpWith = (backlog: Backlog) =>
    createHttp({
      ...{ api: node, dispatcher, log, backlog, metricsRegistry: new Registry() },
      guard: new Guard({ corsOrigins: [], allowedHosts: [] }),
    })

  it('answers 503 while all clients together leave too much unread, but for short answers', async () => {
    const backlog = new Backlog()
    const http = httpWith(backlog)
    const url = await http.listen({ host: '127.0.0.1', port: 0 })
    const bytes = BACKLOG_FREE_BYTES * 2
    node.onCall = () => ({ kind: 'ok', output: `0x${'ab'.repeat(bytes)}`, gasUsed: 0n })
    const post = (method: string, ...params: unknown[]) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      })
    expect((await post('eth_call', {})).status).toBe(200)
    const others = createServer()
    backlog.watch(others)
    others.listen(0, '127.0.0.1')
    await once(others, 'listening')
    const slow = connect((others.address() as AddressInfo).port, '127.0.0.1').pause()
    const [unread] = (await once(others, 'connection')) as [Socket]
    // Twice as much as may wait: the system takes some of it.
    unread.write(Buffer.alloc(BACKLOG_BYTES_MAX * 2))
    const refused = await post('eth_call', {})
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject(LIMIT)
    expect((await post('eth_chainId')).status).toBe(200)
    const gone = once(unread, 'close')
    unread.destroy()
    await gone
    expect((await post('eth_call', {})).status).toBe(200)
    slow.destroy()
    others.close()
    await http.close()
  })

  it('holds connections to their number and their times', async () => {
    const http = httpWith(new Backlog())
    const { maxConnections, requestTimeout, timeout, keepAliveTimeout } = http.server
    expect({ maxConnections, requestTimeout, timeout, keepAliveTimeout }).toEqual({
      maxConnections: CONNECTIONS_MAX,
      requestTimeout: REQUEST_TIMEOUT_MS,
      timeout: STALLED_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    })
    await http.close()
  })
})
