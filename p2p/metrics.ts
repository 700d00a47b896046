/**
 * What the network counts. The types are the part of prom-client that is used; without a registry
 * nothing is counted.
 */
import { Counter, Gauge, type Registry } from 'prom-client'

export type CounterLike<Label extends string> = {
  inc(labels: Partial<Record<Label, string | number>>, value?: number): void
}
export type GaugeLike<Label extends string> = {
  set(labels: Partial<Record<Label, string | number>>, value: number): void
}

export type NetworkMetrics = {
  readonly peers: GaugeLike<'direction'>
  /** verdict: accept, ignore, reject, overload (no room to judge it), or published. */
  readonly gossipMessages: CounterLike<'topic' | 'direction' | 'verdict'>
  readonly gossipBytes: CounterLike<'topic' | 'direction'>
  /** outcome: ok, or the code of what went wrong. */
  readonly requests: CounterLike<'name' | 'direction' | 'outcome'>
  readonly requestBytes: CounterLike<'name' | 'direction'>
  readonly dials: CounterLike<'outcome'>
  readonly offences: CounterLike<'kind'>
  readonly bans: CounterLike<never>
}

const nothing = { inc: () => {}, set: () => {} }

export const NO_METRICS: NetworkMetrics = {
  peers: nothing,
  gossipMessages: nothing,
  gossipBytes: nothing,
  requests: nothing,
  requestBytes: nothing,
  dials: nothing,
  offences: nothing,
  bans: nothing,
}

/** Registers the network's metrics with `registry`. */
export function createNetworkMetrics(registry: Registry): NetworkMetrics {
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] })
  return {
    peers: new Gauge({
      name: 'hanzo_p2p_peers',
      help: 'Connected peers of our chain.',
      labelNames: ['direction'],
      registers: [registry],
    }),
    gossipMessages: counter(
      'hanzo_p2p_gossip_messages_total',
      'Gossip messages by topic and what became of them.',
      ['topic', 'direction', 'verdict'],
    ),
    gossipBytes: counter('hanzo_p2p_gossip_bytes_total', 'Payload bytes of gossip messages.', [
      'topic',
      'direction',
    ]),
    requests: counter('hanzo_p2p_requests_total', 'Requests by name and outcome.', [
      'name',
      'direction',
      'outcome',
    ]),
    requestBytes: counter(
      'hanzo_p2p_request_bytes_total',
      'Payload bytes of replies, received (outbound requests) and sent (inbound requests).',
      ['name', 'direction'],
    ),
    dials: counter('hanzo_p2p_dials_total', 'Dials of our own redial loop.', ['outcome']),
    offences: counter('hanzo_p2p_offences_total', 'Malformed or excessive gossip, by kind.', [
      'kind',
    ]),
    bans: counter('hanzo_p2p_bans_total', 'Peers banned.', []),
  }
}
