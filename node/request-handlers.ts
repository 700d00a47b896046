/**
 * Answers to what peers ask: one generator a request, pulled chunk by chunk by the network, so that
 * a slow peer holds one item in memory and not an answer.
 *
 * Spec: docs/spec/network.md, "Requests".
 */
import { transactionBlockBytes } from '../consensus/codec/block-codec.ts'
import { CodedError } from '../consensus/errors.ts'
import { encodeCertificate } from '../consensus/finality/codec/finality-codec.ts'
import type { Hash } from '../consensus/types.ts'
import type { ReplyChunk } from '../p2p/options.ts'
import type { PoolReader } from './api.ts'
import type { Chain } from './chain/chain.ts'
import { localStatus } from './sync/local-status.ts'
import {
  REQUEST_LIMITS,
  type RequestName,
  TRANSACTIONS_MESSAGE_BYTES_MAX,
} from './sync/protocol.ts'
import type { Sync } from './sync/sync.ts'
import {
  decodeHashes,
  decodeRangeRequest,
  decodeStatus,
  decodeVoterRequest,
  encodeLatestVote,
  encodeNamedProof,
  encodeSealedBlock,
  encodeSealedHeader,
  encodeStatus,
  encodeTransactions,
} from './sync/wire.ts'

export type RequestModules = {
  readonly chain: Chain
  readonly pool: Pick<PoolReader, 'pending'>
  readonly sync: Pick<Sync, 'onStatus'>
}

type Items = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

const NO_PAYLOAD = new Uint8Array(0)
const INVALID_REQUEST: ReplyChunk = { code: 1, payload: NO_PAYLOAD }
const LIST_PREFIX_BYTES_MAX = 4
/** Transactions of one answer of `pooled_txs`. */
const TRANSACTIONS_MAX = 256

export class RequestHandlers {
  readonly #modules: RequestModules

  constructor(modules: RequestModules) {
    this.#modules = modules
  }

  /** The answer to one request: chunks up to its limits, none for what is missing. */
  async *answer(name: string, payload: Uint8Array, peerId: string): AsyncIterable<ReplyChunk> {
    let items: Items
    try {
      items = this.#itemsOf(name, payload, peerId)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      yield INVALID_REQUEST
      return
    }
    const { itemsMax, bytesMax } = REQUEST_LIMITS[name as RequestName]
    let count = 0
    let bytes = 0
    for await (const item of items) {
      bytes += item.length
      if (count === itemsMax || bytes > bytesMax) return
      count += 1
      yield { code: 0, payload: item }
    }
  }

