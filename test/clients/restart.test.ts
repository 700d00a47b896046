/**
 * Wallets that outlive their node: `hanzo` is killed while transactions wait, and started again on
 * its directory. What waited is mined, and the next nonce is the right one.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Chain, createPublicClient, createWalletClient, defineChain, http } from 'viem'
import { nonceManager, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataDirectory } from '../../node/storage/data-directory.ts'
import { freePortRanges } from '../support/free-ports.ts'
import { temporaryDirectory } from '../support/hanzo-process.ts'
import { type DevProcess, startOnPort } from './support/dev-process.ts'
import { HeadlessMetaMask } from './support/metamask.ts'

let dataDir: string
let port: number
let dev: DevProcess
let metaMask: HeadlessMetaMask
let chain: Chain

const start = () => startOnPort(port, '--data-dir', dataDir)
const account = (index: number) => dev.config.accounts[index]!

beforeAll(async () => {
  dataDir = join(await temporaryDirectory(), 'chain')
  port = (await freePortRanges(1)).rpc
  dev = await start()
  const { addEthereumChain } = dev.config
  metaMask = await HeadlessMetaMask.open(addEthereumChain, account(0).privateKey)
  chain = defineChain({
    id: dev.chainId,
    name: addEthereumChain.chainName,
    nativeCurrency: addEthereumChain.nativeCurrency,
    rpcUrls: { default: { http: [dev.url] } },
  })
})
afterAll(() => metaMask?.close())

/** Answers go out before the journal of the pool is on disk: a kill would be a test of luck. */
async function untilJournalHolds(count: number): Promise<void> {
  const { poolJournalFile } = dataDirectory(dataDir)
  for (;;) {
    const lines = await readFile(poolJournalFile, 'utf8').catch(() => '')
    if (lines.split('\n').length > count) return
    await dev.rpc('eth_blockNumber')
  }
}

describe('clients / restart', () => {
  it('leaves the nonces of MetaMask and of viem as they should be', async () => {
    const reader = createPublicClient({ chain, transport: http(), pollingInterval: 20 })
    const sender = privateKeyToAccount(account(1).privateKey, { nonceManager })
    const viem = createWalletClient({ account: sender, chain, transport: http() })
    const to = account(2).address
    const sendTwo = async () => {
      const byMetaMask = await metaMask.send({ from: account(0).address, to, value: '0x1' })
      const hash = await viem.sendTransaction({ to, value: 1n })
      return { byMetaMask, hash }
    }

    const before = await sendTwo()
    await before.byMetaMask.confirmed
    await reader.waitForTransactionReceipt({ hash: before.hash })

    await dev.rpc('evm_setAutomine', false)
    const waiting = await sendTwo()
    expect(waiting.byMetaMask.nonce).toBe(1)
    expect(await dev.rpc('txpool_status')).toMatchObject({ pending: '0x2' })
    await untilJournalHolds(2)
    dev.process.signal('SIGKILL')
    await dev.process.exited

    dev = await start()
    expect(dev.chainId).toBe(chain.id)
    const mined = await waiting.byMetaMask.confirmed
    expect(mined).toMatchObject({ hash: waiting.byMetaMask.hash, status: 'confirmed' })
    const receipt = await reader.waitForTransactionReceipt({ hash: waiting.hash })
    expect(receipt.status).toBe('success')

    const after = await sendTwo()
    expect(after.byMetaMask.nonce).toBe(2)
    expect(await after.byMetaMask.confirmed).toMatchObject({ status: 'confirmed' })
    const { nonce } = await reader.getTransaction({ hash: after.hash })
    expect(nonce).toBe(2)
    expect(await reader.waitForTransactionReceipt({ hash: after.hash })).toMatchObject({
      ...{ status: 'success' },
    })
    expect(metaMask.reports).toEqual([])
  })
})
