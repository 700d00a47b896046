/** web3.js 4 against `hanzo dev`: accounts, contracts, events and subscriptions. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { Web3 } from 'web3'
import { type DevProcess, startDevProcess } from './support/dev-process.ts'
import { PRICE, TILL_ABI } from './support/till-abi.ts'

let dev: DevProcess
let web3: Web3
let socket: Web3
let from: string
let address: string

const tillOn = (client: Web3) => new client.eth.Contract(TILL_ABI, address)

beforeAll(async () => {
  dev = await startDevProcess()
  web3 = new Web3(dev.url)
  socket = new Web3(dev.wsUrl)
  web3.setConfig({ transactionPollingInterval: 20 })
  // The key is in web3's own wallet: the node sees signed transactions alone.
  from = web3.eth.accounts.wallet.add(dev.config.accounts[0]!.privateKey)[0]!.address
  const factory = new web3.eth.Contract(TILL_ABI)
  const deployed = await factory
    .deploy({ data: inject('till').bytecode, arguments: [PRICE] })
    .send({ from })
  address = deployed.options.address!
})
afterAll(() => socket?.provider?.disconnect())

describe('clients / web3', () => {
  it('connects and reads what it has deployed', async () => {
    expect(await web3.eth.getChainId()).toBe(BigInt(dev.chainId))
    expect(await web3.eth.net.isListening()).toBe(true)
    expect(await web3.eth.net.getId()).toBe(BigInt(dev.chainId))
    expect(await web3.eth.isSyncing()).toBe(false)
    expect(await tillOn(web3).methods['price']!().call()).toBe(PRICE)
  })

  it('pays with the fees and the gas that it has estimated', async () => {
    const fees = await web3.eth.calculateFeeData()
    const { baseFeePerGas } = await web3.eth.getBlock('latest')
    expect(fees.maxFeePerGas).toBeGreaterThanOrEqual(baseFeePerGas!)
    const payment = tillOn(web3).methods.pay('tea')
    const value = PRICE.toString()
    const gas = await payment.estimateGas({ from, value })
    const steps: string[] = []
    const receipt = await payment
      .send({ from, value, gas: gas.toString() })
      .on('transactionHash', () => void steps.push('hash'))
      .on('receipt', () => void steps.push('receipt'))
    expect(receipt).toMatchObject({ status: 1n, type: 2n })
    expect(receipt.gasUsed).toBeLessThanOrEqual(gas)
    expect(receipt.events?.['Paid']?.returnValues).toMatchObject({
      from,
      amount: PRICE,
      note: 'tea',
    })
    expect(steps).toEqual(['hash', 'receipt'])
  })

  it('finds the logs by indexed argument', async () => {
    const sent = await tillOn(web3).methods.pay('milk').send({ from, value: '2000' })
    const options = { filter: { from }, fromBlock: sent.blockNumber }
    const found = await tillOn(web3).getPastEvents('Paid', options)
    expect(found).toMatchObject([{ transactionHash: sent.transactionHash, event: 'Paid' }])
    const others = { filter: { from: address }, fromBlock: 0 }
    expect(await tillOn(web3).getPastEvents('Paid', others)).toEqual([])
  })

  it('decodes a custom error of a call and of a payment', async () => {
    const payment = tillOn(web3).methods.pay('gum')
    const underpaid = { errorName: 'Underpaid', errorArgs: { price: PRICE, paid: 1n } }
    for (const attempt of [
      payment.call({ from, value: '1' }),
      payment.send({ from, value: '1' }),
    ]) {
      const error = await attempt.then(
        () => undefined,
        (thrown) => thrown,
      )
      expect(error.cause ?? error.innerError).toMatchObject(underpaid)
    }
  })

  it('hears of blocks, logs and pending transactions over a WebSocket', async () => {
    const blocks = await socket.eth.subscribe('newBlockHeaders')
    const pending = await socket.eth.subscribe('pendingTransactions')
    const logs = await socket.eth.subscribe('logs', { address })
    const heard = Promise.all([
      new Promise((resolve) => blocks.once('data', resolve)),
      new Promise((resolve) => pending.once('data', resolve)),
      new Promise((resolve) => logs.once('data', resolve)),
    ])
    const event = tillOn(socket).events.Paid()
    const decoded = new Promise((resolve) => event.once('data', resolve))
    await new Promise((resolve) => event.once('connected', resolve))
    const sent = await tillOn(web3).methods.pay('heard').send({ from, value: '1000' })
    const [block, hash, log] = await heard
    expect(block).toMatchObject({ number: sent.blockNumber, hash: sent.blockHash })
    expect(hash).toBe(sent.transactionHash)
    expect(log).toMatchObject({ transactionHash: sent.transactionHash })
    expect(await decoded).toMatchObject({ returnValues: { note: 'heard' } })
    await socket.eth.clearSubscriptions()
  })

  it("sends and signs with an account of the node's own", async () => {
    const [, , account] = await web3.eth.getAccounts()
    const { status } = await socket.eth.sendTransaction({
      from: account!,
      to: from,
      value: 3,
    })
    expect(status).toBe(1n)
    const signature = await socket.eth.sign(web3.utils.utf8ToHex('words'), account!)
    expect(web3.eth.accounts.recover('words', signature as string)).toBe(account)
  })
})
