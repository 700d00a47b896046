/**
 * The contract of gossipsub without its machinery: a message reaches a node's handler once by its
 * id, and is passed on only if the handler accepts it.
 */
import { SEEN_MS } from '../../../p2p/limits.ts'
import type { SimulatedNetwork } from './network.ts'
import type { Scheduler } from './scheduler.ts'

export type GossipVerdict = 'accept' | 'ignore' | 'reject'

/** What a node does with a message from a peer. */
export type GossipHandler<Message> = (
  message: Message,
  from: number,
) => GossipVerdict | Promise<GossipVerdict>

/** A message with the id that makes two copies one. */
export type Envelope<Message> = {
  readonly id: string
  readonly bytes: number
  readonly message: Message
}

export class SimulatedGossip<Message> {
  readonly #network: SimulatedNetwork
  readonly #scheduler: Scheduler
  readonly #handlers = new Map<number, GossipHandler<Message>>()
  /** By node: when each message was first seen. */
  readonly #seen = new Map<number, Map<string, number>>()

  constructor(network: SimulatedNetwork, scheduler: Scheduler) {
    this.#network = network
    this.#scheduler = scheduler
  }

  /** A node that has just started has seen nothing. */
  join(node: number, handler: GossipHandler<Message>): void {
    this.#handlers.set(node, handler)
    this.#seen.set(node, new Map())
  }

  leave(node: number): void {
    this.#handlers.delete(node)
    this.#seen.delete(node)
  }

  /** To all peers, or to these only. What was published a moment ago is not published again. */
  publish(node: number, envelope: Envelope<Message>, to?: readonly number[]): void {
    if (!this.#isNew(node, envelope.id)) return
    this.#spread(node, envelope, undefined, to)
  }

  #spread(
    from: number,
    envelope: Envelope<Message>,
    except: number | undefined,
    only?: readonly number[],
  ): void {
    for (let to = 0; to < this.#network.size; to++) {
      if (to === from || to === except || only?.includes(to) === false) continue
      // A peer that is known to have it is not sent another copy.
      if (this.#hasSeen(to, envelope.id)) continue
      this.#network.send(from, to, envelope.bytes, () => this.#receive(to, from, envelope))
    }
  }

  #receive(node: number, from: number, envelope: Envelope<Message>): void {
    const handler = this.#handlers.get(node)
    if (handler === undefined || !this.#isNew(node, envelope.id)) return
    const verdict = handler(envelope.message, from)
    if (verdict instanceof Promise) {
      void verdict.then((late) => this.#judge(late, node, from, envelope))
    } else {
      this.#judge(verdict, node, from, envelope)
    }
  }

  #judge(verdict: GossipVerdict, node: number, from: number, envelope: Envelope<Message>): void {
    if (verdict === 'accept' && this.#handlers.has(node)) this.#spread(node, envelope, from)
  }

  #isNew(node: number, id: string): boolean {
    const seen = this.#seen.get(node)
    if (seen === undefined || this.#hasSeen(node, id)) return false
    seen.set(id, this.#scheduler.nowMs)
    return true
  }

  #hasSeen(node: number, id: string): boolean {
    const seenMs = this.#seen.get(node)?.get(id)
    return seenMs !== undefined && this.#scheduler.nowMs - seenMs < SEEN_MS
  }
}
