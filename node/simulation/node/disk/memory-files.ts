/** Small files in memory: a power cut leaves what was synced and some beginning of the rest. */
import type { AppendOptions, Files } from '../../../storage/files.ts'
import type { SeededRng } from '../../engine/seeded-rng.ts'
import type { DiskFaults } from './disk-faults.ts'

type File = { text: string; syncedLength: number }

export type FilesSnapshot = ReadonlyMap<string, string>

export class MemoryFiles implements Files {
  readonly #faults: DiskFaults
  readonly #rng: SeededRng
  #files = new Map<string, File>()

  constructor(faults: DiskFaults, rng: SeededRng) {
    this.#faults = faults
    this.#rng = rng
  }

  async read(path: string): Promise<string | undefined> {
    return this.#files.get(path)?.text
  }

  async *lines(path: string): AsyncIterable<string> {
    const text = this.#files.get(path)?.text ?? ''
    const lines = text.split('\n')
    if (lines.at(-1) === '') lines.pop()
    yield* lines
  }

  async append(path: string, text: string, { sync }: AppendOptions): Promise<void> {
    await this.#faults.delay()
    const file = this.#files.get(path) ?? { text: '', syncedLength: 0 }
    this.#files.set(path, file)
    if (this.#faults.failure !== undefined) {
      // Some of it may be there all the same.
      file.text += text.slice(0, this.#rng.below(text.length + 1))
      this.#faults.throwIfFailing()
    }
    file.text += text
    if (sync) file.syncedLength = file.text.length
    await this.#faults.onWrite()
  }

  async replace(path: string, text: string): Promise<void> {
    await this.#faults.delay()
    this.#faults.throwIfFailing()
    this.#files.set(path, { text, syncedLength: text.length })
  }

  async truncate(path: string, bytes: number): Promise<void> {
    this.#faults.throwIfFailing()
    const file = this.#files.get(path)
    if (file === undefined) return
    file.text = file.text.slice(0, bytes)
    file.syncedLength = Math.min(file.syncedLength, bytes)
  }

  losePower(): void {
    for (const file of this.#files.values()) {
      const lost = this.#rng.below(file.text.length - file.syncedLength + 1)
      file.text = file.text.slice(0, file.text.length - lost)
    }
  }

  /** Whether some file would still have this text after a power cut. */
  keeps(text: string): boolean {
    const kept = [...this.#files.values()].map((file) => file.text.slice(0, file.syncedLength))
    return kept.some((each) => each.includes(text))
  }

  snapshot(): FilesSnapshot {
    return new Map([...this.#files].map(([path, { text }]) => [path, text]))
  }

  restore(snapshot: FilesSnapshot): void {
    this.#files = new Map(
      [...snapshot].map(([path, text]) => [path, { text, syncedLength: text.length }]),
    )
  }
}
