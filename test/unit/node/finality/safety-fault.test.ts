/** What must never happen, and what an operator does then: it survives a restart, and has exits. */
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { type Fork, feed, forkOf, validatorGenesis } from '../../../support/certified-chain.ts'
import { expectConsistent } from '../../../support/chain-consistency.ts'
import { TestChain, temporaryDirectory } from '../../../support/chain-factory.ts'

let ours: Fork
let theirs: Fork

/** Sealed once, within the first test. The forks part after block 11: epoch 1 is of both. */
async function makeForks(): Promise<void> {
  if (ours !== undefined) return
  const [first, second] = devAccounts()
  ours = await forkOf(27, first!.address)
  theirs = await forkOf(36, second!.address, { fork: ours, shared: 11 })
}

/** A chain that has finalized epoch 2 of ours and hears a certificate of theirs. */
async function faulty(directory: string): Promise<TestChain> {
  await makeForks()
  const test = await TestChain.open({ directory, genesis: await validatorGenesis() })
  const certificates = [ours.certificate(0, 1), ours.certificate(1, 2), ours.certificate(2, 3)]
  await feed(test, ours, certificates)
  expect(test.chain.finality.finalized.epoch).toBe(2n)
  await test.chain.takeCertificate(theirs.certificate(1, 2))
  expect(test.chain.finality.fault?.code).toBe('CONFLICTS_WITH_FINALIZED')
  return test
}

const reopen = async (directory: string, options = {}) =>
  TestChain.open({ directory, genesis: await validatorGenesis(), ...options })

describe('node / finality / safety fault', { timeout: 240_000 }, () => {
  it('stands after a restart, with both certificates', async () => {
    const directory = await temporaryDirectory()
    const test = await faulty(directory)
    await test.close()
    const again = await reopen(directory)
    const { fault } = again.chain.finality
    expect(fault?.code).toBe('CONFLICTS_WITH_FINALIZED')
    expect(fault?.certificate).toEqual(theirs.certificate(1, 2))
    expect(fault?.ours).toEqual(ours.certificate(1, 2))
    expect(again.chain.head.hash).toBe(ours.blocks.at(-1)!.hash)
  })

  it('an operator joins the other fork: nothing is deleted, and finality goes on there', async () => {
    const directory = await temporaryDirectory()
    await (await faulty(directory)).close()
    const joined = await reopen(directory, { joinFork: theirs.hash(2) })
    const { chain } = joined
    expect(chain.finality.fault).toBeUndefined()
    expect(chain.finality.finalized).toEqual({ epoch: 1n, hash: ours.hash(1) })
    // The side that was left ends below its first checkpoint that was certified.
    expect(chain.head.header.number).toBe(15n)
    await feed(joined, theirs, [theirs.certificate(2, 3), theirs.certificate(3, 4)])
    expect(chain.head.hash).toBe(theirs.blocks.at(-1)!.hash)
    expect(chain.finality.finalized).toEqual({ epoch: 3n, hash: theirs.hash(3) })
    expect(await chain.takeCertificate(ours.certificate(2, 3))).toBe('ignore')
    expect(chain.finality.fault).toBeUndefined()
    await expectConsistent(joined)
    await joined.close()
    const again = await reopen(directory)
    expect(again.chain.head.hash).toBe(theirs.blocks.at(-1)!.hash)
    expect(again.chain.finality.finalized.epoch).toBe(3n)
    expect(again.chain.finality.fault).toBeUndefined()
    // A unit file that still has the flag starts, too.
    await again.close()
    const flagged = await reopen(directory, { joinFork: theirs.hash(2) })
    expect(flagged.chain.finality.finalized.epoch).toBe(3n)
    expect(await flagged.chain.blocks.header(ours.hash(3))).toBeDefined()
  })

  it('an operator stays, and excludes the other fork', async () => {
    const directory = await temporaryDirectory()
    await (await faulty(directory)).close()
    const again = await reopen(directory, { exclude: [theirs.hash(2)] })
    expect(again.chain.finality.fault).toBeUndefined()
    expect(again.chain.finality.finalized.epoch).toBe(2n)
    expect(await again.chain.takeCertificate(theirs.certificate(1, 2))).toBe('ignore')
    expect(again.chain.finality.fault).toBeUndefined()
  })

  it('says what to do when the hash is unknown, ours, or certified', async () => {
    const cases = [
      ['FORK_UNKNOWN', { joinFork: `0x${'77'.repeat(32)}` as const }, /hanzo_finalityStatus/],
      ['FORK_IS_OURS', { joinFork: ours.hash(2) }, new RegExp(`--exclude ${theirs.hash(2)}`)],
      ['EXCLUDES_JUSTIFIED', { exclude: [ours.hash(3)] }, /--join-fork/],
    ] as const
    for (const [code, options, sentence] of cases) {
      const directory = await temporaryDirectory()
      await (await faulty(directory)).close()
      const opening = reopen(directory, options)
      await expect(opening).rejects.toMatchObject({ type: { code } })
      await expect(opening).rejects.toThrow(sentence)
    }
  })

  it('a certificate that waits for its block conflicts once another one is final', async () => {
    await makeForks()
    const test = await reopen(await temporaryDirectory())
    await feed(test, ours, [ours.certificate(0, 1)])
    await test.chain.takeCertificate(theirs.certificate(1, 2))
    expect(test.chain.finality.pending.size).toBe(1)
    await test.chain.takeCertificate(ours.certificate(1, 2))
    expect(test.chain.finality.fault).toBeUndefined()
    await test.chain.takeCertificate(ours.certificate(2, 3))
    expect(test.chain.finality.fault?.certificate.vote.targetHash).toBe(theirs.hash(2))
  })
})
