/**
 * Transactions that were submitted here, in a file, so that a restart does not forget them: a line
 * of hex each, appended, and written anew when most of the lines are of transactions long gone.
 *
 * A crash may tear the last line or leave rubbish behind it; such lines are left out. The file is
 * a help and no promise: when it can't be written the pool goes on without.
 * Spec: docs/spec/mempool.md, "Journal".
 */
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { TRANSACTION_BYTES_MAX } from './limits.ts'

/** Lines that wait for the disk; beyond it they are left out, and the error is told. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024
/** The file is written anew when it has so many lines more than twice what it should hold. */
const STALE_LINES_MIN = 1_024
const LINE = /^(?:[0-9a-f]{2})+$/
const FILE_MODE = 0o600

export class Journal {
  readonly #path: string
  readonly #onError: (error: unknown) => void
  #waiting: string[] = []
  #waitingBytes = 0
  #lineCount: number
  /** The writing that goes on, and all before it. */
  #tail: Promise<void> = Promise.resolve()
  #isFlushing = false

  private constructor(path: string, lineCount: number, onError: (error: unknown) => void) {
    this.#path = path
    this.#lineCount = lineCount
    this.#onError = onError
  }

  /** The journal, and the raw transactions that were in it, oldest first. */
  static async open(
    path: string,
    onError: (error: unknown) => void,
  ): Promise<{ readonly journal: Journal; readonly raws: readonly Uint8Array[] }> {
    await mkdir(dirname(path), { recursive: true })
    const text = await readIfPresent(path)
    const lines = text.split('\n')
    // What stands behind the last line break was being written when the process ended.
    const torn = lines.pop() ?? ''
    const raws = lines.filter(isWhole).map((line) => hexToBytes(`0x${line}`))
    const journal = new Journal(path, lines.length, onError)
    if (torn !== '') journal.rewrite(raws)
    return { journal, raws }
  }

  append(raw: Uint8Array): void {
    const line = `${bytesToHex(raw).slice(2)}\n`
    if (this.#waitingBytes + line.length > WAITING_BYTES_MAX) {
      this.#onError(new Error('the journal of the pool is behind: a transaction was left out'))
      return
    }
    this.#waiting.push(line)
    this.#waitingBytes += line.length
    this.#lineCount += 1
    if (!this.#isFlushing) this.#flush()
  }

  /** Whether most of the file is of transactions that the pool does not hold any more. */
  isStale(liveCount: number): boolean {
    return this.#lineCount > 2 * liveCount + STALE_LINES_MIN
  }

  /** Replaces the file by these transactions: beside it and renamed, so that one of them is whole. */
  rewrite(raws: readonly Uint8Array[]): void {
    this.#waiting = []
    this.#waitingBytes = 0
    this.#lineCount = raws.length
    const text = raws.map((raw) => `${bytesToHex(raw).slice(2)}\n`).join('')
    this.#then(async () => {
      const temporary = `${this.#path}.tmp`
      await writeFile(temporary, text, { mode: FILE_MODE })
      await rename(temporary, this.#path)
    })
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    await this.#tail
  }

  #flush(): void {
    this.#isFlushing = true
    this.#then(async () => {
      const text = this.#waiting.join('')
      this.#waiting = []
      this.#waitingBytes = 0
      this.#isFlushing = false
      if (text !== '') await appendFile(this.#path, text, { mode: FILE_MODE })
    })
  }

  #then(write: () => Promise<void>): void {
    this.#tail = this.#tail.then(write).catch(this.#onError)
  }
}

function isWhole(line: string): boolean {
  return line.length <= 2 * TRANSACTION_BYTES_MAX && LINE.test(line)
}

async function readIfPresent(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
