/** The disk gives up at any operation of a certificate: what stands after a restart is a prefix. */
import { cp } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import type { KeyValueStore } from '../../../../node/storage/database.ts'
import { feed, forkOf, validatorGenesis } from '../../../support/certified-chain.ts'
import { expectConsistent } from '../../../support/chain-consistency.ts'
import { TestChain, temporaryDirectory } from '../../../support/chain-factory.ts'
import { type FaultPlan, FaultyStore, InjectedFault } from '../../../support/faulty-store.ts'

/** Points of failure that are tried, spread over all there are. */
const POINTS_MAX = 12

/** A chain whose store can be given a plan of faults once it is open. */
async function openFaulty(directory: string) {
  let store: KeyValueStore | undefined
  let faulty: FaultyStore | undefined
  const test = await TestChain.open({
    directory,
    genesis: await validatorGenesis(),
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
  const arm = (plan?: FaultPlan): FaultyStore => {
    faulty = new FaultyStore(store!, plan)
    return faulty
  }
  return { test, arm }
}

async function copyOf(directory: string): Promise<string> {
  const copy = await temporaryDirectory()
  await cp(directory, copy, { recursive: true })
  return copy
}

describe('node / finality / write faults', () => {
  it('a failure at any operation of a certificate that moves head and final leaves either', {
    timeout: 240_000,
  }, async () => {
    const [first, second] = devAccounts()
    const heavy = await forkOf(30, second!.address)
    const voted = await forkOf(27, first!.address, { fork: heavy, shared: 11 })
    const certificates = [1, 2].map((epoch) => voted.certificate(epoch - 1, epoch))
    const moving = certificates[1]!
    const prepared = await temporaryDirectory()
    const { test } = await openFaulty(prepared)
    await feed(test, voted, certificates.slice(0, 1))
    for (const block of heavy.blocks) await test.import(block)
    expect(test.chain.head.hash).toBe(heavy.blocks.at(-1)!.hash)
    await test.close()

    const take = async (directory: string, plan?: FaultPlan): Promise<number> => {
      const opened = await openFaulty(directory)
      const faulty = opened.arm(plan)
      const taken = opened.test.chain.takeCertificate(moving)
      if (plan === undefined) expect(await taken).toBe('accept')
      else await taken.catch((error: unknown) => expect(error).toBeInstanceOf(InjectedFault))
      await opened.test.close()
      return faulty.operations
    }
    const points = await take(await copyOf(prepared))
    expect(points).toBeGreaterThan(5)
    const step = Math.ceil(points / POINTS_MAX)
    for (let operation = 0; operation < points; operation += step) {
      const directory = await copyOf(prepared)
      await take(directory, { operation, when: (operation / step) % 2 === 0 ? 'before' : 'after' })
      const again = await TestChain.open({ directory, genesis: await validatorGenesis() })
      const { chain } = again
      const { epoch } = chain.finality.justified
      const isTaken = epoch === 2n
      expect([1n, 2n]).toContain(epoch)
      expect(chain.finality.finalized.epoch).toBe(isTaken ? 1n : 0n)
      expect(chain.head.hash).toBe((isTaken ? voted : heavy).blocks.at(-1)!.hash)
      await expectConsistent(again)
      await chain.takeCertificate(moving)
      expect(chain.head.hash).toBe(voted.blocks.at(-1)!.hash)
      expect(chain.finality.finalized).toEqual({ epoch: 1n, hash: voted.hash(1) })
      await again.close()
    }
  })

  it('nobody is told of a certificate before it is on disk', async () => {
    const [, second] = devAccounts()
    const voted = await forkOf(27, second!.address)
    let release = (): void => undefined
    let begun = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    let isSlow = false
    const test = await TestChain.open({
      genesis: await validatorGenesis(),
      wrap: (real) => ({
        get: (key) => real.get(key),
        getMany: (keys) => real.getMany(keys),
        entries: (range) => real.entries(range),
        write: async (batch, options) => {
          if (isSlow) {
            begun()
            await released
          }
          await real.write(batch, options)
        },
        close: () => real.close(),
      }),
    })
    await feed(test, voted, [voted.certificate(0, 1)])
    isSlow = true
    const taken = test.chain.takeCertificate(voted.certificate(1, 2))
    await isBegun
    expect(test.chain.finality).toMatchObject({
      justified: { epoch: 2n },
      finalized: { epoch: 1n },
    })
    expect(test.chain.durableFinality).toMatchObject({
      ...{ justified: { epoch: 1n }, finalized: { epoch: 0n } },
    })
    release()
    expect(await taken).toBe('accept')
    expect(test.chain.durableFinality).toMatchObject({
      ...{ justified: { epoch: 2n }, finalized: { epoch: 1n } },
    })
    await test.close()
  })
})
