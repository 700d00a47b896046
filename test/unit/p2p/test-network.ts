/** A network on loopback with everything that its handlers were told, and waiting for any of it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Network } from '../../../p2p/network.ts'
import type {
  NetworkHandlers,
  NetworkOptions,
  NetworkTiming,
  PeerId,
  ReplyChunk,
  RequestOptions,
  TopicOptions,
  Verdict,
} from '../../../p2p/options.ts'

export const TOPICS: readonly TopicOptions[] = [
  { name: 'block', bytesMax: 1_048_576, weight: 0.5 },
  { name: 'vote', bytesMax: 300, weight: 0.25 },
]
export const REQUESTS: readonly RequestOptions[] = [
  {
    name: 'status',
    requestBytesMax: 256,
    replyBytesMax: 256,
    chunksMax: 1,
    tokensPerSecond: 100,
    burst: 100,
  },
  {
    name: 'blocks_by_range',
    requestBytesMax: 64,
    replyBytesMax: 4_194_304,
    chunksMax: 16,
    tokensPerSecond: 1_000,
    burst: 1_000,
  },
]
/** Short enough for a test, long enough for two busy cores. */
export const FAST: Partial<NetworkTiming> = {
  watchdogTickMs: 250,
  redialTickMs: 50,
  staticRedialMsMin: 100,
  staticRedialMsMax: 400,
}

export type Received = { topic: string; payload: Uint8Array; peer: PeerId }
export type LogLine = { level: string; message: string; fields: Readonly<Record<string, unknown>> }

/** Wakes whoever waits each time something has happened. */
export class Happenings {
  readonly #waiting = new Set<() => void>()

  tell(): void {
    for (const wake of this.#waiting) wake()
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const wake = () => resolve()
      this.#waiting.add(wake)
      await promise
      this.#waiting.delete(wake)
    }
  }
}

export type TestNetworkOptions = {
  readonly bootnodes?: readonly string[]
  readonly directory?: string
  readonly listenPort?: number
  readonly genesis4?: string
  readonly topics?: readonly TopicOptions[]
  readonly requests?: readonly RequestOptions[]
  readonly timing?: Partial<NetworkTiming>
  readonly onGossip?: (received: Received) => Promise<Verdict>
  readonly onRequest?: NetworkHandlers['onRequest']
  readonly isCrowded?: NetworkHandlers['isCrowded']
}

export class TestNetwork {
  readonly network: Network
  readonly directory: string
  readonly happenings: Happenings
  readonly received: Received[]
  readonly connected: Set<PeerId>
  /** `${peer} ${topic}` */
  readonly subscribed: Set<string>
  readonly log: LogLine[]

  private constructor(network: Network, directory: string, records: Records) {
    this.network = network
    this.directory = directory
    this.happenings = records.happenings
    this.received = records.received
    this.connected = records.connected
    this.subscribed = records.subscribed
    this.log = records.log
  }

  static async create(options: TestNetworkOptions = {}): Promise<TestNetwork> {
    const directory = options.directory ?? (await temporaryDirectory())
    const records = newRecords()
    const network = await Network.create(
      networkOptions(options, directory, records),
      handlersOf(options, records),
    )
    return new TestNetwork(network, directory, records)
  }

  static async start(options: TestNetworkOptions = {}): Promise<TestNetwork> {
    const node = await TestNetwork.create(options)
    await node.network.start()
    started.add(node)
    return node
  }

  get id(): PeerId {
    return this.network.peerId
  }

  get address(): string {
    const [address] = this.network.multiaddrs()
    if (address === undefined) throw new Error('not listening')
    return address
  }

  async stop(): Promise<void> {
    started.delete(this)
    await this.network.stop()
  }

  async untilConnected(...others: readonly TestNetwork[]): Promise<void> {
    await this.happenings.until(() => others.every(({ id }) => this.connected.has(id)))
  }

  async untilDisconnected(...others: readonly TestNetwork[]): Promise<void> {
    await this.happenings.until(() => others.every(({ id }) => !this.connected.has(id)))
  }

