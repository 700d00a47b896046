/** The record of signed votes: what is on disk before a signature, and what a crash leaves of it. */
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { FinalityVote } from '../../../../consensus/finality/types.ts'
import { VoteProtection } from '../../../../node/finality/protection.ts'

const directory = await mkdtemp(join(tmpdir(), 'hanzo-votes-'))
afterAll(() => rm(directory, { recursive: true }))

const GENESIS = `0x${'12'.repeat(32)}` as const
let keys = 0

/** A record of its own for each test. */
function freshKey(): { address: `0x${string}`; path: string } {
  const hex = (++keys).toString(16).padStart(40, '0')
  return { address: `0x${hex}`, path: join(directory, `12121212-${hex}.votes`) }
}

function vote(source: number, target: number): FinalityVote {
  return {
    sourceEpoch: BigInt(source),
    sourceHash: GENESIS,
    targetEpoch: BigInt(target),
    targetHash: `0x${target.toString(16).padStart(64, '0')}`,
    outputRoot: GENESIS,
  }
}

async function signThree(address: `0x${string}`): Promise<void> {
  const record = await VoteProtection.open(directory, address, GENESIS)
  for (const target of [1, 2, 3]) await record.write(vote(target - 1, target))
}

describe('node / finality / protection', () => {
  it('knows after a restart what was signed last', async () => {
    const { address } = freshKey()
    expect((await VoteProtection.open(directory, address, GENESIS)).last).toBeUndefined()
    await signThree(address)
    const again = await VoteProtection.open(directory, address, GENESIS)
    expect(again.last).toMatchObject({ sourceEpoch: 2n, targetEpoch: 3n })
  })

  it('refuses a target that is not newer, and a source that is older', async () => {
    const { address } = freshKey()
    await signThree(address)
    const record = await VoteProtection.open(directory, address, GENESIS)
    for (const refused of [vote(2, 3), vote(2, 2), vote(1, 4)]) {
      await expect(record.write(refused)).rejects.toMatchObject({
        type: { code: 'ALREADY_SIGNED' },
      })
    }
    await record.write(vote(2, 4))
  })

  it('is on disk when the write resolves', async () => {
    const { address, path } = freshKey()
    const record = await VoteProtection.open(directory, address, GENESIS)
    await record.write(vote(0, 1))
    expect(await readFile(path, 'utf8')).toMatch(/^0 1 0x0+1 [0-9a-f]{8}\n$/)
  })

  it('cuts off a line that was torn, at every length', async () => {
    const { address, path } = freshKey()
    await signThree(address)
    const whole = await readFile(path, 'utf8')
    const second = whole.split('\n').slice(0, 2).join('\n').length + 1
    for (let length = second; length < whole.length; length += 7) {
      await writeFile(path, whole)
      await truncate(path, length)
      const record = await VoteProtection.open(directory, address, GENESIS)
      expect(record.last).toMatchObject({ targetEpoch: 2n })
      await record.write(vote(2, 5))
      const again = await VoteProtection.open(directory, address, GENESIS)
      expect(again.last).toMatchObject({ targetEpoch: 5n })
    }
  })

  it('refuses to open with damage before its end: what was signed is unknown then', async () => {
    const { address, path } = freshKey()
    await signThree(address)
    const whole = await readFile(path, 'utf8')
    await writeFile(path, whole.replace(' 2 0x', ' 9 0x'))
    const opened = VoteProtection.open(directory, address, GENESIS)
    await expect(opened).rejects.toMatchObject({ type: { code: 'DAMAGED', line: 2 } })
  })

  it('a long record is shortened to its newest line', async () => {
    const { address, path } = freshKey()
    await signThree(address)
    const lines = await readFile(path, 'utf8')
    await writeFile(path, lines.repeat(5_000))
    await appendFile(path, lines)
    const record = await VoteProtection.open(directory, address, GENESIS)
    expect(record.last).toMatchObject({ targetEpoch: 3n })
    expect(await readFile(path, 'utf8')).toBe(`${lines.trimEnd().split('\n').at(-1)}\n`)
  })
})
