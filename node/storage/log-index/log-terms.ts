/**
 * What the index of logs is asked by: an emitter, a topic at its position, or any log at all. A
 * term is folded to eight bytes: two that meet cost a look at a block, and never an answer.
 *
 * Spec: docs/spec/storage.md, "Log index".
 */
import { hexToBytes } from '../../../consensus/codec/hex.ts'
import type { Address, Hash, Hex } from '../../../consensus/types.ts'
import type { Receipt } from '../../receipt.ts'
import { key, readU64, u64be } from '../keys.ts'

/** A kind and the folded value: all of a posting's key but the table and the number. */
export type LogTerm = Uint8Array

/** Logs of a range of the canonical chain. */
export type LogSearch = {
  readonly from: bigint
  readonly to: bigint
  /** Any of these; empty: any emitter. */
  readonly addresses: readonly Address[]
  /** One list a position, any of its topics; an empty list: any topic. */
  readonly topics: readonly (readonly Hash[])[]
}

/** First byte of a term; topics follow by position, from 2 on. */
const KIND = { any: 0, address: 1, firstTopic: 2 } as const

const FOLD_BYTES = 8
const TERM_BYTES = 1 + FOLD_BYTES
const NUMBER_OFFSET = 1 + TERM_BYTES

/** In every block that has a log. */
const ANY_LOG: LogTerm = new Uint8Array(TERM_BYTES)

/** All terms of a block, each once. */
export function termsOfBlock(receipts: readonly Receipt[]): readonly LogTerm[] {
  const terms = new Map<string, LogTerm>()
  const add = (kind: number, value: Hex): void => {
    const name = `${kind}${value}`
    if (!terms.has(name)) terms.set(name, termOf(kind, value))
  }
  for (const { logs } of receipts) {
    for (const { address, topics } of logs) {
      add(KIND.address, address)
      for (const [position, topic] of topics.entries()) add(KIND.firstTopic + position, topic)
    }
  }
  return terms.size === 0 ? [] : [ANY_LOG, ...terms.values()]
}

/** A wanted block has a term of every group. */
export function termGroups({ addresses, topics }: LogSearch): readonly (readonly LogTerm[])[] {
  const groups = [
    addresses.map((address) => termOf(KIND.address, address)),
    ...topics.map((some, position) =>
      some.map((topic) => termOf(KIND.firstTopic + position, topic)),
    ),
  ].filter((group) => group.length > 0)
  return groups.length === 0 ? [[ANY_LOG]] : groups
}

/** Rises with how common terms of a kind are: arguments, emitters, events, any log. */
export function frequencyOf(term: LogTerm | undefined): number {
  const kind = term?.[0] ?? KIND.any
  if (kind === KIND.any) return 3
  if (kind === KIND.firstTopic) return 2
  return kind === KIND.address ? 1 : 0
}

/** In order of the term, then of the block. */
export function postingKey(term: LogTerm, number: bigint): Uint8Array {
  return key('logIndex', term, u64be(number))
}

export function numberOfPosting(postingKey: Uint8Array): bigint {
  return readU64(postingKey, NUMBER_OFFSET)
}

/** Words laid over one another: numbers, addresses, hashes and short texts all stay apart. */
function termOf(kind: number, value: Hex): LogTerm {
  const term = new Uint8Array(TERM_BYTES)
  term[0] = kind
  const bytes = hexToBytes(value)
  for (let i = 0; i < bytes.length; i++) {
    const at = 1 + (i % FOLD_BYTES)
    term[at] = (term[at] ?? 0) ^ (bytes[i] ?? 0)
  }
  return term
}
