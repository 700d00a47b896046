/**
 * Blocks on disk, and everything that is found by a block's hash, its number or a transaction's.
 *
 * What must be there but is not is an error here: damage never becomes the answer "no such block".
 * Writes are added to a batch that the caller writes; `committed` or `discarded` says how that
 * ended. Spec: docs/spec/storage.md.
 */

import { blockBytes } from '../../consensus/codec/block-codec.ts'
import { hexToBytes } from '../../consensus/codec/hex.ts'
import { assert } from '../../consensus/errors.ts'
import type { BlockRecord } from '../../consensus/tree/block-node.ts'
import type { Hash, Header } from '../../consensus/types.ts'
import type { ChainBlock, TransactionLocation } from '../api.ts'
import type { BlockSummary } from '../events.ts'
import type { Receipt } from '../receipt.ts'
import type { SignedTransaction } from '../transaction.ts'
import * as tables from './block-tables.ts'
import { blockWeight, receiptsWeight } from './block-weights.ts'
import type { DecodeTransaction } from './codec/body-codec.ts'
import { type BlockPointer, readPointer, stagePointer } from './codec/pointer-record.ts'
import { missingRecord, unlessDamaged } from './codec/record.ts'
import type { KeyValueReader, WriteBatch } from './database.ts'
import { key, type TableName, u64be } from './keys.ts'
import { LogIndex } from './log-index/log-index.ts'
import { WeightedCache } from './weighted-cache.ts'

/** Recent blocks stay decoded: a wallet asks for one many times. By weight in memory. */
const BLOCK_CACHE_BYTES_MAX = 64 * 1024 * 1024
const RECEIPT_CACHE_BYTES_MAX = 64 * 1024 * 1024
const HEADER_CACHE_COUNT_MAX = 4096
const INDEX_CACHE_COUNT_MAX = 16_384
export type BlockStoreOptions = {
  readonly store: KeyValueReader
  /** Parses a raw transaction that was stored, and so was valid. */
  readonly decodeTransaction: DecodeTransaction
}

/** What is known of a block so far; what was stored before need not be given again. */
export type NewBlock = {
  readonly summary: BlockSummary
  readonly record: BlockRecord
  readonly transactions?: readonly SignedTransaction[]
  readonly receipts?: readonly Receipt[]
  readonly proof?: Uint8Array
}

type Staged = { block?: ChainBlock; receipts?: readonly Receipt[]; header: Header }

export class BlockStore {
  readonly logs: LogIndex
  readonly #store: KeyValueReader
  readonly #decode: DecodeTransaction
  readonly #headers = new WeightedCache<Hash, Header>(HEADER_CACHE_COUNT_MAX)
  readonly #blocks = new WeightedCache<Hash, ChainBlock>(BLOCK_CACHE_BYTES_MAX)
  readonly #receipts = new WeightedCache<Hash, readonly Receipt[]>(RECEIPT_CACHE_BYTES_MAX)
  readonly #locations = new WeightedCache<Hash, TransactionLocation>(INDEX_CACHE_COUNT_MAX)
  readonly #canonical = new WeightedCache<bigint, Hash>(INDEX_CACHE_COUNT_MAX)
  readonly #staged = new Map<Hash, Staged>()
  /** By number; undefined: none any more. */
  readonly #stagedCanonical = new Map<bigint, Hash | undefined>()
  #stagedHead: BlockPointer | undefined
  /** Batches that have changed the chain: what was read before one may be outdated after it. */
  #moves = 0
  #head: BlockPointer | undefined

  private constructor(options: BlockStoreOptions, head: BlockPointer | undefined, logs: LogIndex) {
    this.logs = logs
    this.#store = options.store
    this.#decode = options.decodeTransaction
    this.#head = head
  }

  static async open(options: BlockStoreOptions): Promise<BlockStore> {
    const head = await readPointer(options.store, 'head')
    return new BlockStore(options, head, await LogIndex.open(options.store, head))
  }

  /** undefined until genesis is committed. */
  get head(): BlockPointer | undefined {
    return this.#head
  }

