/**
 * A follower's database, damaged while it stands: it starts from what is good or says that nothing
 * is; it never answers wrongly, and it has the chain again in the end.
 */
import { cp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { databaseFiles, flipBit, truncateAt, zeroPage } from '../../support/file-damage.ts'
import { ProcessNet, type ProcessNode } from '../../support/process-net.ts'

const CATCH_UP = { timeout: 20_000, interval: 200 }
const BLOCKS = 24

let net: ProcessNet
let miner: ProcessNode
let follower: ProcessNode
/** The follower's data directory as it was when it stopped. */
let saved: string

/** Blocks of a node are those of the miner or an error, never others. */
async function wrongAnswers(count: number): Promise<string[]> {
  const wrong: string[] = []
  for (let number = 0; number <= count; number++) {
    // An error is an honest answer of a damaged disk.
    const hash = await follower.hashAt(number).catch(() => undefined)
    if (hash !== undefined && hash !== (await miner.hashAt(number)))
      wrong.push(`${number}: ${hash}`)
  }
  return wrong
}

async function untilCaughtUp(): Promise<void> {
  const { number } = await miner.head()
  const expected = await miner.hashAt(number)
  await expect.poll(() => follower.hashAt(number), CATCH_UP).toBe(expected)
}

beforeAll(async () => {
  net = await ProcessNet.start({ validators: 1, followers: 1 })
  ;[miner, follower] = net.nodes as [ProcessNode, ProcessNode]
  saved = join(net.directory, 'saved')
})

describe('e2e / faults / corruption', () => {
  it('a follower has log and tables on disk', async () => {
    const tall = async () => (await follower.head()).number
    await expect.poll(tall, { timeout: 90_000, interval: 500 }).toBeGreaterThan(BLOCKS)
    // A start turns the log of the run before into a table.
    await follower.stop()
    await follower.start()
    const { number } = await follower.head()
    await expect.poll(tall, { timeout: 60_000, interval: 500 }).toBeGreaterThan(number + 8)
    await follower.kill()
    await cp(follower.dataDir, saved, { recursive: true })
    const database = join(saved, 'chaindata')
    expect((await databaseFiles(database, '.ldb')).length).toBeGreaterThan(0)
    expect((await databaseFiles(database, '.log')).length).toBeGreaterThan(0)
  })

  it.each([
    ['a flipped bit in the log', '.log', (path: string) => flipBit(path, 0.4)],
    ['a zeroed page in the log', '.log', (path: string) => zeroPage(path, 0.5)],
    ['a zeroed tail of the log', '.log', (path: string) => zeroPage(path, 0.99)],
    ['a log that is cut off', '.log', (path: string) => truncateAt(path, 0.7)],
    ['a flipped bit in a table', '.ldb', (path: string) => flipBit(path, 0.4)],
    ['a zeroed page in a table', '.ldb', (path: string) => zeroPage(path, 0.6)],
  ])('%s is found, and the chain comes again', async (_, ending, damage) => {
    await rm(follower.dataDir, { recursive: true })
    await cp(saved, follower.dataDir, { recursive: true })
    const [file] = await databaseFiles(join(follower.dataDir, 'chaindata'), ending)
    await damage(file!)
    const failure = await follower.start().catch((error: Error) => error)
    if (failure !== undefined) {
      // It says so in a sentence, and does what the sentence says.
      expect(failure.message).toMatch(/damaged|missing/)
      expect(failure.message).not.toMatch(/Internal error/)
      await rename(join(follower.dataDir, 'chaindata'), join(follower.dataDir, `away-${ending}`))
      await follower.start()
    }
    await untilCaughtUp()
    expect(await wrongAnswers(BLOCKS)).toEqual([])
    await follower.kill()
  })

  it('a damaged record of votes is named, and nothing is signed', async () => {
    await miner.stop()
    const [record] = await databaseFiles(join(miner.dataDir, 'slashing'), '.votes')
    expect(record).toContain(net.genesis.hash.slice(2, 10))
    await flipBit(record!, 0)
    const failure = await miner.start().catch((error: Error) => error)
    expect(failure?.message).toMatch(/record of signed votes .* is damaged in line 1/)
  })
})
