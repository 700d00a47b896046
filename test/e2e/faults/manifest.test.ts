/**
 * One fixed manifest of each fault on four validator processes: killed, paused, cut off, restarted
 * in turn, all at once, two of four gone. What was final stays final, for every client.
 */
import { cp, rename, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createWalletClient, defineChain, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FUTURE_LIMIT_MS } from '../../../consensus/rules/header-rules.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { validatorKeyPath } from '../../../node/devnet/prepare.ts'
import { HanzoProcess, temporaryDirectory } from '../../support/hanzo-process.ts'
import { FinalizedWatch, ProcessNet, type ProcessNode } from '../../support/process-net.ts'
import { Random } from '../../support/random.ts'
import type { BlockAnswer } from '../../support/rpc-client.ts'

const HOUR_MS = 3_600_000
const ANSWER = { timeout: 20_000, interval: 200 }
const CONVERGE = { timeout: 20_000, interval: 200 }
/** Five epochs of eight seconds, and what a busy machine takes on top. */
const FIVE_EPOCHS = { timeout: 120_000, interval: 500 }

let net: ProcessNet
let watch: FinalizedWatch
/** Hashes of transactions that a node has called final, and their blocks. */
const acknowledged = new Map<string, { readonly block: string; readonly number: number }>()
const waiting: `0x${string}`[] = []
let nonce = 0

