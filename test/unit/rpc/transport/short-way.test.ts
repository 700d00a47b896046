/**
 * The short way answers as the server does that it stands before: each request here is asked once
 * on a new connection, which begins on the short way, and once on one that has left it already.
 */
import { once } from 'node:events'
import { type ClientRequest, request, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallOutcome } from '../../../../node/execution/call-types.ts'
import { Dispatcher } from '../../../../rpc/dispatcher.ts'
import { KEEP_ALIVE_MS, STALLED_MS } from '../../../../rpc/limits.ts'
import { RpcMetrics } from '../../../../rpc/metrics.ts'
import { Backlog } from '../../../../rpc/transport/backlog.ts'
import { Guard } from '../../../../rpc/transport/guard.ts'
import { createHttp } from '../../../../rpc/transport/http.ts'
import { HEAD_BYTES_MAX, readRequestHead } from '../../../../rpc/transport/request-head.ts'
import { FakeNode } from '../../../support/fake-node.ts'
import { Random } from '../../../support/random.ts'
import { RawHttp, requestOf } from '../../../support/raw-http.ts'
import { createTestMethods } from '../../../support/rpc-methods.ts'

const ignore = (): void => undefined
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const CHAIN_ID = body('eth_chainId')
const CALL = body('eth_call', {})

