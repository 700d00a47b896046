/** Damage of single files, as disks and power cuts make it. */
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const PAGE_BYTES = 4096

/** Files of a database that end so, largest first. */
export async function databaseFiles(directory: string, ending: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(ending))
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name)
      return { path, bytes: (await stat(path)).size }
    }),
  )
  return files.sort((a, b) => b.bytes - a.bytes).map(({ path }) => path)
}

/** Flips one bit at this share of the file. */
export async function flipBit(path: string, share: number): Promise<void> {
  await overwrite(path, share, 1, (bytes) => bytes.map((byte) => byte ^ 0x10))
}

/** Zeroes the page at this share of the file. */
export async function zeroPage(path: string, share: number): Promise<void> {
  await overwrite(path, share, PAGE_BYTES, (bytes) => bytes.map(() => 0))
}

/** Cuts the file off at this share of it. */
export async function truncateAt(path: string, share: number): Promise<void> {
  const { size } = await stat(path)
  const file = await open(path, 'r+')
  await file.truncate(Math.floor(size * share))
  await file.close()
}

async function overwrite(
  path: string,
  share: number,
  length: number,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<void> {
  const file = await open(path, 'r+')
  const { size } = await file.stat()
  const at = Math.floor((size * share) / PAGE_BYTES) * PAGE_BYTES
  const bytes = new Uint8Array(Math.min(length, size - at))
  await file.read(bytes, 0, bytes.length, at)
  await file.write(change(bytes), 0, bytes.length, at)
  await file.close()
}
