import { cp } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { SealedBlock } from '../../../../node/chain/sealed-block.ts'
import type { HeadChange } from '../../../../node/events.ts'
import type { KeyValueStore } from '../../../../node/storage/database.ts'
import { expectConsistent } from '../../../support/chain-consistency.ts'
import { TestChain, temporaryDirectory } from '../../../support/chain-factory.ts'
import { type FaultPlan, FaultyStore, InjectedFault } from '../../../support/faulty-store.ts'

/** Two branches from genesis: the second is longer, and so heavier. */
async function twoBranches(short: number, long: number) {
  const source = await TestChain.open()
  const genesis = source.chain.genesis.hash
  const ours = await source.extend(short, { parent: genesis })
  const theirs = await source.extend(long, { parent: genesis, coinbase: `0x${'dd'.repeat(20)}` })
  return { ours, theirs }
}

async function importAll(test: TestChain, blocks: readonly SealedBlock[]): Promise<void> {
  for (const block of blocks) await test.import(block)
}

const hashes = (blocks: readonly { readonly hash: string }[]) => blocks.map(({ hash }) => hash)

describe('node / chain / reorg', () => {
  it('switches to the heavier branch and tells which blocks went and came', async () => {
    const { ours, theirs } = await twoBranches(3, 4)
    const test = await TestChain.open()
    const changes: HeadChange[] = []
    await importAll(test, ours)
    test.chain.events.on('head', (change) => changes.push(change))
    await importAll(test, theirs)
    expect(changes).toHaveLength(1)
    expect(hashes(changes[0]!.removed)).toEqual(hashes(ours.toReversed()))
    expect(hashes(changes[0]!.added)).toEqual(hashes(theirs))
    expect(test.chain.head.hash).toBe(theirs.at(-1)!.hash)
    await expectConsistent(test)
  })

  it('keeps the first of two branches of one weight', async () => {
    const { ours, theirs } = await twoBranches(3, 3)
    const test = await TestChain.open()
    await importAll(test, [...ours, ...theirs])
    expect(test.chain.head.hash).toBe(ours.at(-1)!.hash)
    await expectConsistent(test)
  })

  it('goes on from disk where it stopped, and remembers who came first', async () => {
    const { ours, theirs } = await twoBranches(3, 3)
    const directory = await temporaryDirectory()
    const test = await TestChain.open({ directory })
    await importAll(test, [...ours, ...theirs])
    await test.close()
    const again = await TestChain.open({ directory })
    expect(again.chain.head.hash).toBe(ours.at(-1)!.hash)
    expect(again.chain.tree.size).toBe(7)
    const [next] = await again.extend(1, { parent: theirs.at(-1)!.hash })
    expect(again.chain.head.hash).toBe(next!.hash)
    await expectConsistent(again)
  })

  it('leaves a block that the operator excludes, and everything above it', async () => {
    const { ours, theirs } = await twoBranches(4, 3)
    const directory = await temporaryDirectory()
    const test = await TestChain.open({ directory })
    await importAll(test, [...ours, ...theirs])
    await test.close()
    const without = await TestChain.open({ directory, exclude: [ours[1]!.hash] })
    expect(without.chain.head.hash).toBe(theirs.at(-1)!.hash)
    expect((await without.import(ours.at(-1)!)).kind).toBe('invalid')
    await expectConsistent(without)
    await without.close()
    const again = await TestChain.open({ directory })
    expect(again.chain.head.hash).toBe(ours.at(-1)!.hash)
    await expectConsistent(again)
  })

  it.each([
    ['of 3 blocks', 3],
    ['of 66 blocks, in steps', 66],
  ])('a failure at any operation of a reorg %s leaves a whole chain', async (_, depth) => {
    const { ours, theirs } = await twoBranches(depth, depth + 1)
    const last = theirs.at(-1)!
    const prepared = await temporaryDirectory()
    const test = await TestChain.open({ directory: prepared })
    await importAll(test, [...ours, ...theirs.slice(0, -1)])
    await test.close()
    const points = await importOver(await copyOf(prepared), last, undefined)
    expect(points).toBeGreaterThan(10)
    const step = Math.ceil(points / (depth > 64 ? STEPPED_POINTS_MAX : POINTS_MAX))
    for (let operation = 0; operation < points; operation += step) {
      const when = (operation / step) % 2 === 0 ? 'before' : 'after'
      const directory = await copyOf(prepared)
      await importOver(directory, last, { operation, when })
      const reopened = await TestChain.open({ directory })
      // A step on the way, the old head or the new one: boot has finished what was begun.
      expect([ours.at(-1)!.hash, last.hash]).toContain(reopened.chain.head.hash)
      await expectConsistent(reopened)
      expect(['imported', 'known']).toContain((await reopened.import(last)).kind)
      expect(reopened.chain.head.hash).toBe(last.hash)
      await expectConsistent(reopened)
      await reopened.close()
    }
  })
})

/** Points of failure that are tried in one test, spread over all there are; fewer on long chains. */
const POINTS_MAX = 24
const STEPPED_POINTS_MAX = 12

async function copyOf(directory: string): Promise<string> {
  const copy = await temporaryDirectory()
  await cp(directory, copy, { recursive: true })
  return copy
}

/** Imports over a store that fails as planned; returns how many operations the import took. */
async function importOver(
  directory: string,
  block: SealedBlock,
  plan: FaultPlan | undefined,
): Promise<number> {
  let store: KeyValueStore | undefined
  let faulty: FaultyStore | undefined
  const test = await TestChain.open({
    directory,
    wrap: (real) => {
      store = real
      return {
        get: (key) => (faulty ?? real).get(key),
        getMany: (keys) => (faulty ?? real).getMany(keys),
        entries: (range) => (faulty ?? real).entries(range),
        write: (batch, options) => (faulty ?? real).write(batch, options),
        close: () => real.close(),
      }
    },
  })
  faulty = new FaultyStore(store!, plan)
  const imported = test.import(block)
  if (plan === undefined) expect((await imported).kind).toBe('imported')
  else await imported.catch((error: unknown) => expect(error).toBeInstanceOf(InjectedFault))
  await test.close()
  return faulty.operations
}
