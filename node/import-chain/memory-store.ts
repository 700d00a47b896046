/** A key-value store in memory: an imported chain lives as long as its process. */
import { ownBytes } from '../../consensus/codec/short-bytes.ts'
import type { Entry, KeyRange, KeyValueStore, WriteBatch } from '../storage/database.ts'

export class MemoryStore implements KeyValueStore {
  readonly #values = new Map<string, Uint8Array>()

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#values.get(nameOf(key))
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return keys.map((key) => this.#values.get(nameOf(key)))
  }

  async *entries({ gte, lt, reverse = false, limit = Infinity }: KeyRange): AsyncIterable<Entry> {
    const [from, to] = [nameOf(gte), nameOf(lt)]
    const names = [...this.#values.keys()].filter((name) => name >= from && name < to).sort()
    if (reverse) names.reverse()
    for (const name of names.slice(0, limit)) {
      const value = this.#values.get(name)
      if (value !== undefined) yield [Buffer.from(name, 'latin1'), value]
    }
  }

  async write(batch: WriteBatch): Promise<void> {
    for (const operation of batch.operations) {
      const name = nameOf(operation.key)
      if (operation.type === 'del') this.#values.delete(name)
      else this.#values.set(name, ownBytes(operation.value))
    }
  }

  async close(): Promise<void> {
    this.#values.clear()
  }
}

/** A character a byte: such names sort as their bytes do. */
function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
}