  #itemsOf(name: string, payload: Uint8Array, peerId: string): Items {
    switch (name) {
      case 'status':
        return this.#status(payload, peerId)
      case 'headers_by_range':
        return this.#headers(payload)
      case 'blocks_by_range':
        return this.#blocksByRange(payload)
      case 'blocks_by_hash':
        return this.#blocks(decodeHashes(payload, REQUEST_LIMITS.blocks_by_hash.itemsMax))
      case 'proofs_by_hash':
        return this.#proofs(decodeHashes(payload, REQUEST_LIMITS.proofs_by_hash.itemsMax))
      case 'pooled_txs':
        return this.#pooled()
      case 'finality_by_epoch':
        return this.#certificates(payload)
      case 'latest_vote':
        return this.#latestVote(payload)
      default:
        throw new RequestError({ code: 'UNKNOWN_REQUEST', name })
    }
  }

  #status(payload: Uint8Array, peerId: string): Items {
    const theirs = decodeStatus(payload)
    const ours = encodeStatus(localStatus(this.#modules.chain))
    this.#modules.sync.onStatus(peerId, theirs)
    return [ours]
  }

  #headers(payload: Uint8Array): Items {
    const range = decodeRangeRequest(payload, REQUEST_LIMITS.headers_by_range.itemsMax)
    return this.#each(this.#canonical(range.first, range.count), async (hash) => {
      const { blocks } = this.#modules.chain
      const [header, proof] = await Promise.all([blocks.header(hash), this.#proofOf(hash)])
      return header && proof && encodeSealedHeader(header, proof)
    })
  }

  #blocksByRange(payload: Uint8Array): Items {
    const range = decodeRangeRequest(payload, REQUEST_LIMITS.blocks_by_range.itemsMax)
    return this.#each(this.#canonical(range.first, range.count), (hash) => this.#sealed(hash))
  }

  async *#blocks(hashes: readonly Hash[]): AsyncIterable<Uint8Array> {
    for (const hash of hashes) {
      const block = await this.#sealed(hash)
      if (block !== undefined) yield block
    }
  }

  async *#proofs(hashes: readonly Hash[]): AsyncIterable<Uint8Array> {
    for (const hash of hashes) {
      const proof = await this.#modules.chain.blocks.proof(hash)
      if (proof !== undefined) yield encodeNamedProof(hash, proof)
    }
  }

  /** By target epoch, on our chain; an epoch that was never certified is left out. */
  #certificates(payload: Uint8Array): Items {
    const range = decodeRangeRequest(payload, REQUEST_LIMITS.finality_by_epoch.itemsMax)
    return this.#certified(range.first, range.count)
  }

  async *#certified(first: bigint, count: number): AsyncIterable<Uint8Array> {
    const { chain } = this.#modules
    for (let epoch = first; epoch < first + BigInt(count); epoch++) {
      if (epoch > chain.finality.justified.epoch) return
      const certificate = await chain.certificateAt(epoch)
      if (certificate !== undefined) yield encodeCertificate(certificate)
    }
  }

  /** What a validator whose record is old can't know of itself. */
  #latestVote(payload: Uint8Array): Items {
    const { votes } = this.#modules.chain.finality
    return [encodeLatestVote(votes.latestOf(decodeVoterRequest(payload)))]
  }

  *#pooled(): Iterable<Uint8Array> {
    // A chunk is a message of M4: as many as its limit takes, a long one alone.
    let chunk: Uint8Array[] = []
    let bytes = LIST_PREFIX_BYTES_MAX
    for (const { raw } of this.#modules.pool.pending().slice(0, TRANSACTIONS_MAX)) {
      const added = transactionBlockBytes(raw)
      if (chunk.length > 0 && bytes + added > TRANSACTIONS_MESSAGE_BYTES_MAX) {
        yield encodeTransactions(chunk)
        chunk = []
        bytes = LIST_PREFIX_BYTES_MAX
      }
      chunk.push(raw)
      bytes += added
    }
    if (chunk.length > 0) yield encodeTransactions(chunk)
  }

  /** Hashes of the canonical chain from `first`; the first missing one ends the answer. */
  async *#canonical(first: bigint, count: number): AsyncIterable<Hash> {
    const { chain } = this.#modules
    for (let number = first; number < first + BigInt(count); number++) {
      if (number > chain.head.header.number) return
      const hash = await chain.blocks.canonicalHash(number)
      if (hash === undefined) return
      yield hash
    }
  }

  /** An answer about a range never leaves a gap. */
  async *#each(
    hashes: AsyncIterable<Hash>,
    encode: (hash: Hash) => Promise<Uint8Array | undefined>,
  ): AsyncIterable<Uint8Array> {
    for await (const hash of hashes) {
      const item = await encode(hash)
      if (item === undefined) return
      yield item
    }
  }

  async #sealed(hash: Hash): Promise<Uint8Array | undefined> {
    const { chain } = this.#modules
    // Only what was executed here is handed on: a peer may hold us to it.
    if ((await chain.blocks.record(hash))?.status !== 'executed') return undefined
    const [block, proof] = await Promise.all([chain.blocks.block(hash), this.#proofOf(hash)])
    if (block === undefined || proof === undefined) return undefined
    const transactions = block.transactions.map(({ raw }) => raw)
    return encodeSealedBlock({ header: block.header, transactions, proof })
  }

  /** Genesis has no witness, and a range may begin with it: an empty string stands for it. */
  async #proofOf(hash: Hash): Promise<Uint8Array | undefined> {
    const { chain } = this.#modules
    return hash === chain.genesis.hash ? NO_PAYLOAD : await chain.blocks.proof(hash)
  }
}

export type RequestErrorType = { readonly code: 'UNKNOWN_REQUEST'; readonly name: string }

export class RequestError extends CodedError<RequestErrorType> {}
