/** What waits while a block of gossip is imported. */
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { BlockGossip } from '../../../../node/gossip/block-gossip.ts'
import { type Clock, systemClock } from '../../../../node/ports.ts'
import { encodeSealedBlock } from '../../../../node/sync/wire.ts'
import { forkOf, validatorGenesis } from '../../../support/certified-chain.ts'
import { SILENT } from '../../../support/chain-factory.ts'
import { startTestNode } from '../../../support/test-node.ts'

/** A node, its gossip of blocks, and how many blocks it held at each pause and at its end. */
async function scene(clock: Clock = systemClock) {
  const genesis = await validatorGenesis()
  const node = await startTestNode({ genesis, peers: [] })
  const forks = await Promise.all(
    devAccounts()
      .slice(0, 2)
      .map(({ address }) => forkOf(1, address)),
  )
  const blocks = forks.flatMap((fork) => fork.blocks)
  const happened: { readonly what: 'pause' | 'resume'; readonly held: number }[] = []
  const resumed = Promise.withResolvers<void>()
  const note = (what: 'pause' | 'resume') => {
    happened.push({ what, held: blocks.filter(({ hash }) => node.chain.isHeld(hash)).length })
  }
  const { sync, network } = node.peers!
  const gossip = new BlockGossip({
    ...{ chain: node.chain, sync, network, clock, log: SILENT },
    rest: {
      pause: () => note('pause'),
      resume: () => {
        note('resume')
        resumed.resolve()
      },
    },
  })
  const bring = () => blocks.map((block) => gossip.onMessage(encodeSealedBlock(block), 'a peer'))
  return { node, happened, resumed: resumed.promise, bring }
}

describe('node / gossip / blocks', () => {
  it('what else comes waits from the first of some imports to the last', async () => {
    const { happened, resumed, bring } = await scene()
    expect(bring()).toEqual(['accept', 'accept'])
    await resumed
    expect(happened).toEqual([
      { what: 'pause', held: 0 },
      { what: 'resume', held: 2 },
    ])
  })

  it('what else comes does not wait for a block that cannot be imported', async () => {
    const { node, happened, resumed, bring } = await scene()
    await node.stop()
    expect(bring()).toEqual(['accept', 'accept'])
    await resumed
    expect(happened).toEqual([
      { what: 'pause', held: 0 },
      { what: 'resume', held: 0 },
    ])
  })

  it('what else comes waits again after an import that did not begin', async () => {
    let turns = 0
    const giveWay = async () => {
      turns += 1
      if (turns === 1) throw new Error('no turn')
      await systemClock.giveWay()
    }
    const { happened, resumed, bring } = await scene({ ...systemClock, giveWay })
    expect(bring()).toEqual(['accept', 'accept'])
    await resumed
    expect(happened).toEqual([
      { what: 'pause', held: 0 },
      { what: 'resume', held: 1 },
    ])
  })
})
