/** Development chains as a person starts them: what they print, answer and refuse, by their flags. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../genesis/accounts.ts'
import { freePortRanges } from '../support/free-ports.ts'
import { HanzoProcess, runHanzo, temporaryDirectory } from '../support/hanzo-process.ts'
import { type Rpc, rpcClient } from '../support/rpc-client.ts'

const [ALICE, BOB] = devAccounts().map(({ address }) => address)
const STRANGER = '0x1234567890123456789012345678901234567890'
const UNKNOWN = { code: -32601 }

const startDev = async (...flags: string[]): Promise<{ dev: HanzoProcess; rpc: Rpc }> => {
  const { rpc: port } = await freePortRanges(1)
  const dev = new HanzoProcess(['dev', '--port', String(port), ...flags])
  await dev.line((line) => line.includes('wallet_addEthereumChain'))
  return { dev, rpc: rpcClient(`http://127.0.0.1:${port}`) }
}

/** A node on a new chain of so many validators, none of which it is. */
const startNode = async (
  validators: number,
  ...flags: string[]
): Promise<{ node: HanzoProcess; rpc: Rpc }> => {
  const directory = await temporaryDirectory()
  const genesis = join(directory, 'genesis.json')
  const init = ['--preset', 'instant', '--validators', String(validators), '--out', genesis]
  expect((await runHanzo('init', ...init)).code).toBe(0)
  const ports = await freePortRanges(1)
  const node = new HanzoProcess([
    ...['node', '--genesis', genesis, '--data-dir', join(directory, 'd'), '--gpu', 'cpu', '--json'],
    ...['--rpc-port', String(ports.rpc), '--p2p-port', String(ports.p2p), ...flags],
  ])
  await node.event('ready')
  return { node, rpc: rpcClient(`http://127.0.0.1:${ports.rpc}`) }
}

describe('e2e / dev', () => {
  it('prints its accounts and keys, mines for a transaction, and answers tools', async () => {
    const { dev, rpc } = await startDev()
    for (const { address, privateKey } of devAccounts()) {
      const row = await dev.line((line) => line.includes(privateKey))
      expect(row.toLowerCase()).toContain(address)
    }
    expect(dev.output).toMatch(/Mnemonic: /)
    expect(await rpc('anvil_getAutomine')).toBe(true)
    const receipt = await rpc('eth_sendTransactionSync', { from: ALICE, to: BOB, value: '0x1' })
    expect(receipt).toMatchObject({ status: '0x1', blockNumber: '0x1' })
    await dev.line((line) => line.startsWith('block 1 '))
    const id = await rpc('evm_snapshot')
    await rpc('hardhat_setBalance', STRANGER, '0x5')
    expect(await rpc('eth_getBalance', STRANGER, 'latest')).toBe('0x5')
    expect(await rpc('evm_revert', id)).toBe(true)
    expect(await rpc('eth_getBalance', STRANGER, 'latest')).toBe('0x0')
    expect(await rpc('web3_clientVersion')).toMatch(/^hanzo\//)
    expect((await dev.stop()).code).toBe(0)
  })

  it('--compat anvil goes by the name of anvil', async () => {
    const { dev, rpc } = await startDev('--compat', 'anvil')
    expect(await rpc('web3_clientVersion')).toMatch(/^anvil\//)
    expect(await rpc('anvil_metadata')).toMatchObject({
      clientVersion: expect.stringMatching(/^anvil\//),
    })
    expect((await dev.stop()).code).toBe(0)
  })
})

describe('e2e / node --dev-rpc', () => {
  it('without it there are no development methods', async () => {
    const { node, rpc } = await startNode(1)
    for (const method of ['evm_mine', 'anvil_nodeInfo', 'hardhat_reset', 'tenderly_setBalance']) {
      await expect(rpc(method)).rejects.toMatchObject(UNKNOWN)
    }
    await expect(rpc('eth_sendUnsignedTransaction', {})).rejects.toMatchObject(UNKNOWN)
    await node.stop()
  })

  it('refuses what others could not follow on a chain with other validators', async () => {
    const { node, rpc } = await startNode(2, '--dev-rpc')
    expect(await rpc('anvil_nodeInfo')).toMatchObject({ currentBlockNumber: '0x0' })
    const refused = { code: -32602, message: expect.stringMatching(/other validators/) }
    const calls: readonly (readonly [string, ...unknown[]])[] = [
      ['anvil_setBalance', STRANGER, '0x5'],
      ['anvil_impersonateAccount', STRANGER],
      ['anvil_autoImpersonateAccount', true],
      ['eth_sendUnsignedTransaction', { from: STRANGER, to: BOB, gas: '0x5208' }],
      ['anvil_rollback', 0],
      ['anvil_reset'],
    ]
    for (const call of calls) await expect(rpc(...call)).rejects.toMatchObject(refused)
    await node.stop()
  })

  it('says that a node which makes no blocks can make none', async () => {
    const { node, rpc } = await startNode(1, '--dev-rpc')
    const refused = { code: -32602, message: 'this node does not make blocks' }
    await expect(rpc('evm_mine')).rejects.toMatchObject(refused)
    await expect(rpc('evm_setAutomine', true)).rejects.toMatchObject(refused)
    await node.stop()
  })
})
