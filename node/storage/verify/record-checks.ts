/**
 * What each record must be, alone and with the records that it belongs to: one check a table.
 * Spec: docs/spec/storage.md, "Verification".
 */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { orderedTrieRoot } from '../../../consensus/codec/ordered-trie-root.ts'
import type { Hash } from '../../../consensus/types.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { encodeReceipt } from '../../execution/receipts/receipt-codec.ts'
import * as tables from '../block-tables.ts'
import { expectHeader } from '../boot/block-check.ts'
import { type CommitRecord, decodeCommitRecord, isLinked } from '../boot/commit-record.ts'
import { decodeLocation } from '../codec/location-record.ts'
import type { BlockPointer } from '../codec/pointer-record.ts'
import { corruptRecord, missingRecord, openRecord } from '../codec/record.ts'
import type { KeyValueReader } from '../database.ts'
import { checkCertificate } from '../finality-tables.ts'
import { key, readU64, type TableName } from '../keys.ts'
import { readFirst } from '../log-index/log-tables.ts'
import { postingKey, termsOfBlock } from '../log-index/log-terms.ts'

/** Throws `CorruptionError` for a record that is not right. */
export type RecordCheck = (recordKey: Uint8Array, record: Uint8Array) => Promise<void>

/** Checks for every table; they remember what has to add up over a table. */
export class RecordChecks {
  readonly #store: KeyValueReader
  readonly #head: BlockPointer
  #previousCommit: CommitRecord | undefined
  #previousCanonical: BlockPointer | undefined
  /** Transactions of canonical blocks, less entries of the transaction index. */
  #unindexed = 0
  #logsFrom: bigint | undefined

  constructor(store: KeyValueReader, head: BlockPointer) {
    this.#store = store
    this.#head = head
  }

  readonly byTable: Record<TableName, RecordCheck> = {
    header: (recordKey) => this.#header(recordKey),
    body: (recordKey) => this.#body(recordKey),
    receipts: (recordKey) => this.#receipts(recordKey),
    proof: (recordKey, record) => this.#proof(recordKey, record),
    canonical: (recordKey) => this.#canonical(recordKey),
    transaction: (recordKey, record) => this.#transaction(recordKey, record),
    tree: (recordKey) => this.#tree(recordKey),
    commit: (recordKey, record) => this.#commit(recordKey, record),
    meta: sealed,
    height: (recordKey, record) => this.#height(recordKey, record),
    logIndex: sealed,
    account: sealed,
    storage: sealed,
    code: hashed,
    trieNode: hashed,
    stateDiff: sealed,
    stateEdit: sealed,
    certificate: async (recordKey, record) => {
      if (!checkCertificate(recordKey, record)) throw corruptRecord(recordKey)
    },
    evidence: sealed,
  }

