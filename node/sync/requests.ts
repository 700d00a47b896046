/**
 * Questions to peers, asked and read: every answer is decoded, bounded and compared with the
 * question before anybody sees it. What a peer does wrong here is charged here.
 *
 * Spec: docs/spec/network.md, "Requests", "Scores".
 */
import { CodedError } from '../../consensus/errors.ts'
import { decodeCertificate } from '../../consensus/finality/codec/finality-codec.ts'
import type { Certificate, SignedVote } from '../../consensus/finality/types.ts'
import type { Address, Hash } from '../../consensus/types.ts'
import type { ReplyChunk } from '../../p2p/options.ts'
import { bodyFault } from '../chain/import/body-check.ts'
import type { SealedBlock, SealedHeader } from '../chain/sealed-block.ts'
import { REQUEST_LIMITS, type RequestName } from './protocol.ts'
import {
  decodeLatestVote,
  decodeSealedBlock,
  decodeSealedHeader,
  decodeStatus,
  encodeHashes,
  encodeRangeRequest,
  encodeStatus,
  encodeVoterRequest,
  type RangeRequest,
  type Status,
} from './wire.ts'

/** What sync needs of the network: `p2p/network.ts`, or the network of the simulator. */
export interface SyncNetwork {
  request(
    peerId: string,
    name: string,
    payload: Uint8Array,
    options: { readonly signal?: AbortSignal },
  ): AsyncIterable<ReplyChunk>
  /** Takes `penalty` from the peer's score. */
  report(peerId: string, penalty: number, reason: string): void
  /** Hangs up and refuses the peer for a while: for provable faults. */
  ban(peerId: string, reason: string): void
  disconnect(peerId: string, reason: string): Promise<void>
}

/** A malformed answer, an answer to another question, a header that breaks a rule. */
export const PENALTY_FAULT = 20
/** An answer that is missing or late where the peer claimed to have it. */
export const PENALTY_UNHELPFUL = 2

export class SyncRequests {
  readonly #network: SyncNetwork

  constructor(network: SyncNetwork) {
    this.#network = network
  }

  async status(peerId: string, ours: Status, signal: AbortSignal): Promise<Status> {
    const [status] = await this.#ask(peerId, 'status', encodeStatus(ours), decodeStatus, signal)
    if (status === undefined) throw this.#fault(peerId, 'status', 'no status')
    return status
  }

  /** Headers of the peer's canonical chain from `first`, each the parent of the next. */
  async headersByRange(
    peerId: string,
    range: RangeRequest,
    signal: AbortSignal,
  ): Promise<readonly SealedHeader[]> {
    const name = 'headers_by_range'
    const payload = encodeRangeRequest(range)
    const headers = await this.#ask(peerId, name, payload, decodeSealedHeader, signal)
    if (headers.length > range.count) throw this.#fault(peerId, name, 'more than asked')
    let parent: SealedHeader | undefined
    for (const [index, sealed] of headers.entries()) {
      const isNext = sealed.header.number === range.first + BigInt(index)
      const isChild = parent === undefined || sealed.header.parentHash === parent.hash
      if (!isNext || !isChild) throw this.#fault(peerId, name, 'not a chain from the first number')
      parent = sealed
    }
    return headers
  }

  /** The blocks of `hashes` that the peer has: a subsequence, each with a proof of its own. */
  async blocksByHash(
    peerId: string,
    hashes: readonly Hash[],
    signal: AbortSignal,
  ): Promise<readonly SealedBlock[]> {
    const name = 'blocks_by_hash'
    const blocks = await this.#ask(peerId, name, encodeHashes(hashes), decodeSealedBlock, signal)
    this.#verifySubsequence(peerId, name, hashes, blocks)
    for (const block of blocks) {
      // Whoever sends another body than the header's pays here; any other fault is the block's.
      const fault = bodyFault(block)
      if (fault?.condemns === 'sender') throw this.#fault(peerId, name, fault.code)
    }
    return blocks
  }

