/**
 * A disk as a list of writes: what is synced stays, of the rest a crash leaves some beginning. That
 * is what one write-ahead log promises.
 */
import type { SeededRng } from './seeded-rng.ts'

export class WriteLog<Entry> {
  #entries: Entry[] = []
  #synced = 0

  /** In the order of writing. */
  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** What every crash leaves. */
  get synced(): readonly Entry[] {
    return this.#entries.slice(0, this.#synced)
  }

  /** Writes that a crash may take. */
  get unsynced(): number {
    return this.#entries.length - this.#synced
  }

  write(entry: Entry, isSynced: boolean): void {
    this.#entries.push(entry)
    if (isSynced) this.#synced = this.#entries.length
  }

  /** The power went; returns how many writes are gone. */
  crash(rng: SeededRng): number {
    const kept = this.#synced + rng.below(this.unsynced + 1)
    const lost = this.#entries.length - kept
    this.#entries = this.#entries.slice(0, kept)
    this.#synced = kept
    return lost
  }
}
