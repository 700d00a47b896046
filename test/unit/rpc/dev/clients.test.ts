/** The test clients of viem and ethers, and the raw calls of Hardhat's helpers, on a dev chain. */
import { JsonRpcProvider } from 'ethers'
import { createTestClient, http, parseEther, publicActions, walletActions } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { type DevNode, startDevNode } from '../../../support/dev-node.ts'

const ALICE = devAccounts()[0]!.address
const STRANGER = '0x1234567890123456789012345678901234567890'
const WORD = `0x${'09'.padStart(64, '0')}` as const

let dev: DevNode

describe('rpc / dev / clients', () => {
  beforeAll(async () => {
    dev = await startDevNode()
  }, 120_000)
  afterAll(() => dev.remove())

  it.each(['anvil', 'hardhat'] as const)('viem in mode %s does all that it knows', async (mode) => {
    const transport = http(dev.url)
    const client = createTestClient({ mode, transport, pollingInterval: 20 })
      .extend(publicActions)
      .extend(walletActions)
    await client.setAutomine(true)
    const id = await client.snapshot()
    await client.setBalance({ address: STRANGER, value: parseEther('3') })
    await client.setNonce({ address: STRANGER, nonce: 7 })
    await client.setCode({ address: STRANGER, bytecode: '0x6000' })
    await client.setStorageAt({ address: STRANGER, index: 2, value: WORD })
    expect(await client.getBalance({ address: STRANGER })).toBe(parseEther('3'))
    expect(await client.getTransactionCount({ address: STRANGER })).toBe(7)
    expect(await client.getCode({ address: STRANGER })).toBe('0x6000')
    expect(await client.getStorageAt({ address: STRANGER, slot: '0x2' })).toBe(WORD)
    await client.impersonateAccount({ address: STRANGER })
    const hash = await client.sendTransaction({
      ...{ account: STRANGER, chain: null, to: ALICE, value: 1n },
    })
    expect((await client.waitForTransactionReceipt({ hash })).from).toBe(STRANGER)
    await client.stopImpersonatingAccount({ address: STRANGER })
    const { timestamp, number } = await client.getBlock()
    await client.setNextBlockTimestamp({ timestamp: timestamp + 100n })
    await client.mine({ blocks: 2, interval: 10 })
    expect(await client.getBlock()).toMatchObject({
      ...{ number: number + 2n, timestamp: timestamp + 110n },
    })
    await client.increaseTime({ seconds: 50 })
    await client.mine({ blocks: 1 })
    await client.setCoinbase({ address: STRANGER })
    await client.setIntervalMining({ interval: 0 })
    await client.dropTransaction({ hash })
    await client.setLoggingEnabled(true)
    await client.revert({ id })
    expect(await client.getBalance({ address: STRANGER })).toBe(0n)
    await client.setAutomine(true)
  })

  it('viem in mode anvil keeps its state as bytes', async () => {
    const client = createTestClient({ mode: 'anvil', transport: http(dev.url) })
    const state = await client.dumpState()
    await client.loadState({ state })
    expect(await client.getAutomine()).toBe(true)
    await client.reset()
  })

  it('ethers goes back and forth by raw names', async () => {
    const provider = new JsonRpcProvider(dev.url, undefined, { cacheTimeout: -1 })
    try {
      const id: string = await provider.send('evm_snapshot', [])
      await provider.send('hardhat_setBalance', [STRANGER, '0x10'])
      expect(await provider.getBalance(STRANGER)).toBe(16n)
      expect(await provider.send('evm_revert', [id])).toBe(true)
      expect(await provider.getBalance(STRANGER)).toBe(0n)
    } finally {
      provider.destroy()
    }
  })

  it('the calls of hardhat-network-helpers are answered', async () => {
    const { rpc } = dev
    await rpc('hardhat_mine', '0x10', '0x1')
    await rpc('evm_increaseTime', '0xe10')
    await rpc('evm_mine')
    await rpc('hardhat_setStorageAt', ALICE, '0x0', WORD)
    await rpc('hardhat_setNonce', STRANGER, '0x1')
    await rpc('hardhat_setCode', STRANGER, '0x00')
    await rpc('hardhat_setCoinbase', STRANGER)
    const head = (await rpc('eth_getBlockByNumber', 'latest', false)) as { number: string }
    expect(Number(head.number)).toBeGreaterThanOrEqual(17)
    await expect(rpc('hardhat_reset', { forking: { jsonRpcUrl: 'x' } })).rejects.toThrow(/no fork/)
    await rpc('hardhat_reset')
    expect(await rpc('eth_blockNumber')).toBe('0x0')
  })
})
