/**
 * MetaMask's controllers against `hanzo dev`: network, fees, gas, nonces, signatures, and a
 * transaction's way until it is confirmed, dropped or failed.
 */
import {
  decodeEventLog,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  toHex,
} from 'viem'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type DevProcess, startDevProcess } from './support/dev-process.ts'
import { HeadlessMetaMask } from './support/metamask.ts'
import { PRICE, TILL_ABI } from './support/till-abi.ts'

let dev: DevProcess
let wallet: HeadlessMetaMask
let from: `0x${string}`
let till: `0x${string}`

const transfer = (value: bigint) => {
  return { from, to: dev.config.accounts[1]!.address, value: toHex(value) }
}
const pay = (note: string, value: bigint) => {
  const data = encodeFunctionData({ abi: TILL_ABI, functionName: 'pay', args: [note] })
  return { from, to: till, data, value: toHex(value) }
}

type RpcLog = { readonly data: `0x${string}`; readonly topics: [`0x${string}`] }

beforeAll(async () => {
  dev = await startDevProcess()
  const { accounts, addEthereumChain } = dev.config
  from = accounts[0]!.address
  wallet = await HeadlessMetaMask.open(addEthereumChain, accounts[0]!.privateKey)
  const { bytecode } = inject('till')
  const data = encodeDeployData({ abi: TILL_ABI, bytecode, args: [PRICE] })
  const { hash, confirmed } = await wallet.send({ from, data })
  await confirmed
  const receipt = await dev.rpc('eth_getTransactionReceipt', hash)
  till = (receipt as { contractAddress: `0x${string}` }).contractAddress
})
afterAll(() => wallet?.close())

describe('clients / MetaMask', () => {
  it('adds the chain of the banner, and finds it available and with EIP-1559', async () => {
    const { selectedNetworkClientId, networksMetadata } = wallet.network.state
    expect(networksMetadata[selectedNetworkClientId]).toEqual({
      ...{ status: 'available', EIPS: { 1559: true } },
    })
    const { configuration } = wallet.network.getNetworkClientById(selectedNetworkClientId)
    expect(Number(configuration.chainId)).toBe(dev.chainId)
    expect(wallet.reports).toEqual([])
  })

  it('deploys, with the address that follows from the nonce', () => {
    expect(till).toBe(getContractAddress({ from, nonce: 0n }).toLowerCase())
  })

  it('takes its fees from the node, and pays no more than them', async () => {
    const { gasFeeEstimates } = await wallet.fees.fetchGasFeeEstimates()
    const gasPrice = BigInt(
      Math.round(Number((gasFeeEstimates as { gasPrice: string }).gasPrice) * 1e9),
    )
    expect(gasPrice).toBe(BigInt((await dev.rpc('eth_gasPrice')) as string))
    const { confirmed } = await wallet.send(transfer(5n))
    const { txParams, txReceipt, baseFeePerGas } = await confirmed
    expect(txParams).toMatchObject({ type: '0x2', gas: '0x5208', gasUsed: '0x5208' })
    const price = BigInt(String(txReceipt?.effectiveGasPrice))
    expect(price).toBeLessThanOrEqual(BigInt(txParams.maxFeePerGas!))
    expect(price).toBeGreaterThan(BigInt(baseFeePerGas!))
  })

  it('estimates the gas of a call, and reads its event from the receipt', async () => {
    const { meta, confirmed } = await wallet.send(pay('tea', PRICE))
    expect(meta.simulationFails).toBeUndefined()
    const { txReceipt, txParams } = await confirmed
    expect(txReceipt).toMatchObject({ status: '0x1', to: till })
    expect(Number(txParams.gas)).toBeGreaterThanOrEqual(Number(txReceipt?.gasUsed))
    const [log] = (txReceipt?.logs ?? []) as unknown as RpcLog[]
    expect(decodeEventLog({ abi: TILL_ABI, ...(log as RpcLog) }).args).toMatchObject({
      note: 'tea',
    })
  })

  it('numbers transactions one after another that are sent before any is confirmed', async () => {
    const sent = []
    await dev.rpc('evm_setAutomine', false)
    for (let i = 1n; i <= 3n; i++) sent.push(await wallet.send(transfer(i)))
    const [first] = sent
    expect(sent.map(({ nonce }) => nonce - first!.nonce)).toEqual([0, 1, 2])
    await dev.rpc('evm_setAutomine', true)
    const receipts = await Promise.all(sent.map(({ confirmed }) => confirmed))
    expect(receipts.map(({ status }) => status)).toEqual(['confirmed', 'confirmed', 'confirmed'])
  })

  it('speeds a waiting transaction up: the one of the higher fee is mined, the other dropped', async () => {
    await dev.rpc('evm_setAutomine', false)
    const slow = await wallet.send(transfer(7n))
    const fast = await wallet.speedUp(slow)
    expect(fast.nonce).toBe(slow.nonce)
    expect(BigInt(fast.meta.txParams.maxFeePerGas!)).toBeGreaterThan(
      BigInt(slow.meta.txParams.maxFeePerGas!),
    )
    await dev.rpc('evm_setAutomine', true)
    expect(await fast.confirmed).toMatchObject({ hash: fast.hash, status: 'confirmed' })
    await expect(slow.confirmed).rejects.toThrow('transactionDropped')
    expect(await dev.rpc('eth_getTransactionByHash', slow.hash)).toBeNull()
  })

  it('warns of a call that will revert, and fails it when it is sent all the same', async () => {
    const { simulationFails } = await wallet.estimateGas(pay('gum', 1n))
    // MetaMask's words for whatever a node refuses.
    expect(simulationFails?.reason).toBe('Internal JSON-RPC error.')
    const { hash, confirmed } = await wallet.send({ ...pay('gum', 1n), gas: toHex(100_000) })
    await expect(confirmed).rejects.toThrow('transactionFailed')
    expect(await dev.rpc('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x0' })
  })
})
