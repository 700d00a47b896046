/** What an exchange reads of a real node: `hanzo dev` as a process, contracts and all. */
import {
  createWalletClient,
  defineChain,
  erc20Abi,
  formatEther,
  http,
  parseEther,
  publicActions,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, it } from 'vitest'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import type { DevnetConfig } from '../../node/devnet/config.ts'
import { calldata } from '../support/differential/world.ts'
import { freePortRanges } from '../support/free-ports.ts'
import { HanzoProcess } from '../support/hanzo-process.ts'
import { rpcClient } from '../support/rpc-client.ts'

const MILLION_AI = parseEther('1000000')
const VALIDATORS = { address: PREDEPLOYS.ValidatorSet }

type Emission = {
  readonly buckets: Record<string, Record<'cap' | 'scheduled' | 'released' | 'remaining', string>>
  readonly burned: Record<string, string>
  readonly totalSupply: string
  readonly circulatingSupply: string
}

let config: DevnetConfig
let url: string

beforeAll(async () => {
  const { rpc } = await freePortRanges(1)
  const node = new HanzoProcess(['dev', '--json', '--port', String(rpc)])
  config = (await node.event('ready')) as unknown as DevnetConfig
  url = config.validators[0]!.rpcUrl
})

const text = async (path: string) => (await fetch(url + path)).text()
const emission = async () => (await rpcClient(url)('hanzo_getEmission')) as Emission

function walletOfFirstAccount() {
  const { chainName, nativeCurrency } = config.addEthereumChain
  const rpcUrls = { default: { http: [url] } }
  const chain = defineChain({ id: config.chainId, name: chainName, nativeCurrency, rpcUrls })
  const account = privateKeyToAccount(config.accounts[0]!.privateKey)
  return createWalletClient({ chain, transport: http(), account }).extend(publicActions)
}

describe('e2e / supply', () => {
  it('tells at block 0 that nothing is burned, and that the buckets are full', async () => {
    const { buckets, burned } = await emission()
    const caps = Object.values(buckets).map(({ cap }) => BigInt(cap) / MILLION_AI)
    expect(caps).toEqual([300n, 200n, 150n, 150n])
    for (const { cap, remaining } of Object.values(buckets)) expect(remaining).toBe(cap)
    expect(burned['total']).toBe('0x0')
    expect(await text('/supply/total')).toBe('1000000000')
    expect(await text('/supply/max')).toBe('1000000000')
  })

  it('follows a burn, a stake and a release to the wei', async () => {
    const wallet = walletOfFirstAccount()
    const before = await emission()
    const potBefore = await wallet.getBalance(VALIDATORS)
    const burn = { to: PREDEPLOYS.AIBurn, value: 5n }
    const stake = { to: PREDEPLOYS.AIStaking, data: calldata('stake()'), value: 7n } as const
    const release = { to: PREDEPLOYS.EcosystemVault, data: calldata('release()') } as const
    let baseFees = 0n
    for (const call of [burn, stake, release]) {
      const hash = await wallet.sendTransaction(call)
      const receipt = await wallet.waitForTransactionReceipt({ hash, pollingInterval: 50 })
      expect(receipt.status).toBe('success')
      const { baseFeePerGas } = await wallet.getBlock({ blockHash: receipt.blockHash })
      baseFees += receipt.gasUsed * baseFeePerGas!
    }
    const after = await emission()
    expect(BigInt(after.burned['total']!)).toBe(5n + baseFees)
    expect(BigInt(after.totalSupply)).toBe(BigInt(before.totalSupply) - 5n - baseFees)
    const { scheduled, released } = after.buckets['ecosystem']!
    expect(released).toBe(scheduled)
    // Rewards came to circulate; what was released went to the community, which holds it still.
    const mined = BigInt(after.buckets['compute']!.released)
    const gained = BigInt(after.circulatingSupply) - BigInt(before.circulatingSupply)
    const pot = (await wallet.getBalance(VALIDATORS)) - potBefore
    expect(gained).toBe(mined - pot - 7n - 5n - baseFees)
    expect(await text('/supply/total')).toBe(formatEther(BigInt(after.totalSupply)))
    expect(await text('/supply/circulating')).toBe(formatEther(BigInt(after.circulatingSupply)))
  })

  it('hands out the chain object that it printed, and the tokens with code', async () => {
    const chain = await (await fetch(`${url}/add-ethereum-chain`)).json()
    expect(chain).toEqual(config.addEthereumChain)
    const list = (await (await fetch(`${url}/token-list`)).json()) as {
      tokens: { address: `0x${string}`; symbol: string }[]
    }
    const reader = walletOfFirstAccount()
    for (const { address, symbol } of list.tokens) {
      const data = await reader.readContract({ address, abi: erc20Abi, functionName: 'symbol' })
      expect(data).toBe(symbol)
    }
  })
})