  async header(hash: Hash): Promise<Header | undefined> {
    const cached = this.#headers.get(hash)
    if (cached !== undefined) return cached
    const header = await tables.readHeader(this.#store, hash)
    if (header === undefined) return this.#absent('header', hash)
    this.#headers.set(hash, header, 1)
    return header
  }

  /** undefined for a block whose header alone is known, as well. */
  async block(hash: Hash): Promise<ChainBlock | undefined> {
    const cached = this.#blocks.get(hash)
    if (cached !== undefined) return cached
    const header = await this.header(hash)
    if (header === undefined) return undefined
    const body = await tables.readBody(this.#store, hash, this.#decode)
    if (body === undefined) return this.#absent('body', hash)
    const block = { hash, header, ...body }
    this.#blocks.set(hash, block, blockWeight(block))
    return block
  }

  async receipts(hash: Hash): Promise<readonly Receipt[] | undefined> {
    const cached = this.#receipts.get(hash)
    if (cached !== undefined) return cached
    const receipts = await tables.readReceipts(this.#store, hash)
    if (receipts === undefined) return this.#absent('receipts', hash)
    this.#receipts.set(hash, receipts, receiptsWeight(receipts))
    return receipts
  }

  /** undefined for genesis, unknown and pruned blocks. */
  proof(hash: Hash): Promise<Uint8Array | undefined> {
    return tables.readProof(this.#store, hash)
  }

  record(hash: Hash): Promise<BlockRecord | undefined> {
    return tables.readTree(this.#store, hash)
  }

  async canonicalHash(number: bigint): Promise<Hash | undefined> {
    const cached = this.#canonical.get(number)
    if (cached !== undefined) return cached
    const moves = this.#moves
    const hash = await tables.readCanonical(this.#store, number)
    if (hash === undefined && this.#head !== undefined && number <= this.#head.number) {
      throw missingRecord(key('canonical', u64be(number)))
    }
    if (hash !== undefined && moves === this.#moves) this.#canonical.set(number, hash, 1)
    return hash
  }

  /** A canonical block whose hash and header are in memory. */
  peekCanonical(number: bigint): BlockSummary | undefined {
    const hash = this.#canonical.peek(number)
    const header = hash && this.#headers.peek(hash)
    return header && { hash, header }
  }

  peekReceipts(hash: Hash): readonly Receipt[] | undefined {
    return this.#receipts.peek(hash)
  }

  async locate(transactionHash: Hash): Promise<TransactionLocation | undefined> {
    const cached = this.#locations.get(transactionHash)
    // As long as its block is canonical, that is where it is.
    if (cached && this.#canonical.peek(cached.blockNumber) === cached.blockHash) return cached
    const moves = this.#moves
    const found = await tables.readLocation(this.#store, transactionHash)
    if (found && moves === this.#moves) this.#locations.set(transactionHash, found, 1)
    return found
  }

  /** Records of all stored blocks from this number up, lowest first: what the tree is made of. */
  async *recordsFrom(number: bigint): AsyncIterable<BlockRecord> {
    for await (const { hash } of tables.blocksBetween(this.#store, number)) {
      const record = await tables.readTree(this.#store, hash)
      if (record === undefined) throw missingRecord(key('tree', hexToBytes(hash)))
      yield record
    }
  }

  /** Every stored block with a number from `first` to `last`, on whatever branch. */
  hashesBetween(first: bigint, last: bigint): Promise<Hash[]> {
    return tables.hashesBetween(this.#store, first, last)
  }

  pointer(name: 'head' | 'justified' | 'finalized'): Promise<BlockPointer | undefined> {
    return readPointer(this.#store, name)
  }

  /** Adds a block, or what has become known of it since: its body, its receipts, its proof. */
  stageBlock(batch: WriteBatch, added: NewBlock): void {
    const { summary, record, transactions, receipts, proof } = added
    const { hash, header } = summary
    assert(record.hash === hash, 'the record is that of the block')
    const staged: Staged = { header }
    tables.putHeader(batch, hash, header)
    tables.putTree(batch, record)
    if (proof !== undefined) tables.putProof(batch, hash, proof)
    if (transactions !== undefined) {
      const raws = transactions.map(({ raw }) => raw)
      const body = { sizeBytes: blockBytes(header, raws), transactions }
      tables.putBody(batch, hash, body)
      staged.block = { hash, header, ...body }
    }
    if (receipts !== undefined) {
      tables.putReceipts(batch, hash, receipts)
      staged.receipts = receipts
    }
    this.#staged.set(hash, staged)
  }

  /** Writes records anew, after their status changed. */
  stageRecords(batch: WriteBatch, records: readonly BlockRecord[]): void {
    for (const record of records) tables.putTree(batch, record)
  }

  /** Drops witnesses, which may be made again or asked of others. */
  stageProofPrune(batch: WriteBatch, hashes: readonly Hash[]): void {
    for (const hash of hashes) tables.deleteProof(batch, hash)
  }

  /**
   * Moves the head and all indices with it: `removed` newest first, `added` oldest first, as in
   * a HeadChange. Blocks staged in the same batch count as stored.
   */
  async stageCanonical(
    batch: WriteBatch,
    removed: readonly Hash[],
    added: readonly Hash[],
  ): Promise<void> {
    for (const hash of removed) {
      const { header, transactions } = await this.#expectBlock(hash)
      tables.deleteCanonical(batch, header.number)
      this.#stagedCanonical.set(header.number, undefined)
      for (const transaction of transactions) tables.deleteLocation(batch, transaction.hash)
      // Postings that stay where these can't be read name a block too many.
      const receipts = (await unlessDamaged(this.#receiptsOf(hash))) ?? []
      this.logs.stageRemoval(batch, { number: header.number, receipts })
    }
    for (const hash of added) {
      const { header, transactions } = await this.#expectBlock(hash)
      const block = { hash, number: header.number }
      tables.putCanonical(batch, block)
      this.#stagedCanonical.set(header.number, hash)
      const hashes = transactions.map((transaction) => transaction.hash)
      tables.putLocations(batch, block, hashes)
      const receipts = (await this.#receiptsOf(hash)) ?? []
      this.logs.stageBlock(batch, { number: header.number, receipts })
    }
  }

  stageHead(batch: WriteBatch, head: BlockPointer): void {
    stagePointer(batch, 'head', head)
    this.logs.stageHead(batch, head)
    this.#stagedHead = head
  }

  stageFinality(batch: WriteBatch, justified: BlockPointer, finalized: BlockPointer): void {
    stagePointer(batch, 'justified', justified)
    stagePointer(batch, 'finalized', finalized)
  }

  /** The batch is on disk: what was staged becomes readable. */
  committed(): void {
    for (const [hash, { header, block, receipts }] of this.#staged) {
      this.#headers.set(hash, header, 1)
      if (block !== undefined) this.#blocks.set(hash, block, blockWeight(block))
      if (receipts !== undefined) this.#receipts.set(hash, receipts, receiptsWeight(receipts))
    }
    this.#moves += 1
    for (const [number, hash] of this.#stagedCanonical) {
      if (hash === undefined) this.#canonical.delete(number)
      else this.#canonical.set(number, hash, 1)
    }
    this.#head = this.#stagedHead ?? this.#head
    this.logs.committed()
    this.discarded()
  }

  /** The batch was not written: what was staged is forgotten. */
  discarded(): void {
    this.#staged.clear()
    this.#stagedCanonical.clear()
    this.logs.discarded()
    this.#stagedHead = undefined
  }

  async #receiptsOf(hash: Hash): Promise<readonly Receipt[] | undefined> {
    return this.#staged.get(hash)?.receipts ?? (await this.receipts(hash))
  }

  async #expectBlock(hash: Hash): Promise<ChainBlock> {
    const block = this.#staged.get(hash)?.block ?? (await this.block(hash))
    if (block === undefined) throw missingRecord(key('body', hexToBytes(hash)))
    return block
  }

  /** An executed block has everything, so a part that is not there was lost. */
  async #absent(table: TableName, hash: Hash): Promise<undefined> {
    const record = await tables.readTree(this.#store, hash)
    if (record?.status === 'executed' || (record !== undefined && table === 'header')) {
      throw missingRecord(key(table, hexToBytes(hash)))
    }
    return undefined
  }
}
