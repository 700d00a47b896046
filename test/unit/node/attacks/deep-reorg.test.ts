/** A branch of two hundred blocks that is given up at once: above 64 a reorg goes in steps. */
import { describe, expect, it } from 'vitest'
import type { HeadChange } from '../../../../node/events.ts'
import { expectConsistent } from '../../../support/chain-consistency.ts'
import { TestChain, temporaryDirectory } from '../../../support/chain-factory.ts'

const DEPTH = 200

describe('node / attacks / deep reorg', () => {
  it('of 200 blocks is told as one, leaves one chain, and stands after a restart', {
    timeout: 180_000,
  }, async () => {
    const source = await TestChain.open()
    const parent = source.chain.genesis.hash
    const ours = await source.extend(DEPTH, { parent })
    const theirs = await source.extend(DEPTH + 1, { parent, coinbase: `0x${'dd'.repeat(20)}` })
    const directory = await temporaryDirectory()
    const victim = await TestChain.open({ directory })
    for (const block of ours) await victim.import(block)
    const changes: HeadChange[] = []
    victim.chain.events.on('head', (change) => changes.push(change))
    for (const block of theirs) await victim.import(block)
    expect(changes).toHaveLength(1)
    expect(changes[0]!.removed.map(({ hash }) => hash)).toEqual(
      ours.toReversed().map(({ hash }) => hash),
    )
    expect(changes[0]!.added.map(({ hash }) => hash)).toEqual(theirs.map(({ hash }) => hash))
    await expectConsistent(victim)
    await victim.close()
    const again = await TestChain.open({ directory })
    expect(again.chain.head.hash).toBe(theirs.at(-1)!.hash)
    await expectConsistent(again)
  })
})
