/** What seeds of tier 1 stand for leaves honest nodes what they need, and all of it is drawn. */
import { describe, expect, it } from 'vitest'
import {
  readContractSet,
  totalFault,
} from '../../../../node/simulation/node/checks/contract-set.ts'
import { VALIDATOR_SET } from '../../../../node/simulation/node/ledger/contract-storage.ts'
import { genesisOfStakes, simulatedGenesis } from '../../../../node/simulation/node/validators.ts'
import { LEAST_STAKE_WEI } from '../../../../node/simulation/node/weighed-genesis.ts'
import { drawCore } from '../../../../node/simulation/run/nodes/mended-core.ts'
import { drawNodeSwarm, type NodeSwarm } from '../../../../node/simulation/run/nodes/node-swarm.ts'
import type { StateView } from '../../../../node/state/types.ts'

const SEEDS = 2_000
const swarms = Array.from({ length: SEEDS }, (_, seed) => ({ ...drawNodeSwarm(seed), seed }))
  // Where more than a third lies, nothing is promised.
  .filter(({ isOverThird }) => !isOverThird)

/** The stakes of each set that there may be, whichever joins and exits have come into force. */
function setsOf({ nodes, changes }: NodeSwarm): readonly (readonly number[])[] {
  const first = nodes.map(({ stake }) => stake)
  return Array.from({ length: 2 ** changes.length }, (_, done) =>
    first.map((stake, node) => {
      const made = changes.filter((change, i) => change.node === node && ((done >> i) & 1) === 1)
      const [change] = made
      if (change === undefined) return stake
      return change.kind === 'deposit' ? (change.stakes ?? 1) : 0
    }),
  )
}

describe('node / simulation / node-swarm', () => {
  it('liars, and who may be silent or contradict its twin, have less than a third', () => {
    for (const swarm of swarms) {
      const { nodes, misjudging, oldBackup, twin } = swarm
      const counted = nodes.map(
        ({ strategy }, i) =>
          strategy !== undefined || [misjudging, oldBackup?.node, twin?.of].includes(i),
      )
      for (const stakes of setsOf(swarm)) {
        const sum = (isCounted: boolean) =>
          stakes.reduce((total, stake, i) => total + (counted[i] === isCounted ? stake : 0), 0)
        expect(3 * sum(true)).toBeLessThan(sum(true) + sum(false))
      }
    }
  })

  it('draws every preset, unequal stakes, old backups and twins, each in its part', () => {
    const part = (isSo: (swarm: NodeSwarm) => boolean) => swarms.filter(isSo).length / swarms.length
    for (const preset of ['cpu', 'instant', 'gpu'] as const) {
      expect(part((swarm) => swarm.preset === preset)).toBeGreaterThan(0.05)
    }
    expect(part(({ nodes }) => nodes.some(({ stake }) => stake > 1))).toBeGreaterThan(0.2)
    expect(part(({ oldBackup }) => oldBackup !== undefined)).toBeGreaterThan(0.08)
    expect(part(({ oldBackup }) => oldBackup?.partner !== undefined)).toBeGreaterThan(0.02)
    expect(part(({ twin }) => twin !== undefined)).toBeGreaterThan(0.04)
    expect(part(({ twin }) => twin?.startMs === 0)).toBeGreaterThan(0)
  })

  it('who is cut off with an old copy has most of the work, and nothing else cuts or crashes', () => {
    for (const { nodes, nemeses, oldBackup } of swarms) {
      if (oldBackup?.partner === undefined) continue
      const both = [oldBackup.node, oldBackup.partner].map((index) => nodes[index]!)
      const total = nodes.reduce((sum, { work }) => sum + work, 0)
      expect(both.reduce((sum, { work }) => sum + work, 0)).toBeGreaterThan(total / 2)
      expect(both.every(({ strategy }) => strategy === undefined)).toBe(true)
      expect(nemeses.filter((name) => /crash|cut|partition|flapping|bit|hole/.test(name))).toEqual(
        [],
      )
    }
  })

  it('who starts again in a core hears more than half of the other nodes', () => {
    let parts = 0
    for (const swarm of swarms) {
      const { members, leftOut } = drawCore(swarm, swarm.seed)
      if (leftOut === 0) continue
      parts += 1
      expect(members.size - 1).toBeGreaterThan((swarm.nodes.length - 1) / 2)
    }
    expect(parts).toBeGreaterThan(0)
  })

  it('stakes of genesis are those of the contract, and add up', async () => {
    const stakes = [3, 1, 2, 5]
    const genesis = await genesisOfStakes('cpu', stakes)
    const set = await readContractSet(viewOf(genesis.alloc.get(VALIDATOR_SET)?.storage))
    expect(set.weights).toEqual(stakes.map((stake) => BigInt(stake) * LEAST_STAKE_WEI))
    expect(totalFault(set)).toBeUndefined()
    expect(genesis.alloc.get(VALIDATOR_SET)?.balance).toBe(11n * LEAST_STAKE_WEI)
    const equal = await simulatedGenesis('cpu', stakes.length)
    expect(genesis.hash).not.toBe(equal.hash)
    expect(await genesisOfStakes('cpu', [1, 1, 1, 1])).toBe(equal)
  })
})

/** Of the storage of one contract. */
function viewOf(slots: ReadonlyMap<string, `0x${string}`> = new Map()): StateView {
  return {
    stateRoot: '0x',
    account: async () => undefined,
    storage: async (_, slot) => slots.get(slot) ?? `0x${'00'.repeat(32)}`,
    code: async () => new Uint8Array(0),
  }
}