describe('rpc / transport / short way', () => {
  let node: FakeNode
  let http: ReturnType<typeof createHttp>
  let server: Server
  let port = 0
  beforeAll(async () => {
    node = await FakeNode.create()
    const metrics = new RpcMetrics(new Registry())
    const dispatcher = new Dispatcher(createTestMethods(node), { callTimeMs: 5_000, log, metrics })
    http = createHttp({
      ...{ api: node, dispatcher, log, backlog: new Backlog(), metricsRegistry: new Registry() },
      guard: new Guard({ corsOrigins: [], allowedHosts: [], adminToken: 'c0ffee' }),
    })
    server = http.server
    await http.listen({ host: '127.0.0.1', port: 0 })
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => http.close())

  /** How many requests reach the server while something is done. */
  const servedDuring = async (work: () => Promise<unknown>): Promise<number> => {
    let count = 0
    const onRequest = () => void count++
    server.on('request', onRequest)
    await work()
    server.off('request', onRequest)
    return count
  }
  /** Both ends of a new connection. */
  const connectBoth = async (): Promise<readonly [RawHttp, Socket]> => {
    const accepted = once(server, 'connection')
    const connection = await RawHttp.connect(port)
    const [socket] = (await accepted) as [Socket]
    return [connection, socket]
  }
  /** Left the short way already. */
  const longWay = async (): Promise<RawHttp> => {
    const connection = await RawHttp.connect(port)
    await connection.ask('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n')
    return connection
  }
  /** What comes of bytes after which the client sends nothing more. */
  const allOf = async (opening: Promise<RawHttp>, bytes: string): Promise<string> => {
    const connection = await opening
    connection.socket.end(bytes, 'latin1')
    const rest = await connection.rest()
    connection.close()
    return rest
  }

  const firstOf = async (opening: Promise<RawHttp>, bytes: string): Promise<string> => {
    const connection = await opening
    connection.socket.end(bytes, 'latin1')
    const response = await connection.response()
    connection.close()
    return response
  }

  it.each([
    ['fetch', () => fetchOnce(port)],
    ['node:http', () => requestOnce(port)],
    ['curl', () => askOnce(port, requestOf(CHAIN_ID, ['User-Agent: curl/8.5.0', 'Accept: */*']))],
    ['reqwest', () => askOnce(port, requestOf(CHAIN_ID, ['accept: */*', 'via: proxy']))],
    ['Go', () => askOnce(port, requestOf(CHAIN_ID, ['Accept-Encoding: gzip']))],
  ])('is taken by requests of %s', async (_, ask) => {
    const served = await servedDuring(async () => expect(await ask()).toContain('"result":"0x'))
    expect(served).toBe(0)
  })

  it('is kept by a connection of requests that differ', async () => {
    const connection = await RawHttp.connect(port)
    const served = await servedDuring(async () => {
      for (const text of [CHAIN_ID, body('eth_blockNumber'), CALL, CHAIN_ID, `[${CHAIN_ID}]`]) {
        expect(await connection.ask(requestOf(text))).toContain('HTTP/1.1 200 OK')
      }
    })
    connection.close()
    expect(served).toBe(0)
  })

  it.each(Object.entries(REQUESTS))('answers as the server does: %s', async (_, bytes) => {
    const short = await allOf(RawHttp.connect(port), bytes)
    expect(short).not.toBe('')
    expect(short).toBe(await allOf(longWay(), bytes))
  })

  // Node.js refuses what is broken behind a good request before it has answered that, or after.
  it('answers as the server does whatever is broken about a request', async () => {
    const random = new Random(20)
    const usual = Object.values(REQUESTS)
    for (let round = 0; round < 150; round++) {
      const bytes = mutated(usual[random.below(usual.length)] ?? '', random)
      const [short, long] = await Promise.all([
        firstOf(RawHttp.connect(port), bytes),
        firstOf(longWay(), bytes),
      ])
      if (!short.includes('Client Error')) expect([bytes, short]).toEqual([bytes, long])
    }
  })

  it('answers a request that comes in two pieces, wherever it is cut', async () => {
    const bytes = requestOf(CHAIN_ID)
    const whole = await askOnce(port, bytes)
    for (let cut = 1; cut < bytes.length; cut++) {
      const connection = await RawHttp.connect(port)
      await connection.write(bytes.slice(0, cut))
      expect([cut, await connection.ask(bytes.slice(cut))]).toEqual([cut, whole])
      connection.close()
    }
  })

  it('answers in order what was asked before the last answer', async () => {
    const asked: ((outcome: CallOutcome) => void)[] = []
    node.onCall = () => new Promise((resolve) => asked.push(resolve))
    const [connection, socket] = await connectBoth()
    await connection.write(requestOf(CALL))
    await until(() => asked.length === 1)
    await connection.write(requestOf(CHAIN_ID) + requestOf(CALL))
    await until(() => socket.isPaused())
    asked[0]?.({ kind: 'ok', output: '0x01', gasUsed: 0n })
    expect(await connection.response()).toContain('"result":"0x01"')
    expect(await connection.response()).toContain('"id":1,"result":"0x')
    await until(() => asked.length === 2)
    asked[1]?.({ kind: 'ok', output: '0x02', gasUsed: 0n })
    expect(await connection.response()).toContain('"result":"0x02"')
    connection.close()
  })

  it('goes on after answers that the client was slow to read', async () => {
    const output = `0x${'ab'.repeat(2_000_000)}` as const
    let count = 0
    node.onCall = () => {
      count += 1
      return { kind: 'ok', output, gasUsed: 0n }
    }
    const connection = await RawHttp.connect(port)
    connection.socket.pause()
    await connection.write(requestOf(CALL))
    await until(() => count === 1)
    await connection.write(requestOf(CALL))
    await connection.write(requestOf(CHAIN_ID))
    connection.socket.resume()
    expect(await connection.response()).toContain(output)
    expect(await connection.response()).toContain(output)
    expect(await connection.response()).not.toContain(output)
    connection.close()
  })

  it('survives a client that has gone before its answer is there', async () => {
    let answer: (outcome: CallOutcome) => void = ignore
    node.onCall = () => new Promise((resolve) => (answer = resolve))
    const [connection, socket] = await connectBoth()
    await connection.write(requestOf(CALL))
    await until(() => answer !== ignore)
    connection.socket.resetAndDestroy()
    await new Promise((resolve) => socket.once('close', resolve))
    answer({ kind: 'ok', output: '0x', gasUsed: 0n })
    expect(await askOnce(port, requestOf(CHAIN_ID))).toContain('200 OK')
  })

  it('lets connections go that idle, and those that wait stay a while longer', async () => {
    let answer: (outcome: CallOutcome) => void = ignore
    node.onCall = () => new Promise((resolve) => (answer = resolve))
    const [connection, socket] = await connectBoth()
    await connection.ask(requestOf(CHAIN_ID))
    expect(socket.timeout).toBe(KEEP_ALIVE_MS)
    await connection.write(requestOf(CALL))
    await until(() => answer !== ignore)
    socket.emit('timeout')
    expect(socket.timeout).toBe(STALLED_MS - KEEP_ALIVE_MS)
    answer({ kind: 'ok', output: '0x', gasUsed: 0n })
    expect(await connection.response()).toContain('200 OK')
    await connection.ask(requestOf(CHAIN_ID))
    expect(socket.timeout).toBe(KEEP_ALIVE_MS)
    socket.emit('timeout')
    expect(await connection.rest()).toBe('')
    connection.close()
  })

  it('reads a head of so many bytes and no more', () => {
    const head = (bytes: number) => {
      const rest =
        'POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 7'
      return `${rest}\r\nuser-agent: ${'x'.repeat(bytes - rest.length - 14)}`
    }
    expect(readRequestHead(head(HEAD_BYTES_MAX))).toEqual({ host: 'a', bodyBytes: 7 })
    expect(readRequestHead(head(HEAD_BYTES_MAX + 1))).toBeUndefined()
  })
})

/** What a client may send, by what is special about it. */
const REQUESTS: Readonly<Record<string, string>> = {
  'a request': requestOf(CHAIN_ID),
  'a notification': requestOf('{"jsonrpc":"2.0","method":"eth_chainId"}'),
  'an id beyond ASCII': requestOf(
    '{"jsonrpc":"2.0","id":"\u00e9\u20ac\u{1f600}","method":"eth_chainId"}',
  ),
  'a body that is no UTF-8':
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n"\xff\xfe"',
  'a body that is no JSON': requestOf('{'),
  'an unknown method': requestOf(body('eth_nope')),
  'a batch': requestOf(`[${CHAIN_ID},${body('eth_nope')}]`),
  'an empty batch': requestOf('[]'),
  'two requests at once': requestOf(CHAIN_ID) + requestOf(body('eth_blockNumber')),
  'a request and half of another': requestOf(CHAIN_ID) + requestOf(CHAIN_ID).slice(0, 40),
  'a foreign host': requestOf(CHAIN_ID).replace('127.0.0.1:8545', 'evil.example'),
  'no host': requestOf(CHAIN_ID).replace('Host: 127.0.0.1:8545\r\n', ''),
  'two hosts': requestOf(CHAIN_ID, ['Host: evil.example']),
  'an origin of this machine': requestOf(CHAIN_ID, ['Origin: http://localhost:3000']),
  'a foreign origin': requestOf(CHAIN_ID, ['Origin: https://evil.example']),
  'a token': requestOf(body('hanzo_heal'), ['Authorization: Bearer c0ffee']),
  'a wrong token': requestOf(body('hanzo_heal'), ['Authorization: Bearer wrong']),
  'no token': requestOf(body('hanzo_heal')),
  'plain text': requestOf(CHAIN_ID).replace('application/json', 'text/plain'),
  'a form': requestOf(CHAIN_ID).replace('application/json', 'application/x-www-form-urlencoded'),
  'a character set': requestOf(CHAIN_ID).replace(
    'application/json',
    'Application/JSON; charset=UTF-8',
  ),
  'another character set': requestOf(CHAIN_ID).replace('json', 'json; charset=latin1'),
  'a parameter of the type': requestOf(CHAIN_ID).replace('json', 'json;v=1'),
  'another name of JSON': requestOf(CHAIN_ID).replace('json', 'json-rpc'),
  'no type': requestOf(CHAIN_ID).replace('Content-Type: application/json\r\n', ''),
  'an end of the connection': requestOf(CHAIN_ID, ['Connection: close']),
  'a connection kept alive': requestOf(CHAIN_ID, ['Connection: Keep-Alive']),
  'an upgrade to nothing': requestOf(CHAIN_ID, ['Connection: upgrade', 'Upgrade: h2c']),
  'HTTP/1.0': requestOf(CHAIN_ID).replace('HTTP/1.1', 'HTTP/1.0'),
  'HTTP/1.0 kept alive': requestOf(CHAIN_ID, ['Connection: keep-alive']).replace('1.1', '1.0'),
  'HTTP/2.0': requestOf(CHAIN_ID).replace('HTTP/1.1', 'HTTP/2.0'),
  'a query': requestOf(CHAIN_ID).replace('POST /', 'POST /?a=1'),
  'another path': requestOf(CHAIN_ID).replace('POST /', 'POST /rpc'),
  'a whole URL': requestOf(CHAIN_ID).replace('POST /', 'POST http://localhost/'),
  'another method': requestOf(CHAIN_ID).replace('POST', 'PUT'),
  'a method in small letters': requestOf(CHAIN_ID).replace('POST', 'post'),
  chunks: chunked([]),
  'chunks and a length': chunked(['Content-Length: 5']),
  'a coding that is none': requestOf(CHAIN_ID, ['Transfer-Encoding: identity']),
  'compressed content': requestOf(CHAIN_ID, ['Content-Encoding: gzip']),
  'an expectation': requestOf(CHAIN_ID, ['Expect: 100-continue']),
  'no length': requestOf(CHAIN_ID).replace(/Content-Length: \d+\r\n/, ''),
  'a length of nothing': requestOf(''),
  'a length twice': requestOf(CHAIN_ID, [`Content-Length: ${CHAIN_ID.length}`]),
  'two lengths': requestOf(CHAIN_ID, ['Content-Length: 5']),
  'a length with a sign': requestOf(CHAIN_ID).replace(/Length: /, 'Length: +'),
  'a length with a zero before it': requestOf(CHAIN_ID).replace(/Length: /, 'Length: 0'),
  'a length below zero': requestOf(CHAIN_ID).replace(/Length: /, 'Length: -'),
  'a length too short': requestOf(CHAIN_ID).replace(/Length: \d/, 'Length: 1'),
  'a length too long': requestOf(CHAIN_ID).replace(/Length: /, 'Length: 1'),
  'a length beyond the limit': requestOf(CHAIN_ID).replace(/Length: /, 'Length: 99999'),
  'a field that nobody knows': requestOf(CHAIN_ID, ['X-Whatever: 1']),
  'a field without a name': requestOf(CHAIN_ID, [': 1']),
  'a field without a colon': requestOf(CHAIN_ID, ['whatever']),
  'a blank before the colon': requestOf(CHAIN_ID, ['Accept : */*']),
  'no blank after the colon': requestOf(CHAIN_ID, ['Accept:*/*']),
  'blanks around a value': requestOf(CHAIN_ID, ['Accept:  \t*/* \t']),
  'an empty value': requestOf(CHAIN_ID, ['Accept:']),
  'a value on two lines': requestOf(CHAIN_ID, ['Accept: */*,', ' text/plain']),
  'a value beyond ASCII': requestOf(CHAIN_ID, ['User-Agent: \xe9']),
  'a zero in a value': requestOf(CHAIN_ID, ['User-Agent: a\0b']),
  'a carriage return in a value': requestOf(CHAIN_ID, ['User-Agent: a\rb']),
  'lines without carriage returns': requestOf(CHAIN_ID).replaceAll('\r\n', '\n'),
  'an empty line before it': `\r\n${requestOf(CHAIN_ID)}`,
  'a long head': requestOf(CHAIN_ID, [`User-Agent: ${'x'.repeat(HEAD_BYTES_MAX)}`]),
  'a head that is too long': requestOf(CHAIN_ID, [`User-Agent: ${'x'.repeat(20_000)}`]),
  'something else': 'hello\r\n\r\n',
}

function body(method: string, ...params: readonly unknown[]): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
}

