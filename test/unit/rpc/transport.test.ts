import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { BACKLOG_BYTES_MAX, BACKLOG_FREE_BYTES } from '../../../rpc/limits.ts'
import { RpcServerError } from '../../../rpc/server.ts'
import { Backlog } from '../../../rpc/transport/backlog.ts'
import { Guard } from '../../../rpc/transport/guard.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'

const TOKEN = 'c0ffee'
const BODY = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId' })

const REFUSED_UPGRADE =
  'GET / HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'

describe('rpc / transport / guard', () => {
  const guard = new Guard({ corsOrigins: ['https://dapp.example'], allowedHosts: ['Node.example'] })
  const open = new Guard({ corsOrigins: ['*'], allowedHosts: ['*'] })

  it('lets pages of this machine and those of the operator read', () => {
    for (const origin of [
      'http://localhost:3000',
      'http://127.0.0.1',
      'http://[::1]:80',
      'https://dapp.example',
    ]) {
      expect([origin, guard.isOriginAllowed(origin)]).toEqual([origin, true])
    }
    for (const origin of [
      'https://evil.example',
      'https://localhost.evil.example',
      'https://dapp.example.evil.example',
      'null',
      '',
    ]) {
      expect([origin, guard.isOriginAllowed(origin)]).toEqual([origin, false])
    }
    expect(open.isOriginAllowed('https://evil.example')).toBe(true)
  })

  it('answers to its own names and to addresses, which cannot be rebound', () => {
    for (const host of [
      'localhost:8545',
      'LOCALHOST',
      '127.0.0.1:1',
      '[::1]:8545',
      '192.168.1.5:8545',
      '[fe80::1]',
      'node.example:8545',
      undefined,
    ]) {
      expect([host, guard.isHostAllowed(host)]).toEqual([host, true])
    }
    for (const host of [
      'evil.example',
      'localhost.evil.example:8545',
      '',
      '127.0.0.1.evil.example',
    ]) {
      expect([host, guard.isHostAllowed(host)]).toEqual([host, false])
    }
    expect(open.isHostAllowed('evil.example')).toBe(true)
  })
})

describe('rpc / transport / guard', () => {
  const guard = new Guard({ corsOrigins: [], allowedHosts: [], adminToken: TOKEN })
  const isAdmin = (remoteAddress: string | undefined, authorization?: string): boolean => {
    const request = { socket: { remoteAddress }, headers: { authorization } }
    return guard.clientOf(request as IncomingMessage).isAdmin
  }

  it('takes nobody for the administrator who comes from elsewhere, token or not', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
      expect([address, isAdmin(address, `Bearer ${TOKEN}`)]).toEqual([address, true])
      expect([address, isAdmin(address)]).toEqual([address, false])
    }
    for (const address of ['192.168.1.5', '::ffff:10.0.0.1', 'fe80::1', '1270.0.1', undefined]) {
      expect([address, isAdmin(address, `Bearer ${TOKEN}`)]).toEqual([address, false])
    }
  })
})

