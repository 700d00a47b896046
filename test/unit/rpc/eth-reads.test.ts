import { RLP } from '@ethereumjs/rlp'
import { hexToBytes } from '@ethereumjs/util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hash, Hex } from '../../../consensus/types.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { feeHistory } from '../../../rpc/eth/fee-history.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import {
  oneOfEach,
  RECIPIENT,
  signTransaction,
  topicOf,
} from '../../support/signed-transactions.ts'

const ADDRESS = devAccounts()[0]!.address
const UNKNOWN = topicOf(0xdead)

describe('rpc / eth / reads', () => {
  let fixture: RpcFixture
  let first: Hash
  let removed: Hash
  beforeAll(async () => {
    fixture = await RpcFixture.start()
    const { node, rpc } = fixture
    removed = node.mine().head.hash
    node.reorg(1)
    for (const raw of oneOfEach(node.genesis)) await rpc('eth_sendRawTransaction', raw)
    first = node.mine().head.hash
    node.chain.tags.safe = 2n
    node.chain.tags.finalized = 1n
    await rpc('eth_sendRawTransaction', signTransaction(node.genesis, 0, { nonce: 1n }))
  })
  afterAll(() => fixture.stop())

  const failure = (method: string, ...params: unknown[]): Promise<unknown> =>
    fixture.rpc(method, ...params).then(
      (result) => ({ result }),
      ({ code, message }) => ({ code, message }),
    )

  it('reads balances and nonces at any block that can be named', async () => {
    const { rpc } = fixture
    const before = await rpc('eth_getBalance', ADDRESS, 'safe')
    const after = await rpc('eth_getBalance', ADDRESS)
    expect(BigInt(before as string) - BigInt(after as string)).toBe(1n)
    for (const block of ['latest', 'pending', '0x3', first, { blockHash: first }, null]) {
      expect(await rpc('eth_getBalance', ADDRESS, block)).toBe(after)
    }
    expect(await rpc('eth_getTransactionCount', ADDRESS)).toBe('0x1')
    expect(await rpc('eth_getTransactionCount', ADDRESS, 'earliest')).toBe('0x0')
    expect(await rpc('eth_getTransactionCount', ADDRESS, 'pending')).toBe('0x2')
    expect(await rpc('eth_getBalance', `0x${'99'.repeat(20)}`)).toBe('0x0')
  })

  it('reads code and storage, empty where there is none', async () => {
    const { rpc, node } = fixture
    const { AI } = node.genesis.predeploys
    expect(await rpc('eth_getCode', AI)).toMatch(/^0x60/)
    expect(await rpc('eth_getCode', ADDRESS)).toBe('0x')
    expect(await rpc('eth_getCode', `0x${'99'.repeat(20)}`)).toBe('0x')
    expect(await rpc('eth_getStorageAt', ADDRESS, '0x0')).toBe(topicOf(0))
  })

  it('names proofs as they were asked for', async () => {
    const proof = (await fixture.rpc('eth_getProof', ADDRESS, ['0x00', topicOf(1)])) as {
      storageProof: { key: string }[]
    }
    expect(proof.storageProof.map(({ key }) => key)).toEqual(['0x0', topicOf(1)])
    const nobody = await fixture.rpc('eth_getProof', `0x${'99'.repeat(20)}`, [])
    expect(nobody).toMatchObject({
      balance: '0x0',
      nonce: '0x0',
      codeHash: '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
      storageHash: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
    })
  })

  it('refuses to read state at blocks it does not know, in the words of geth', async () => {
    expect(await failure('eth_getBalance', ADDRESS, '0x99')).toEqual({
      code: -32000,
      message: 'header not found: block 0x99 is unknown',
    })
    expect(await failure('eth_getBalance', ADDRESS, UNKNOWN)).toEqual({
      code: -32000,
      message: 'header for hash not found',
    })
    const required = { blockHash: removed, requireCanonical: true }
    expect(await failure('eth_getBalance', ADDRESS, required)).toEqual({
      code: -32000,
      message: 'hash is not currently canonical',
    })
    expect(await failure('eth_getBalance', ADDRESS, { blockHash: removed })).toHaveProperty(
      'result',
    )
  })

  it('has null for blocks and transactions that are not there', async () => {
    for (const call of [
      ['eth_getBlockByNumber', '0x99', true],
      ['eth_getBlockByHash', UNKNOWN, false],
      ['eth_getHeaderByNumber', '0x99'],
      ['eth_getHeaderByHash', UNKNOWN],
      ['eth_getBlockReceipts', UNKNOWN],
      ['eth_getBlockTransactionCountByHash', UNKNOWN],
      ['eth_getBlockTransactionCountByNumber', '0x99'],
      ['eth_getUncleCountByBlockHash', UNKNOWN],
      ['eth_getUncleByBlockHashAndIndex', first, '0x0'],
      ['eth_getTransactionByHash', UNKNOWN],
      ['eth_getTransactionReceipt', UNKNOWN],
      ['eth_getTransactionByBlockHashAndIndex', first, '0x6'],
    ] as const) {
      const [method, ...params] = call
      expect([method, await fixture.rpc(method, ...params)]).toEqual([method, null])
    }
  })

  it('gives headers, counts and transactions of a block by number and by hash', async () => {
    const { rpc } = fixture
    const block = (await rpc('eth_getBlockByNumber', '0x3', true)) as Record<string, unknown>
    expect(await rpc('eth_getBlockByHash', first, true)).toEqual(block)
    const { transactions, size: _s, uncles: _u, withdrawals: _w, ...header } = block
    expect(await rpc('eth_getHeaderByHash', first)).toEqual(header)
    expect(await rpc('eth_getHeaderByNumber', 'latest')).toEqual(header)
    expect(await rpc('eth_getBlockTransactionCountByHash', first)).toBe('0x6')
    expect(await rpc('eth_getUncleCountByBlockNumber', '0x3')).toBe('0x0')
    const list = transactions as { hash: Hash }[]
    for (const [i, transaction] of list.entries()) {
      const at = `0x${i.toString(16)}`
      expect(await rpc('eth_getTransactionByHash', transaction.hash)).toEqual(transaction)
      expect(await rpc('eth_getTransactionByBlockHashAndIndex', first, at)).toEqual(transaction)
      expect(await rpc('eth_getTransactionByBlockNumberAndIndex', '0x3', at)).toEqual(transaction)
    }
    const hashes = await rpc('eth_getBlockByNumber', '0x3', false)
    expect(hashes).toMatchObject({ transactions: list.map(({ hash }) => hash) })
  })

  it('gives each receipt alone as it is within its block, logs counted through', async () => {
    const { rpc } = fixture
    const receipts = (await rpc('eth_getBlockReceipts', first)) as Record<string, unknown>[]
    expect(receipts).toHaveLength(6)
    for (const receipt of receipts) {
      const alone = await rpc('eth_getTransactionReceipt', receipt['transactionHash'])
      expect(alone).toEqual(receipt)
    }
    const logs = receipts.flatMap((receipt) => receipt['logs'] as { logIndex: string }[])
    expect(logs.map(({ logIndex }) => logIndex)).toEqual(['0x0', '0x1'])
    expect(receipts[4]).toMatchObject({ to: null, contractAddress: expect.stringMatching(/^0x/) })
    expect(receipts[0]).toMatchObject({ to: RECIPIENT, contractAddress: null, status: '0x1' })
  })

  it('shows what the sender paid once mined, and the most it may pay before', async () => {
    const mined = await fixture.rpc('eth_getTransactionByBlockHashAndIndex', first, '0x2')
    const { baseFeePerGas } = (await fixture.rpc('eth_getBlockByHash', first, false)) as {
      baseFeePerGas: string
    }
    const paid = BigInt(baseFeePerGas) + 1_000_000_000n
    expect(mined).toMatchObject({ gasPrice: `0x${paid.toString(16)}` })
    const [waiting] = fixture.node.pool.pending()
    expect(await fixture.rpc('eth_getTransactionByHash', waiting?.hash)).toMatchObject({
      gasPrice: '0xb2d05e00',
      blockHash: null,
      blockNumber: null,
      blockTimestamp: null,
      transactionIndex: null,
    })
  })

  it('shows the pending block as the schema has blocks, under its hash before the seal', async () => {
    const { rpc, node } = fixture
    const [waiting] = node.pool.pending()
    const block = (await rpc('eth_getBlockByNumber', 'pending', false)) as { hash: string }
    expect(block).toMatchObject({
      number: '0x4',
      hash: expect.stringMatching(/^0x/),
      nonce: `0x${'00'.repeat(8)}`,
      miner: expect.stringMatching(/^0x/),
      transactions: [waiting?.hash],
    })
    expect(await rpc('eth_getBlockTransactionCountByNumber', 'pending')).toBe('0x1')
    expect(await rpc('eth_getBlockReceipts', 'pending')).toBeNull()
    const transaction = await rpc('eth_getTransactionByBlockNumberAndIndex', 'pending', '0x0')
    expect(transaction).toMatchObject({ hash: waiting?.hash, blockHash: block.hash })
  })

  it('gives raw bytes that hash to what they are asked by', async () => {
    const { rpc, node } = fixture
    const [waiting] = node.pool.pending()
    const raw = await rpc('eth_getRawTransactionByHash', waiting?.hash)
    expect(raw).toBe(`0x${Buffer.from(waiting!.raw).toString('hex')}`)
    expect(await rpc('debug_getRawTransaction', waiting?.hash)).toBe(raw)
    expect(await rpc('eth_getRawTransactionByHash', UNKNOWN)).toBe('0x')
    const header = await rpc('debug_getRawHeader', first)
    expect(await rpc('web3_sha3', header)).toBe(first)
    const block = (await rpc('debug_getRawBlock', '0x3')) as string
    expect(block).toContain((header as string).slice(2))
    expect(await failure('debug_getRawBlock', '2')).toMatchObject({ code: -32602 })
    expect(await failure('debug_getRawHeader', '0x99')).toMatchObject({ code: -32000 })
  })

  it('gives raw receipts as EIP-2718 has them', async () => {
    const receipts = (await fixture.rpc('debug_getRawReceipts', first)) as Hex[]
    const fields = receipts.map((raw) => {
      const bytes = hexToBytes(raw)
      const type = bytes[0]! < 0x80 ? bytes[0] : 0
      const list = RLP.decode(type === 0 ? bytes : bytes.subarray(1)) as [
        unknown,
        unknown,
        unknown,
        unknown[],
      ]
      return [type, list.length, list[3].length]
    })
    expect(fields).toEqual([
      [0, 4, 0],
      [1, 4, 0],
      [2, 4, 1],
      [4, 4, 0],
      [2, 4, 0],
      [2, 4, 1],
    ])
    const logs = RLP.decode(hexToBytes(receipts[2]!).subarray(1)) as unknown[]
    expect(logs[3]).toEqual([
      [
        hexToBytes(RECIPIENT),
        [topicOf(1), topicOf(2)].map((topic) => hexToBytes(topic)),
        new Uint8Array(),
      ],
    ])
  })

  it('reads no more receipts for a history of fees that nobody waits for', async () => {
    const newest = { tag: 'latest' } as const
    const ask = (signal: AbortSignal) =>
      feeHistory(fixture.node, { count: 3, newest, percentiles: [50], signal })
    expect(await ask(new AbortController().signal)).toMatchObject({ reward: expect.any(Array) })
    await expect(ask(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('says who and where it is', async () => {
    const { rpc, node } = fixture
    const { chainId } = node.genesis.params
    expect(await rpc('eth_chainId')).toBe(`0x${chainId.toString(16)}`)
    expect(await rpc('net_version')).toBe(chainId.toString())
    expect(await rpc('eth_blockNumber')).toBe('0x3')
    expect(await rpc('web3_clientVersion')).toBe('hanzo/0.0.0-fake')
    expect(await rpc('net_listening')).toBe(true)
    expect(await rpc('net_peerCount')).toBe('0x0')
    expect(await rpc('rpc_modules')).toEqual({
      debug: '1.0',
      eth: '1.0',
      hanzo: '1.0',
      net: '1.0',
      ots: '1.0',
      personal: '1.0',
      rpc: '1.0',
      testing: '1.0',
      txpool: '1.0',
      web3: '1.0',
    })
    expect(await rpc('eth_syncing')).toBe(false)
    node.network.progress = { startingBlock: 1n, currentBlock: 2n, highestBlock: 300n }
    expect(await rpc('eth_syncing')).toEqual({
      startingBlock: '0x1',
      currentBlock: '0x2',
      highestBlock: '0x12c',
    })
    node.network.progress = undefined
  })

  it('shows the pool by sender and nonce', async () => {
    const [waiting] = fixture.node.pool.pending()
    const { rpc } = fixture
    expect(await rpc('txpool_status')).toEqual({ pending: '0x1', queued: '0x0' })
    expect(await rpc('txpool_content')).toMatchObject({
      pending: { [ADDRESS]: { 1: { hash: waiting?.hash, blockHash: null } } },
      queued: {},
    })
    expect(await rpc('txpool_contentFrom', RECIPIENT)).toEqual({ pending: {}, queued: {} })
    expect(await rpc('txpool_inspect')).toEqual({
      pending: { [ADDRESS]: { 1: `${RECIPIENT}: 1 wei + 100000 gas × 3000000000 wei` } },
      queued: {},
    })
  })
})
