/**
 * The network of simulated nodes as a node sees it: connections that come and go with the wires,
 * gossip, requests, bans. Each node gets a {@link PeerNetwork} of its own.
 *
 * Spec: docs/simulator.md, "Network"; the contract is that of docs/spec/network.md.
 */
import { assert } from '../../../consensus/errors.ts'
import type { NetworkHandlers, NetworkLog, NetworkOptions } from '../../../p2p/options.ts'
import type { PeerNetwork } from '../../peer-services.ts'
import { type Cuts, NO_CUTS } from '../engine/cut-shapes.ts'
import { SimulatedGossip } from '../engine/gossip.ts'
import type { SimulatedNetwork } from '../engine/network.ts'
import { SimulatedRequests } from '../engine/requests.ts'
import type { Scheduler } from '../engine/scheduler.ts'
import type { SeededRng } from '../engine/seeded-rng.ts'
import type { Trace } from '../engine/trace.ts'
import { type GossipMessage, Port } from './network-port.ts'
import type { Tampering } from './strategies/tampering.ts'

/** A peer that can be reached again is dialed within so long. */
const DIAL_MS_MAX = 1_000
/** As of the real network: a ban for a provable fault. */
const BAN_MS = 1_800_000

export type SwitchboardParts = {
  readonly scheduler: Scheduler
  readonly network: SimulatedNetwork
  readonly rng: SeededRng
  readonly trace: Trace
}

type Joined = {
  readonly handlers: NetworkHandlers
  readonly tampering: Tampering
  readonly log: NetworkLog
}

export class Switchboard {
  readonly gossip: SimulatedGossip<GossipMessage>
  readonly requests: SimulatedRequests
  readonly parts: SwitchboardParts
  /** Nodes that listen. */
  readonly #joined = new Map<number, Joined>()
  /** "low-high": both have been told of each other, and since when. */
  readonly #connected = new Map<string, number>()
  readonly #dialing = new Set<string>()
  readonly #bannedUntilMs = new Map<string, number>()
  /** By node: whom it speaks to; undefined: everybody. */
  readonly #allowed = new Map<number, ReadonlySet<string>>()
  #cuts: Cuts = NO_CUTS

  constructor(parts: SwitchboardParts) {
    const { scheduler, network, rng } = parts
    this.parts = parts
    this.gossip = new SimulatedGossip(network, scheduler)
    this.requests = new SimulatedRequests({ network, scheduler, rng: rng.fork('streams') })
    for (let node = 0; node < network.size; node++) network.setUp(node, false)
  }

  /** What node `index` opens its network with. */
  open(index: number, tampering: Tampering) {
    return async (options: NetworkOptions, handlers: NetworkHandlers): Promise<PeerNetwork> =>
      new Port(this, index, options, { handlers, tampering })
  }

  /** Which wires are cut, until the next call. */
  setCuts(cuts: Cuts): void {
    this.#cuts = cuts
    this.refresh()
  }

  setAllowed(node: number, allowed: ReadonlySet<string> | undefined): void {
    if (allowed === undefined) this.#allowed.delete(node)
    else this.#allowed.set(node, allowed)
    this.refresh()
  }

  join(node: number, joined: Joined): void {
    this.#joined.set(node, joined)
    this.parts.network.setUp(node, true)
    this.refresh()
  }

  /** Nobody calls a node that has left: it may have crashed. */
  leave(node: number): void {
    if (!this.#joined.delete(node)) return
    this.gossip.leave(node)
    this.parts.network.setUp(node, false)
    this.refresh()
  }

  ban(node: number, peer: number): void {
    this.#bannedUntilMs.set(pairOf(node, peer), this.parts.scheduler.nowMs + BAN_MS)
    this.refresh()
  }

  isBanned(node: number, peer: number): boolean {
    return (this.#bannedUntilMs.get(pairOf(node, peer)) ?? 0) > this.parts.scheduler.nowMs
  }

  /** A farewell: the peer is dialed again in its time. */
  hangUp(node: number, peer: number): void {
    if (this.#connected.delete(pairOf(node, peer))) this.#tellGone(node, peer)
    this.refresh()
  }

  connectedTo(node: number): readonly number[] {
    const peers: number[] = []
    for (let peer = 0; peer < this.parts.network.size; peer++) {
      if (this.isConnected(node, peer)) peers.push(peer)
    }
    return peers
  }

  isConnected(node: number, peer: number): boolean {
    return this.#connected.has(pairOf(node, peer))
  }

  connectedSinceMs(node: number, peer: number): number {
    return this.#connected.get(pairOf(node, peer)) ?? 0
  }

  joinedAs(node: number): Joined | undefined {
    return this.#joined.get(node)
  }

  /** Cuts the wires that are to be cut, and tells nodes who is gone and who is there. */
  refresh(): void {
    const { network } = this.parts
    network.setCuts((from, to) => this.#cuts(from, to) || !this.#isOpen(from, to))
    for (let low = 0; low < network.size; low++) {
      for (let high = low + 1; high < network.size; high++) this.#refreshPair(low, high)
    }
  }

  #isOpen(a: number, b: number): boolean {
    const isAllowed = (from: number, to: number) =>
      this.#allowed.get(from)?.has(peerIdOf(to)) !== false
    return !this.isBanned(a, b) && isAllowed(a, b) && isAllowed(b, a)
  }

  #refreshPair(low: number, high: number): void {
    const { network, scheduler, rng } = this.parts
    const pair = pairOf(low, high)
    const isLinked = network.isLinked(low, high)
    if (this.#connected.has(pair) && !isLinked) {
      this.#connected.delete(pair)
      this.#tellGone(low, high)
    } else if (!this.#connected.has(pair) && isLinked && !this.#dialing.has(pair)) {
      this.#dialing.add(pair)
      scheduler.after(rng.between(0, DIAL_MS_MAX), () => this.#connect(low, high))
    }
  }

  #connect(low: number, high: number): void {
    const { network, scheduler, trace } = this.parts
    const pair = pairOf(low, high)
    this.#dialing.delete(pair)
    if (!network.isLinked(low, high) || this.#connected.has(pair)) return
    this.#connected.set(pair, scheduler.nowMs)
    trace.add('connected', low, high)
    this.#joined.get(low)?.handlers.onPeerConnected(peerIdOf(high), 'outbound')
    this.#joined.get(high)?.handlers.onPeerConnected(peerIdOf(low), 'inbound')
  }

  #tellGone(a: number, b: number): void {
    this.parts.trace.add('disconnected', a, b)
    this.#joined.get(a)?.handlers.onPeerDisconnected(peerIdOf(b))
    this.#joined.get(b)?.handlers.onPeerDisconnected(peerIdOf(a))
  }
}

const PEER_ID = 'node-'

export function peerIdOf(node: number): string {
  return `${PEER_ID}${node}`
}

export function nodeOf(peerId: string): number {
  const node = Number(peerId.slice(PEER_ID.length))
  assert(peerId.startsWith(PEER_ID) && Number.isInteger(node), 'a peer of the simulated network')
  return node
}

function pairOf(a: number, b: number): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`
}
