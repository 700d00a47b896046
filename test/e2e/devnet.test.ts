/** A devnet of four validator processes that mine through WebGPU, as one command starts it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hexToBytes } from '@ethereumjs/util'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeBlock } from '../../consensus/codec/block-codec.ts'
import { hashHeader } from '../../consensus/codec/header-codec.ts'
import { loadGenesisFile } from '../../genesis/genesis-file.ts'
import type { DevnetConfig } from '../../node/devnet/config.ts'
import { encodeSealedBlock } from '../../node/sync/wire.ts'
import { freePortRanges } from '../support/free-ports.ts'
import { HanzoProcess, startDevnet, temporaryDirectory } from '../support/hanzo-process.ts'
import { startRoguePeer } from '../support/rogue-peer.ts'
import { type BlockAnswer, onEachHead, type Rpc, rpcClient } from '../support/rpc-client.ts'

let directory: string
let devnet: HanzoProcess
let config: DevnetConfig
let nodes: readonly Rpc[]

const wsUrl = (index: number): string => config.validators[index]!.wsUrl
const blockAt = async (rpc: Rpc, number: number): Promise<BlockAnswer | undefined> =>
  ((await rpc('eth_getBlockByNumber', `0x${number.toString(16)}`, false)) ?? undefined) as
    | BlockAnswer
    | undefined

/** The hash at `number` once all of `rpcs` agree on it. */
const agreedHash = (rpcs: readonly Rpc[], number: number) => async () => {
  const blocks = await Promise.all(rpcs.map((rpc) => blockAt(rpc, number)))
  const hashes = new Set(blocks.map((block) => block?.hash))
  return hashes.size === 1 ? [...hashes][0] : undefined
}

const headNumber = async (rpc: Rpc): Promise<number> => Number(await rpc('eth_blockNumber'))

beforeAll(async () => {
  directory = await temporaryDirectory()
  const ports = await freePortRanges(5)
  const flags = ['--data-dir', join(directory, 'net'), '--restart']
  const started = await startDevnet([
    ...flags,
    ...['--base-port', String(ports.rpc), '--base-p2p-port', String(ports.p2p)],
    ...['--config-out', join(directory, 'config.json')],
  ])
  devnet = started.process
  config = started.config
  nodes = config.validators.map(({ rpcUrl }) => rpcClient(rpcUrl))
})

