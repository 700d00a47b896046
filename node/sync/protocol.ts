/**
 * Topics and requests of our protocol with their limits, as the network is told them.
 * Spec: docs/spec/network.md, "Gossip", "Requests".
 */
import { assert } from '../../consensus/errors.ts'
import {
  CERTIFICATE_BYTES_MAX,
  EVIDENCE_BYTES_MAX,
  VOTE_BYTES_MAX,
} from '../../consensus/finality/codec/finality-codec.ts'
import type { RequestOptions, TopicOptions } from '../../p2p/options.ts'
import { SEALED_BLOCK_BYTES_MAX } from './wire.ts'

const KIB = 1024
const MIB = 1024 * KIB

export const BLOCK_TOPIC = 'block'
export const TRANSACTIONS_TOPIC = 'tx'
export const VOTE_TOPIC = 'vote'
export const CERTIFICATE_TOPIC = 'certificate'
export const EVIDENCE_TOPIC = 'evidence'

export const BLOCK_MESSAGE_BYTES_MAX = MIB
/** A message of several transactions; one alone may be as long as a transaction may be. */
export const TRANSACTIONS_MESSAGE_BYTES_MAX = 64 * KIB
/** One transaction of 128 KiB with the prefixes of its list. */
export const SINGLE_TRANSACTION_MESSAGE_BYTES_MAX = 128 * KIB + 16

export const TOPICS: readonly TopicOptions[] = [
  { name: BLOCK_TOPIC, bytesMax: BLOCK_MESSAGE_BYTES_MAX, weight: 0.5 },
  { name: TRANSACTIONS_TOPIC, bytesMax: SINGLE_TRANSACTION_MESSAGE_BYTES_MAX, weight: 0.05 },
  { name: VOTE_TOPIC, bytesMax: VOTE_BYTES_MAX, weight: 0.25 },
  { name: CERTIFICATE_TOPIC, bytesMax: CERTIFICATE_BYTES_MAX, weight: 0.15 },
  { name: EVIDENCE_TOPIC, bytesMax: EVIDENCE_BYTES_MAX, weight: 0.05 },
]

export type RequestName =
  | 'status'
  | 'headers_by_range'
  | 'blocks_by_range'
  | 'blocks_by_hash'
  | 'proofs_by_hash'
  | 'pooled_txs'
  | 'finality_by_epoch'
  | 'latest_vote'

export type RequestLimits = {
  /** Items of one answer. */
  readonly itemsMax: number
  /** Bytes of one answer: an answer ends before the item that would pass it. */
  readonly bytesMax: number
}

export const REQUEST_LIMITS: Readonly<Record<RequestName, RequestLimits>> = {
  status: { itemsMax: 1, bytesMax: KIB },
  headers_by_range: { itemsMax: 512, bytesMax: 2 * MIB },
  blocks_by_range: { itemsMax: 64, bytesMax: 4 * MIB },
  blocks_by_hash: { itemsMax: 16, bytesMax: 4 * MIB },
  proofs_by_hash: { itemsMax: 64, bytesMax: 4 * MIB },
  pooled_txs: { itemsMax: 256, bytesMax: MIB },
  finality_by_epoch: { itemsMax: 128, bytesMax: 2 * MIB },
  latest_vote: { itemsMax: 1, bytesMax: KIB },
}

/** A header of 700 bytes with the longest proof (shape S2, kind 1). */
const SEALED_HEADER_BYTES_MAX = 68 * KIB
const NAMED_PROOF_BYTES_MAX = 67 * KIB

/** A token is a chunk. The bursts hold one full answer, the rates what a syncing peer can use. */
export const REQUESTS: readonly RequestOptions[] = [
  request('status', KIB, KIB, { tokensPerSecond: 2, burst: 20 }),
  request('headers_by_range', 32, SEALED_HEADER_BYTES_MAX, {
    tokensPerSecond: 2_000,
    burst: 4_096,
  }),
  request('blocks_by_range', 32, SEALED_BLOCK_BYTES_MAX, { tokensPerSecond: 200, burst: 512 }),
  request('blocks_by_hash', KIB, SEALED_BLOCK_BYTES_MAX, { tokensPerSecond: 500, burst: 1_024 }),
  request('proofs_by_hash', 3 * KIB, NAMED_PROOF_BYTES_MAX, { tokensPerSecond: 64, burst: 256 }),
  request('pooled_txs', 32, SINGLE_TRANSACTION_MESSAGE_BYTES_MAX, {
    tokensPerSecond: 32,
    burst: 512,
  }),
  request('finality_by_epoch', 32, CERTIFICATE_BYTES_MAX, { tokensPerSecond: 64, burst: 512 }),
  request('latest_vote', 32, VOTE_BYTES_MAX, { tokensPerSecond: 2, burst: 20 }),
]

function request(
  name: RequestName,
  requestBytesMax: number,
  replyBytesMax: number,
  rate: { readonly tokensPerSecond: number; readonly burst: number },
): RequestOptions {
  const chunksMax = REQUEST_LIMITS[name].itemsMax
  assert(rate.burst > chunksMax, 'one full answer fits the burst of its request')
  return { name, requestBytesMax, replyBytesMax, chunksMax, ...rate }
}

assert(SEALED_BLOCK_BYTES_MAX <= BLOCK_MESSAGE_BYTES_MAX, 'every valid block can be gossiped')
