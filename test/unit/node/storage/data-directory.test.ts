import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  dataDirectory,
  loadAdminToken,
  prepareDataDirectory,
} from '../../../../node/storage/data-directory.ts'
import { Database } from '../../../../node/storage/database.ts'

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hanzo-data-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

const NOBODY = 65_534

describe('node / storage / data-directory', () => {
  it('makes what is missing, for its owner alone, and leaves what is there', async () => {
    const path = join(await temporaryDirectory(), 'a', 'b')
    const layout = await prepareDataDirectory(path)
    expect(layout).toEqual(dataDirectory(path))
    expect((await stat(layout.slashingDirectory)).mode & 0o777).toBe(0o700)
    const database = await Database.open(layout.databaseDirectory)
    await database.close()
    await prepareDataDirectory(path)
  })

  it('keeps one admin token, readable by its owner alone', async () => {
    const layout = await prepareDataDirectory(await temporaryDirectory())
    const token = await loadAdminToken(layout)
    expect(token).toMatch(/^[0-9a-f]{64}$/)
    expect(await loadAdminToken(layout)).toBe(token)
    expect(await readFile(layout.adminTokenFile, 'utf8')).toBe(`${token}\n`)
    expect((await stat(layout.adminTokenFile)).mode & 0o777).toBe(0o600)
    await writeFile(layout.adminTokenFile, 'torn')
    expect(await loadAdminToken(layout)).not.toBe(token)
  })

  it('says so when a file is in the way', async () => {
    const file = join(await temporaryDirectory(), 'file')
    await writeFile(file, '')
    for (const path of [file, join(file, 'below')]) {
      await expect(prepareDataDirectory(path)).rejects.toMatchObject({
        type: { code: 'NOT_A_DIRECTORY', path },
        message: expect.stringContaining('--data-dir'),
      })
    }
  })

  it('says so when the directory is not ours to write', async () => {
    const path = await temporaryDirectory()
    await chmod(path, 0o500)
    // Root may write anywhere: the attempt is made as nobody then.
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(NOBODY)
    try {
      await expect(prepareDataDirectory(path)).rejects.toMatchObject({
        type: { code: 'NO_PERMISSION', path },
      })
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })
})
