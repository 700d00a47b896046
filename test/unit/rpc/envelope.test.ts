import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BATCH_ITEMS_MAX, BODY_BYTES_MAX, JSON_TOKENS_MAX } from '../../../rpc/limits.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'

const CHAIN_ID = { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] }

describe('rpc / envelope', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
  })
  afterAll(() => fixture.stop())

  const codeOf = async (message: unknown): Promise<unknown> => {
    const answer = await fixture.answer(message)
    expect(answer['jsonrpc']).toBe('2.0')
    expect(answer).not.toHaveProperty('result')
    return (answer['error'] as { code: number }).code
  }

  it('answers a request under its own id, whatever its kind', async () => {
    for (const id of [1, 'a', null, 1.5, '']) {
      const answer = await fixture.answer({ ...CHAIN_ID, id })
      expect(answer).toEqual({ jsonrpc: '2.0', id, result: expect.stringMatching(/^0x/) })
    }
  })

  it('answers malformed JSON with -32700 and no id', async () => {
    expect(await fixture.answer('{"jsonrpc"')).toMatchObject({ id: null, error: { code: -32700 } })
    expect(await codeOf('')).toBe(-32700)
  })

  it('refuses a message of too many parts before it spends time on reading it', async () => {
    expect(await codeOf('['.repeat(JSON_TOKENS_MAX + 1))).toBe(-32005)
    expect(await codeOf(`[${'{},'.repeat(JSON_TOKENS_MAX / 2)}1]`)).toBe(-32005)
    const data = `0x${'00'.repeat(JSON_TOKENS_MAX)}`
    const long = { ...CHAIN_ID, method: 'web3_sha3', params: [data] }
    expect(await fixture.answer(long)).toHaveProperty('result')
  })

  it('names a list or an object in an error instead of repeating it', async () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    const body = `{"jsonrpc":"2.0","id":1,"method":"web3_sha3","params":[${deep}]}`
    expect(await fixture.answer(body)).toMatchObject({
      error: { code: -32602, message: expect.stringContaining('got a list') },
    })
  })

  it.each([
    ['a number', 1],
    ['a string', '"eth_chainId"'],
    ['null', 'null'],
    ['an empty batch', []],
    ['no version', { id: 1, method: 'eth_chainId' }],
    ['another version', { ...CHAIN_ID, jsonrpc: '1.0' }],
    ['no method', { jsonrpc: '2.0', id: 1 }],
    ['a method that is no string', { ...CHAIN_ID, method: 7 }],
    ['an id that is an object', { ...CHAIN_ID, id: {} }],
  ])('answers %s with -32600', async (_, message) => {
    expect(await codeOf(message)).toBe(-32600)
  })

  it('keeps the id of an invalid request that has one', async () => {
    expect(await fixture.answer({ id: 9, method: 7 })).toMatchObject({ id: 9 })
  })

  it('answers an unknown method with -32601 in the words of geth', async () => {
    const answer = await fixture.answer({ ...CHAIN_ID, method: 'eth_nope' })
    expect(answer['error']).toEqual({
      code: -32601,
      message: 'the method eth_nope does not exist/is not available',
    })
  })

  it.each([
    ['parameters by name', { ...CHAIN_ID, params: { a: 1 } }],
    ['one argument too many', { ...CHAIN_ID, params: [1] }],
    ['a missing argument', { ...CHAIN_ID, method: 'eth_getBalance' }],
    ['a wrong type', { ...CHAIN_ID, method: 'eth_getBalance', params: [1, 'latest'] }],
  ])('answers %s with -32602', async (_, message) => {
    expect(await codeOf(message)).toBe(-32602)
  })

  it('takes absent and null parameters as none', async () => {
    expect(await fixture.answer({ jsonrpc: '2.0', id: 1, method: 'eth_chainId' })).toHaveProperty(
      'result',
    )
    expect(await fixture.answer({ ...CHAIN_ID, params: null })).toHaveProperty('result')
  })

  it('gives a notification no answer, even one that fails', async () => {
    for (const method of ['eth_chainId', 'eth_nope', 'eth_getBalance']) {
      const response = await fixture.post(JSON.stringify({ jsonrpc: '2.0', method }))
      expect([response.status, await response.text()]).toEqual([204, ''])
    }
  })

  it('answers a batch in its order, leaving notifications out', async () => {
    const { id: _, ...notification } = CHAIN_ID
    const batch = [{ ...CHAIN_ID, id: 'b' }, notification, 7, { ...CHAIN_ID, id: 'a' }]
    const answers = await fixture.answer(batch)
    expect(answers).toMatchObject([
      { id: 'b', result: expect.anything() },
      { id: null, error: { code: -32600 } },
      { id: 'a', result: expect.anything() },
    ])
    const silent = await fixture.post(JSON.stringify([notification, notification]))
    expect(silent.status).toBe(204)
  })

  it('refuses a batch of more items than the limit as a whole', async () => {
    const full = Array.from({ length: BATCH_ITEMS_MAX }, (_, id) => ({ ...CHAIN_ID, id }))
    expect(await fixture.answer(full)).toHaveLength(BATCH_ITEMS_MAX)
    expect(await codeOf([...full, CHAIN_ID])).toBe(-32005)
  })

  it('refuses what no longer fits an answer, and runs nothing after it', async () => {
    let calls = 0
    fixture.node.onCall = () => {
      calls++
      return { kind: 'ok', output: `0x${'ab'.repeat(5_000_000)}`, gasUsed: 0n }
    }
    const batch = Array.from({ length: 6 }, (_, id) => ({
      ...CHAIN_ID,
      id,
      method: 'eth_call',
      params: [{}],
    }))
    const answers = (await fixture.answer(batch)) as unknown as { error?: { code: number } }[]
    expect(answers.map((answer) => answer.error?.code)).toEqual([
      undefined,
      undefined,
      -32005,
      -32005,
      -32005,
      -32005,
    ])
    expect(calls).toBe(3)
  })

  it('refuses a body above the limit with 413 and -32005', async () => {
    const response = await fixture.post(' '.repeat(BODY_BYTES_MAX + 1))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ id: null, error: { code: -32005 } })
  })

  it('refuses a body that a web page could send unasked with 415 and -32600', async () => {
    const response = await fixture.post(JSON.stringify(CHAIN_ID), { 'content-type': 'text/plain' })
    expect(response.status).toBe(415)
    expect(await response.json()).toMatchObject({ error: { code: -32600 } })
  })

  it('answers a bug with -32603, tells nothing of it, and logs it', async () => {
    fixture.node.onCall = () => {
      throw new TypeError('secret detail')
    }
    const answer = await fixture.answer({ ...CHAIN_ID, method: 'eth_call', params: [{}] })
    expect(answer['error']).toEqual({ code: -32603, message: 'internal error' })
    expect(fixture.logged).toContainEqual({ level: 'error', message: 'RPC method failed' })
  })
})
