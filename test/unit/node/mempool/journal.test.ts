/** What was submitted here outlives a restart, and a crash in the middle of a line. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { Journal } from '../../../../node/mempool/journal.ts'
import { SILENT, temporaryDirectory } from '../../../support/chain-factory.ts'
import { addressOf, makeTransaction } from '../../../support/made-transactions.ts'
import { LedgerChain, openPool } from './ledger-chain.ts'
import { HOUR_MS, RICH } from './pool-fixture.ts'

const ALICE = addressOf(0)
const LOCAL = [0n, 1n, 2n].map((nonce) => makeTransaction({ nonce }))
const HASHES = LOCAL.map(({ hash }) => hash)

async function journalFile(): Promise<string> {
  return join(await temporaryDirectory(), 'journal')
}

function openAt(path: string, nonce = 0n) {
  const chain = new LedgerChain(new Map([[ALICE, RICH]]))
  if (nonce > 0n) chain.follow(chain.mine(LOCAL.slice(0, Number(nonce))))
  return openPool(chain, { journalFile: path })
}

/** A file as a run leaves it that submitted {@link LOCAL}. */
async function writtenJournal(): Promise<string> {
  const path = await journalFile()
  const { pool } = await openAt(path)
  await Promise.all(LOCAL.map(({ raw }) => pool.submit(raw)))
  await pool.close()
  return path
}

describe('node / mempool / journal', () => {
  it('J1: brings back what was submitted here, and nothing that peers sent', async () => {
    const path = await journalFile()
    const { pool } = await openAt(path)
    await pool.addRemote([makeTransaction({ nonce: 3n }).raw])
    await Promise.all(LOCAL.map(({ raw }) => pool.submit(raw)))
    expect(pool.status().pending).toBe(4)
    await pool.close()
    const { pool: next, told } = await openAt(path)
    expect(next.pending().map(({ hash }) => hash)).toEqual(HASHES)
    expect(next.toRepublish()).toHaveLength(3)
    expect(told).toEqual([])
  })

  it('J2: passes over a last line that a crash cut short, wherever it did', async () => {
    const path = await writtenJournal()
    const whole = await readFile(path, 'utf8')
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1
    for (let cut = lastLine; cut < whole.length - 1; cut += 7) {
      await writeFile(path, whole.slice(0, cut))
      const { pool } = await openAt(path)
      expect(pool.pending().map(({ hash }) => hash)).toEqual(HASHES.slice(0, 2))
      await pool.close()
      expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(3)
    }
  })

  it('J2: goes on after a line that is damaged, and says how many were', async () => {
    const path = await writtenJournal()
    const lines = (await readFile(path, 'utf8')).split('\n')
    await writeFile(path, ['nonsense', lines[0], 'zz', lines[1], lines[2]].join('\n'))
    const said: unknown[] = []
    const log = pino({ level: 'warn' }, { write: (line) => said.push(JSON.parse(line).count) })
    const entries = await new Journal(path, log).load()
    expect(entries.map(({ raw }) => raw)).toEqual(LOCAL.map(({ raw }) => raw))
    expect(said).toEqual([2])
  })

  it('J3: leaves out what was mined meanwhile, and writes the file anew', async () => {
    const path = await writtenJournal()
    const { pool } = await openAt(path, 2n)
    expect(pool.pending().map(({ hash }) => hash)).toEqual(HASHES.slice(2))
    const [line, end] = (await readFile(path, 'utf8')).split('\n')
    expect(line).toContain(Buffer.from(LOCAL[2]!.raw).toString('hex'))
    expect(end).toBe('')
  })

  it('J4: does not give a transaction a second lifetime', async () => {
    const path = await writtenJournal()
    const late = (await readFile(path, 'utf8')).replace(/^\d+/gm, (addedMs) =>
      String(Number(addedMs) - 3 * HOUR_MS + 1_000),
    )
    await writeFile(path, late)
    const { pool, clock } = await openAt(path)
    expect(pool.status().pending).toBe(3)
    clock.nowMs += 1_000
    await pool.addRemote([])
    expect(pool.status().pending).toBe(0)
    await pool.close()
    await writeFile(path, late.replace(/^\d+/gm, '1'))
    const { pool: next } = await openAt(path)
    expect(next.status().pending).toBe(0)
  })

  it('is for its owner alone', async () => {
    const path = await writtenJournal()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('appends in order, and is written anew without what is gone when it is long', async () => {
    const path = await journalFile()
    const journal = new Journal(path, SILENT)
    const raw = LOCAL[0]!.raw
    for (let index = 0; index < 8_192; index++) journal.append({ raw, addedMs: index })
    expect(journal.isLong).toBe(false)
    journal.append({ raw, addedMs: 8_192 })
    expect(journal.isLong).toBe(true)
    await journal.close()
    const times = (await journal.load()).map(({ addedMs }) => addedMs)
    expect(times).toEqual(Array.from({ length: 8_193 }, (_, index) => index))
    await journal.rewrite([{ raw, addedMs: 1 }])
    journal.append({ raw, addedMs: 2 })
    await journal.close()
    expect(journal.isLong).toBe(false)
    expect(await journal.load()).toHaveLength(2)
  })

  it('says so when the disk takes nothing, and takes transactions all the same', async () => {
    const said: string[] = []
    const log = pino({ level: 'warn' }, { write: (line) => said.push(JSON.parse(line).msg) })
    const journal = new Journal(join(await temporaryDirectory(), 'absent', 'journal'), log)
    journal.append({ raw: LOCAL[0]!.raw, addedMs: 1 })
    await journal.close()
    await journal.rewrite([])
    expect(said).toEqual(Array(2).fill('The journal of transactions was not written'))
    expect(await journal.load()).toEqual([])
  })

  it('takes a file without its last line feed', async () => {
    const path = await writtenJournal()
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.trimEnd())
    const { pool } = await openAt(path)
    expect(pool.status().pending).toBe(3)
    await pool.submit(makeTransaction({ nonce: 3n }).raw)
    await pool.close()
    const { pool: next } = await openAt(path)
    expect(next.status().pending).toBe(4)
  })
})