  /** After all tables: the canonical chain ends at the head, the index has no entry too many. */
  finish(): void {
    if (this.#previousCanonical?.hash !== this.#head.hash) {
      throw missingRecord(key('canonical', hexToBytes(this.#head.hash)))
    }
    if (this.#unindexed !== 0) throw corruptRecord(key('transaction'))
  }

  async #header(recordKey: Uint8Array): Promise<void> {
    const hash = hashOf(recordKey)
    const { number, parentHash } = await expectHeader(this.#store, hash)
    const record = await tables.readTree(this.#store, hash)
    if (record === undefined) throw missingRecord(key('tree', hexToBytes(hash)))
    if (record.number !== number || record.parentHash !== parentHash) {
      throw corruptRecord(key('tree', hexToBytes(hash)))
    }
    // An executed block has its parts; where they are there at all, they are checked by table.
    if (record.status !== 'executed') return
    for (const table of ['body', 'receipts'] as const) {
      const partKey = key(table, hexToBytes(hash))
      if ((await this.#store.get(partKey)) === undefined) throw missingRecord(partKey)
    }
  }

  async #body(recordKey: Uint8Array): Promise<void> {
    const hash = hashOf(recordKey)
    const header = await expectHeader(this.#store, hash)
    const raws = await tables.readRawTransactions(this.#store, hash)
    if (orderedTrieRoot(raws ?? []) !== header.transactionsRoot) throw corruptRecord(recordKey)
  }

  async #receipts(recordKey: Uint8Array): Promise<void> {
    const hash = hashOf(recordKey)
    const header = await expectHeader(this.#store, hash)
    const receipts = (await tables.readReceipts(this.#store, hash)) ?? []
    if (orderedTrieRoot(receipts.map(encodeReceipt)) !== header.receiptsRoot) {
      throw corruptRecord(recordKey)
    }
  }

  async #proof(recordKey: Uint8Array, record: Uint8Array): Promise<void> {
    openRecord(recordKey, record)
    await expectHeader(this.#store, hashOf(recordKey))
  }

  async #canonical(recordKey: Uint8Array): Promise<void> {
    const number = readU64(recordKey, 1)
    const hash = await tables.readCanonical(this.#store, number)
    if (hash === undefined) throw missingRecord(recordKey)
    const header = await expectHeader(this.#store, hash)
    const previous = this.#previousCanonical
    const follows =
      previous === undefined
        ? number === 0n
        : number === previous.number + 1n && header.parentHash === previous.hash
    this.#previousCanonical = { hash, number }
    if (!follows || header.number !== number) throw corruptRecord(recordKey)
    await this.#indexed(hash, number)
    await this.#logsIndexed(hash, number)
  }

  /** Every transaction of a canonical block is found by its hash. */
  async #indexed(blockHash: Hash, number: bigint): Promise<void> {
    const hashes = (await tables.readTransactionHashes(this.#store, blockHash)) ?? []
    this.#unindexed += hashes.length
    for (const [index, hash] of hashes.entries()) {
      const location = await tables.readLocation(this.#store, hash)
      const isRight = location?.blockHash === blockHash && location.blockNumber === number
      if (!isRight || location.index !== index) throw corruptRecord(transactionKey(hash))
    }
  }

  /** No log is overlooked; a posting too many is no damage, it costs a look at a block. */
  async #logsIndexed(blockHash: Hash, number: bigint): Promise<void> {
    this.#logsFrom ??= await readFirst(this.#store, this.#head)
    if (number < this.#logsFrom) return
    const receipts = (await tables.readReceipts(this.#store, blockHash)) ?? []
    for (const term of termsOfBlock(receipts)) {
      const posting = postingKey(term, number)
      if ((await this.#store.get(posting)) === undefined) throw missingRecord(posting)
    }
  }

  async #transaction(recordKey: Uint8Array, record: Uint8Array): Promise<void> {
    this.#unindexed -= 1
    const location = decodeLocation(recordKey, openRecord(recordKey, record))
    const canonical = await tables.readCanonical(this.#store, location.blockNumber)
    if (canonical !== location.blockHash) throw corruptRecord(recordKey)
  }

  async #tree(recordKey: Uint8Array): Promise<void> {
    const hash = hashOf(recordKey)
    const record = await tables.readTree(this.#store, hash)
    if (record === undefined) throw missingRecord(recordKey)
    await expectHeader(this.#store, hash)
    const parent = await tables.readTree(this.#store, record.parentHash)
    const total = (parent?.totalDifficulty ?? 0n) + record.difficulty
    const isRoot = record.number === 0n
    if ((parent !== undefined || isRoot) && record.totalDifficulty !== total) {
      throw corruptRecord(recordKey)
    }
    if (parent === undefined && !isRoot && record.status === 'executed') {
      throw missingRecord(key('tree', hexToBytes(record.parentHash)))
    }
  }

  async #commit(recordKey: Uint8Array, record: Uint8Array): Promise<void> {
    const commit = decodeCommitRecord(recordKey, record)
    const previous = this.#previousCommit
    this.#previousCommit = commit
    if (!isLinked(previous, commit)) throw corruptRecord(recordKey)
  }

  async #height(recordKey: Uint8Array, record: Uint8Array): Promise<void> {
    openRecord(recordKey, record)
    const header = await expectHeader(this.#store, bytesToHex(recordKey.subarray(9)))
    if (header.number !== readU64(recordKey, 1)) throw corruptRecord(recordKey)
  }
}

async function sealed(recordKey: Uint8Array, record: Uint8Array): Promise<void> {
  openRecord(recordKey, record)
}

async function hashed(recordKey: Uint8Array, record: Uint8Array): Promise<void> {
  if (bytesToHex(keccak256(record)) !== hashOf(recordKey)) throw corruptRecord(recordKey)
}

function hashOf(recordKey: Uint8Array): Hash {
  return bytesToHex(recordKey.subarray(1))
}

function transactionKey(hash: Hash): Uint8Array {
  return key('transaction', hexToBytes(hash))
}
