/**
 * Transactions that were submitted here, on disk, so that a restart does not lose them: a line
 * each, appended when one is taken, written anew from time to time without those that are gone.
 *
 * Losing the end of it costs a resubmission, so nothing waits for the disk. A line that a crash
 * cut short does not decode and is passed over. Spec: docs/spec/mempool.md, "Journal".
 */
import type { Logger } from 'pino'
import { type Files, systemFiles } from '../storage/files.ts'

export type JournalEntry = { readonly raw: Uint8Array; readonly addedMs: number }

/** Bytes that may wait for a slow disk; what comes above is not kept. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024
/** Lines appended since the file was last written whole, before it is again. */
const APPENDED_LINES_MIN = 8_192
const NOT_WRITTEN = 'The journal of transactions was not written'
const LINE = /^(\d{1,15}) 0x((?:[0-9a-f]{2})+)$/

export class Journal {
  readonly #path: string
  readonly #log: Logger
  readonly #files: Files
  #waiting: string[] = []
  #waitingBytes = 0
  #writing: Promise<void> | undefined
  #linesWhole = 0
  #linesAppended = 0

  constructor(path: string, log: Logger, files: Files = systemFiles) {
    this.#path = path
    this.#log = log
    this.#files = files
  }

  /** What the last run left, as far as it can be read. */
  async load(): Promise<readonly JournalEntry[]> {
    const entries: JournalEntry[] = []
    let damagedCount = 0
    for await (const line of this.#files.lines(this.#path)) {
      const entry = parseLine(line)
      if (entry === undefined) damagedCount += 1
      else entries.push(entry)
    }
    if (damagedCount > 0) this.#log.warn({ count: damagedCount }, 'Passed over damaged lines')
    return entries
  }

  /** More lines were appended than it is worth keeping. */
  get isLong(): boolean {
    return this.#linesAppended > Math.max(APPENDED_LINES_MIN, this.#linesWhole)
  }

  append(entry: JournalEntry): void {
    const line = formatLine(entry)
    if (this.#waitingBytes + line.length > WAITING_BYTES_MAX) {
      this.#log.warn('The disk is too slow for the journal: a transaction is not kept')
      return
    }
    this.#waiting.push(line)
    this.#waitingBytes += line.length
    this.#linesAppended += 1
    this.#writing ??= this.#write()
  }

  /** Writes the file anew with these alone. When it can't, the old one stays. */
  async rewrite(entries: readonly JournalEntry[]): Promise<void> {
    await this.close()
    this.#linesWhole = entries.length
    this.#linesAppended = 0
    try {
      await this.#files.replace(this.#path, entries.map(formatLine).join(''))
    } catch (error) {
      this.#log.warn({ err: error }, NOT_WRITTEN)
    }
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    // What one batch of submissions brings goes in one write.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const text = this.#waiting.join('')
      this.#waiting = []
      this.#waitingBytes = 0
      try {
        await this.#files.append(this.#path, text, { sync: false })
      } catch (error) {
        this.#log.warn({ err: error }, NOT_WRITTEN)
      }
    }
    this.#writing = undefined
  }
}

function formatLine({ raw, addedMs }: JournalEntry): string {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  return `${addedMs} 0x${bytes.toString('hex')}\n`
}

function parseLine(line: string): JournalEntry | undefined {
  const [, addedMs, raw] = LINE.exec(line) ?? []
  if (addedMs === undefined || raw === undefined) return undefined
  return { addedMs: Number(addedMs), raw: new Uint8Array(Buffer.from(raw, 'hex')) }
}
