/** viem against `hanzo dev`: the calls that a dapp makes, over HTTP and a WebSocket. */
import {
  type BaseError,
  type Chain,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  defineChain,
  encodeFunctionData,
  erc20Abi,
  http,
  parseEther,
  parseEventLogs,
  webSocket,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type DevProcess, startDevProcess } from './support/dev-process.ts'
import { PRICE, TILL_ABI } from './support/till-abi.ts'

const MULTICALL3 = '0xcA11bde05977b3631167028862bE2a173976CA11'

let dev: DevProcess
let chain: Chain
let till: `0x${string}`

const reader = () => createPublicClient({ chain, transport: http(), pollingInterval: 20 })
const keyHolder = (index: number) => privateKeyToAccount(dev.config.accounts[index]!.privateKey)
const wallet = (index = 0) =>
  createWalletClient({ chain, transport: http(), account: keyHolder(index) })
const payment = (note: string, value = PRICE) =>
  ({ address: till, abi: TILL_ABI, functionName: 'pay', args: [note], value }) as const

beforeAll(async () => {
  dev = await startDevProcess()
  chain = defineChain({
    id: dev.chainId,
    name: dev.config.addEthereumChain.chainName,
    nativeCurrency: dev.config.addEthereumChain.nativeCurrency,
    rpcUrls: { default: { http: [dev.url], webSocket: [dev.wsUrl] } },
    contracts: { multicall3: { address: MULTICALL3 } },
  })
  const { bytecode } = inject('till')
  const hash = await wallet().deployContract({ abi: TILL_ABI, bytecode, args: [PRICE] })
  const receipt = await reader().waitForTransactionReceipt({ hash })
  till = receipt.contractAddress!
})

