import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  BLOCK_CHANGES_KEPT,
  FILTER_IDLE_MS,
  FILTERS_PER_CLIENT_MAX,
  LOG_BLOCKS_MAX,
  LOGS_MAX,
} from '../../../rpc/limits.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import { logData, RECIPIENT, signTransaction, topicOf } from '../../support/signed-transactions.ts'

type Log = {
  readonly address: string
  readonly topics: readonly string[]
  readonly blockNumber: string
  readonly blockHash: string
  readonly logIndex: string
  readonly removed: boolean
}

const OTHER = `0x${'88'.repeat(20)}`

describe('rpc / eth / logs', () => {
  let fixture: RpcFixture
  let nonce = 0n
  beforeAll(async () => {
    fixture = await RpcFixture.start()
    await logInBlock([RECIPIENT, 1, 2], [OTHER, 1, 3])
    fixture.node.mine()
    await logInBlock([RECIPIENT, 4], [OTHER, 4, 2])
  })
  afterAll(() => fixture.stop())

  /** One block with a transaction a log. */
  const logInBlock = async (...logs: [string, ...number[]][]): Promise<void> => {
    for (const [to, ...topics] of logs) {
      const fields = { nonce: nonce++, to, data: logData(...topics) }
      await fixture.rpc('eth_sendRawTransaction', signTransaction(fixture.node.genesis, 0, fields))
    }
    fixture.node.mine()
  }
  const find = async (filter: object): Promise<string[]> => {
    const logs = (await fixture.rpc('eth_getLogs', filter)) as Log[]
    return logs.map(({ blockNumber, logIndex }) => `${Number(blockNumber)}.${Number(logIndex)}`)
  }
  const all = { fromBlock: 'earliest' }

  it('finds logs by address and topics, OR within AND', async () => {
    expect(await find(all)).toEqual(['1.0', '1.1', '3.0', '3.1'])
    expect(await find({ ...all, address: RECIPIENT })).toEqual(['1.0', '3.0'])
    expect(await find({ ...all, address: [RECIPIENT, OTHER] })).toHaveLength(4)
    expect(await find({ ...all, topics: [topicOf(1)] })).toEqual(['1.0', '1.1'])
    expect(await find({ ...all, topics: [null, [topicOf(2), topicOf(3)]] })).toEqual([
      '1.0',
      '1.1',
      '3.1',
    ])
    expect(await find({ ...all, topics: [topicOf(4), topicOf(2)], address: OTHER })).toEqual([
      '3.1',
    ])
    expect(await find({ ...all, topics: [topicOf(9)] })).toEqual([])
  })

  it('reads so many blocks for one question, whatever their blooms promise', async () => {
    const { chain } = fixture.node
    // An index that names a block again and again, in which no single log has both.
    const criteria = { ...all, address: RECIPIENT, topics: [null, topicOf(3)] }
    const search = (count: number) =>
      async function* named() {
        yield Array.from({ length: count }, () => 1n)
      }
    vi.spyOn(chain, 'peek').mockReturnValue(undefined)
    const index = vi.spyOn(chain, 'blocksWithLogs').mockImplementation(search(LOG_BLOCKS_MAX))
    onTestFinished(() => {
      vi.restoreAllMocks()
    })
    expect(await find(criteria)).toEqual([])
    index.mockImplementation(search(LOG_BLOCKS_MAX + 1))
    await expect(find(criteria)).rejects.toThrow('query reads more than 20000 blocks')
  })

  it('looks where it is told: a range, tags, one block by hash, the head by default', async () => {
    expect(await find({})).toEqual(['3.0', '3.1'])
    expect(await find({ fromBlock: '0x1', toBlock: '0x2' })).toEqual(['1.0', '1.1'])
    expect(await find({ fromBlock: '0x0', toBlock: 'finalized' })).toEqual([])
    expect(await find({ fromBlock: '0x9' })).toEqual([])
    const hash = await fixture.node.chain.canonicalHash(1n)
    expect(await find({ blockHash: hash, topics: [null, topicOf(3)] })).toEqual(['1.1'])
  })

  it('refuses ranges that are none, with the codes of the official tests', async () => {
    const failure = (filter: object): Promise<unknown> =>
      fixture.rpc('eth_getLogs', filter).catch(({ code, message }) => [code, message])
    expect(await failure({ fromBlock: '0x1', toBlock: '0x9' })).toEqual([
      -32602,
      'block range extends beyond current head block',
    ])
    expect(await failure({ fromBlock: '0x3', toBlock: '0x1' })).toEqual([
      -32602,
      'invalid block range params',
    ])
    expect(await failure({ blockHash: topicOf(1), toBlock: '0x1' })).toEqual([
      -32602,
      'cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other',
    ])
    expect(await failure({ blockHash: topicOf(1) })).toEqual([-32000, 'unknown block'])
  })

  it('finds the same whether blocks are in memory or on disk', async () => {
    const { chain } = fixture.node
    const peek = chain.peek.bind(chain)
    const peekReceipts = chain.peekReceipts.bind(chain)
    const whole = (filter: object) => fixture.rpc('eth_getLogs', { ...all, ...filter })
    for (const filter of [{}, { address: OTHER }, { topics: [null, topicOf(3)] }]) {
      chain.peek = () => undefined
      const indexed = await whole(filter)
      chain.peek = peek
      chain.peekReceipts = () => undefined
      expect(await whole(filter)).toEqual(indexed)
      chain.peekReceipts = peekReceipts
      expect(await whole(filter)).toEqual(indexed)
    }
  })

  it('refuses more logs than an answer may hold', async () => {
    const { chain } = fixture.node
    const receipts = chain.receipts.bind(chain)
    const [log] = (await chain.receipts((await chain.canonicalHash(1n))!))?.[0]?.logs ?? []
    chain.peekReceipts = () => undefined
    chain.receipts = async (hash) => {
      const known = (await receipts(hash)) ?? []
      return known.map((receipt) => ({ ...receipt, logs: Array(LOGS_MAX / 2).fill(log) }))
    }
    const range = { fromBlock: '0x1', toBlock: '0x1' }
    expect(await find(range)).toHaveLength(LOGS_MAX)
    await expect(fixture.rpc('eth_getLogs', all)).rejects.toMatchObject({ code: -32005 })
    chain.receipts = receipts
  })
})

