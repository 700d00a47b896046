/** ethers 6 against `hanzo dev`: provider, wallet, contract and listeners. */
import {
  Contract,
  ContractFactory,
  isCallException,
  JsonRpcProvider,
  NonceManager,
  verifyMessage,
  verifyTypedData,
  Wallet,
  WebSocketProvider,
} from 'ethers'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type DevProcess, startDevProcess } from './support/dev-process.ts'
import { PRICE } from './support/till-abi.ts'

let dev: DevProcess
let provider: JsonRpcProvider
let alice: Wallet
let till: Contract

beforeAll(async () => {
  dev = await startDevProcess()
  // As it comes; but that a block is looked for every 20 ms and nothing is cached meanwhile.
  provider = new JsonRpcProvider(dev.url, undefined, { pollingInterval: 20, cacheTimeout: -1 })
  alice = new Wallet(dev.config.accounts[0]!.privateKey, provider)
  const { abi, bytecode } = inject('till')
  const factory = new ContractFactory([...abi], bytecode, alice)
  const deployed = await (await factory.deploy(PRICE)).waitForDeployment()
  till = new Contract(await deployed.getAddress(), [...abi], alice)
})
afterAll(() => provider?.destroy())

const pay = (note: string, overrides: object) => till.getFunction('pay')(note, overrides)

describe('clients / ethers', () => {
  it('connects, with the chain id as its network, and reads what it has deployed', async () => {
    const { chainId } = await provider.getNetwork()
    expect(chainId).toBe(BigInt(dev.chainId))
    expect(await till.getFunction('price')()).toBe(PRICE)
    expect(await provider.getCode(till)).not.toBe('0x')
  })

  it('pays with the fees and the gas that it has estimated', async () => {
    const fees = await provider.getFeeData()
    const { baseFeePerGas } = (await provider.getBlock('latest'))!
    expect(fees.maxFeePerGas).toBeGreaterThanOrEqual(baseFeePerGas! + fees.maxPriorityFeePerGas!)
    expect(fees.gasPrice).toBeGreaterThan(0n)
    const gasLimit = await till.getFunction('pay').estimateGas('tea', { value: PRICE })
    const sent = await pay('tea', { value: PRICE, gasLimit })
    const receipt = await sent.wait(1)
    expect(receipt).toMatchObject({ status: 1, type: 2, to: await till.getAddress() })
    expect(receipt.gasUsed).toBeLessThanOrEqual(gasLimit)
    expect(receipt.fee).toBe(receipt.gasUsed * receipt.gasPrice)
    expect(await provider.getTransactionCount(alice.address, 'pending')).toBe(sent.nonce + 1)
  })

  it('finds the logs by contract and by indexed argument', async () => {
    const { hash } = await (await pay('milk', { value: PRICE + 5n })).wait()
    const mine = await till.queryFilter(till.filters['Paid']!(alice.address), 0)
    const found = mine.filter(({ transactionHash }) => transactionHash === hash)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ args: [alice.address, PRICE + 5n, 'milk'], removed: false })
    expect(await till.queryFilter(till.filters['Paid']!(await till.getAddress()), 0)).toEqual([])
  })

  it('decodes a custom error of a call, of an estimate, and of a receipt', async () => {
    const thrown = (promise: Promise<unknown>) =>
      promise.then(
        () => undefined,
        (error) => error,
      )
    const underpaid = { name: 'Underpaid', args: [PRICE, 1n] }
    const called = await thrown(till.getFunction('pay').staticCall('gum', { value: 1n }))
    expect(isCallException(called) && called.revert).toMatchObject(underpaid)
    const estimated = await thrown(pay('gum', { value: 1n }))
    expect(till.interface.parseError(estimated.data)).toMatchObject(underpaid)
    const sent = await pay('gum', { value: 1n, gasLimit: 100_000 })
    const reverted = await thrown(sent.wait())
    expect(reverted).toMatchObject({ code: 'CALL_EXCEPTION', receipt: { status: 0 } })
  })

  it('hears of events by polling, and of blocks and events over a WebSocket', async () => {
    const polled = new Promise(
      (resolve) => void till.once('Paid', (_from, _amount, note) => resolve(note)),
    )
    const socket = new WebSocketProvider(dev.wsUrl)
    try {
      const block = new Promise<number>((resolve) => void socket.once('block', resolve))
      const overSocket = till.connect(socket) as Contract
      const told = new Promise((resolve) => {
        void overSocket.once('Paid', (_from, _amount, note) => resolve(note))
      })
      // Requests of one socket are answered in order: the subscriptions stand when this one is.
      await overSocket.listeners('Paid')
      const head = await socket.getBlockNumber()
      const { blockNumber } = await (await pay('heard', { value: PRICE })).wait()
      expect(await told).toBe('heard')
      expect(await polled).toBe('heard')
      expect(await block).toBe(blockNumber)
      expect(blockNumber).toBe(head + 1)
    } finally {
      await socket.destroy()
    }
  })

  it("sends and signs with an account of the node's own", async () => {
    const signer = await provider.getSigner(4)
    expect(signer.address.toLowerCase()).toBe(dev.config.accounts[4]!.address)
    const receipt = await (await signer.sendTransaction({ to: alice.address, value: 7n })).wait()
    expect(receipt).toMatchObject({ status: 1, from: signer.address })
    expect(verifyMessage('words', await signer.signMessage('words'))).toBe(signer.address)
    const domain = {
      name: 'Till',
      chainId: dev.chainId,
      verifyingContract: await till.getAddress(),
    }
    const types = {
      Order: [
        { name: 'note', type: 'string' },
        { name: 'amounts', type: 'uint256[]' },
      ],
    }
    const order = { note: 'tea', amounts: [1n, 2n ** 200n] }
    const signature = await signer.signTypedData(domain, types, order)
    expect(verifyTypedData(domain, types, order, signature)).toBe(signer.address)
  })

  it('sends a run of transactions through a nonce manager', async () => {
    const manager = new NonceManager(new Wallet(dev.config.accounts[5]!.privateKey, provider))
    const sends = Array.from({ length: 5 }, () => manager.sendTransaction({ to: alice.address }))
    const sent = await Promise.all(sends)
    expect(sent.map(({ nonce }) => nonce)).toEqual([0, 1, 2, 3, 4])
    for (const { status } of (await Promise.all(sent.map((one) => one.wait()))).map((r) => r!)) {
      expect(status).toBe(1)
    }
  })
})