  /** Certificates of the peer's chain for targets from epoch `first`; it may leave epochs out. */
  async certificatesByEpoch(
    peerId: string,
    range: RangeRequest,
    signal: AbortSignal,
  ): Promise<readonly Certificate[]> {
    const name = 'finality_by_epoch'
    const payload = encodeRangeRequest(range)
    const certificates = await this.#ask(peerId, name, payload, decodeCertificate, signal)
    let next = range.first
    for (const { vote } of certificates) {
      const isInRange = vote.targetEpoch < range.first + BigInt(range.count)
      if (vote.targetEpoch < next || !isInRange) throw this.#fault(peerId, name, 'out of order')
      next = vote.targetEpoch + 1n
    }
    return certificates
  }

  /**
   * The newest vote of this key that the peer has heard; undefined: it has heard none. `isOfKey`
   * tells whether the key has signed it.
   */
  async latestVote(
    peerId: string,
    votingKey: Address,
    isOfKey: (signed: SignedVote) => boolean,
    signal: AbortSignal,
  ): Promise<SignedVote | undefined> {
    const name = 'latest_vote'
    const payload = encodeVoterRequest(votingKey)
    const answer = await this.#ask(peerId, name, payload, decodeLatestVote, signal)
    // A peer that is short of tokens, or that starts, answers nothing.
    if (answer.length === 0) throw new SyncRequestError({ code: 'NO_ANSWER', peerId, name })
    const [signed] = answer
    if (signed !== undefined && !isOfKey(signed)) {
      throw this.#fault(peerId, name, 'signed with another key')
    }
    return signed
  }

  async #ask<Item>(
    peerId: string,
    name: RequestName,
    payload: Uint8Array,
    decode: (bytes: Uint8Array) => Item,
    signal: AbortSignal,
  ): Promise<Item[]> {
    const { itemsMax, bytesMax } = REQUEST_LIMITS[name]
    const items: Item[] = []
    let bytes = 0
    for await (const chunk of this.#network.request(peerId, name, payload, { signal })) {
      // What came before is good: an answer may end for want of tokens or of memory.
      if (chunk.code !== 0) break
      bytes += chunk.payload.length
      if (items.length === itemsMax || bytes > bytesMax) {
        throw this.#fault(peerId, name, 'longer than the limit')
      }
      items.push(this.#decoded(peerId, name, chunk.payload, decode))
    }
    return items
  }

  #decoded<Item>(
    peerId: string,
    name: RequestName,
    payload: Uint8Array,
    decode: (bytes: Uint8Array) => Item,
  ): Item {
    try {
      return decode(payload)
    } catch (error) {
      if (error instanceof CodedError) throw this.#fault(peerId, name, error.type.code)
      throw error
    }
  }

  #verifySubsequence(
    peerId: string,
    name: RequestName,
    hashes: readonly Hash[],
    items: readonly { readonly hash: Hash }[],
  ): void {
    let next = 0
    for (const { hash } of items) {
      const index = hashes.indexOf(hash, next)
      if (index < 0) throw this.#fault(peerId, name, 'not what was asked for')
      next = index + 1
    }
  }

  #fault(peerId: string, name: RequestName, reason: string): SyncRequestError {
    this.#network.report(peerId, PENALTY_FAULT, `${name}: ${reason}`)
    return new SyncRequestError({ code: 'BAD_ANSWER', peerId, name, reason })
  }
}

export type SyncRequestErrorType =
  /** The peer's fault, charged already: ask another one. */
  | {
      readonly code: 'BAD_ANSWER'
      readonly peerId: string
      readonly name: RequestName
      readonly reason: string
    }
  /** Nobody's fault: ask again. */
  | { readonly code: 'NO_ANSWER'; readonly peerId: string; readonly name: RequestName }

export class SyncRequestError extends CodedError<SyncRequestErrorType> {}
