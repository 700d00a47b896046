/**
 * Trie nodes by hash: a bounded cache before the database, every node checked against its key when
 * it comes from disk. Nodes are never changed or deleted: any root that was written can be read.
 */
import { ownBytes } from '../../../consensus/codec/short-bytes.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { corruptRecord, missingRecord } from '../../storage/codec/record.ts'
import type { KeyValueReader } from '../../storage/database.ts'
import { key } from '../../storage/keys.ts'
import { GenerationCache } from '../generation-cache.ts'
import type { TrieNode } from '../types.ts'
import { HASH_BYTES } from './node-codec.ts'

/** A hash as a map key: one character a byte, half as long as hex and quicker to make. */
export type NodeKey = string

/**
 * About half a kilobyte each with its key; twice as many are held at most. A node that stays behind
 * when the others of its piece are forgotten is copied, or it would hold up to 2 KiB.
 */
export const CACHED_NODES_MAX = 65_536

export class NodeStore {
  readonly #store: KeyValueReader
  readonly #cache: GenerationCache<NodeKey, Uint8Array>
  /** Of a state that is not stored. */
  readonly #unstored: ReadonlyMap<NodeKey, Uint8Array>

  constructor(
    store: KeyValueReader,
    cache = new GenerationCache<NodeKey, Uint8Array>(CACHED_NODES_MAX, ownBytes),
    unstored: ReadonlyMap<NodeKey, Uint8Array> = new Map(),
  ) {
    this.#store = store
    this.#cache = cache
    this.#unstored = unstored
  }

  /** The same with these, which are on no disk: for readers of a state that may never be. */
  with(nodes: readonly TrieNode[]): NodeStore {
    const unstored = new Map(this.#unstored)
    for (const { hash, node } of nodes) unstored.set(nodeKey(hash), node)
    return new NodeStore(this.#store, this.#cache, unstored)
  }

  /** A node that needs no disk, if it is one of those; its hash stands at `offset`. */
  peek(hash: Uint8Array, offset = 0): Uint8Array | undefined {
    const wanted = nodeKey(hash, offset)
    return this.#cache.get(wanted) ?? this.#unstored.get(wanted)
  }

  /** Throws a `CorruptionError` when the node is missing or damaged. */
  async get(hash: Uint8Array): Promise<Uint8Array> {
    return this.peek(hash) ?? this.#verified(hash, await this.#store.get(key('trieNode', hash)))
  }

  /** As {@link get}, for many at once. */
  async getMany(hashes: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const found = await this.#store.getMany(hashes.map((hash) => key('trieNode', hash)))
    return hashes.map((hash, index) => this.#verified(hash, found[index]))
  }

  /** Nodes that are on disk now. */
  remember(nodes: readonly TrieNode[]): void {
    for (const { hash, node } of nodes) this.#cache.set(nodeKey(hash), node)
  }

  #verified(hash: Uint8Array, stored: Uint8Array | undefined): Uint8Array {
    if (stored === undefined) throw missingRecord(key('trieNode', hash))
    if (Buffer.compare(keccak256(stored), hash) !== 0) throw corruptRecord(key('trieNode', hash))
    // `level` hands out Buffers, whose `slice` does not copy; what we hold is plain bytes.
    const node = new Uint8Array(stored.buffer, stored.byteOffset, stored.length)
    this.#cache.set(nodeKey(hash), node)
    return node
  }
}

export function nodeKey({ buffer, byteOffset }: Uint8Array, offset = 0): NodeKey {
  return Buffer.from(buffer, byteOffset + offset, HASH_BYTES).toString('latin1')
}
