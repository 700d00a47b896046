import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Contract, JsonRpcProvider, parseEther, Wallet, WebSocketProvider } from 'ethers'
import {
  type Chain,
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  encodeErrorResult,
  http,
  parseAbi,
  webSocket,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devAccounts } from '../../../genesis/accounts.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import { logData, RECIPIENT } from '../../support/signed-transactions.ts'
import { ROOT } from '../../support/source-tree.ts'

const run = promisify(execFile)
const [ALICE, BOB] = devAccounts()
const ABI = parseAbi([
  'error Refused(uint256 amount)',
  'function price() view returns (uint256)',
  'event Ping()',
])
/** Adds a block for each transaction as soon as it is in the pool. */
const mineAtOnce = (fixture: RpcFixture): void => {
  fixture.node.events.on('pendingTransaction', () => setImmediate(() => fixture.node.mine()))
}

describe('rpc / clients / viem', () => {
  let fixture: RpcFixture
  let chain: Chain
  beforeAll(async () => {
    fixture = await RpcFixture.start()
    mineAtOnce(fixture)
    chain = defineChain({
      id: Number(fixture.node.genesis.params.chainId),
      name: 'Hanzo devnet',
      nativeCurrency: { name: 'AI', symbol: 'AI', decimals: 18 },
      rpcUrls: { default: { http: [fixture.server.url] } },
    })
  })
  afterAll(() => fixture.stop())

  const overHttp = () => createPublicClient({ chain, transport: http(), pollingInterval: 10 })

  it('connects, sends and confirms with a key of its own', async () => {
    const client = overHttp()
    const account = privateKeyToAccount(ALICE!.privateKey)
    const wallet = createWalletClient({ account, chain, transport: http() })
    const before = await client.getBalance({ address: RECIPIENT })
    const hash = await wallet.sendTransaction({ to: RECIPIENT, value: 5n })
    const receipt = await client.waitForTransactionReceipt({ hash })
    expect(receipt).toMatchObject({ status: 'success', type: 'eip1559', to: RECIPIENT })
    expect(await client.getBalance({ address: RECIPIENT })).toBe(before + 5n)
    expect(await client.getTransaction({ hash })).toMatchObject({ value: 5n, transactionIndex: 0 })
    const block = await client.getBlock({ blockHash: receipt.blockHash, includeTransactions: true })
    expect(block.transactions.map((transaction) => transaction.hash)).toEqual([hash])
  })

  it('sends with an account of the node', async () => {
    const wallet = createWalletClient({ chain, transport: http() })
    const [account] = await wallet.getAddresses()
    expect(account?.toLowerCase()).toBe(ALICE!.address)
    const hash = await wallet.sendTransaction({ account: account!, to: RECIPIENT, value: 1n })
    await overHttp().waitForTransactionReceipt({ hash })
  })

  it('reads contracts, estimates fees, and decodes custom errors', async () => {
    const client = overHttp()
    const { AI } = fixture.node.genesis.predeploys
    fixture.node.onCall = () => ({ kind: 'ok', output: `0x${'7'.padStart(64, '0')}`, gasUsed: 1n })
    const call = { address: AI!, abi: ABI, functionName: 'price' } as const
    expect(await client.readContract(call)).toBe(7n)
    expect(await client.estimateFeesPerGas()).toMatchObject({
      maxPriorityFeePerGas: expect.any(BigInt),
    })
    const output = encodeErrorResult({ abi: ABI, errorName: 'Refused', args: [9n] })
    fixture.node.onCall = () => ({ kind: 'reverted', output, gasUsed: 1n })
    await expect(client.readContract(call)).rejects.toThrow(/Refused\(uint256 amount\)\s+\(9\)/)
    fixture.node.onCall = () => ({ kind: 'ok', output: '0x', gasUsed: 21_000n })
  })

  it('watches blocks and events, by filters over HTTP and by subscriptions', async () => {
    const wallet = createWalletClient({ chain, transport: http() })
    const socket = createPublicClient({
      chain,
      transport: webSocket(fixture.server.url.replace('http', 'ws'), { reconnect: false }),
    })
    for (const client of [overHttp(), socket]) {
      const stops: (() => void)[] = []
      const seen = Promise.all([
        new Promise((resolve) => stops.push(client.watchBlockNumber({ onBlockNumber: resolve }))),
        new Promise((resolve) => {
          stops.push(client.watchEvent({ address: RECIPIENT, onLogs: resolve }))
        }),
        new Promise((resolve) => {
          stops.push(client.watchPendingTransactions({ onTransactions: resolve }))
        }),
      ])
      // Watching begins with calls of its own and does not say when it has begun: send on.
      const again = setInterval(() => {
        const request = { account: BOB!.address, to: RECIPIENT, data: logData(1) } as const
        void wallet.sendTransaction(request)
      }, 50)
      expect(await seen).toHaveLength(3)
      clearInterval(again)
      for (const stop of stops) stop()
    }
    const { socket: raw } = await socket.transport.getRpcClient()
    raw.close()
  })

  it('reads the pool as a test client does', async () => {
    const test = createTestClient({ mode: 'geth' as never, chain, transport: http() })
    expect(await test.getTxpoolStatus()).toEqual({ pending: 0, queued: 0 })
  })
})