describe('rpc / eth / filters', () => {
  let fixture: RpcFixture
  let nonce: bigint
  beforeEach(async () => {
    fixture = await RpcFixture.start()
    nonce = 0n
    return () => fixture.stop()
  })

  const send = async (topic: number): Promise<unknown> => {
    const fields = { nonce: nonce++, data: logData(topic) }
    return fixture.rpc('eth_sendRawTransaction', signTransaction(fixture.node.genesis, 0, fields))
  }
  const changes = async (id: unknown): Promise<Log[]> =>
    (await fixture.rpc('eth_getFilterChanges', id)) as Log[]

  it('tells each new block once', async () => {
    const { rpc, node } = fixture
    node.mine()
    const id = await rpc('eth_newBlockFilter')
    expect(await changes(id)).toEqual([])
    const hashes = [node.mine().head.hash, node.mine().head.hash]
    expect(await changes(id)).toEqual(hashes)
    expect(await changes(id)).toEqual([])
  })

  it('tells each new pending transaction once', async () => {
    const id = await fixture.rpc('eth_newPendingTransactionFilter')
    const hashes = [await send(1), await send(2)]
    expect(await changes(id)).toEqual(hashes)
    expect(await changes(id)).toEqual([])
  })

  it('tells new logs, and takes back those of removed blocks', async () => {
    const { rpc, node } = fixture
    const id = await rpc('eth_newFilter', { topics: [topicOf(1)] })
    await send(1)
    await send(2)
    node.mine()
    expect(await changes(id)).toMatchObject([{ logIndex: '0x0', removed: false }])
    node.reorg(1)
    expect(await changes(id)).toMatchObject([{ logIndex: '0x0', removed: true }])
    expect(await changes(id)).toEqual([])
  })

  it('tells a log and its removal in order when both come between two polls', async () => {
    const { rpc, node } = fixture
    const id = await rpc('eth_newFilter', {})
    await send(1)
    node.mine()
    node.reorg(1)
    expect((await changes(id)).map(({ removed }) => removed)).toEqual([false, true])
  })

  it('leaves for the next poll what it has no time for, and loses nothing', async () => {
    const { rpc, node } = fixture
    const patient = await rpc('eth_newFilter', {})
    const hasty = await RpcFixture.start({ callTimeMs: -1 }, node)
    const id = await hasty.rpc('eth_newFilter', {})
    for (const topic of [1, 2, 3]) {
      await send(topic)
      node.mine()
    }
    const told: unknown[] = []
    const poll = async () => (await hasty.rpc('eth_getFilterChanges', id)) as unknown[]
    for (let found = await poll(); found.length > 0; found = await poll()) {
      expect(found).toHaveLength(1)
      told.push(...found)
    }
    expect(told).toEqual(await changes(patient))
    expect(told).toHaveLength(3)
    await hasty.stop()
  })

  it('keeps to the numbers of its range', async () => {
    const { rpc, node } = fixture
    const id = await rpc('eth_newFilter', { fromBlock: '0x2', toBlock: '0x2' })
    for (const topic of [1, 2, 3]) {
      await send(topic)
      node.mine()
    }
    expect((await changes(id)).map(({ blockNumber }) => blockNumber)).toEqual(['0x2'])
    expect(await rpc('eth_getFilterLogs', id)).toHaveLength(1)
  })

  it('answers eth_getFilterLogs from the past, for log filters alone', async () => {
    const { rpc, node } = fixture
    await send(1)
    node.mine()
    const id = await rpc('eth_newFilter', { fromBlock: '0x0' })
    expect(await changes(id)).toEqual([])
    expect(await rpc('eth_getFilterLogs', id)).toMatchObject([{ topics: [topicOf(1)] }])
    const blocks = await rpc('eth_newBlockFilter')
    await expect(rpc('eth_getFilterLogs', blocks)).rejects.toMatchObject({ code: -32000 })
  })

  it('forgets filters that are uninstalled, idle, or too far behind', async () => {
    const { rpc, node } = fixture
    const [first, second, third] = await Promise.all([
      rpc('eth_newBlockFilter'),
      rpc('eth_newBlockFilter'),
      rpc('eth_newFilter', {}),
    ])
    expect(await rpc('eth_uninstallFilter', first)).toBe(true)
    expect(await rpc('eth_uninstallFilter', first)).toBe(false)
    const gone = { code: -32000, message: 'filter not found' }
    await expect(changes(first)).rejects.toMatchObject(gone)
    node.nowMs += FILTER_IDLE_MS
    expect(await changes(second)).toEqual([])
    node.nowMs += 1
    await expect(changes(third)).rejects.toMatchObject(gone)
    const head = node.chain.head()
    for (let i = 0; i <= BLOCK_CHANGES_KEPT; i++) {
      node.events.emit('head', { removed: [], added: [head], head })
    }
    await expect(changes(second)).rejects.toMatchObject(gone)
  })

  it('refuses a client more filters than its share', async () => {
    const { rpc } = fixture
    const ids: unknown[] = []
    while (ids.length < FILTERS_PER_CLIENT_MAX) ids.push(await rpc('eth_newBlockFilter'))
    expect(new Set(ids).size).toBe(FILTERS_PER_CLIENT_MAX)
    await expect(rpc('eth_newBlockFilter')).rejects.toMatchObject({ code: -32005 })
    await rpc('eth_uninstallFilter', ids[0])
    expect(await rpc('eth_newBlockFilter')).toMatch(/^0x[1-9a-f]/)
  })
})
