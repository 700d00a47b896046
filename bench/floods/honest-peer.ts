/**
 * The victim's one honest peer: brings it a block at a fixed rhythm, asks it for a header and for
 * its height, and keeps how long each took. Every question has its moment, whether the one before
 * was answered or not, so that an answer that is late does not hide others that would be.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { BLOCK_TOPIC, REQUESTS, TOPICS } from '../../node/sync/protocol.ts'
import { decodeHashes, encodeRangeRequest, encodeStatus } from '../../node/sync/wire.ts'
import { Network } from '../../p2p/network.ts'
import { type Rpc, rpcClient } from '../../test/support/rpc-client.ts'
import type { FedBlock } from './chain.ts'

export const BLOCKS_PER_SECOND = 8
export const QUESTIONS_PER_SECOND = 10
/** What has no answer by then is an error, not a latency. */
const PATIENCE_MS = 20_000
const FIRST_HEADER = encodeRangeRequest({ first: 1n, count: 1 })
const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

export type Latencies = {
  /** From a block's leaving here to the victim's telling of its new head. */
  readonly headMs: readonly number[]
  /** Of a request for a header, and of a JSON-RPC call. */
  readonly peerMs: readonly number[]
  readonly rpcMs: readonly number[]
}

export type HonestPeerOptions = {
  readonly genesis: Genesis
  readonly blocks: readonly FedBlock[]
  /** Multiaddr of the victim, and where it answers JSON-RPC. */
  readonly address: string
  readonly rpcPort: number
  readonly directory: string
}

export class HonestPeer {
  readonly #options: HonestPeerOptions
  readonly #network: Network
  readonly #heads: WebSocket
  readonly #rpc: Rpc
  readonly #awaited = new Map<string, () => void>()
  #brought = 0

  private constructor(options: HonestPeerOptions, network: Network, heads: WebSocket) {
    this.#options = options
    this.#network = network
    this.#heads = heads
    this.#rpc = rpcClient(`http://127.0.0.1:${options.rpcPort}`)
    heads.on('message', (text) => {
      if (!Buffer.isBuffer(text)) return
      const { params } = JSON.parse(text.toString()) as { params?: { result: { hash: string } } }
      if (params !== undefined) this.#awaited.get(params.result.hash)?.()
    })
  }

  /** Connected, and heard when it brings a block. */
  static async start(options: HonestPeerOptions): Promise<HonestPeer> {
    const heard = Promise.withResolvers<void>()
    let peer: HonestPeer | undefined
    const network = await Network.create(networkOptions(options), {
      onGossip: async () => 'ignore',
      async *onRequest(name, payload) {
        for (const chunk of peer?.answer(name, payload) ?? []) yield { code: 0, payload: chunk }
      },
      onPeerConnected: () => undefined,
      onPeerDisconnected: () => undefined,
      onPeerSubscribed: (_, topic) => {
        if (topic === BLOCK_TOPIC) heard.resolve()
      },
    })
    const heads = await subscribeHeads(options.rpcPort)
    peer = new HonestPeer(options, network, heads)
    await network.start()
    await heard.promise
    return peer
  }

  get head(): FedBlock | undefined {
    return this.#options.blocks[this.#brought - 1]
  }

  blockAt(number: number): FedBlock | undefined {
    return this.#options.blocks[number - 1]
  }

  answer(name: string, payload: Uint8Array): readonly Uint8Array[] {
    if (name === 'status') return [this.#status()]
    if (name !== 'blocks_by_hash') return []
    const asked = new Set<string>(decodeHashes(payload, REQUESTS.length * 16))
    const brought = this.#options.blocks.slice(0, this.#brought)
    return brought.filter(({ hash }) => asked.has(hash)).map((block) => block.payload)
  }

  /** Blocks one by one, each when the one before is the head. */
  async bring(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.#bringNext()
  }

  /** For so long, what each thing took. */
  async watch(milliseconds: number): Promise<Latencies> {
    const [headMs, peerMs, rpcMs] = await Promise.all([
      inRhythm(BLOCKS_PER_SECOND, milliseconds, () => this.#bringNext()),
      inRhythm(QUESTIONS_PER_SECOND, milliseconds, () => this.#askPeer()),
      inRhythm(QUESTIONS_PER_SECOND, milliseconds, () => this.#rpc('eth_blockNumber')),
    ])
    return { headMs, peerMs, rpcMs }
  }

  async stop(): Promise<void> {
    this.#heads.terminate()
    await this.#network.stop()
  }

  async #bringNext(): Promise<void> {
    const block = this.#options.blocks[this.#brought]
    if (block === undefined) throw new Error('the chain is too short for this measurement')
    this.#brought += 1
    const isHead = new Promise<void>((resolve) => this.#awaited.set(block.hash, resolve))
    await this.#network.publish(BLOCK_TOPIC, block.payload)
    await within(isHead, `block ${block.number}`)
    this.#awaited.delete(block.hash)
  }

  async #askPeer(): Promise<void> {
    const { address } = this.#options
    const victim = address.slice(address.lastIndexOf('/') + 1)
    for await (const { code } of this.#network.request(victim, 'headers_by_range', FIRST_HEADER)) {
      if (code !== 0) throw new Error(`a request of the honest peer was refused: ${code}`)
    }
  }

  #status(): Uint8Array {
    const { genesis } = this.#options
    return encodeStatus({
      genesisHash: genesis.hash,
      headHash: this.head?.hash ?? genesis.hash,
      headNumber: BigInt(this.#brought),
      totalDifficulty: this.head?.totalDifficulty ?? 0n,
      finalizedEpoch: 0n,
      finalizedHash: genesis.hash,
    })
  }
}

/** Milliseconds that each of the calls took. Calls do not wait for one another. */
async function inRhythm(
  perSecond: number,
  milliseconds: number,
  call: () => Promise<unknown>,
): Promise<number[]> {
  const startMs = performance.now()
  const calls: Promise<number>[] = []
  const count = Math.floor((milliseconds * perSecond) / 1000)
  for (let i = 0; i < count; i++) {
    // Not all at the same moment: each kind has its own place between the others.
    const dueMs = startMs + ((i + 0.5) * 1000) / perSecond
    await sleep(Math.max(0, dueMs - performance.now()))
    const calledMs = performance.now()
    calls.push(within(call(), 'an answer').then(() => performance.now() - calledMs))
  }
  return await Promise.all(calls)
}

async function within<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  const patience = new AbortController()
  const late = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`${what} did not come within ${PATIENCE_MS} ms`)
  })
  // Ended below, when nobody waits for it any more.
  late.catch(() => undefined)
  try {
    return await Promise.race([promise, late])
  } finally {
    patience.abort()
  }
}

async function subscribeHeads(rpcPort: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${rpcPort}`)
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.send('{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}')
  return socket
}

function networkOptions({ genesis, directory, address }: HonestPeerOptions) {
  return {
    listenHost: '127.0.0.1',
    listenPort: 0,
    identityFile: join(directory, 'honest.key'),
    peerStoreFile: join(directory, 'honest-peers.json'),
    bootnodes: [address],
    chainId: genesis.params.chainId,
    genesis4: genesis.hash.slice(2, 10),
    topics: TOPICS,
    requests: REQUESTS,
    log: QUIET,
  }
}
