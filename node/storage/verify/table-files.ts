/** The table files of a database directory, newest first, checked one after the other. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isTableIntact } from './table-file.ts'

export type TableFilesReport = {
  readonly filesChecked: number
  readonly bytesChecked: number
  /** Names of files with damage in them. */
  readonly damaged: readonly string[]
}

const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR'])
const TABLE_FILE = /^\d+\.(ldb|sst)$/

/** Those that level has finished, if it does not run: what it writes now ends in the middle. */
export async function tableFileNames(directory: string): Promise<readonly string[]> {
  const names = await ifStillThere(() => readdir(directory))
  return names?.filter((name) => TABLE_FILE.test(name)) ?? []
}

/** Passes over files that would make it more than `bytesMax`. Takes a second a gigabyte. */
export async function checkTableFiles(
  directory: string,
  bytesMax: number,
  names?: readonly string[],
): Promise<TableFilesReport> {
  const wanted = names ?? (await tableFileNames(directory))
  const damaged: string[] = []
  let filesChecked = 0
  let bytesChecked = 0
  for (const name of [...wanted].sort(byNumber).reverse()) {
    const path = join(directory, name)
    const file = await ifStillThere(async () => {
      const { size } = await stat(path)
      return bytesChecked + size > bytesMax ? undefined : readFile(path)
    })
    if (file === undefined) continue
    if (!isTableIntact(file)) damaged.push(name)
    filesChecked += 1
    bytesChecked += file.length
  }
  return { filesChecked, bytesChecked, damaged }
}

function byNumber(left: string, right: string): number {
  return Number.parseInt(left, 10) - Number.parseInt(right, 10)
}

/** Level makes the directory when it opens it, and takes files away while they are checked. */
async function ifStillThere<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && ABSENT.has(error.code)) return undefined
    throw error
  }
}
