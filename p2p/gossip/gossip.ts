/**
 * Gossip: publishing with its size checked, and judging what comes. gossipsub holds a message until
 * its verdict is told (`asyncValidation`), then forwards, drops, or charges (spec/consensus.md 4).
 */
import {
  type GossipSub,
  type GossipsubMessage,
  type SubscriptionChangeData,
  TopicValidatorResult,
} from '@libp2p/gossipsub'
import type { RPC } from '@libp2p/gossipsub/message'
import { NetworkError, reasonOf } from '../errors.ts'
import {
  UNJUDGED_BYTES_MAX,
  UNJUDGED_BYTES_PER_PEER_MAX,
  UNJUDGED_MESSAGES_MAX,
  UNJUDGED_MESSAGES_PER_PEER_MAX,
} from '../limits.ts'
import type { NetworkMetrics } from '../metrics.ts'
import type { NetworkHandlers, NetworkLog, PeerId, TopicOptions, Verdict } from '../options.ts'
import { type ChainName, topicOf } from '../topics.ts'
import { messageId } from './gossipsub-options.ts'
import { asInternals, type GossipInternals } from './internals.ts'
import { type Offence, RpcGuard } from './rpc-guard.ts'
import { GRAYLIST_THRESHOLD } from './score-params.ts'

export type GossipModules = {
  readonly pubsub: GossipSub
  readonly handlers: NetworkHandlers
  readonly log: NetworkLog
  readonly metrics: NetworkMetrics
  /** Charges a peer. */
  readonly report: (peer: PeerId, penalty: number, reason: string) => void
}

/**
 * What a rejected message of a topic of weight 1 leaves behind. gossipsub charges far more, and
 * forgets it all when the peer connects again.
 */
const REJECT_PENALTY = 4
/** A burst of an honest node may spill a little; what else is an offence no honest node commits. */
const FLOOD_PENALTY = 1
const OFFENCE_PENALTY = 5
const RESULTS: Record<Verdict, TopicValidatorResult> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}

type Load = { messages: number; bytes: number }

export class Gossip {
  readonly #chain: ChainName
  readonly #modules: GossipModules
  readonly #pubsub: GossipInternals
  readonly #guard: RpcGuard
  /** By name and by what it is called on the wire. */
  readonly #topics: ReadonlyMap<string, TopicOptions>
  readonly #topicsOnWire: ReadonlyMap<string, TopicOptions>
  /** What awaits a verdict: of each peer, and of all. */
  readonly #loads = new Map<PeerId, Load>()
  readonly #load: Load = { messages: 0, bytes: 0 }

  constructor(chain: ChainName, topics: readonly TopicOptions[], modules: GossipModules) {
    this.#chain = chain
    this.#modules = modules
    this.#pubsub = asInternals(modules.pubsub)
    this.#topics = new Map(topics.map((topic) => [topic.name, topic]))
    this.#topicsOnWire = new Map(topics.map((topic) => [topicOf(chain, topic.name), topic]))
    this.#guard = new RpcGuard({
      bytesMax: new Map([...this.#topicsOnWire].map(([wire, { bytesMax }]) => [wire, bytesMax])),
      onOffence: (peer, offence) => this.#onOffence(peer, offence),
      isCrowded: (peer, message) => this.#isCrowded(peer, message),
      now: () => performance.now(),
    })
    this.#guard.install(this.#pubsub)
  }

