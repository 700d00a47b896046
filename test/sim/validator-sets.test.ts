/**
 * What the simulator takes for `ValidatorSet` is it: random histories of deposits, exits,
 * certificates and slashing leave the contract, the ledger of tier 1 and the model of tier 0 with
 * the same set, block by block.
 */
import { describe, expect, it, vi } from 'vitest'
import { Random } from '../support/random.ts'
import {
  ExecutedSet,
  epochLengthOfSets,
  KEYS,
  type Link,
  ModelledSet,
  type SetOperation,
  type SetSnapshot,
  STAKE_MIN_WEI,
} from '../support/validator-sets.ts'

vi.setConfig({ testTimeout: 300_000 })

const EPOCHS = 24
const HISTORIES = [1, 2, 3]

describe('sim / validator-sets', () => {
  it.each(HISTORIES)('contract, ledger and model tell history %i alike', async (seed) => {
    const random = new Random(seed)
    const epochLength = await epochLengthOfSets()
    const contract = await ExecutedSet.open('evm')
    const ledger = await ExecutedSet.open('ledger')
    const model = new ModelledSet(epochLength)
    const counts = new Map<string, number>()
    for (let number = 1; number <= EPOCHS * epochLength; number++) {
      const before = await contract.snapshot()
      const operations = drawOperations(before, Math.floor((number - 1) / epochLength), random)
      const done = await contract.advance(operations)
      const where = `block ${number}: ${tell(operations)}`
      expect(await ledger.advance(operations), where).toEqual(done)
      const isTold = operations.map((operation) => isModelled(operation, before))
      const told = operations.filter((_, i) => isTold[i])
      expect(await model.advance(told), where).toEqual(done.filter((_, i) => isTold[i]))
      const after = await contract.snapshot()
      expect(await ledger.snapshot(), where).toEqual(after)
      expect(await model.snapshot(), where).toEqual(after)
      for (const [i, { kind }] of operations.entries()) {
        const name = `${kind} ${done[i] ? 'done' : 'refused'}`
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
    }
    // A history in which nothing happens shows nothing.
    for (const kind of ['deposit', 'exit', 'certify', 'slash']) {
      expect(counts.get(`${kind} done`), kind).toBeGreaterThan(0)
      expect(counts.get(`${kind} refused`), kind).toBeGreaterThan(0)
    }
    expect((await contract.snapshot()).dynasty).toBeGreaterThan(3)
  })

  // Long: 64 epochs have to pass before any evidence is void.
  it('they tell alike what can be punished, and for how long', async () => {
    const epochLength = await epochLengthOfSets()
    const histories = [
      await ExecutedSet.open('evm'),
      await ExecutedSet.open('ledger'),
      new ModelledSet(epochLength),
    ]
    const signers = [0, 1, 2, 3, 4]
    const pair = (index: number, target: number): SetOperation => {
      const link = { source: 0, target }
      return { kind: 'slash', index, links: [link, link] }
    }
    const withdraw: SetOperation = { kind: 'withdraw', index: 1 }
    const certify = (target: number): SetOperation => {
      return { kind: 'certify', link: { source: target - 1, target }, signers }
    }
    const plan = new Map<number, readonly SetOperation[]>([
      [1, [{ kind: 'exit', index: 1, caller: 1 }]],
      ...[1, 2, 3].map((epoch) => [epoch * epochLength + 1, [certify(epoch)]] as const),
      [3 * epochLength + 2, [withdraw]],
      [66 * epochLength, [pair(0, 1)]],
      [67 * epochLength - 1, [withdraw, pair(2, 2), pair(3, 3)]],
      [67 * epochLength, [pair(0, 2)]],
      [67 * epochLength + 1, [withdraw, withdraw, pair(1, 66)]],
    ])
    const done: (readonly (readonly boolean[])[])[] = []
    for (const history of histories) {
      const told: (readonly boolean[])[] = []
      for (let number = 1; number <= 67 * epochLength + 1; number++) {
        const operations = plan.get(number) ?? []
        const outcome = await history.advance(operations)
        if (operations.length > 0) told.push(outcome)
      }
      done.push(told)
    }
    const expected = [
      ...[[true], [true], [true], [true], [false]],
      ...[[false], [false, true, true], [false], [true, false, false]],
    ]
    expect(done).toEqual([expected, expected, expected])
    const [contract, ledger, model] = await Promise.all(histories.map((each) => each.snapshot()))
    expect(ledger).toEqual(contract)
    expect(model).toEqual(contract)
    expect(contract?.members[1]).toMatchObject({ isWithdrawn: true, isSlashed: false })
  })
})

/** The model asks nobody who calls, and knows no least stake. */
function isModelled(operation: SetOperation, { members }: SetSnapshot): boolean {
  if (operation.kind === 'deposit') return operation.stakeWei >= STAKE_MIN_WEI
  if (operation.kind !== 'exit') return true
  const member = members[operation.index]
  return member === undefined || member.isSlashed || member.key === operation.caller
}

function drawOperations(set: SetSnapshot, epoch: number, random: Random): SetOperation[] {
  const operations: SetOperation[] = []
  if (epoch > set.lastCertified && random.chance(60)) {
    operations.push(drawCertificate(set, epoch, random))
  }
  if (random.chance(6)) {
    const stakeWei = random.pick([STAKE_MIN_WEI - 1n, STAKE_MIN_WEI, 2n * STAKE_MIN_WEI])
    operations.push({ kind: 'deposit', key: random.below(KEYS.length), stakeWei })
  }
  if (random.chance(6)) {
    const index = random.below(set.members.length + 1)
    const caller = random.chance(80) ? (set.members[index]?.key ?? 0) : random.below(KEYS.length)
    operations.push({ kind: 'exit', index, caller })
  }
  if (random.chance(3)) {
    const last = set.members.length - 1
    const index = random.chance(50) ? last : random.below(last)
    const links = [drawLink(epoch, random), drawLink(epoch, random)] as const
    operations.push({ kind: 'slash', index, links })
  }
  return operations
}

function drawCertificate(set: SetSnapshot, epoch: number, random: Random): SetOperation {
  const sources = [0, ...set.justified]
  const source = random.chance(90) ? sources.at(-1)! : random.pick([...sources, epoch])
  const target = random.chance(95) ? epoch : random.below(epoch + 2)
  const isOf = (index: number, dynasty: number): boolean => {
    const { start, end } = set.members[index]!
    return start <= dynasty && (end === undefined || dynasty < end)
  }
  const all = set.members.map((_, index) => index)
  const members = all.filter((index) => [set.dynasty, set.dynasty - 1].some((d) => isOf(index, d)))
  const signers = random.chance(85)
    ? members.filter(() => random.chance(92))
    : all.filter(() => random.chance(90))
  return { kind: 'certify', link: { source, target }, signers }
}

function drawLink(epoch: number, random: Random): Link {
  const target = 1 + random.below(epoch + 1)
  return { source: random.below(target), target }
}

function tell(operations: readonly SetOperation[]): string {
  return JSON.stringify(operations, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
}