describe('rpc / transport', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start({ adminToken: TOKEN })
  })
  afterAll(() => fixture.stop())

  /** `fetch` does not let anybody write the Host. */
  const statusFor = async (headers: Record<string, string>): Promise<number | undefined> => {
    const call = request(fixture.server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    })
    call.end(BODY)
    const [response] = await once(call, 'response')
    response.resume()
    return response.statusCode
  }
  const upgradeStatus = async (headers: Record<string, string>, path = '/'): Promise<unknown> => {
    const socket = new WebSocket(fixture.server.url.replace('http', 'ws') + path, { headers })
    const [event, value] = await Promise.race([
      once(socket, 'open').then(() => ['open', 101] as const),
      once(socket, 'unexpected-response').then(([, response]) => {
        return ['refused', response.statusCode] as const
      }),
    ])
    if (event === 'open') socket.terminate()
    return value
  }

  it('refuses a name that is not its own: the page behind it has rebound it', async () => {
    expect(await statusFor({ host: 'evil.example:8545' })).toBe(403)
    expect(await statusFor({ host: 'localhost:8545' })).toBe(200)
    expect(await upgradeStatus({ host: 'evil.example' })).toBe(403)
  })

  it('answers a preflight for pages of this machine, and gives others no permission', async () => {
    const preflight = (origin: string) =>
      fetch(fixture.server.url, { method: 'OPTIONS', headers: { origin } })
    const mine = await preflight('http://localhost:5173')
    expect(mine.status).toBe(204)
    expect(mine.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
    expect(mine.headers.get('access-control-allow-headers')).toContain('content-type')
    const foreign = await preflight('https://evil.example')
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
    const answer = await fixture.post(BODY, { origin: 'http://127.0.0.1:8080' })
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:8080')
    expect(answer.headers.get('vary')).toBe('origin')
  })

  it('opens WebSockets to tools and to pages of this machine, on two paths', async () => {
    expect(await upgradeStatus({})).toBe(101)
    expect(await upgradeStatus({}, '/ws')).toBe(101)
    expect(await upgradeStatus({ origin: 'http://localhost:3000' })).toBe(101)
    expect(await upgradeStatus({ origin: 'https://evil.example' })).toBe(403)
    expect(await upgradeStatus({}, '/other')).toBe(404)
  })

  it('survives a refused upgrade that is reset', async () => {
    const { port, hostname } = new URL(fixture.server.url)
    // An error that nobody hears ends the process, and fails the test run with it.
    for (let i = 0; i < 20; i++) {
      const hasty = connect(Number(port), hostname)
      await once(hasty, 'connect')
      hasty.write(REFUSED_UPGRADE, () => hasty.resetAndDestroy())
      await once(hasty, 'close')
    }
    expect(await fixture.rpc('eth_chainId')).toMatch(/^0x/)
  })

  it('lets the administrator in with the token alone', async () => {
    const partition = { jsonrpc: '2.0', id: 1, method: 'hanzo_partition', params: [['peer']] }
    const call = async (headers: Record<string, string>): Promise<unknown> =>
      (await fixture.post(JSON.stringify(partition), headers)).json()
    for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${TOKEN}`, TOKEN]) {
      expect(await call({ authorization })).toMatchObject({ error: { code: -32000 } })
    }
    expect(fixture.node.network.partition).toBeUndefined()
    expect(await call({ authorization: `Bearer ${TOKEN}` })).toMatchObject({ result: true })
    expect(fixture.node.network.partition).toEqual(['peer'])
    const socket = await fixture.socket({ authorization: `Bearer ${TOKEN}` })
    expect(await socket.call('hanzo_disconnect', 'nobody')).toBe(false)
    expect(await socket.call('hanzo_heal')).toBe(true)
    expect(fixture.node.network.partition).toBeUndefined()
    const stranger = await fixture.socket()
    await expect(stranger.call('hanzo_heal')).rejects.toThrow('-32000')
  })

  it('says whether it lives, whether it can serve, and what it counts', async () => {
    const get = (path: string) => fetch(fixture.server.url + path)
    expect(await (await get('/')).text()).toContain('JSON-RPC')
    expect(await (await get('/health')).json()).toMatchObject({
      status: 'ok',
      head: { number: '0x0' },
    })
    expect((await get('/ready')).status).toBe(200)
    fixture.node.nodeHealth = { isReady: false, reason: 'syncing' }
    const response = await get('/ready')
    expect([response.status, await response.json()]).toEqual([
      503,
      { isReady: false, reason: 'syncing' },
    ])
    await fixture.rpc('eth_blockNumber')
    const metrics = await (await get('/metrics')).text()
    expect(metrics).toContain('hanzo_rpc_requests_total{method="eth_blockNumber",outcome="ok"} 1')
    expect((await get('/nothing')).status).toBe(404)
  })

  it('answers over a WebSocket as over HTTP, in text and in binary', async () => {
    const socket = await fixture.socket()
    expect(await socket.call('eth_chainId')).toBe(await fixture.rpc('eth_chainId'))
    const answer = once(socket.raw, 'message')
    socket.raw.send(Buffer.from('{'))
    expect(JSON.parse(String((await answer)[0]))).toMatchObject({ error: { code: -32700 } })
  })

  it('drops a WebSocket whose reader does not keep up', async () => {
    const silent = () => undefined
    let onWarning: (message: string) => void = silent
    const warned = new Promise<string>((resolve) => {
      onWarning = resolve
    })
    const warn = (_: object, message: string) => onWarning(message)
    const log = { debug: silent, info: silent, warn, error: silent }
    const other = await RpcFixture.start({ log }, fixture.node)
    fixture.node.onCall = () => ({ kind: 'ok', output: `0x${'00'.repeat(5_000_000)}`, gasUsed: 0n })
    const { port, hostname } = new URL(other.server.url)
    const slow = connect(Number(port), hostname)
    slow.write(
      `GET / HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    await once(slow, 'data')
    slow.pause()
    const call = '{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{}]}'
    const frame = Buffer.concat([
      Buffer.from([0x81, 0x80 | call.length, 0, 0, 0, 0]),
      Buffer.from(call),
    ])
    for (let i = 0; i < 8; i++) slow.write(frame)
    expect(await warned).toBe('Dropped a WebSocket')
    slow.destroy()
    await other.stop()
  })

  it('counts what all clients leave unread, and lets those go on who read', async () => {
    const server = createServer()
    const backlog = new Backlog()
    backlog.watch(server)
    const arrivals: Socket[] = []
    server.on('connection', (socket) => arrivals.push(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const slow = connect(port, '127.0.0.1').pause()
    await once(server, 'connection')
    expect(backlog.hasRoom(BACKLOG_BYTES_MAX, 0)).toBe(true)
    arrivals[0]?.write(Buffer.alloc(BACKLOG_BYTES_MAX / 2))
    expect(backlog.hasRoom(BACKLOG_BYTES_MAX / 4, 0)).toBe(true)
    expect(backlog.hasRoom(BACKLOG_BYTES_MAX * 0.75, 0)).toBe(false)
    expect(backlog.hasRoom(BACKLOG_FREE_BYTES, 0)).toBe(true)
    slow.destroy()
    arrivals[0]?.destroy()
    await once(arrivals[0] as Socket, 'close')
    expect(backlog.hasRoom(BACKLOG_BYTES_MAX, 0)).toBe(true)
    server.close()
  })

  it('says that its port is in use', async () => {
    const port = Number(new URL(fixture.server.url).port)
    const second = RpcFixture.start({ port }, fixture.node)
    await expect(second).rejects.toBeInstanceOf(RpcServerError)
    await expect(second).rejects.toMatchObject({ type: { code: 'PORT_IN_USE', port } })
    await expect(second).rejects.toThrow(`Port ${port} is in use`)
  })

  it('stops at once, with clients still connected', async () => {
    const other = await RpcFixture.start({}, fixture.node)
    const socket = await other.socket()
    await other.rpc('eth_chainId')
    const { port, hostname } = new URL(other.server.url)
    const lingering = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
    lingering.write(REFUSED_UPGRADE)
    lingering.resume()
    await once(lingering, 'end')
    const closed = socket.closed()
    await other.server.stop()
    await closed
    lingering.destroy()
    await expect(other.rpc('eth_chainId')).rejects.toThrow()
    expect(fixture.node.events.listenerCount('head')).toBe(2)
  })
})
