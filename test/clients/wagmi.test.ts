/** wagmi's core against `hanzo dev`: its store, actions and watchers, as React hooks use them. */
import {
  type Config,
  connect,
  createConfig,
  deployContract,
  disconnect,
  estimateFeesPerGas,
  estimateGas,
  getBalance,
  getBlockNumber,
  getChainId,
  getConnection,
  http,
  mock,
  readContract,
  readContracts,
  sendCalls,
  signMessage,
  signTypedData,
  simulateContract,
  verifyMessage,
  waitForCallsStatus,
  waitForTransactionReceipt,
  watchBlockNumber,
  watchContractEvent,
  webSocket,
  writeContract,
} from '@wagmi/core'
import { type Chain, defineChain, parseEther, recoverTypedDataAddress, type Transport } from 'viem'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import '../../p2p/polyfill.ts'
import { type DevProcess, startDevProcess } from './support/dev-process.ts'
import { PRICE, TILL_ABI } from './support/till-abi.ts'

let dev: DevProcess
let config: Config
let till: `0x${string}`

const account = (index: number) => dev.config.accounts[index]!.address

/** The connector forwards what a wallet would sign to the node, whose accounts sign it. */
const configFor = (chain: Chain, transport: Transport): Config =>
  createConfig({
    chains: [chain],
    connectors: [mock({ accounts: [account(0), account(1)] })],
    pollingInterval: 20,
    transports: { [chain.id]: transport },
  })

beforeAll(async () => {
  dev = await startDevProcess()
  const { nativeCurrency, chainName: name } = dev.config.addEthereumChain
  const rpcUrls = { default: { http: [dev.url], webSocket: [dev.wsUrl] } }
  const chain = defineChain({ id: dev.chainId, name, nativeCurrency, rpcUrls })
  config = configFor(chain, http())
  await connect(config, { connector: config.connectors[0]! })
  const { bytecode } = inject('till')
  const hash = await deployContract(config, { abi: TILL_ABI, bytecode, args: [PRICE] })
  till = (await waitForTransactionReceipt(config, { hash })).contractAddress!
})

const payment = (note: string, value: bigint) =>
  ({ address: till, abi: TILL_ABI, functionName: 'pay', args: [note], value }) as const

/** Watches from now on; `after` pays and gives the note of the event, once a block was heard of. */
function watch(watching: Config): { after(note: string): Promise<string | undefined> } {
  const block = Promise.withResolvers<bigint>()
  const event = Promise.withResolvers<string | undefined>()
  const stops = [
    watchBlockNumber(watching, { onBlockNumber: block.resolve, onError: block.reject }),
    watchContractEvent(watching, {
      ...{ address: till, abi: TILL_ABI, eventName: 'Paid', onError: event.reject },
      onLogs: ([log]) => event.resolve(log?.args.note),
    }),
  ]
  return {
    async after(note) {
      await writeContract(config, payment(note, PRICE))
      await block.promise
      const heard = await event.promise
      for (const stop of stops) stop()
      return heard
    },
  }
}

describe('clients / wagmi', () => {
  it('is connected to the chain of the banner, and knows its accounts and balances', async () => {
    const { status, chainId, address } = getConnection(config)
    expect({ status, chainId }).toEqual({ status: 'connected', chainId: dev.chainId })
    expect(address?.toLowerCase()).toBe(account(0))
    expect(getChainId(config)).toBe(dev.chainId)
    const { value, symbol } = await getBalance(config, { address: account(6) })
    expect({ value, symbol }).toEqual({ value: parseEther('10000'), symbol: 'AI' })
  })

  it('simulates, pays and waits, with estimated fees', async () => {
    const fees = await estimateFeesPerGas(config)
    expect(fees.maxFeePerGas).toBeGreaterThan(fees.maxPriorityFeePerGas)
    expect(await estimateGas(config, { to: account(1), value: 1n })).toBe(21_000n)
    const { request } = await simulateContract(config, payment('tea', PRICE))
    const hash = await writeContract(config, request)
    const receipt = await waitForTransactionReceipt(config, { hash })
    expect(receipt).toMatchObject({ status: 'success', type: 'eip1559', from: account(0) })
    const total = { address: till, abi: TILL_ABI, functionName: 'total' } as const
    expect(await readContract(config, total)).toBe(PRICE)
    const read = await readContracts(config, {
      contracts: [total, { ...total, functionName: 'price' }],
    })
    expect(read.map(({ result }) => result)).toEqual([PRICE, PRICE])
  })

  it('names the custom error of a payment that would fail', async () => {
    await expect(simulateContract(config, payment('gum', 1n))).rejects.toThrow(
      /Underpaid\(uint256 price, uint256 paid\)\s+\(1000, 1\)/,
    )
  })

  it('sends a batch of calls and hears that they are done', async () => {
    const calls = [
      { to: account(7), value: 1n },
      { to: account(8), value: 2n },
    ]
    const { id } = await sendCalls(config, { calls })
    const { status, receipts } = await waitForCallsStatus(config, {
      id,
      pollingInterval: 20,
      status: (sent) => sent.receipts?.length === calls.length,
    })
    expect(status).toBe('success')
    expect(receipts?.map((receipt) => receipt.status)).toEqual(['success', 'success'])
  })

  it('signs messages and typed data that recover to the account', async () => {
    const message = 'what is signed'
    const signature = await signMessage(config, { message })
    expect(await verifyMessage(config, { address: account(0), message, signature })).toBe(true)
    const typed = {
      domain: { name: 'Till', chainId: dev.chainId, verifyingContract: till },
      types: { Order: [{ name: 'note', type: 'string' }] },
      primaryType: 'Order',
      message: { note: 'tea' },
    } as const
    const signed = await signTypedData(config, typed)
    const signer = await recoverTypedDataAddress({ ...typed, signature: signed })
    expect(signer.toLowerCase()).toBe(account(0))
  })

  it('watches blocks and events over a WebSocket', async () => {
    const watching = configFor(config.chains[0], webSocket())
    const heard = watch(watching)
    // Requests of one socket are answered in order: the subscriptions stand when this one is.
    await getBlockNumber(watching, { cacheTime: 0 })
    expect(await heard.after('by socket')).toBe('by socket')
    const { socket } = await watching.getClient().transport['getRpcClient']()
    socket.close()
  })

  it('watches blocks and events by polling a filter', async () => {
    const polled = Promise.withResolvers<void>()
    const onFetchRequest = (_: Request, { body }: RequestInit) => {
      const isText = typeof body === 'string'
      if (isText && body.includes('eth_getFilterChanges')) polled.resolve()
    }
    const heard = watch(configFor(config.chains[0], http(undefined, { onFetchRequest })))
    await polled.promise
    expect(await heard.after('by filter')).toBe('by filter')
  })

  it('disconnects', async () => {
    await disconnect(config)
    expect(getConnection(config).status).toBe('disconnected')
  })
})
