/** A validator that was set back and is cut off must not vote on a chain of its own. */
import { describe, expect, it } from 'vitest'
import { HEARING_MS, Hearing } from '../../../../node/finality/hearing.ts'
import type { Node } from '../../../../node/node.ts'
import { VOTING_KEYS, validatorGenesis } from '../../../support/certified-chain.ts'
import { SILENT } from '../../../support/chain-factory.ts'
import { MANUAL, startTestNode } from '../../../support/test-node.ts'

const POLL = { interval: 20, timeout: 60_000 }
const seal = { ...MANUAL, certify: true }

function scene(bootnodeCount: number) {
  let nowMs = 1_000_000
  const sync = { peers: { toldCount: 0 }, isAtRest: true }
  const clock = {
    now: () => nowMs,
    setTimer: () => () => undefined,
    giveWay: async () => undefined,
  }
  const hearing = new Hearing({ sync, clock, log: SILENT, bootnodeCount })
  const pass = (milliseconds: number) => {
    nowMs += milliseconds
    return hearing.isDone
  }
  return { hearing, sync, pass }
}

describe('node / finality / hearing', () => {
  it('takes more than half of the bootnodes, and quiet for a while, once', () => {
    const { hearing, sync, pass } = scene(4)
    sync.peers.toldCount = 2
    expect(pass(HEARING_MS)).toBe(false)
    expect(pass(HEARING_MS)).toBe(false)
    sync.peers.toldCount = 3
    expect(pass(0)).toBe(false)
    expect(pass(HEARING_MS - 1)).toBe(false)
    // Somebody has a better chain: what it holds is fetched first.
    sync.isAtRest = false
    expect(pass(HEARING_MS)).toBe(false)
    sync.isAtRest = true
    expect(pass(0)).toBe(false)
    expect(pass(HEARING_MS)).toBe(true)
    sync.peers.toldCount = 0
    expect(hearing.isDone).toBe(true)
  })

  it('is over at once for who has nobody to look for', () => {
    expect(scene(0).hearing.isDone).toBe(true)
  })

  it('a validator that can reach none of its bootnodes signs nothing until it can', async () => {
    const genesis = await validatorGenesis()
    const first = await startTestNode({ genesis, peers: [], seal, votingKey: VOTING_KEYS[0]! })
    await first.api.network.setPartition([])
    const cut = await startTestNode({ genesis, peers: [first], seal, votingKey: VOTING_KEYS[1]! })
    const signed = (node: Node) => node.chain.finality.duty?.lastSigned
    for (let i = 0; i < 40; i++) {
      await first.sealer!.sealNow({ timestamp: 0n })
      await cut.sealer!.sealNow({ timestamp: 0n })
    }
    await expect.poll(() => signed(first)?.targetEpoch, POLL).toBe(4n)
    expect(signed(cut)).toBeUndefined()
    await first.api.network.setPartition(undefined)
    for (let i = 0; i < 40 && signed(cut) === undefined; i++) {
      const { hash } = await first.sealer!.sealNow({ timestamp: 0n })
      await expect.poll(() => cut.chain.head.hash, POLL).toBe(hash)
      // Two epochs of listening follow; nothing but blocks and the clock move it on.
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    expect(signed(cut)?.targetEpoch).toBeGreaterThan(4n)
  })
})
