/** A real database in a directory of its own that goes when the test is over. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Database } from '../../node/storage/database.ts'

export async function openTemporaryDatabase(): Promise<Database> {
  const directory = await mkdtemp(join(tmpdir(), 'hanzo-test-'))
  const database = await Database.open(directory)
  onTestFinished(async () => {
    await database.close()
    await rm(directory, { recursive: true, force: true })
  })
  return database
}
