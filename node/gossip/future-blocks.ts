/**
 * Blocks from the near future: they wait until our clock has caught up. Gossip will not offer them
 * again, so we keep them ourselves; few, because nothing in here is verified.
 *
 * Spec: docs/spec/network.md, G6.
 */
import { FUTURE_LIMIT_MS } from '../../consensus/rules/header-rules.ts'
import type { Hash } from '../../consensus/types.ts'
import type { SealedBlock } from '../chain/sealed-block.ts'
import type { Cancel, Clock } from '../ports.ts'

/** Of at most 1 MiB each. A further one is dropped: it comes again by sync. */
export const FUTURE_BLOCKS_MAX = 16

export class FutureBlocks {
  readonly #clock: Clock
  readonly #onDue: (block: SealedBlock, peerId: string) => void
  readonly #waiting = new Map<Hash, Cancel>()

  constructor(clock: Clock, onDue: (block: SealedBlock, peerId: string) => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  get count(): number {
    return this.#waiting.size
  }

  add(block: SealedBlock, peerId: string): void {
    if (this.#waiting.has(block.hash) || this.#waiting.size >= FUTURE_BLOCKS_MAX) return
    const dueMs = Number(block.header.timestamp) * 1000 - FUTURE_LIMIT_MS
    const cancel = this.#clock.setTimer(Math.max(0, dueMs - this.#clock.now()), () => {
      this.#waiting.delete(block.hash)
      this.#onDue(block, peerId)
    })
    this.#waiting.set(block.hash, cancel)
  }

  clear(): void {
    for (const cancel of this.#waiting.values()) cancel()
    this.#waiting.clear()
  }
}
