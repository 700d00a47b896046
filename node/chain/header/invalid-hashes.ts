/**
 * Hashes of headers that can never be valid, with what that says of who sends them, so that
 * repeating them costs a look-up. Bounded: at the limit the oldest is forgotten, and would be
 * judged anew. Transient failures never get here.
 */
import type { Hash } from '../../../consensus/types.ts'
import type { Fault } from '../import/block-fault.ts'

/** 32-byte hashes as text, about 200 bytes each: 800 KiB. */
export const INVALID_HASHES_MAX = 4_096

export class InvalidHashes {
  readonly #faults = new Map<Hash, Fault>()

  get(hash: Hash): Fault | undefined {
    return this.#faults.get(hash)
  }

  add(hash: Hash, fault: Fault): void {
    this.#faults.set(hash, fault)
    if (this.#faults.size <= INVALID_HASHES_MAX) return
    for (const oldest of this.#faults.keys()) {
      this.#faults.delete(oldest)
      return
    }
  }
}
