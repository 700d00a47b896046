/**
 * M19: the same genesis hash and the same state, on another machine and after a sync from nothing.
 * Blocks hold random transactions of every contract of block 0.
 *
 * Spec: docs/spec/token-economy.md, "Invariants".
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { SealedBlock } from '../../node/chain/sealed-block.ts'
import { TestChain, temporaryDirectory } from '../support/chain-factory.ts'
import { type EconomyBlock, executeEconomy } from '../support/economy-blocks.ts'
import { readFlatState } from '../support/flat-state.ts'
import { testGenesis } from '../support/seal-reference.ts'
import { openTemporaryDatabase } from '../support/temporary-database.ts'

const CHILD = fileURLToPath(new URL('../support/economy-child.ts', import.meta.url))
const SEED = 19
const COUNT = 12

/** What of a machine may creep into a hash: its zone and language, the compiler, the stack. */
const MACHINES = [
  { flags: [], environment: { TZ: 'UTC', LANG: 'C' } },
  {
    flags: ['--no-opt', '--stack-size=1500'],
    environment: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8' },
  },
] as const

describe('spec / determinism', () => {
  it('M19: other processes build the same genesis and execute to the same roots', async () => {
    const blocks = await executeEconomy(await openTemporaryDatabase(), { seed: SEED, count: COUNT })
    const { hash } = await testGenesis()
    const roots = blocks.map(({ stateRoot, receiptsRoot }) => [stateRoot, receiptsRoot])
    for (const machine of MACHINES) {
      expect(await runElsewhere(machine)).toEqual({ genesis: hash, roots })
    }
  })

  it('M19: a node that syncs from nothing, or comes from another branch, has the same state', async () => {
    const blocks = await executeEconomy(await openTemporaryDatabase(), { seed: SEED, count: COUNT })
    const source = await TestChain.open()
    const sealed = await sealAll(source, blocks)
    const synced = await TestChain.open()
    const strayed = await TestChain.open()
    await strayed.extend(COUNT - 1, { coinbase: `0x${'dd'.repeat(20)}` })
    for (const chain of [synced, strayed]) await importAll(chain, sealed)
    const restarted = await importWithRestart(sealed)
    const state = await readFlatState(source.database)
    expect(state.accounts.size).toBeGreaterThan(60)
    for (const { chain, database } of [synced, strayed, restarted]) {
      expect(chain.head).toEqual(source.chain.head)
      expect(await readFlatState(database)).toEqual(state)
    }
  })
})

async function runElsewhere({ flags, environment }: (typeof MACHINES)[number]): Promise<unknown> {
  const directory = await temporaryDirectory()
  const args = [...flags, '--import', 'tsx', CHILD, directory, String(SEED), String(COUNT)]
  const env = { ...process.env, ...environment }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  return JSON.parse(stdout)
}

/** The same transactions in blocks that any node takes. */
async function sealAll(
  source: TestChain,
  blocks: readonly EconomyBlock[],
): Promise<readonly SealedBlock[]> {
  const sealed: SealedBlock[] = []
  for (const { transactions, timestamp } of blocks) {
    const block = await source.seal({ transactions, timestamp })
    expect(block.transactions).toHaveLength(transactions.length)
    expect(await source.import(block)).toMatchObject({ kind: 'imported' })
    sealed.push(block)
  }
  return sealed
}

async function importAll(chain: TestChain, blocks: readonly SealedBlock[]): Promise<void> {
  for (const block of blocks) {
    expect(await chain.import(block)).toMatchObject({ kind: 'imported' })
  }
}

async function importWithRestart(blocks: readonly SealedBlock[]): Promise<TestChain> {
  const directory = await temporaryDirectory()
  const first = await TestChain.open({ directory })
  await importAll(first, blocks.slice(0, COUNT / 2))
  await first.close()
  const second = await TestChain.open({ directory })
  await importAll(second, blocks.slice(COUNT / 2))
  return second
}
