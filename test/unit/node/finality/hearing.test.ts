/** A validator that was set back and is cut off must not vote on a chain of its own. */
import { describe, expect, it } from 'vitest'
import { HEARING_MS, Hearing, type HearingPeer } from '../../../../node/finality/hearing/hearing.ts'
import type { Node } from '../../../../node/node.ts'
import { VOTING_KEYS, validatorGenesis } from '../../../support/certified-chain.ts'
import { SILENT } from '../../../support/chain-factory.ts'
import { MANUAL, startTestNode } from '../../../support/test-node.ts'

const POLL = { interval: 20, timeout: 60_000 }
const seal = { ...MANUAL, certify: true }

function scene(bootnodeCount: number) {
  let nowMs = 1_000_000
  const net = { peers: [] as HearingPeer[], isAtRest: true }
  const clock = {
    now: () => nowMs,
    setTimer: () => () => undefined,
    giveWay: async () => undefined,
  }
  const hearing = new Hearing({
    ...{ clock, log: SILENT, bootnodeCount },
    peers: () => net.peers,
    isAtRest: () => net.isAtRest,
  })
  const pass = (milliseconds: number) => {
    nowMs += milliseconds
    return hearing.isDone
  }
  return { hearing, net, pass }
}

const bootnode = (id: string): HearingPeer => ({ id, isStatic: true, isCovered: true })
const stranger = (id: string): HearingPeer => ({ id, isStatic: false, isCovered: true })

describe('node / finality / hearing', () => {
  it('takes more than half of the bootnodes, for a while, once', () => {
    const { hearing, net, pass } = scene(4)
    net.peers = [bootnode('a'), bootnode('b'), { ...bootnode('c'), isCovered: false }]
    // Somebody has a better chain, or says so.
    net.isAtRest = false
    expect(pass(HEARING_MS)).toBe(false)
    expect(pass(HEARING_MS)).toBe(false)
    net.peers = [bootnode('a'), bootnode('b'), bootnode('c')]
    expect(pass(0)).toBe(false)
    expect(pass(HEARING_MS - 1)).toBe(false)
    // What bootnodes find from now on is what everybody finds.
    net.peers = [{ ...bootnode('a'), isCovered: false }]
    expect(pass(1)).toBe(true)
    net.peers = []
    expect(hearing.isDone).toBe(true)
  })

  it('goes on where strangers boast of more, as long as bootnodes are there', () => {
    const { net, pass } = scene(3)
    net.isAtRest = false
    net.peers = [bootnode('a'), bootnode('b'), { ...stranger('x'), isCovered: false }]
    expect(pass(0)).toBe(false)
    expect(pass(HEARING_MS)).toBe(true)
  })

  it('takes others where bootnodes are gone, while nobody claims more', () => {
    const { net, pass } = scene(3)
    net.peers = [stranger('x'), stranger('y')]
    expect(pass(0)).toBe(false)
    net.isAtRest = false
    expect(pass(HEARING_MS)).toBe(false)
    net.isAtRest = true
    expect(pass(0)).toBe(false)
    expect(pass(HEARING_MS)).toBe(true)
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
