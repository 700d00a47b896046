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

const TABLE_FILE = /^\d+\.(ldb|sst)$/

/** Passes over files that would make it more than `bytesMax`. Takes a second a gigabyte. */
export async function checkTableFiles(
  directory: string,
  bytesMax: number,
  onFile: (bytes: number) => void = () => {},
): Promise<TableFilesReport> {
  const names = (await readdir(directory)).filter((name) => TABLE_FILE.test(name))
  const damaged: string[] = []
  let filesChecked = 0
  let bytesChecked = 0
  for (const name of names.sort(byNumber).reverse()) {
    const path = join(directory, name)
    const file = await ifStillThere(async () => {
      const { size } = await stat(path)
      return bytesChecked + size > bytesMax ? undefined : readFile(path)
    })
    if (file === undefined) continue
    if (!isTableIntact(file)) damaged.push(name)
    filesChecked += 1
    bytesChecked += file.length
    onFile(file.length)
  }
  return { filesChecked, bytesChecked, damaged }
}

function byNumber(left: string, right: string): number {
  return Number.parseInt(left, 10) - Number.parseInt(right, 10)
}

/** A compaction may take files away while they are being checked. */
async function ifStillThere<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
