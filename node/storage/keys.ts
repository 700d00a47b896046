/**
 * The key space of the one database: a table is one prefix byte, a key is prefix + fixed-width
 * fields, numbers big-endian so that iteration is in block order.
 */

/** Prefix byte of each table. A number is never re-used for another table. */
export const TABLE = {
  /** hash -> header RLP */
  header: 0x01,
  /** hash -> body: transactions and their recovered senders */
  body: 0x02,
  /** hash -> the one stored proof */
  proof: 0x03,
  /** hash -> receipts */
  receipts: 0x04,
  /** u64be number -> hash, the canonical chain */
  canonical: 0x05,
  /** transaction hash -> canonical block hash, number and index */
  transaction: 0x06,
  /** hash -> block tree record: work, epoch difficulty and seed, status, order of arrival */
  tree: 0x07,
  /** u64be sequence -> commit record */
  commit: 0x08,
  /** ASCII name -> single records, see {@link META} and the state's own */
  meta: 0x09,
  /** u64be number + hash -> nothing: every stored block, those of side branches too */
  height: 0x0a,
  /** kind + folded address or topic + u64be number -> nothing: canonical blocks with such a log */
  logIndex: 0x0b,
  /** address -> account, at the head */
  account: 0x10,
  /** address + slot -> value, at the head */
  storage: 0x11,
  /** code hash -> code */
  code: 0x12,
  /** node hash -> trie node */
  trieNode: 0x13,
  /** block hash -> what the block changed in the flat state, before and after */
  stateDiff: 0x14,
  /** block hash -> what a developer wrote into the state after the block, before and after */
  stateEdit: 0x15,
  /** u64be target epoch + target hash -> certificate */
  certificate: 0x20,
  /** address of a voting key -> evidence against it */
  evidence: 0x21,
} as const

export type TableName = keyof typeof TABLE

/** Names of the single records of this folder in the table `meta`. */
export const META = [
  'schema',
  'genesis',
  'head',
  'justified',
  'finalized',
  'reorgIntent',
  'safetyFault',
  'joinedFork',
  'lostFinality',
  'logIndex',
] as const

export type MetaName = (typeof META)[number]

const asciiEncoder = new TextEncoder()

/** The key of a single record. */
export function metaKey(name: string): Uint8Array {
  return key('meta', asciiEncoder.encode(name))
}

/** Joins a table's prefix and the parts of a key. */
export function key(table: TableName, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 1
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  out[0] = TABLE[table]
  let offset = 1
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

/** First key of the table, and so of a walk through it. */
export function tableStart(table: TableName): Uint8Array {
  return Uint8Array.of(TABLE[table])
}

/** First key after every key that begins with the table's prefix. */
export function tableEnd(table: TableName): Uint8Array {
  return Uint8Array.of(TABLE[table] + 1)
}

/** A block number or sequence as 8 bytes, big-endian. */
export function u64be(value: bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, value)
  return out
}

/** The number that stands at `offset` in a key. */
export function readU64(bytes: Uint8Array, offset: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(offset)
}
