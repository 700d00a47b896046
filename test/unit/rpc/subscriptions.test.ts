import { hexToBytes } from '@ethereumjs/util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogFilter } from '../../../rpc/feeds/log-filter.ts'
import { NodeFeed } from '../../../rpc/feeds/node-feed.ts'
import { Publisher } from '../../../rpc/feeds/publisher.ts'
import { Subscriptions } from '../../../rpc/feeds/subscriptions.ts'
import { SUBSCRIPTIONS_PER_SOCKET_MAX } from '../../../rpc/limits.ts'
import { SILENT } from '../../support/chain-factory.ts'
import { FakeNode } from '../../support/fake-node.ts'
import { RpcFixture, type TestSocket } from '../../support/rpc-fixture.ts'
import { logData, signTransaction, topicOf } from '../../support/signed-transactions.ts'

describe('rpc / subscriptions', () => {
  let fixture: RpcFixture
  let socket: TestSocket
  let nonce: bigint
  beforeEach(async () => {
    fixture = await RpcFixture.start()
    socket = await fixture.socket()
    nonce = 0n
  })
  afterEach(() => fixture.stop())

  const send = async (topic: number): Promise<unknown> => {
    const fields = { nonce: nonce++, data: logData(topic) }
    const raw = signTransaction(fixture.node.genesis, 0, fields)
    return socket.call('eth_sendRawTransaction', raw)
  }

  it('announces each new head as a header', async () => {
    const id = await socket.call('eth_subscribe', 'newHeads')
    const { head } = fixture.node.mine()
    const [notice] = await socket.notices(1)
    expect(notice?.subscription).toBe(id)
    expect(notice?.result).toEqual(await socket.call('eth_getHeaderByHash', head.hash))
  })

  it('announces the blocks that a reorg brings, oldest first', async () => {
    fixture.node.mine()
    await socket.call('eth_subscribe', 'newHeads')
    const { added } = fixture.node.reorg(1)
    const notices = await socket.notices(2)
    expect(notices.map(({ result }) => (result as { hash: string }).hash)).toEqual(
      added.map(({ hash }) => hash),
    )
  })

  it('announces logs, and takes them back with removed: true', async () => {
    await socket.call('eth_subscribe', 'logs', { topics: [topicOf(1)] })
    await send(1)
    await send(2)
    fixture.node.mine()
    fixture.node.reorg(1)
    const notices = await socket.notices(2)
    expect(notices.map(({ result }) => result)).toMatchObject([
      { topics: [topicOf(1)], removed: false },
      { topics: [topicOf(1)], removed: true },
    ])
  })

  it('tells nothing more to who has unsubscribed while logs were read for it', async () => {
    const node = await FakeNode.create()
    const feed = new NodeFeed(node.events)
    const subscriptions = new Subscriptions(() => undefined)
    const publisher = new Publisher({ api: node, feed, subscriptions, log: SILENT })
    feed.start()
    publisher.start()
    const subscribe = (onNotice: () => void) => {
      const socket = { send: onNotice, drop: () => undefined }
      const filter = createLogFilter({ addresses: [], topics: [] })
      const id = subscriptions.subscribe(socket, { kind: 'logs', filter, cursor: 0 })
      subscriptions.activate(socket, [id])
      return { socket, id }
    }
    let count = 0
    const { socket: leaving, id } = subscribe(() => count++)
    const staying = new Promise<void>((resolve) => subscribe(resolve))
    const raw = signTransaction(node.genesis, 0, { data: logData(1) })
    await node.pool.submit(hexToBytes(raw))
    node.mine()
    subscriptions.unsubscribe(leaving, id)
    await staying
    expect(count).toBe(0)
    publisher.stop()
    feed.stop()
  })

  it('announces pending transactions by hash, or in full when asked to', async () => {
    const byHash = await socket.call('eth_subscribe', 'newPendingTransactions')
    const inFull = await socket.call('eth_subscribe', 'newPendingTransactions', true)
    const hash = await send(1)
    const notices = await socket.notices(2)
    expect(notices).toContainEqual({ subscription: byHash, result: hash })
    expect(notices).toContainEqual({
      subscription: inFull,
      result: expect.objectContaining({ hash, blockHash: null }),
    })
  })

  it('announces the begin and the end of a sync', async () => {
    await socket.call('eth_subscribe', 'syncing')
    fixture.node.network.progress = { startingBlock: 0n, currentBlock: 1n, highestBlock: 9n }
    fixture.node.events.emit('syncing', true)
    fixture.node.events.emit('syncing', false)
    const notices = await socket.notices(2)
    expect(notices.map(({ result }) => result)).toEqual([
      {
        syncing: true,
        status: { startingBlock: '0x0', currentBlock: '0x1', highestBlock: '0x9' },
      },
      false,
    ])
  })

  it('ends a subscription on request, for its own socket alone', async () => {
    const id = await socket.call('eth_subscribe', 'newHeads')
    const other = await fixture.socket()
    expect(await other.call('eth_unsubscribe', id)).toBe(false)
    expect(await socket.call('eth_unsubscribe', id)).toBe(true)
    expect(await socket.call('eth_unsubscribe', id)).toBe(false)
    const next = await socket.call('eth_subscribe', 'newHeads')
    fixture.node.mine()
    const [notice] = await socket.notices(1)
    expect(notice?.subscription).toBe(next)
  })

  it('sends the id before the first notice, even if the head comes first', async () => {
    const messages: string[] = []
    const allCame = new Promise<void>((resolve) => {
      socket.raw.on('message', (text: Buffer) => {
        if (messages.push(text.toString()) === 3) resolve()
      })
    })
    const { node } = fixture
    // The head changes while the batch is being answered, and another answer overtakes it.
    node.onCall = () => {
      node.mine()
      return { kind: 'ok', output: '0x', gasUsed: 0n }
    }
    const batch = [
      { jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] },
      { jsonrpc: '2.0', id: 2, method: 'eth_call', params: [{}] },
    ]
    socket.raw.send(JSON.stringify(batch))
    socket.raw.send('{"jsonrpc":"2.0","id":3,"method":"eth_chainId"}')
    await allCame
    const answered = messages.findIndex((text) => text.startsWith('['))
    const noticed = messages.findIndex((text) => text.includes('eth_subscription'))
    expect(answered).toBeGreaterThanOrEqual(0)
    expect(noticed).toBeGreaterThan(answered)
  })

  it('refuses subscriptions over HTTP, unknown ones, and more than a share', async () => {
    const overHttp = fixture.rpc('eth_subscribe', 'newHeads')
    await expect(overHttp).rejects.toMatchObject({ code: -32601 })
    await expect(socket.call('eth_subscribe', 'news')).rejects.toThrow('-32602')
    for (let i = 0; i < SUBSCRIPTIONS_PER_SOCKET_MAX; i++) {
      await socket.call('eth_subscribe', 'newHeads')
    }
    await expect(socket.call('eth_subscribe', 'newHeads')).rejects.toThrow('-32005')
  })

  it('counts subscriptions, and forgets those of a socket that is gone', async () => {
    const subscriptions = async (): Promise<string | undefined> => {
      const text = await (await fetch(`${fixture.server.url}/metrics`)).text()
      return /^hanzo_rpc_subscriptions (\d+)$/m.exec(text)?.[1]
    }
    await socket.call('eth_subscribe', 'newHeads')
    await socket.call('eth_subscribe', 'logs', {})
    expect(await subscriptions()).toBe('2')
    const other = await fixture.socket()
    await other.call('eth_subscribe', 'newHeads')
    const closed = socket.closed()
    socket.raw.close()
    await closed
    expect(await subscriptions()).toBe('1')
  })

  it('drops a client whose logs cannot be read, rather than skip them', async () => {
    await socket.call('eth_subscribe', 'logs', {})
    await send(1)
    fixture.node.chain.receipts = async () => undefined
    const closed = socket.closed()
    fixture.node.mine()
    await closed
    expect(fixture.logged).toContainEqual({ level: 'error', message: 'Log subscriptions failed' })
  })
})