function chunked(fields: readonly string[]): string {
  const head = requestOf('', ['Transfer-Encoding: chunked', ...fields])
  const chunk = `${CHAIN_ID.length.toString(16)}\r\n${CHAIN_ID}\r\n0\r\n\r\n`
  return head.replace('Content-Length: 0\r\n', '') + chunk
}

/** Some bytes changed, taken out or put in, as a fault or an attacker would. */
function mutated(text: string, random: Random): string {
  const pieces = ['\r\n', '\n', ' ', '\0', ':', 'POST / HTTP/1.1', '0', 'Content-Length: 3', '\xff']
  let result = text
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(result.length)
    const piece = pieces[random.below(pieces.length)] ?? ''
    result = result.slice(0, at) + piece + result.slice(at + random.below(3))
  }
  return result
}

async function askOnce(port: number, bytes: string): Promise<string> {
  const connection = await RawHttp.connect(port)
  const response = await connection.ask(bytes)
  connection.close()
  return response
}

async function fetchOnce(port: number): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const url = `http://127.0.0.1:${port}`
  return (await fetch(url, { method: 'POST', headers, body: CHAIN_ID })).text()
}

/** As ethers sends it. */
async function requestOnce(port: number): Promise<string> {
  const call: ClientRequest = request({
    ...{ port, host: '127.0.0.1', method: 'POST' },
    headers: { 'content-type': 'application/json', 'content-length': CHAIN_ID.length },
  })
  call.end(CHAIN_ID)
  const [response] = await once(call, 'response')
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return text
}

/** Lets the process do its work until something has come of it. */
async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve))
}
