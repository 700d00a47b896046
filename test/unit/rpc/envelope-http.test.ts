import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BATCH_ITEMS_MAX, BODY_BYTES_MAX } from '../../../rpc/limits.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'

const CHAIN_ID = { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] }
const NOTIFICATION = { jsonrpc: '2.0', method: 'eth_chainId' }

describe('rpc / envelope over HTTP and WebSocket', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
  })
  afterAll(() => fixture.stop())

  it.each([
    ['a result', CHAIN_ID],
    ['an unknown method', { ...CHAIN_ID, method: 'eth_nope' }],
    ['bad parameters', { ...CHAIN_ID, params: [1] }],
    ['malformed JSON', '{"jsonrpc"'],
    ['an empty batch', []],
    ['a batch', [CHAIN_ID, 7]],
  ])('answers %s with 200 and JSON', async (_, message) => {
    const response = await fixture.post(
      typeof message === 'string' ? message : JSON.stringify(message),
    )
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await response.json()).toBeTruthy()
  })

  it('takes the content types of JSON, with or without a character set', async () => {
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'application/json-rpc',
    ]) {
      const response = await fixture.post(JSON.stringify(CHAIN_ID), { 'content-type': type })
      expect([type, response.status]).toEqual([type, 200])
    }
  })

  it('answers other HTTP methods and paths with an error status', async () => {
    const status = async (path: string, method: string): Promise<number> =>
      (await fetch(fixture.server.url + path, { method })).status
    expect(await status('/', 'PUT')).toBe(404)
    expect(await status('/', 'DELETE')).toBe(404)
    expect(await status('/rpc', 'GET')).toBe(404)
  })

  it('treats each item of a batch by itself, whatever its neighbours are', async () => {
    const batch = [[], null, 'text', { ...CHAIN_ID, jsonrpc: 2 }, NOTIFICATION, CHAIN_ID, {}]
    const answers = (await fixture.answer(batch)) as unknown as object[]
    const invalid = { jsonrpc: '2.0', id: null, error: { code: -32600 } }
    expect(answers).toMatchObject([
      invalid,
      invalid,
      invalid,
      { ...invalid, id: 1 },
      { id: 1, result: expect.any(String) },
      invalid,
    ])
  })

  it('keeps ids that differ only in kind, and those that are given twice', async () => {
    const ids = [1, '1', null, 0, -1, 1, 'é', 9007199254740991]
    const answers = await fixture.answer(ids.map((id) => ({ ...CHAIN_ID, id })))
    expect((answers as unknown as { id: unknown }[]).map(({ id }) => id)).toEqual(ids)
  })

  it.each([
    ['true', true],
    ['a list', [1]],
    ['an object', { a: 1 }],
  ])('answers an id that is %s with null in its place', async (_, id) => {
    const answer = await fixture.answer({ ...CHAIN_ID, id })
    expect(answer).toMatchObject({ id: null, error: { code: -32600 } })
  })

  it.each([
    ['text', 'latest'],
    ['a number', 5],
    ['true', true],
  ])('answers parameters that are %s with -32602 under the id', async (_, params) => {
    const answer = await fixture.answer({ ...CHAIN_ID, params })
    expect(answer).toMatchObject({ id: 1, error: { code: -32602 } })
  })

  it('does not look for methods among what every object has', async () => {
    for (const method of ['constructor', '__proto__', 'toString', '', 'eth_', 'ETH_CHAINID']) {
      const answer = await fixture.answer({ ...CHAIN_ID, method })
      expect([method, answer['error']]).toMatchObject([method, { code: -32601 }])
    }
  })

  it('says nothing to notifications on a WebSocket, alone or in a batch', async () => {
    const socket = await fixture.socket()
    const messages: string[] = []
    socket.raw.on('message', (text: Buffer) => messages.push(text.toString()))
    socket.raw.send(JSON.stringify(NOTIFICATION))
    socket.raw.send(JSON.stringify([NOTIFICATION, NOTIFICATION]))
    socket.raw.send(JSON.stringify({ ...NOTIFICATION, method: 'eth_nope' }))
    await socket.call('eth_chainId')
    expect(messages).toHaveLength(1)
  })

  it('holds a WebSocket to the limits of HTTP', async () => {
    const socket = await fixture.socket()
    const batch = Array.from({ length: BATCH_ITEMS_MAX + 1 }, () => CHAIN_ID)
    const answer = once(socket.raw, 'message')
    socket.raw.send(JSON.stringify(batch))
    expect(JSON.parse(String((await answer)[0]))).toMatchObject({ error: { code: -32005 } })
    const closed = once(socket.raw, 'close')
    socket.raw.send(' '.repeat(BODY_BYTES_MAX + 1))
    // "Message too big", RFC 6455.
    expect((await closed)[0]).toBe(1009)
  })
})
