/**
 * One peer that floods a validator with everything the protocol has a message for, and 500
 * connections that say nothing: memory is bounded, the others notice nothing, the flooder goes.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { hexToBytes } from '@ethereumjs/util'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { decodeBlock } from '../../../consensus/codec/block-codec.ts'
import { encodeCertificate, encodeVote } from '../../../consensus/finality/codec/finality-codec.ts'
import type { FinalityVote } from '../../../consensus/finality/types.ts'
import type { Hash } from '../../../consensus/types.ts'
import { encodeRangeRequest, encodeSealedBlock, type Status } from '../../../node/sync/wire.ts'
import type { Network } from '../../../p2p/network.ts'
import { ProcessNet, type ProcessNode } from '../../support/process-net.ts'
import { Random } from '../../support/random.ts'
import { startRoguePeer } from '../../support/rogue-peer.ts'

const LIVELY = { timeout: 30_000, interval: 200 }
const MIB = 1024 * 1024
/** What a process of Node holds more or less by itself, and 50 MiB. */
const GROWTH_BYTES_MAX = 150 * MIB
const HEAP_GROWTH_BYTES_MAX = 50 * MIB
/** A heap is as small as it gets once its garbage is collected, which blocks bring about. */
const COLLECTED = { timeout: 60_000, interval: 250 }
const LOOKS = 20
const FIRST_HEADER = encodeRangeRequest({ first: 1n, count: 1 })
const CONNECTIONS = 500

const random = new Random(20)
const randomHash = (): Hash => `0x${Buffer.from(random.bytes(32)).toString('hex')}`

let net: ProcessNet
let victim: ProcessNode
let peer: ProcessNode

async function rogue(): Promise<Network> {
  const { genesis } = net
  const status: Status = {
    genesisHash: genesis.hash,
    headHash: randomHash(),
    headNumber: 1_000_000n,
    totalDifficulty: 1n << 100n,
    finalizedEpoch: 100_000n,
    finalizedHash: randomHash(),
  }
  return startRoguePeer({ genesis, address: victim.address, status })
}

/** The smallest heap of some seconds. */
async function heapAtRest(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let look = 0; look < LOOKS; look++) {
    least = Math.min(least, await victim.heapBytes())
    await sleep(COLLECTED.interval)
  }
  return least
}

async function expectHeapBack(before: number): Promise<void> {
  const growth = async () => (await victim.heapBytes()) - before
  await expect.poll(growth, COLLECTED).toBeLessThan(HEAP_GROWTH_BYTES_MAX)
}

/** Milliseconds that an RPC call and a friend's request take, the middle ones of some. */
async function latency(friend?: Network) {
  const times: { peer: number[]; rpc: number[] } = { peer: [], rpc: [] }
  for (let look = 0; look < LOOKS; look++) {
    const start = performance.now()
    const answer = friend?.request(victim.peerId, 'headers_by_range', FIRST_HEADER) ?? []
    for await (const chunk of answer) expect(chunk.code).toBe(0)
    times.peer.push(performance.now() - start)
    const called = performance.now()
    await victim.rpc('eth_blockNumber')
    times.rpc.push(performance.now() - called)
    await sleep(50)
  }
  const middle = (list: number[]) => Number(list.sort((a, b) => a - b)[LOOKS >> 1]?.toFixed(1))
  return { peerMs: middle(times.peer), rpcMs: middle(times.rpc) }
}

/** It has nothing, asks for little, and claims nothing. */
function honestPeer(): Promise<Network> {
  const { genesis } = net
  const status: Status = {
    genesisHash: genesis.hash,
    headHash: genesis.hash,
    headNumber: 0n,
    totalDifficulty: 0n,
    finalizedEpoch: 0n,
    finalizedHash: genesis.hash,
  }
  return startRoguePeer({ genesis, address: victim.address, status })
}

/** Two blocks more on the victim, and the other peer has them. */
async function expectUnaffected(): Promise<void> {
  const { number } = await victim.head()
  const both = async () => {
    const hashes = await Promise.all([victim, peer].map((node) => node.hashAt(number + 2)))
    return hashes[0] !== undefined && hashes[0] === hashes[1]
  }
  await expect.poll(both, LIVELY).toBe(true)
}