  /** What we publish on `topic` reaches them. */
  async untilHeardBy(topic: string, ...others: readonly TestNetwork[]): Promise<void> {
    await this.happenings.until(() =>
      others.every(({ id }) => this.subscribed.has(`${id} ${topic}`)),
    )
  }

  async untilReceived(count: number): Promise<void> {
    await this.happenings.until(() => this.received.length >= count)
  }

  async untilLogged(message: string): Promise<LogLine> {
    const find = () => this.log.find((line) => line.message === message)
    await this.happenings.until(() => find() !== undefined)
    return find()!
  }

  async ask(
    peer: PeerId,
    name: string,
    payload: Uint8Array = new Uint8Array(),
    signal?: AbortSignal,
  ): Promise<ReplyChunk[]> {
    const chunks: ReplyChunk[] = []
    const options = signal === undefined ? {} : { signal }
    for await (const chunk of this.network.request(peer, name, payload, options)) chunks.push(chunk)
    return chunks
  }
}

const started = new Set<TestNetwork>()
const directories = new Set<string>()

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hanzo-p2p-'))
  directories.add(directory)
  return directory
}

/** For `afterEach`: nothing outlives its test. */
export async function stopEverything(): Promise<void> {
  await Promise.all([...started].map((node) => node.stop()))
  for (const directory of directories) await rm(directory, { recursive: true, force: true })
  directories.clear()
}

/** Connected both ways, and each hears the others on `block`. */
export async function connectAll(nodes: readonly TestNetwork[]): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    for (const other of nodes.slice(index + 1)) await node.network.dial(other.address)
  }
  await untilMeshed(nodes)
}

export async function untilMeshed(nodes: readonly TestNetwork[], topic = 'block'): Promise<void> {
  for (const node of nodes) {
    const others = nodes.filter((other) => other !== node)
    await node.untilConnected(...others)
    await node.untilHeardBy(topic, ...others)
  }
}

export function bytes(count: number, fill = 7): Uint8Array {
  return new Uint8Array(count).fill(fill)
}

export async function* replyOf(...payloads: readonly Uint8Array[]): AsyncGenerator<ReplyChunk> {
  for (const payload of payloads) yield { code: 0, payload }
}

type Records = Pick<TestNetwork, 'happenings' | 'received' | 'connected' | 'subscribed' | 'log'>

function newRecords(): Records {
  return {
    happenings: new Happenings(),
    received: [],
    connected: new Set(),
    subscribed: new Set(),
    log: [],
  }
}

function networkOptions(
  options: TestNetworkOptions,
  directory: string,
  { log, happenings }: Records,
): NetworkOptions {
  const line = (level: string) => (fields: object, message: string) => {
    log.push({ level, message, fields: { ...fields } })
    happenings.tell()
  }
  return {
    listenHost: '127.0.0.1',
    listenPort: options.listenPort ?? 0,
    identityFile: join(directory, 'identity'),
    peerStoreFile: join(directory, 'peers.json'),
    bootnodes: options.bootnodes ?? [],
    chainId: 1337n,
    genesis4: options.genesis4 ?? '00aa11bb',
    topics: options.topics ?? TOPICS,
    requests: options.requests ?? REQUESTS,
    timing: { ...FAST, ...options.timing },
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
  }
}

function handlersOf(options: TestNetworkOptions, records: Records): NetworkHandlers {
  const { happenings, received, connected, subscribed } = records
  return {
    onGossip: async (topic, payload, peer) => {
      const message = { topic, payload, peer }
      received.push(message)
      happenings.tell()
      return (await options.onGossip?.(message)) ?? 'accept'
    },
    ...(options.isCrowded && { isCrowded: options.isCrowded }),
    onRequest: options.onRequest ?? ((_name, payload) => replyOf(payload)),
    onPeerConnected: (peer) => {
      connected.add(peer)
      happenings.tell()
    },
    onPeerDisconnected: (peer) => {
      connected.delete(peer)
      for (const entry of subscribed) if (entry.startsWith(peer)) subscribed.delete(entry)
      happenings.tell()
    },
    onPeerSubscribed: (peer, topic) => {
      subscribed.add(`${peer} ${topic}`)
      happenings.tell()
    },
  }
}
