/**
 * What a liar does to what it sends. The node behind it is the real one: a strategy stands between
 * it and the wires, and may hold the validator's key.
 */
import type { ReplyChunk } from '../../../../p2p/options.ts'

/** One message on its way out. */
export type Outgoing = {
  readonly topic: string
  readonly payload: Uint8Array
  /** To these nodes only; undefined: to everybody. */
  readonly to?: readonly number[]
  readonly delayMs?: number
}

export interface Tampering {
  /** It hears all and passes nothing on: neither what others gossip nor answers. */
  readonly isSilent: boolean
  /** What is sent in place of a message of ours; none: it is withheld. */
  publish(topic: string, payload: Uint8Array): readonly Outgoing[]
  /** What is answered in place of an answer of ours. */
  answer(name: string, chunks: readonly ReplyChunk[], to: number): readonly ReplyChunk[]
  /** What is said when this is heard. */
  hear(topic: string, payload: Uint8Array, from: number): readonly Outgoing[]
}

export const HONEST: Tampering = {
  isSilent: false,
  publish: (topic, payload) => [{ topic, payload }],
  answer: (_name, chunks) => chunks,
  hear: () => [],
}