  /** Needs a started libp2p. */
  start(): void {
    this.#pubsub.addEventListener('gossipsub:message', this.#onMessage)
    this.#pubsub.addEventListener('subscription-change', this.#onSubscriptions)
    for (const topic of this.#topicsOnWire.keys()) this.#pubsub.subscribe(topic)
  }

  stop(): void {
    this.#pubsub.removeEventListener('gossipsub:message', this.#onMessage)
    this.#pubsub.removeEventListener('subscription-change', this.#onSubscriptions)
  }

  async publish(name: string, payload: Uint8Array): Promise<{ recipients: number }> {
    const topic = this.#topics.get(name)
    if (topic === undefined) throw new NetworkError({ code: 'TOPIC_UNKNOWN', topic: name })
    const { bytesMax } = topic
    if (payload.length > bytesMax) {
      const bytes = payload.length
      throw new NetworkError({ code: 'MESSAGE_TOO_BIG', topic: name, bytes, bytesMax })
    }
    const { recipients } = await this.#pubsub.publish(topicOf(this.#chain, name), payload)
    const { metrics } = this.#modules
    metrics.gossipMessages.inc({ topic: name, direction: 'outbound', verdict: 'published' })
    metrics.gossipBytes.inc({ topic: name, direction: 'outbound' }, payload.length)
    return { recipients: recipients.length }
  }

  scoreOf(peer: PeerId): number {
    return this.#pubsub.getScore(peer)
  }

  isGraylisted(peer: PeerId): boolean {
    return this.#pubsub.getScore(peer) <= GRAYLIST_THRESHOLD
  }

  /** Whether we hear the peer and can speak to it; gossipsub mends neither stream by itself. */
  isInGossip(peer: PeerId): boolean {
    return this.#pubsub.peers.has(peer) && this.#pubsub.streamsOutbound.has(peer)
  }

  forget(peer: PeerId): void {
    this.#guard.forget(peer)
  }

  /** Asked for every message, so that a flood of one topic costs little more than its decoding. */
  #isCrowded(peer: PeerId, { topic: wire, data }: RPC.Message): boolean {
    const { handlers, metrics } = this.#modules
    const topic = this.#topicsOnWire.get(wire)
    if (topic === undefined || handlers.isCrowded?.(topic.name, peer) !== true) return false
    metrics.gossipMessages.inc({ topic: topic.name, direction: 'inbound', verdict: 'overload' })
    const { gossipTracer } = this.#pubsub
    // It may have been asked for it, and has kept its promise.
    if (gossipTracer.size > 0 && data !== undefined) {
      gossipTracer.deliverMessage(this.#pubsub.msgIdToStrFn(messageId(wire, data)))
    }
    return true
  }

  readonly #onMessage = (event: CustomEvent<GossipsubMessage>): void => {
    const { propagationSource, msgId, msg } = event.detail
    const topic = this.#topicsOnWire.get(msg.topic)
    if (topic === undefined) return
    // A copy: what comes is a Buffer over the socket's own memory, a whole RPC of it.
    const payload = new Uint8Array(msg.data)
    void this.#judge(topic, payload, propagationSource.toString(), msgId)
  }

  async #judge(topic: TopicOptions, payload: Uint8Array, peer: PeerId, id: string): Promise<void> {
    const { metrics } = this.#modules
    const labels = { topic: topic.name, direction: 'inbound' }
    metrics.gossipBytes.inc(labels, payload.length)
    const load = this.#admit(peer, payload.length)
    if (load === undefined) {
      metrics.gossipMessages.inc({ ...labels, verdict: 'overload' })
      this.#tell(id, peer, 'ignore')
      return
    }
    const verdict = await this.#verdictOf(topic.name, payload, peer)
    this.#release(peer, load, payload.length)
    metrics.gossipMessages.inc({ ...labels, verdict })
    this.#tell(id, peer, verdict)
    if (verdict !== 'reject') return
    this.#modules.report(peer, REJECT_PENALTY * topic.weight, `rejected ${topic.name}`)
  }

  /** A handler that throws has a bug of ours: the sender is not blamed. */
  async #verdictOf(name: string, payload: Uint8Array, peer: PeerId): Promise<Verdict> {
    const { handlers, log } = this.#modules
    try {
      return await handlers.onGossip(name, payload, peer)
    } catch (error) {
      log.error({ topic: name, peer, error: reasonOf(error) }, 'Gossip handler failed')
      return 'ignore'
    }
  }

  #tell(id: string, peer: PeerId, verdict: Verdict): void {
    this.#pubsub.reportMessageValidationResult(id, peer, RESULTS[verdict])
  }

  #admit(peer: PeerId, bytes: number): Load | undefined {
    const load = this.#loads.get(peer) ?? { messages: 0, bytes: 0 }
    if (
      load.messages >= UNJUDGED_MESSAGES_PER_PEER_MAX ||
      load.bytes + bytes > UNJUDGED_BYTES_PER_PEER_MAX ||
      this.#load.messages >= UNJUDGED_MESSAGES_MAX ||
      this.#load.bytes + bytes > UNJUDGED_BYTES_MAX
    ) {
      return undefined
    }
    this.#loads.set(peer, load)
    for (const each of [load, this.#load]) {
      each.messages += 1
      each.bytes += bytes
    }
    return load
  }

  #release(peer: PeerId, load: Load, bytes: number): void {
    for (const each of [load, this.#load]) {
      each.messages -= 1
      each.bytes -= bytes
    }
    if (load.messages === 0) this.#loads.delete(peer)
  }

  readonly #onSubscriptions = (event: CustomEvent<SubscriptionChangeData>): void => {
    const peer = event.detail.peerId.toString()
    for (const { topic, subscribe } of event.detail.subscriptions) {
      const name = this.#topicsOnWire.get(topic)?.name
      if (subscribe && name !== undefined) this.#modules.handlers.onPeerSubscribed?.(peer, name)
    }
  }

  #onOffence(peer: PeerId, offence: Offence): void {
    this.#modules.metrics.offences.inc({ kind: offence })
    this.#modules.report(peer, offence === 'RPC_FLOOD' ? FLOOD_PENALTY : OFFENCE_PENALTY, offence)
  }
}
