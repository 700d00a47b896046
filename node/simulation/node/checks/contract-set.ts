/**
 * The set of validators as the storage of `ValidatorSet` has it, counted anew: members by their
 * dynasties, and the total that the contract itself keeps for each dynasty. What nodes read and
 * weigh (node/finality/validator-view.ts) is compared with it, and shares none of it.
 */
import type { ValidatorView } from '../../../../consensus/finality/types.ts'
import type { Address, Hex } from '../../../../consensus/types.ts'
import { readStorageVariable, storageVariable } from '../../../../genesis/artifacts.ts'
import type { StateView } from '../../../state/types.ts'
import { placeOf, placeOfValidator, VALIDATOR_SET } from '../ledger/contract-storage.ts'

/** In force after a block. */
export type ContractSet = ValidatorView & {
  /** Wei, and members, as the dynasty was founded with. */
  readonly total: bigint
  readonly members: bigint
  readonly lastFinalized: bigint
}

export async function readContractSet(view: StateView): Promise<ContractSet> {
  const state = new Slots(view)
  const dynasty = await read(state, 'dynasty')
  const place = placeOf('_dynasties', dynasty)
  const votingKeys: Address[] = []
  const weights: bigint[] = []
  const slashed: boolean[] = []
  const withdrawn: boolean[] = []
  const count = await read(state, '_validators')
  for (let index = 0n; index < count; index += 1n) {
    const of = (field: string) => read(state, `_validators[].${field}`, placeOfValidator(index))
    votingKeys.push(`0x${(await of('votingKey')).toString(16).padStart(40, '0')}`)
    const [start, end] = [await of('start'), await of('end')]
    weights.push(dynasty < start || dynasty >= end ? 0n : await of('stake'))
    slashed.push((await of('isSlashed')) === 1n)
    withdrawn.push((await of('isWithdrawn')) === 1n)
  }
  return {
    ...{ dynasty, votingKeys, weights, slashed, withdrawn },
    total: await read(state, '_dynasties[].weight', place),
    members: await read(state, '_dynasties[].members', place),
    lastFinalized: await read(state, 'lastFinalized'),
  }
}

/** I9: what a node holds is this set, and the set adds up; undefined: it is, and does. */
export function setFault(held: ValidatorView, set: ContractSet): string | undefined {
  if (held.dynasty !== set.dynasty) return `dynasty ${held.dynasty} is held for ${set.dynasty}`
  if (held.votingKeys.join() !== set.votingKeys.join()) return 'the keys are others'
  if (held.weights.join() !== set.weights.join()) return 'the weights are others'
  if (held.slashed.join() !== set.slashed.join()) return 'others are slashed'
  if (held.withdrawn.join() !== set.withdrawn.join()) return 'others have withdrawn'
  return totalFault(set)
}

/** I9: the set adds up to what the contract keeps for its dynasty; undefined: it does. */
export function totalFault(set: ContractSet): string | undefined {
  const sum = set.weights.reduce((wei, weight) => wei + weight, 0n)
  if (sum !== set.total) return `the weights come to ${sum} wei, the dynasty has ${set.total}`
  const members = set.weights.filter((weight) => weight > 0n).length
  if (BigInt(members) !== set.members) return `${members} members, the dynasty has ${set.members}`
  return undefined
}

async function read(state: Slots, label: string, first = 0n): Promise<bigint> {
  const variable = storageVariable('ValidatorSet', label)
  return readStorageVariable(variable, await state.read(first + BigInt(variable.slot)))
}

/** Words of one state: variables share them, and each is read once. */
class Slots {
  readonly #state: StateView
  readonly #words = new Map<bigint, bigint>()

  constructor(state: StateView) {
    this.#state = state
  }

  async read(slot: bigint): Promise<bigint> {
    const known = this.#words.get(slot)
    if (known !== undefined) return known
    const name: Hex = `0x${slot.toString(16).padStart(64, '0')}`
    const word = BigInt(await this.#state.storage(VALIDATOR_SET, name))
    this.#words.set(slot, word)
    return word
  }
}