describe('e2e / devnet', () => {
  it('writes with --config-out what it tells on the screen', async () => {
    const written = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'))
    const { event: _event, ...told } = config as DevnetConfig & { event: string }
    expect(written).toEqual(told)
    expect(written.accounts).toHaveLength(10)
    expect(written.validators).toHaveLength(4)
    expect(BigInt(written.addEthereumChain.chainId)).toBe(BigInt(written.chainId))
  })

  it('mines on a WebGPU adapter, and says which', () => {
    for (const { adapter } of config.validators) expect(adapter).toMatch(/vulkan|metal|d3d12/i)
  })

  it('four validators reach one head', async () => {
    const hash = await onEachHead(wsUrl(0), agreedHash(nodes, 6))
    expect(hash).toMatch(/^0x[0-9a-f]{64}$/)
  })

  it('every validator connects to the three others', async () => {
    for (const rpc of nodes) expect(await rpc('hanzo_peers')).toHaveLength(3)
  })

  it('the proof of every block verifies on every node', async () => {
    for (let number = 1; number <= 5; number++) {
      const block = `0x${number.toString(16)}`
      const header = await nodes[0]!('debug_getRawHeader', block)
      const { proof } = (await nodes[0]!('hanzo_getComputeProof', block)) as { proof: string }
      for (const rpc of nodes) {
        const report = await rpc('hanzo_verifyComputeProof', header, proof)
        expect(report).toMatchObject({ ok: true, code: null })
      }
    }
  })

  it('pays half of the release schedule to coinbases and the finality pot', async () => {
    const emission = (await nodes[0]!('hanzo_getEmission', '0x5')) as {
      buckets: { compute: { scheduled: string; released: string } }
    }
    const { scheduled, released } = emission.buckets.compute
    const half = BigInt(scheduled) / 2n
    // One division a block: each of the five may drop less than one wei.
    expect(BigInt(released)).toBeLessThanOrEqual(half)
    expect(half - BigInt(released)).toBeLessThanOrEqual(5n)
  })

  it('a node that joins late syncs the chain without mining', async () => {
    const ports = await freePortRanges(1)
    const joiner = new HanzoProcess([
      'node',
      ...['--genesis', join(directory, 'net/genesis.json'), '--data-dir', join(directory, 'late')],
      ...['--rpc-port', String(ports.rpc), '--p2p-port', String(ports.p2p)],
      ...['--bootnode', config.validators[0]!.p2p, '--json'],
    ])
    const rpcUrl = `http://127.0.0.1:${ports.rpc}`
    await joiner.event('ready')
    const late = rpcClient(rpcUrl)
    const target = await headNumber(nodes[0]!)
    const hash = await onEachHead(wsUrl(0), agreedHash([nodes[0]!, late], target))
    expect(hash).toBeDefined()
    expect((await joiner.stop()).code).toBe(0)
  })

  it('bans a peer that sends a bad proof, relays nothing of it, and goes on', async () => {
    const victim = nodes[0]!
    const genesis = loadGenesisFile(join(directory, 'net/genesis.json'))
    const raw = (await victim('debug_getRawBlock', 'latest')) as `0x${string}`
    const { header, transactions } = decodeBlock(hexToBytes(raw))
    const witness = (await victim('hanzo_getComputeProof', hashHeader(header))) as {
      proof: `0x${string}`
    }
    // Somebody else's work under the thief's own address.
    const stolen = { ...header, coinbase: config.accounts[0]!.address }
    const rogue = await startRoguePeer({
      genesis,
      address: config.validators[0]!.p2p,
      status: {
        genesisHash: genesis.hash,
        headHash: header.parentHash,
        headNumber: header.number - 1n,
        totalDifficulty: 1n,
        finalizedEpoch: 0n,
        finalizedHash: genesis.hash,
      },
    })
    const hasRogue = async () =>
      ((await victim('hanzo_peers')) as { id: string }[]).some(({ id }) => id === rogue.peerId)
    expect(await hasRogue()).toBe(true)
    const proof = hexToBytes(witness.proof)
    await rogue.publish('block', encodeSealedBlock({ header: stolen, transactions, proof }))
    await expect.poll(hasRogue, { timeout: 20_000 }).toBe(false)
    const forged = hashHeader(stolen)
    for (const rpc of nodes) {
      expect(await rpc('eth_getBlockByHash', forged, false)).toBeNull()
      expect(await rpc('hanzo_peers')).toHaveLength(3)
    }
    const target = (await headNumber(victim)) + 2
    expect(await onEachHead(wsUrl(0), agreedHash(nodes, target))).toBeDefined()
    expect(await hasRogue()).toBe(false)
  })

  it('a killed validator comes back and catches up', async () => {
    const { pid } = (await devnet.event('validatorReady', (event) => event['index'] === 2)) as {
      pid: number
    }
    process.kill(pid, 'SIGKILL')
    await devnet.event('validatorLost', (event) => event['index'] === 2)
    await devnet.event('validatorReady', (event) => event['index'] === 2 && event['pid'] !== pid)
    const target = (await headNumber(nodes[0]!)) + 2
    expect(await onEachHead(wsUrl(0), agreedHash(nodes, target))).toBeDefined()
  })

  it('stops cleanly, and a second start goes on from the same chain', async () => {
    const before = await blockAt(nodes[0]!, 3)
    expect(await devnet.stop()).toEqual({ code: 0, signal: null })
    const ports = await freePortRanges(4)
    const again = await startDevnet([
      ...['--data-dir', join(directory, 'net')],
      ...['--base-port', String(ports.rpc), '--base-p2p-port', String(ports.p2p)],
    ])
    const after = await blockAt(rpcClient(again.config.validators[1]!.rpcUrl), 3)
    expect(after?.hash).toBe(before?.hash)
    expect(await again.process.stop()).toEqual({ code: 0, signal: null })
  })
})
