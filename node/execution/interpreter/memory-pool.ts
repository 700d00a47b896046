/**
 * Memory for frames, used again and again: a fresh kilobyte array for each of them is most of what
 * the garbage collector has to do otherwise.
 */

/** Most frames need no more. */
const BLOCK_BYTES = 8_192
/** Kept for the next frames: more than a transaction usually nests. */
const BLOCKS_MAX = 32

export class MemoryPool {
  readonly #free: Uint8Array[] = []

  /** At least this many bytes, all zero. */
  acquire(bytes: number): Uint8Array {
    if (bytes > BLOCK_BYTES) return new Uint8Array(bytes)
    return this.#free.pop() ?? new Uint8Array(BLOCK_BYTES)
  }

  /** Takes memory back of which the first `used` bytes may have been written. */
  release(memory: Uint8Array, used: number): void {
    if (memory.length !== BLOCK_BYTES || this.#free.length >= BLOCKS_MAX) return
    memory.fill(0, 0, used)
    this.#free.push(memory)
  }
}
