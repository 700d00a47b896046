/** What the network is told when it is made, what it hands out, and the checks of its options. */
import { isIP } from 'node:net'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { NetworkError, reasonOf } from './errors.ts'
import {
  CHUNK_TIMEOUT_MS,
  FIRST_BYTE_TIMEOUT_MS,
  IDENTIFY_TIMEOUT_MS,
  REDIAL_TICK_MS,
  REQUEST_READ_TIMEOUT_MS,
  STATIC_REDIAL_MS_MAX,
  STATIC_REDIAL_MS_MIN,
  WATCHDOG_TICK_MS,
} from './limits.ts'
import type { NetworkMetrics } from './metrics.ts'

export type PeerId = string
export type Verdict = 'accept' | 'ignore' | 'reject'
/** 0 ok, 1 invalid request, 2 server error, 3 unavailable. */
export type ReplyCode = 0 | 1 | 2 | 3
export type ReplyChunk = { readonly code: ReplyCode; readonly payload: Uint8Array }
export type Direction = 'inbound' | 'outbound'

export type NetworkHandlers = {
  /** Decides whether a gossip message is forwarded. `peer` is the propagation source. */
  readonly onGossip: (topic: string, payload: Uint8Array, peer: PeerId) => Promise<Verdict>
  /**
   * Whether a message of the topic would find no place behind those of the same peer: it is dropped
   * unseen then, and the copy of another peer may be taken.
   */
  readonly isCrowded?: (topic: string, peer: PeerId) => boolean
  /** Answers one request with chunks; the network pulls them one by one (back-pressure). */
  readonly onRequest: (name: string, payload: Uint8Array, peer: PeerId) => AsyncIterable<ReplyChunk>
  /** The peer is of our chain and can be asked. Its gossip may come a little earlier. */
  readonly onPeerConnected: (peer: PeerId, direction: Direction) => void
  readonly onPeerDisconnected: (peer: PeerId) => void
  /** From now on what we publish on `topic` reaches the peer. */
  readonly onPeerSubscribed?: (peer: PeerId, topic: string) => void
}

/** One gossip topic. The weights of all topics should add up to 1. */
export type TopicOptions = {
  readonly name: string
  readonly bytesMax: number
  readonly weight: number
}

/** One request protocol; a token is one chunk, and the request itself costs one. */
export type RequestOptions = {
  readonly name: string
  readonly requestBytesMax: number
  /** Of one chunk. */
  readonly replyBytesMax: number
  readonly chunksMax: number
  readonly tokensPerSecond: number
  readonly burst: number
}

type LogLine = (fields: object, message: string) => void
/** The part of pino's logger that this folder uses: fields first, then a constant message. */
export type NetworkLog = {
  readonly debug: LogLine
  readonly info: LogLine
  readonly warn: LogLine
  readonly error: LogLine
}

/** Periods and patience; the defaults are right for a node, tests shorten them. */
export type NetworkTiming = {
  readonly watchdogTickMs: number
  readonly redialTickMs: number
  readonly staticRedialMsMin: number
  readonly staticRedialMsMax: number
  readonly identifyTimeoutMs: number
  readonly requestReadTimeoutMs: number
  readonly firstByteTimeoutMs: number
  readonly chunkTimeoutMs: number
}

export type NetworkOptions = {
  readonly listenHost: string
  /** 0: the system picks one, see `Network.multiaddrs`. */
  readonly listenPort: number
  /** Our Ed25519 key; made (0600) if absent. */
  readonly identityFile: string
  readonly peerStoreFile: string
  /** Static peers: multiaddrs that end in /p2p/<peer id>. Our own address is skipped. */
  readonly bootnodes: readonly string[]
  readonly chainId: bigint
  /** First 8 hex digits of the genesis hash, lower case, no 0x. */
  readonly genesis4: string
  readonly topics: readonly TopicOptions[]
  readonly requests: readonly RequestOptions[]
  readonly log: NetworkLog
  readonly metrics?: NetworkMetrics
  readonly timing?: Partial<NetworkTiming>
}

export type PeerInfo = {
  readonly id: PeerId
  readonly address: string
  readonly direction: Direction
  readonly isStatic: boolean
  /** Application score: 0 is spotless, -20 disconnects, -50 bans. */
  readonly score: number
  readonly gossipScore: number
  readonly connectedSinceMs: number
  readonly latencyMs: number | undefined
  readonly agent: string
}

export type StaticPeer = { readonly id: PeerId; readonly addresses: readonly Multiaddr[] }

export const DEFAULT_TIMING: NetworkTiming = {
  watchdogTickMs: WATCHDOG_TICK_MS,
  redialTickMs: REDIAL_TICK_MS,
  staticRedialMsMin: STATIC_REDIAL_MS_MIN,
  staticRedialMsMax: STATIC_REDIAL_MS_MAX,
  identifyTimeoutMs: IDENTIFY_TIMEOUT_MS,
  requestReadTimeoutMs: REQUEST_READ_TIMEOUT_MS,
  firstByteTimeoutMs: FIRST_BYTE_TIMEOUT_MS,
  chunkTimeoutMs: CHUNK_TIMEOUT_MS,
}

/** Throws OPTIONS_BAD with the option's name; returns nothing. */
export function verifyOptions(options: NetworkOptions): void {
  if (isIP(options.listenHost) === 0) throw bad('listenHost', 'must be an IP address')
  if (!Number.isInteger(options.listenPort) || options.listenPort < 0 || options.listenPort > 65535)
    throw bad('listenPort', 'must be an integer from 0 to 65535')
  if (!/^[0-9a-f]{8}$/.test(options.genesis4))
    throw bad('genesis4', 'must be 8 lower-case hex digits')
  if (options.requests.length === 0)
    throw bad('requests', 'must name at least one: peers of our chain are known by them')
  for (const { name } of [...options.topics, ...options.requests]) {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw bad('topics and requests', `bad name ${name}`)
  }
}

/** An address with its peer id; anything else is OPTIONS_BAD, said in a sentence. */
export function parsePeerAddress(text: string, option: string): { id: PeerId; address: Multiaddr } {
  try {
    const address = multiaddr(text)
    const id = address.getComponents().findLast((part) => part.code === CODE_P2P)?.value
    if (id === undefined) throw bad(option, `${text} does not end in /p2p/<peer id>`)
    return { id: peerIdFromString(id).toString(), address }
  } catch (error) {
    if (error instanceof NetworkError) throw error
    throw bad(option, `${text} is not a multiaddr: ${reasonOf(error)}`)
  }
}

/** The bootnodes by peer, without ourselves (a devnet gives every node the same list). */
export function parseBootnodes(texts: readonly string[], self: PeerId): Map<PeerId, Multiaddr[]> {
  const peers = new Map<PeerId, Multiaddr[]>()
  for (const text of texts) {
    const { id, address } = parsePeerAddress(text, 'bootnodes')
    if (id === self) continue
    peers.set(id, [...(peers.get(id) ?? []), address])
  }
  return peers
}

function bad(option: string, reason: string): NetworkError {
  return new NetworkError({ code: 'OPTIONS_BAD', option, reason }, `Option ${option}: ${reason}`)
}