/** Publishes each payload for as long as the victim listens. */
async function flood(from: Network, topic: string, payloads: Iterable<Uint8Array>): Promise<void> {
  for (const payload of payloads) {
    if (from.peers().length === 0) return
    await from.publish(topic, payload)
  }
}

function* repeated(count: number, make: (index: number) => Uint8Array): Iterable<Uint8Array> {
  for (let index = 0; index < count; index++) yield make(index)
}

function randomLink(epoch: number): FinalityVote {
  return {
    sourceEpoch: 0n,
    sourceHash: net.genesis.hash,
    targetEpoch: BigInt(epoch),
    targetHash: randomHash(),
    outputRoot: randomHash(),
  }
}

const signature = (): `0x${string}` => `0x${Buffer.from(random.bytes(64)).toString('hex')}1b`

const isPeer = async (id: string) =>
  ((await victim.rpc('hanzo_peers')) as { id: string }[]).some((each) => each.id === id)

beforeAll(async () => {
  net = await ProcessNet.start({ validators: 1, followers: 1 })
  ;[victim, peer] = net.nodes as [ProcessNode, ProcessNode]
})

describe('e2e / faults / flood', () => {
  it('orphans, votes, certificates and noise leave memory and the others as they are', async () => {
    await expectUnaffected()
    const [before, heapBefore] = [await victim.residentBytes(), await heapAtRest()]
    // Peers of this process would wait for the flooder in it: another process is asked by RPC.
    const quiet = await latency()
    const attacker = await rogue()
    const raw = (await victim.rpc('debug_getRawBlock', 'latest')) as `0x${string}`
    const { header } = decodeBlock(hexToBytes(raw))
    const orphans = repeated(300, (index) => {
      const orphan = { ...header, parentHash: randomHash(), number: header.number + BigInt(index) }
      return encodeSealedBlock({ header: orphan, transactions: [], proof: random.bytes(256) })
    })
    const meanwhile = latency()
    await flood(attacker, 'block', orphans)
    const votes = repeated(2_000, (index) =>
      encodeVote({
        vote: randomLink(1 + (index % 3)),
        validator: index % 4,
        signature: signature(),
      }),
    )
    await flood(attacker, 'vote', votes)
    const noise = repeated(200, () => random.bytes(128))
    await flood(attacker, 'vote', noise)
    const certificates = repeated(300, (index) => {
      const signatures = [signature()]
      return encodeCertificate({ vote: randomLink(1 + index), signers: [0], signatures })
    })
    await flood(attacker, 'certificate', certificates)
    console.log('RPC in quiet and in the flood, ms:', quiet.rpcMs, (await meanwhile).rpcMs)
    await expectUnaffected()
    // Forged certificates are its fault beyond doubt.
    await expect.poll(() => isPeer(attacker.peerId), LIVELY).toBe(false)
    expect((await victim.residentBytes()) - before).toBeLessThan(GROWTH_BYTES_MAX)
    await expectHeapBack(heapBefore)
    expect((await victim.finality()).safetyFault).toBeNull()
  })

  it('500 connections that say nothing, or a byte a second, keep nobody out', async () => {
    const [before, heapBefore] = [await victim.residentBytes(), await heapAtRest()]
    const friend = await honestPeer()
    const quiet = await latency(friend)
    const port = Number(/\/tcp\/(\d+)\//.exec(victim.address)?.[1])
    const sockets: Socket[] = []
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
    })
    for (let i = 0; i < CONNECTIONS; i++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => socket.destroy())
      sockets.push(socket)
    }
    const meanwhile = latency(friend)
    for (let second = 0; second < 5; second++) {
      for (const socket of sockets) if (socket.writable) socket.write(random.bytes(1))
      await sleep(1_000)
    }
    console.log('latency in quiet and among 500:', quiet, await meanwhile)
    await expectUnaffected()
    expect((await victim.residentBytes()) - before).toBeLessThan(GROWTH_BYTES_MAX)
    await expectHeapBack(heapBefore)
    // A peer that was away finds its way in between them.
    await peer.stop()
    await peer.start()
    await expectUnaffected()
  })
})
