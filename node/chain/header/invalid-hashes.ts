/**
 * Hashes of headers that can never be valid, so that repeating them costs a look-up. Bounded: at
 * the limit the oldest is forgotten, and would be judged anew. Transient failures never get here.
 */
import type { Hash } from '../../../consensus/types.ts'

/** 32-byte hashes as text, about 200 bytes each: 800 KiB. */
export const INVALID_HASHES_MAX = 4_096

export class InvalidHashes {
  readonly #hashes = new Set<Hash>()

  has(hash: Hash): boolean {
    return this.#hashes.has(hash)
  }

  add(hash: Hash): void {
    this.#hashes.add(hash)
    if (this.#hashes.size <= INVALID_HASHES_MAX) return
    for (const oldest of this.#hashes) {
      this.#hashes.delete(oldest)
      return
    }
  }
}
