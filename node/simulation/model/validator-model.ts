/**
 * `ValidatorSet` in miniature: deposits, exits, withdrawals, slashing and the dynasties in which
 * they take effect. Values, never changed: every block has its own.
 *
 * Spec: docs/spec/finality.md, "Sets and quorums"; genesis/contracts/consensus/Dynasties.sol.
 */
import type { ValidatorView } from '../../../consensus/finality/types.ts'
import type { Address } from '../../../consensus/types.ts'

export type MemberModel = {
  readonly key: Address
  readonly weight: bigint
  /** Its first dynasty, and the first without it. */
  readonly start: number
  readonly end: number
  readonly isSlashed: boolean
  readonly isWithdrawn: boolean
}

export type ValidatorModel = {
  readonly dynasty: number
  readonly members: readonly MemberModel[]
  /** Number of the block in which each dynasty began. */
  readonly beganAt: readonly bigint[]
  /** The last dynasty that a change is queued for, and how much of it. */
  readonly lastChange: number
  readonly lastChurn: bigint
}

const NEVER = Number.MAX_SAFE_INTEGER
const QUEUE_DYNASTIES = 2
const CHURN_DIVISOR = 10n
const UNTOUCHED = { isSlashed: false, isWithdrawn: false } as const

export function foundSet(stakes: readonly { key: Address; weight: bigint }[]): ValidatorModel {
  return {
    dynasty: 0,
    members: stakes.map((stake) => ({ ...stake, start: 0, end: NEVER, ...UNTOUCHED })),
    beganAt: [0n],
    lastChange: 0,
    lastChurn: 0n,
  }
}

/** undefined: the contract reverts. */
export function deposit(
  set: ValidatorModel,
  key: Address,
  weight: bigint,
): ValidatorModel | undefined {
  if (set.members.some((member) => member.key === key)) return undefined
  const queued = queue(set, weight)
  const member = { key, weight, start: queued.lastChange, end: NEVER, ...UNTOUCHED }
  return { ...queued, members: [...set.members, member] }
}

export function exit(set: ValidatorModel, index: number): ValidatorModel | undefined {
  const member = set.members[index]
  if (member === undefined || member.end !== NEVER || member.start > set.dynasty) return undefined
  return leave(set, index, member)
}

function leave(
  set: ValidatorModel,
  index: number,
  member: MemberModel,
): ValidatorModel | undefined {
  if (plannedCount(set) <= 1) return undefined
  const queued = queue(set, member.weight)
  return replace(queued, index, { ...member, end: queued.lastChange })
}

export function slash(set: ValidatorModel, index: number): ValidatorModel | undefined {
  const member = set.members[index]
  if (member === undefined || member.isSlashed || member.isWithdrawn) return undefined
  // Who is caught leaves, be it before its first dynasty; the last member stays.
  const left = member.end === NEVER ? (leave(set, index, member) ?? set) : set
  const leaving = left.members[index] ?? member
  return replace(left, index, { ...leaving, isSlashed: true })
}

/** Once `delayBlocks` have passed since the validator's last dynasty ended. */
export function withdraw(
  set: ValidatorModel,
  index: number,
  { number, delayBlocks }: { readonly number: bigint; readonly delayBlocks: bigint },
): ValidatorModel | undefined {
  const member = set.members[index]
  if (member === undefined || member.isWithdrawn || member.end > set.dynasty) return undefined
  if (number < (set.beganAt[member.end] ?? 0n) + delayBlocks) return undefined
  return replace(set, index, { ...member, isWithdrawn: true })
}

export function beginDynasty(set: ValidatorModel, blockNumber: bigint): ValidatorModel {
  return { ...set, dynasty: set.dynasty + 1, beganAt: [...set.beganAt, blockNumber] }
}

/** The dynasty in force after a block. */
export function dynastyAt({ beganAt }: ValidatorModel, blockNumber: bigint): number {
  let dynasty = beganAt.length - 1
  while (dynasty > 0 && (beganAt[dynasty] ?? 0n) > blockNumber) dynasty -= 1
  return dynasty
}

/** By index; 0 for who is not in the set of that dynasty. */
export function weightsIn({ members }: ValidatorModel, dynasty: number): readonly bigint[] {
  return members.map(({ weight, start, end }) => (start <= dynasty && dynasty < end ? weight : 0n))
}

const views = new WeakMap<ValidatorModel, ValidatorView>()

/** As the finality machine is told of it. */
export function viewOf(set: ValidatorModel): ValidatorView {
  const known = views.get(set)
  if (known !== undefined) return known
  const view: ValidatorView = {
    dynasty: BigInt(set.dynasty),
    votingKeys: set.members.map(({ key }) => key),
    weights: weightsIn(set, set.dynasty),
    slashed: set.members.map(({ isSlashed }) => isSlashed),
    withdrawn: set.members.map(({ isWithdrawn }) => isWithdrawn),
  }
  views.set(set, view)
  return view
}

function queue(set: ValidatorModel, change: bigint): ValidatorModel {
  const earliest = set.dynasty + QUEUE_DYNASTIES
  const isSame = set.lastChange >= earliest
  const churn = isSame ? set.lastChurn : 0n
  const inForce = weightsIn(set, set.dynasty).reduce((sum, weight) => sum + weight, 0n)
  if (churn !== 0n && churn + change > inForce / CHURN_DIVISOR) {
    return { ...set, lastChange: Math.max(set.lastChange, earliest) + 1, lastChurn: change }
  }
  return { ...set, lastChange: Math.max(set.lastChange, earliest), lastChurn: churn + change }
}

function plannedCount(set: ValidatorModel): number {
  const last = Math.max(set.dynasty, set.lastChange)
  return set.members.filter(({ start, end }) => start <= last && last < end).length
}

function replace(set: ValidatorModel, index: number, member: MemberModel): ValidatorModel {
  return { ...set, members: set.members.map((old, i) => (i === index ? member : old)) }
}
