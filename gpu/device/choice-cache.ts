/**
 * Remembers which kernel an adapter runs best, in a file that processes share. The name of the file
 * holds the adapter, the driver and the text of the kernels: any change of them asks anew.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export type Choice = {
  readonly kernel: string
  readonly macsPerSecond: number
  /** Kernels that once gave a wrong ticket here: they are not tried again. */
  readonly disabled: readonly string[]
}

/** How long to wait for another process that is choosing: choosing takes about 2 s. */
const LOCK_MS_MAX = 20_000
const LOCK_POLL_MS = 50

export class ChoiceCache {
  readonly #path: string

  /** `facts`: everything that the choice depends on. */
  constructor(cacheDir: string, facts: readonly string[]) {
    const hash = createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 32)
    this.#path = join(cacheDir, `kernel-${hash}.json`)
  }

  /** Undefined when there is none, or none that can be read. */
  async load(): Promise<Choice | undefined> {
    const text = await readFile(this.#path, 'utf8').catch(() => undefined)
    return text === undefined ? undefined : parseChoice(text)
  }

  async save(choice: Choice): Promise<void> {
    const temporary = `${this.#path}.${randomUUID()}.tmp`
    await writeFile(temporary, `${JSON.stringify(choice)}\n`)
    await rename(temporary, this.#path)
  }

  /**
   * Runs `work` while no other process does. A lock that is older than its holder may need belongs
   * to a process that died, and is taken over.
   */
  async whileLocked<Result>(work: () => Promise<Result>): Promise<Result> {
    const lock = `${this.#path}.lock`
    await mkdir(join(lock, '..'), { recursive: true })
    while (!(await tryCreate(lock))) {
      const age = await stat(lock).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      )
      if (age > LOCK_MS_MAX) await rm(lock, { force: true })
      else await delay(LOCK_POLL_MS)
    }
    try {
      return await work()
    } finally {
      await rm(lock, { force: true })
    }
  }
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    await file.close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function parseChoice(text: string): Choice | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // A file cut short by a full disk is as good as none.
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { kernel, macsPerSecond, disabled } = value as Record<string, unknown>
  if (typeof kernel !== 'string' || typeof macsPerSecond !== 'number') return undefined
  if (!Array.isArray(disabled) || !disabled.every((name) => typeof name === 'string')) {
    return undefined
  }
  return { kernel, macsPerSecond, disabled }
}
