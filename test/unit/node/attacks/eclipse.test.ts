/**
 * Fifteen of a victim's sixteen peers belong to one attacker: they claim boundless work, answer
 * nothing, and pass nothing on. The one honest peer is enough to follow what is final.
 */
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { forkOf, validatorGenesis } from '../../../support/certified-chain.ts'
import { temporaryDirectory } from '../../../support/chain-factory.ts'
import { startRogue } from '../../../support/rogue-peer.ts'
import { MANUAL, startTestNode, untilPeers } from '../../../support/test-node.ts'

const LIARS = 15
const ALARM = 'hanzo_partition_suspected'
const POLL = { interval: 50, timeout: 180_000 }

describe('node / attacks / eclipse', () => {
  it('with one honest peer of sixteen a node follows the certified chain', {
    timeout: 180_000,
  }, async () => {
    const fork = await forkOf(27, devAccounts()[0]!.address)
    const genesis = await validatorGenesis()
    const directory = await temporaryDirectory()
    const honest = await startTestNode({ genesis, directory, seal: MANUAL })
    for (const block of fork.blocks) await honest.chain.importBlock(block, 'gossip')
    for (const epoch of [1, 2, 3])
      await honest.chain.takeCertificate(fork.certificate(epoch - 1, epoch))
    await honest.stop()
    const said: string[] = []
    const log = pino({ level: 'error' }, { write: (line) => said.push(line) })
    const registry = new Registry()
    const victim = await startTestNode({ genesis, peers: [], seal: MANUAL, log, registry })
    const alarm = async () => (await registry.getSingleMetric(ALARM)!.get()).values[0]?.value
    const status = {
      headHash: `0x${'ee'.repeat(32)}` as const,
      headNumber: 1_000_000n,
      totalDifficulty: 1n << 200n,
    }
    await Promise.all(Array.from({ length: LIARS }, () => startRogue(victim, { status })))
    await untilPeers(victim, LIARS)
    // All that it hears of votes is silence, and it says so.
    for (let i = 0; i < 24; i++) await victim.sealer!.sealNow({ timestamp: 0n })
    expect(victim.api.finality.status().stakeReachable).toBe(0)
    expect(victim.api.finality.status().missing).toEqual([0, 1, 2, 3])
    expect(victim.api.finality.status().isPartitionSuspected).toBe(true)
    expect(await alarm()).toBe(1)
    expect(said.filter((line) => line.includes('This node may be cut off'))).toHaveLength(1)
    const own = victim.chain.head.hash

    await startTestNode({ genesis, directory, peers: [victim], seal: MANUAL })
    await expect.poll(() => victim.chain.head.hash, POLL).toBe(fork.blocks.at(-1)!.hash)
    const final = () => victim.chain.finality.finalized
    await expect.poll(final, POLL).toEqual({ epoch: 2n, hash: fork.hash(2) })
    expect(victim.chain.tree.get(own)).toBeUndefined()
    expect(victim.api.finality.status().isPartitionSuspected).toBe(false)
    expect(await alarm()).toBe(0)
  })
})
