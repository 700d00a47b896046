/**
 * The few small files that a node keeps beside its database, line by line: a port, so that the
 * simulator can lose, tear and refuse what is written. Spec: docs/spec/storage.md.
 */
import { createReadStream } from 'node:fs'
import { open, readFile, rename, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'

export type AppendOptions = {
  /** Resolve only when it is on disk. */
  readonly sync: boolean
}

/** Paths are absolute; what a method can't do it throws as the system says it. */
export interface Files {
  /** The whole text; undefined: there is no such file. */
  read(path: string): Promise<string | undefined>
  /** Line by line, for a file that may be long; none if there is no such file. */
  lines(path: string): AsyncIterable<string>
  /** Adds to the end of a file, which is made if it is not there. */
  append(path: string, text: string, options: AppendOptions): Promise<void>
  /** Writes beside and renames, so that a crash leaves the old file or the new one; synced. */
  replace(path: string, text: string): Promise<void>
  /** Cuts off what stands after so many bytes. */
  truncate(path: string, bytes: number): Promise<void>
}

/** Owner alone. */
const FILE_MODE = 0o600

export const systemFiles: Files = {
  async read(path) {
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  },
  async *lines(path) {
    try {
      yield* createInterface({ input: createReadStream(path) })
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  },
  async append(path, text, { sync }) {
    const isNew = await write(path, 'a', text, sync)
    // A name that is not on disk loses the file, however well its bytes are kept.
    if (isNew && sync) await syncDirectory(path)
  },
  async replace(path, text) {
    const temporary = `${path}.tmp`
    await write(temporary, 'w', text, true)
    await rename(temporary, path)
    await syncDirectory(path)
  },
  truncate: (path, bytes) => truncate(path, bytes),
}

/** Whether the file was empty before, or not there. */
async function write(
  path: string,
  flags: 'a' | 'w',
  text: string,
  sync: boolean,
): Promise<boolean> {
  const file = await open(path, flags, FILE_MODE)
  try {
    const { size } = await file.stat()
    await file.appendFile(text)
    if (sync) await file.sync()
    return size === 0
  } finally {
    await file.close()
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path))
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