/** A transfer by way of a node that serves; its hash is ours whatever becomes of the node. */
async function send(node: ProcessNode): Promise<void> {
  const account = privateKeyToAccount(devAccounts()[1]!.privateKey)
  const url = node.url
  const wallet = createWalletClient({
    account,
    chain: defineChain({
      id: Number(net.genesis.params.chainId),
      name: 'net',
      nativeCurrency: { name: 'AI', symbol: 'AI', decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    }),
    transport: http(url),
  })
  const to = devAccounts()[2]!.address
  waiting.push(await wallet.sendTransaction({ to, value: 1n, gas: 21_000n, nonce }))
  nonce += 1
}

/** Notes which transactions stand at or below what `node` calls final. */
async function acknowledge(node: ProcessNode): Promise<void> {
  const { number: finalized } = await node.head('finalized')
  for (const hash of waiting) {
    const receipt = (await node.rpc('eth_getTransactionReceipt', hash)) as {
      blockNumber: string
      blockHash: string
    } | null
    if (receipt === null || Number(receipt.blockNumber) > finalized) continue
    acknowledged.set(hash, { block: receipt.blockHash, number: Number(receipt.blockNumber) })
  }
}

/** Everybody answers within 20 s; then all have one block at the height that all have. */
async function untilConverged(): Promise<void> {
  await Promise.all(net.up.map((node) => expect.poll(() => node.head(), ANSWER).toBeDefined()))
  const agree = async () => {
    const heads = await Promise.all(net.up.map((node) => node.head()))
    const number = Math.min(...heads.map((head) => head.number))
    const spread = Math.max(...heads.map((head) => head.number)) - number
    const hashes = await Promise.all(net.up.map((node) => node.hashAt(number)))
    if (spread <= 2 && new Set(hashes).size === 1) return 'one chain'
    return `heads ${heads.map((head) => head.number).join()}, at ${number}: ${[...new Set(hashes)].join()}`
  }
  await expect.poll(agree, CONVERGE).toBe('one chain')
}

const backup = (node: ProcessNode): string => `${node.dataDir}-backup`

async function untilFinalizedMore(epochs = 1): Promise<void> {
  const before = await net.finalizedEpoch()
  const later = () => net.finalizedEpoch()
  await expect.poll(later, FIVE_EPOCHS).toBeGreaterThanOrEqual(before + epochs)
}

beforeAll(async () => {
  net = await ProcessNet.start({ validators: 4 })
  watch = new FinalizedWatch(net)
})

afterAll(() => watch.stop())

describe('e2e / faults / manifest', () => {
  it('four validators finalize', async () => {
    await send(net.nodes[0]!)
    await untilFinalizedMore()
  })

  it('each node in turn is killed and started again', async () => {
    for (const node of net.nodes) {
      await node.kill()
      await send(net.up[0]!)
      await node.start()
      await untilConverged()
    }
    await untilFinalizedMore()
    await acknowledge(net.nodes[1]!)
    expect(acknowledged.size).toBeGreaterThan(0)
  })

  it('each node in turn stands still for 10 s and comes back', async () => {
    const pauses: Promise<void>[] = []
    for (const node of net.nodes) {
      // At any time two of the four at most.
      await pauses.at(-2)
      pauses.push(node.pause(10_000))
      await send(net.up[0]!)
      await sleep(5_000)
    }
    await Promise.all(pauses)
    await untilConverged()
  })

  it('a disk that is full stops one node alone, which still answers and comes back', async () => {
    const [other, node] = net.nodes as [ProcessNode, ProcessNode]
    await node.limitFiles(1)
    const isReady = async () => (await fetch(`${node.url}/ready`)).ok
    await expect.poll(isReady, ANSWER).toBe(false)
    const { number, hash } = await node.head()
    const later = async () => (await other.head()).number
    await expect.poll(later, ANSWER).toBeGreaterThan(number + 2)
    expect(await node.head()).toEqual({ number, hash })
    expect((await node.finality()).safetyFault).toBeNull()
    await node.limitFiles(undefined)
    await untilConverged()
  })

  it('a clock an hour off hurts its own node alone, until it is set right', async () => {
    const [other, , , node] = net.nodes as [ProcessNode, ProcessNode, ProcessNode, ProcessNode]
    await node.setClock(HOUR_MS)
    await untilFinalizedMore()
    await node.setClock(-HOUR_MS)
    const { number } = await other.head()
    const later = async () => (await other.head()).number
    await expect.poll(later, ANSWER).toBeGreaterThan(number + 2)
    const { timestamp } = (await other.rpc('eth_getBlockByNumber', 'latest', false)) as BlockAnswer
    expect(Number(timestamp) * 1000).toBeLessThan(Date.now() + FUTURE_LIMIT_MS)
    await node.setClock(0)
    await untilConverged()
  })

  it('each node in turn is cut off from all others and healed', async () => {
    for (const node of net.nodes) {
      await node.admin('hanzo_partition', [])
      const { number } = await node.head()
      await send(net.nodes[(node.index + 1) % 4]!)
      await expect.poll(async () => (await node.head()).number, ANSWER).toBeGreaterThan(number + 1)
      await node.admin('hanzo_heal')
      await untilConverged()
    }
    await untilFinalizedMore()
  })

  it('all are killed at once and started in random order', async () => {
    const highest = watch.highest
    await Promise.all(net.nodes.map((node) => node.kill()))
    const random = new Random(9)
    const starts = net.nodes.map(async (node) => {
      await sleep(2_000 * random.unit())
      await node.start()
    })
    await Promise.all(starts)
    await untilConverged()
    for (const node of net.nodes) {
      expect((await node.head('finalized')).number).toBeGreaterThanOrEqual(highest)
    }
  })

  it('with two of four gone finality stands still, and goes on when they are back', async () => {
    const gone = net.nodes.slice(2)
    await Promise.all(gone.map((node) => node.stop()))
    await cp(gone[1]!.dataDir, backup(gone[1]!), { recursive: true })
    const rest = net.up[0]!
    const { number } = await rest.head()
    const before = await net.finalizedEpoch()
    // Votes of all four may have been on their way.
    const later = async () => (await rest.head()).number
    await expect.poll(later, { timeout: 90_000, interval: 500 }).toBeGreaterThan(number + 18)
    expect(await net.finalizedEpoch()).toBeLessThanOrEqual(before + 1)
    // Three of four are a quorum, with every one of their votes.
    await gone[1]!.start()
    const { number: back } = await rest.head()
    await untilFinalizedMore(2)
    expect((await rest.head()).number - back).toBeLessThanOrEqual(5 * 8)
    await gone[0]!.start()
    await untilConverged()
  })

  it('a validator that is set back to an old copy of its data does not vote', async () => {
    const node = net.nodes[3]!
    await node.kill()
    await rm(node.dataDir, { recursive: true })
    await rename(backup(node), node.dataDir)
    watch.onSetBack(node)
    await node.start()
    const voting = async () => (await node.finality()).voting
    await expect.poll(voting, ANSWER).toBe('record-stale')
    await untilFinalizedMore()
    expect(await voting()).toBe('record-stale')
    // Its operator knows that no other node has the key: it listens, and votes again.
    await node.stop()
    await node.start('--vote-after-restore')
    await expect.poll(voting, FIVE_EPOCHS).toBe('active')
    await untilFinalizedMore()
    for (const { rpc } of net.nodes) expect(await rpc('hanzo_getEvidence')).toEqual([])
  })

  it('a second node with the key of a validator does not vote', async () => {
    const twin = new HanzoProcess([
      ...['node', '--genesis', `${net.directory}/genesis.json`, '--json', '--log-level', 'info'],
      ...['--data-dir', await temporaryDirectory(), '--rpc-port', '0', '--p2p-port', '0'],
      ...['--validator-key', validatorKeyPath(net.directory, 0)],
      ...['--bootnode', net.nodes[0]!.address],
    ])
    await twin.event('ready')
    await twin.line((line) => /that the record of signed votes lacks|Another node votes/.test(line))
    await untilFinalizedMore()
    for (const node of net.nodes) expect(await node.rpc('hanzo_getEvidence')).toEqual([])
    await twin.stop()
  })

  it('no client saw final go back, nor lost a transaction that was final', async () => {
    await acknowledge(net.nodes[0]!)
    expect(acknowledged.size).toBeGreaterThanOrEqual(8)
    for (const node of net.nodes) {
      for (const [hash, { block }] of acknowledged) {
        const receipt = await node.rpc('eth_getTransactionReceipt', hash)
        expect(receipt).toMatchObject({ blockHash: block })
      }
      expect((await node.finality()).safetyFault).toBeNull()
    }
    expect(watch.reads).toBeGreaterThan(100)
    expect(watch.offences).toEqual([])
  })
})
