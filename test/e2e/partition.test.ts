/** Two validators cut off from two others, and what becomes of their transactions. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createWalletClient, defineChain, http, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, it } from 'vitest'
import type { DevnetConfig } from '../../node/devnet/config.ts'
import { freePortRanges } from '../support/free-ports.ts'
import { startDevnet, temporaryDirectory } from '../support/hanzo-process.ts'
import { type BlockAnswer, onEachHead, type Rpc, rpcClient } from '../support/rpc-client.ts'

let config: DevnetConfig
let nodes: readonly Rpc[]
let admins: readonly Rpc[]

const peerId = (index: number): string => config.validators[index]!.p2p.split('/p2p/')[1]!
const head = (rpc: Rpc) => rpc('eth_getBlockByNumber', 'latest', false) as Promise<BlockAnswer>

/** A transfer sent to one node only. */
const sendTo = async (index: number, account: number): Promise<`0x${string}`> => {
  const { rpcUrl } = config.validators[index]!
  const chain = defineChain({
    id: config.chainId,
    name: 'devnet',
    nativeCurrency: config.addEthereumChain.nativeCurrency,
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  const wallet = createWalletClient({
    chain,
    transport: http(rpcUrl),
    account: privateKeyToAccount(config.accounts[account]!.privateKey),
  })
  return wallet.sendTransaction({ to: config.accounts[9]!.address, value: parseEther('1') })
}

type Receipt = { readonly blockHash: string; readonly status: string }

/** The receipt once all of `rpcs` have the transaction in the same block. */
const receiptOn = (rpcs: readonly Rpc[], hash: string) => async () => {
  const answers = await Promise.all(rpcs.map((rpc) => rpc('eth_getTransactionReceipt', hash)))
  const receipts = answers as readonly (Receipt | null)[]
  const blocks = new Set(receipts.map((receipt) => receipt?.blockHash))
  return blocks.size === 1 ? (receipts[0] ?? undefined) : undefined
}

beforeAll(async () => {
  const directory = join(await temporaryDirectory(), 'net')
  const ports = await freePortRanges(4)
  const started = await startDevnet([
    ...['--data-dir', directory, '--base-port', String(ports.rpc)],
    ...['--base-p2p-port', String(ports.p2p)],
  ])
  config = started.config
  nodes = config.validators.map(({ rpcUrl }) => rpcClient(rpcUrl))
  admins = await Promise.all(
    config.validators.map(async ({ rpcUrl, dataDir }) => {
      const token = (await readFile(join(dataDir, 'admin.token'), 'utf8')).trim()
      return rpcClient(rpcUrl, { authorization: `Bearer ${token}` })
    }),
  )
})

describe('e2e / partition', () => {
  it('refuses to cut the network for a caller without the admin token', async () => {
    await expect(nodes[0]!('hanzo_partition', [])).rejects.toThrow()
  })

  it('heals to the heavier side, which mines the transactions of the lighter one', async () => {
    const sides = [
      [0, 1],
      [2, 3],
    ] as const
    for (const side of sides) {
      for (const index of side) await admins[index]!('hanzo_partition', side.map(peerId))
    }
    // Each side includes a transaction that the other one can't know.
    const [left, right] = [await sendTo(0, 1), await sendTo(2, 2)]
    const onLeft = await onEachHead(config.validators[0]!.wsUrl, receiptOn(nodes.slice(0, 2), left))
    const onRight = await onEachHead(config.validators[2]!.wsUrl, receiptOn(nodes.slice(2), right))
    expect(await nodes[2]!('eth_getTransactionReceipt', left)).toBeNull()
    expect(await nodes[0]!('eth_getTransactionReceipt', right)).toBeNull()
    const [leftHead, rightHead] = [await head(nodes[0]!), await head(nodes[2]!)]
    expect(leftHead.hash).not.toBe(rightHead.hash)

    for (const admin of admins) await admin('hanzo_heal')
    const agreed = await onEachHead(config.validators[0]!.wsUrl, async () => {
      const heads = await Promise.all(nodes.map(head))
      const isOne = new Set(heads.map(({ hash }) => hash)).size === 1
      const both = await Promise.all([receiptOn(nodes, left)(), receiptOn(nodes, right)()])
      return isOne && both.every((receipt) => receipt !== undefined) ? both : undefined
    })
    // One of the two sides was given up: its transaction stands in another block than before.
    const moved = [
      onLeft.blockHash !== agreed[0]?.blockHash,
      onRight.blockHash !== agreed[1]?.blockHash,
    ]
    expect(moved.filter(Boolean)).toHaveLength(1)
  })
})