describe('clients / viem', () => {
  it('connects to the chain of the banner and deploys', async () => {
    expect(await reader().getChainId()).toBe(dev.chainId)
    const code = await reader().getCode({ address: till })
    // The price stands in it as an immutable.
    expect(code).toContain(PRICE.toString(16))
    expect(
      await reader().readContract({ address: till, abi: TILL_ABI, functionName: 'price' }),
    ).toBe(PRICE)
  })

  it('pays with the fees and the gas that it has estimated', async () => {
    const { maxFeePerGas, maxPriorityFeePerGas } = await reader().estimateFeesPerGas()
    const { baseFeePerGas } = await reader().getBlock()
    expect(maxFeePerGas).toBeGreaterThanOrEqual(baseFeePerGas! + maxPriorityFeePerGas)
    const call = payment('tea')
    const gas = await reader().estimateContractGas({ ...call, account: keyHolder(0) })
    const hash = await wallet().writeContract({ ...call, gas })
    const receipt = await reader().waitForTransactionReceipt({ hash, confirmations: 1 })
    expect(receipt).toMatchObject({ status: 'success', type: 'eip1559', to: till })
    expect(receipt.gasUsed).toBeLessThanOrEqual(gas)
    expect(receipt.effectiveGasPrice).toBeLessThanOrEqual(maxFeePerGas)
    const [log] = parseEventLogs({ abi: TILL_ABI, logs: receipt.logs, strict: true })
    expect(log?.args).toMatchObject({ from: keyHolder(0).address, amount: PRICE, note: 'tea' })
  })

  it('finds the logs by contract and by indexed argument', async () => {
    const hash = await wallet(1).writeContract(payment('milk'))
    await reader().waitForTransactionReceipt({ hash })
    const from = keyHolder(1).address
    const event = { address: till, abi: TILL_ABI, eventName: 'Paid', fromBlock: 0n } as const
    const found = await reader().getContractEvents({ ...event, args: { from } })
    expect(found.map(({ transactionHash }) => transactionHash)).toEqual([hash])
    const nobody = await reader().getContractEvents({ ...event, args: { from: till } })
    expect(nobody).toEqual([])
  })

  it('decodes a custom error of a simulation, and sees the receipt of one that was sent', async () => {
    const call = payment('gum', 1n)
    const error = await reader()
      .simulateContract({ ...call, account: keyHolder(0) })
      .catch((thrown: unknown) => thrown)
    const reverted = (error as BaseError).walk(
      (one) => one instanceof ContractFunctionRevertedError,
    )
    expect((reverted as ContractFunctionRevertedError).data).toMatchObject({
      ...{ errorName: 'Underpaid', args: [PRICE, 1n] },
    })
    const hash = await wallet().writeContract({ ...call, gas: 100_000n })
    const receipt = await reader().waitForTransactionReceipt({ hash })
    expect(receipt).toMatchObject({ status: 'reverted', logs: [] })
  })

  it('reads several contracts in one multicall, the native coin among them as an ERC-20', async () => {
    const token = dev.config.predeploys['AI']!
    const holder = keyHolder(5).address
    const [price, balance] = await reader().multicall({
      contracts: [
        { address: till, abi: TILL_ABI, functionName: 'price' },
        { address: token, abi: erc20Abi, functionName: 'balanceOf', args: [holder] },
      ],
      allowFailure: false,
    })
    expect(price).toBe(PRICE)
    expect(balance).toBe(parseEther('10000'))
    expect(balance).toBe(await reader().getBalance({ address: holder }))
  })

  it('sends legacy and access-list transactions', async () => {
    const to = keyHolder(9).address
    const accessList = [{ address: till, storageKeys: [] }] as const
    for (const request of [{ type: 'legacy' }, { type: 'eip2930', accessList }] as const) {
      const hash = await wallet(2).sendTransaction({ to, value: 1n, ...request })
      const receipt = await reader().waitForTransactionReceipt({ hash })
      expect(receipt).toMatchObject({ status: 'success', type: request.type })
      expect(await reader().getTransaction({ hash })).toMatchObject({
        type: request.type,
        value: 1n,
      })
    }
  })

  it('delegates an account to a contract by EIP-7702, which then answers at its address', async () => {
    const account = privateKeyToAccount(generatePrivateKey())
    const authorization = await wallet(3).signAuthorization({ account, contractAddress: till })
    const data = encodeFunctionData({ abi: TILL_ABI, functionName: 'pay', args: ['delegated'] })
    const hash = await wallet(3).sendTransaction({
      ...{ to: account.address, data, value: PRICE, authorizationList: [authorization] },
    })
    const receipt = await reader().waitForTransactionReceipt({ hash })
    expect(receipt).toMatchObject({ status: 'success', type: 'eip7702' })
    expect(receipt.logs[0]?.address).toBe(account.address.toLowerCase())
    expect(await reader().getCode({ address: account.address })).toBe(
      `0xef0100${till.slice(2).toLowerCase()}`,
    )
  })

  it('hears of blocks, pending transactions and events over a WebSocket', async () => {
    const socket = createPublicClient({ chain, transport: webSocket(undefined, { retryCount: 0 }) })
    const stops: (() => void)[] = []
    const heard = <Value>(watch: (resolve: (value: Value) => void) => () => void) =>
      new Promise<Value>((resolve) => stops.push(watch(resolve)))
    const logs = heard<string>((resolve) =>
      socket.watchContractEvent({
        ...{ address: till, abi: TILL_ABI, eventName: 'Paid', strict: true },
        onLogs: ([log]) => log !== undefined && resolve(log.args.note),
      }),
    )
    const blocks = heard<bigint>((resolve) => socket.watchBlockNumber({ onBlockNumber: resolve }))
    const pending = heard<string>((resolve) =>
      socket.watchPendingTransactions({ onTransactions: ([hash]) => hash && resolve(hash) }),
    )
    // Requests of one socket are answered in order: the subscriptions stand when this one is.
    const head = await socket.getBlockNumber({ cacheTime: 0 })
    const hash = await wallet().writeContract(payment('heard'))
    expect(await logs).toBe('heard')
    expect(await blocks).toBeGreaterThan(head)
    expect(await pending).toBe(hash)
    for (const stop of stops) stop()
    const { socket: raw } = await socket.transport.getRpcClient()
    raw.close()
  })

  it('is told by a filter over HTTP of what has come since', async () => {
    const event = { address: till, abi: TILL_ABI, eventName: 'Paid', strict: true } as const
    const filter = await reader().createContractEventFilter(event)
    expect(await reader().getFilterChanges({ filter })).toEqual([])
    const hash = await wallet().writeContract(payment('filtered'))
    await reader().waitForTransactionReceipt({ hash })
    const changes = await reader().getFilterChanges({ filter })
    expect(changes.map(({ args }) => args.note)).toEqual(['filtered'])
    expect(await reader().uninstallFilter({ filter })).toBe(true)
  })

  it('verifies a message on the chain, and not as that of another account', async () => {
    const message = 'what is signed'
    const signature = await wallet().signMessage({ message })
    const { address } = keyHolder(0)
    expect(await reader().verifyMessage({ address, message, signature })).toBe(true)
    expect(await reader().verifyMessage({ address: till, message, signature })).toBe(false)
  })
})
