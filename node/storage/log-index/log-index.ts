/**
 * Which blocks hold a log of an emitter or with a topic: a posting for each, written with the
 * block. It is complete from `first` to the head and only ever names too many: below `first`, and
 * where a posting can't be read, every block is named, and readers look at blooms.
 *
 * Spec: docs/spec/storage.md, "Log index".
 */
import { hexToBytes } from '../../../consensus/codec/hex.ts'
import { assert } from '../../../consensus/errors.ts'
import type { Hex } from '../../../consensus/types.ts'
import type { BlockPointer } from '../codec/pointer-record.ts'
import { CorruptionError } from '../codec/record.ts'
import type { KeyValueReader, WriteBatch } from '../database.ts'
import { key } from '../keys.ts'
import { type BlockRange, searchPostings } from './log-search.ts'
import {
  type BlockLogs,
  deletePostings,
  putCoverage,
  putPostings,
  readFirst,
} from './log-tables.ts'
import { type LogSearch, termGroups } from './log-terms.ts'

/** Numbers handed over at a time where every block is named. */
const RUN_BLOCKS = 512n
/** A range of so few blocks is not worth a walk: their headers are in memory, or soon read. */
const SHORT_RANGE_BLOCKS = 8n

export class LogIndex {
  readonly #store: KeyValueReader
  #first: bigint
  #head: BlockPointer | undefined
  #stagedHead: BlockPointer | undefined
  #stagedFirst: bigint | undefined
  /** Postings that could not be read, taken away before the index is made anew. */
  readonly #damaged = new Set<Hex>()

  private constructor(store: KeyValueReader, first: bigint, head: BlockPointer | undefined) {
    this.#store = store
    this.#first = first
    this.#head = head
  }

  /** `head` is that of the chain, undefined in an empty store. */
  static async open(store: KeyValueReader, head: BlockPointer | undefined): Promise<LogIndex> {
    return new LogIndex(store, head === undefined ? 0n : await readFirst(store, head), head)
  }

  /** The number from which on the index is complete: 0 once it is whole. */
  get first(): bigint {
    return this.#first
  }

  stageBlock(batch: WriteBatch, block: BlockLogs): void {
    putPostings(batch, block)
  }

  /** For a block that leaves the canonical chain, before others of its number are staged. */
  stageRemoval(batch: WriteBatch, block: BlockLogs): void {
    deletePostings(batch, block)
  }

  /** Goes with every move of the head: an index that missed one is not trusted. */
  stageHead(batch: WriteBatch, head: BlockPointer): void {
    putCoverage(batch, { first: this.#first, head })
    this.#stagedHead = head
  }

  /** The canonical blocks from `first` up to where the index is complete. */
  stageEarlier(batch: WriteBatch, first: bigint, blocks: readonly BlockLogs[]): void {
    assert(this.#head !== undefined, 'a chain with blocks has a head')
    for (const field of this.#damaged) batch.delete(key('logIndex', hexToBytes(field)))
    for (const block of blocks) putPostings(batch, block)
    putCoverage(batch, { first, head: this.#head })
    this.#stagedFirst = first
  }

  committed(): void {
    this.#head = this.#stagedHead ?? this.#head
    if (this.#stagedFirst !== undefined) {
      this.#first = this.#stagedFirst
      this.#damaged.clear()
    }
    this.discarded()
  }

  discarded(): void {
    this.#stagedHead = undefined
    this.#stagedFirst = undefined
  }

  /** Canonical blocks that may hold a wanted log, lowest first, in runs. */
  async *search(search: LogSearch): AsyncIterable<readonly bigint[]> {
    const { from, to } = search
    const first = to - from < SHORT_RANGE_BLOCKS ? to + 1n : max(from, this.#first)
    yield* everyBlock({ from, to: first <= to ? first - 1n : to })
    if (first > to) return
    let done = first - 1n
    try {
      for await (const run of searchPostings(this.#store, termGroups(search), {
        from: first,
        to,
      })) {
        done = run.at(-1) ?? done
        if (run.length > 0) yield run
      }
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error
      this.#distrust(error)
      yield* everyBlock({ from: done + 1n, to })
    }
  }

  /** What else is gone can't be known from what is there: all of it is made anew. */
  #distrust({ type }: CorruptionError): void {
    assert(this.#head !== undefined, 'there is a head above every posting')
    this.#damaged.add(type.key)
    this.#first = this.#head.number + 1n
    this.#stagedFirst = undefined
  }
}

async function* everyBlock({ from, to }: BlockRange): AsyncIterable<readonly bigint[]> {
  for (let start = from; start <= to; start += RUN_BLOCKS) {
    const left = to - start + 1n
    const length = Number(left < RUN_BLOCKS ? left : RUN_BLOCKS)
    yield Array.from({ length }, (_, offset) => start + BigInt(offset))
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
