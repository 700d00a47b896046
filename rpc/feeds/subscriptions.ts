/**
 * Who is subscribed to what, by WebSocket.
 *
 * Created -> Active -> Ended. A subscription holds back its notices until the answer that carries
 * its id has been sent, so that no client hears of an id it does not know.
 */
import type { Hex } from '../../consensus/types.ts'
import { limitExceeded } from '../errors.ts'
import { NOTICES_HELD_MAX, SUBSCRIPTIONS_PER_SOCKET_MAX } from '../limits.ts'
import type { SubscriberSocket } from '../method.ts'
import { randomId } from './filters.ts'
import type { LogFilter } from './log-filter.ts'

export type Topic =
  | { readonly kind: 'newHeads' }
  | { readonly kind: 'syncing' }
  | { readonly kind: 'pendingHashes' }
  | { readonly kind: 'pendingTransactions' }
  | { readonly kind: 'logs'; readonly filter: LogFilter; readonly cursor: number }

/** How to reach a subscriber. */
export type Recipient = {
  readonly id: Hex
  readonly socket: SubscriberSocket
  /** Notices that wait for the id to be told; undefined once active. */
  held: string[] | undefined
}

export type Subscription<Kind extends Topic['kind'] = Topic['kind']> = Recipient & {
  readonly topic: Extract<Topic, { kind: Kind }>
}

export class Subscriptions {
  readonly #bySocket = new Map<SubscriberSocket, Map<Hex, Subscription>>()
  readonly #byKind: { readonly [Kind in Topic['kind']]: Set<Subscription<Kind>> } = {
    newHeads: new Set(),
    syncing: new Set(),
    pendingHashes: new Set(),
    pendingTransactions: new Set(),
    logs: new Set(),
  }
  readonly #onCount: (count: number) => void
  #count = 0

  /** `onCount` is told how many there are whenever that changes. */
  constructor(onCount: (count: number) => void) {
    this.#onCount = onCount
  }

  /** The id of the new subscription; throws LIMIT_EXCEEDED. */
  subscribe(socket: SubscriberSocket, topic: Topic): Hex {
    const ofSocket = this.#bySocket.get(socket) ?? new Map<Hex, Subscription>()
    if (ofSocket.size >= SUBSCRIPTIONS_PER_SOCKET_MAX) {
      throw limitExceeded(`a WebSocket may have ${SUBSCRIPTIONS_PER_SOCKET_MAX} subscriptions`)
    }
    const subscription: Subscription = { id: randomId(), topic, socket, held: [] }
    this.#bySocket.set(socket, ofSocket.set(subscription.id, subscription))
    this.#setOf(topic.kind).add(subscription)
    this.#count++
    this.#onCount(this.#count)
    return subscription.id
  }

  /** False when this socket has no such subscription. */
  unsubscribe(socket: SubscriberSocket, id: Hex): boolean {
    const subscription = this.#bySocket.get(socket)?.get(id)
    if (subscription === undefined) return false
    this.#bySocket.get(socket)?.delete(id)
    this.#setOf(subscription.topic.kind).delete(subscription)
    this.#count--
    this.#onCount(this.#count)
    return true
  }

  /** Created -> Active: the answer with these ids has been sent. */
  activate(socket: SubscriberSocket, ids: readonly Hex[]): void {
    for (const id of ids) {
      const subscription = this.#bySocket.get(socket)?.get(id)
      const held = subscription?.held ?? []
      if (subscription !== undefined) subscription.held = undefined
      for (const notice of held) socket.send(notice)
    }
  }

  endAll(socket: SubscriberSocket): void {
    for (const id of this.#bySocket.get(socket)?.keys() ?? []) this.unsubscribe(socket, id)
    this.#bySocket.delete(socket)
  }

  of<Kind extends Topic['kind']>(kind: Kind): ReadonlySet<Subscription<Kind>> {
    return this.#byKind[kind]
  }

  /** Tells one subscriber something; `json` is the text of it, written once for all. */
  notify({ id, socket, held }: Recipient, json: string): void {
    const notice = `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${id}","result":${json}}}`
    if (held === undefined) socket.send(notice)
    else if (held.length < NOTICES_HELD_MAX) held.push(notice)
    else socket.drop('too much happened before the subscription was answered')
  }

  #setOf(kind: Topic['kind']): Set<Subscription> {
    // Safe: a subscription only ever enters the set of its own topic's kind.
    return this.#byKind[kind] as Set<Subscription>
  }
}