describe('rpc / clients / ethers', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
    mineAtOnce(fixture)
  })
  afterAll(() => fixture.stop())

  it('connects, sends and confirms over HTTP', async () => {
    const options = { pollingInterval: 20, cacheTimeout: -1 }
    const provider = new JsonRpcProvider(fixture.server.url, undefined, options)
    const network = await provider.getNetwork()
    expect(network.chainId).toBe(fixture.node.genesis.params.chainId)
    const wallet = new Wallet(ALICE!.privateKey, provider)
    const sent = await wallet.sendTransaction({ to: RECIPIENT, value: parseEther('1') })
    const receipt = await sent.wait()
    expect(receipt).toMatchObject({ status: 1, hash: sent.hash })
    expect(await provider.getBalance(RECIPIENT)).toBe(parseEther('1'))
    expect(await provider.getTransactionCount(wallet.address, 'pending')).toBe(1)
    const signer = await provider.getSigner(1)
    expect((await (await signer.sendTransaction({ to: RECIPIENT })).wait())?.status).toBe(1)
    const block = await provider.getBlock('latest', true)
    expect(block?.prefetchedTransactions).toHaveLength(1)
    provider.destroy()
  })

  it('decodes reverts, and reads logs', async () => {
    const provider = new JsonRpcProvider(fixture.server.url)
    const { AI } = fixture.node.genesis.predeploys
    const abi = ['error Refused(uint256 amount)', 'function price() view returns (uint256)']
    const contract = new Contract(AI!, abi, provider)
    const output = encodeErrorResult({ abi: ABI, errorName: 'Refused', args: [9n] })
    fixture.node.onCall = () => ({ kind: 'reverted', output, gasUsed: 1n })
    await expect(contract['price']!()).rejects.toMatchObject({
      code: 'CALL_EXCEPTION',
      revert: { name: 'Refused' },
    })
    fixture.node.onCall = () => ({ kind: 'ok', output: '0x', gasUsed: 30_000n })
    const signer = await provider.getSigner(2)
    await (await signer.sendTransaction({ to: RECIPIENT, data: logData(5) })).wait()
    const logs = await provider.getLogs({ address: RECIPIENT, fromBlock: 0 })
    expect(logs.map(({ topics }) => topics)).toEqual([[logData(5)]])
    provider.destroy()
  })

  it('hears of blocks and pending transactions over a WebSocket', async () => {
    const provider = new WebSocketProvider(fixture.server.url.replace('http', 'ws'))
    const heard = Promise.all([
      new Promise<number>((resolve) => void provider.once('block', resolve)),
      new Promise<string>((resolve) => void provider.once('pending', resolve)),
    ])
    const wallet = new Wallet(BOB!.privateKey, provider)
    const sent = await wallet.sendTransaction({ to: RECIPIENT })
    await sent.wait()
    fixture.node.mine()
    const [, hash] = await heard
    expect(hash).toBe(sent.hash)
    await provider.destroy()
  })
})

describe('rpc / clients / cast', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
    mineAtOnce(fixture)
  })
  afterAll(() => fixture.stop())

  const cast = async (...args: string[]): Promise<string> => {
    const path = `${ROOT}/node_modules/.bin/cast`
    const { stdout } = await run(path, [...args, '--rpc-url', fixture.server.url])
    return stdout.trim()
  }

  it('sends with a key, and with an account of the node', async () => {
    const key = ['--private-key', ALICE!.privateKey]
    const sent = JSON.parse(await cast('send', RECIPIENT, '--value', '3', '--json', ...key))
    expect(sent).toMatchObject({ status: '0x1', type: '0x2' })
    await cast('send', RECIPIENT, '--value', '4', '--unlocked', '--from', BOB!.address)
    expect(await cast('balance', RECIPIENT)).toBe('7')
    expect(await cast('receipt', sent.transactionHash, 'blockNumber')).toBe('1')
  })

  it('reads blocks and names', async () => {
    expect(await cast('chain-id')).toBe(String(fixture.node.genesis.params.chainId))
    expect(await cast('client')).toBe('hanzo/0.0.0-fake')
    expect(await cast('block', '0', '--field', 'hash')).toBe(
      await fixture.node.chain.canonicalHash(0n),
    )
  })
})
