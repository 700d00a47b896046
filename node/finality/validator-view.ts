/**
 * The validators as the state after a block has them, read from the storage of `ValidatorSet`:
 * its layout is that of the compiler, as the artifact tells it.
 *
 * Spec: docs/spec/finality.md, "Sets and quorums".
 */
import { bigIntToBytes, bytesToBigInt, setLengthLeft } from '@ethereumjs/util'
import type { ValidatorView } from '../../consensus/finality/types.ts'
import type { Address, Hex } from '../../consensus/types.ts'
import {
  PREDEPLOY_ARTIFACTS,
  readStorageVariable,
  type StorageVariable,
  storageVariable,
} from '../../genesis/artifacts.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import { keccak256 } from '../../gpu/reference/keccak.ts'
import type { StateView } from '../state/types.ts'

const CONTRACT = PREDEPLOYS.ValidatorSet
const LIST = '_validators'
const DYNASTY = storageVariable('ValidatorSet', 'dynasty')
const DYNASTIES = storageVariable('ValidatorSet', '_dynasties')
const BEGAN_AT = storageVariable('ValidatorSet', '_dynasties[].beganAt')
const LENGTH = storageVariable('ValidatorSet', LIST)
const MEMBER = {
  votingKey: storageVariable('ValidatorSet', `${LIST}[].votingKey`),
  stake: storageVariable('ValidatorSet', `${LIST}[].stake`),
  start: storageVariable('ValidatorSet', `${LIST}[].start`),
  end: storageVariable('ValidatorSet', `${LIST}[].end`),
  payout: storageVariable('ValidatorSet', `${LIST}[].payout`),
  isSlashed: storageVariable('ValidatorSet', `${LIST}[].isSlashed`),
  isWithdrawn: storageVariable('ValidatorSet', `${LIST}[].isWithdrawn`),
} as const

/** Slots of one validator. */
const STRIDE = PREDEPLOY_ARTIFACTS.ValidatorSet.storageLayout
  .filter(({ label }) => label.startsWith(`${LIST}[].`))
  .reduce((slots, { slot, bytes }) => Math.max(slots, slot + Math.ceil(bytes / 32)), 0)

const FIRST = bytesToBigInt(keccak256(setLengthLeft(bigIntToBytes(BigInt(LENGTH.slot)), 32)))

/** A deposit: a validator of the dynasties from `start` to before `end`. */
export type ValidatorRecord = {
  readonly index: number
  readonly votingKey: Address
  readonly payout: Address
  /** Wei that were put at stake, and that its vote weighs while it is in the set. */
  readonly stake: bigint
  readonly start: bigint
  readonly end: bigint
  readonly isSlashed: boolean
  readonly isWithdrawn: boolean
}

/** Every deposit ever, and what it weighs in the dynasty in force. */
export async function readValidators(state: StateView): Promise<ValidatorView> {
  const { dynasty, validators } = await readValidatorRecords(state)
  return {
    dynasty,
    votingKeys: validators.map(({ votingKey }) => votingKey),
    weights: validators.map((record) => weightIn(record, dynasty)),
    slashed: validators.map(({ isSlashed }) => isSlashed),
    withdrawn: validators.map(({ isWithdrawn }) => isWithdrawn),
  }
}

/** Every deposit ever, as the contract keeps it. */
export async function readValidatorRecords(
  state: StateView,
): Promise<{ readonly dynasty: bigint; readonly validators: readonly ValidatorRecord[] }> {
  const dynasty = await read(state, DYNASTY, 0n)
  const count = Number(await read(state, LENGTH, 0n))
  const indices = Array.from({ length: count }, (_, index) => index)
  return { dynasty, validators: await Promise.all(indices.map((i) => readRecord(state, i))) }
}

/** Number of the block in which a dynasty began; 0 if it has not. */
export async function dynastyBeganAt(state: StateView, dynasty: bigint): Promise<bigint> {
  const place = [dynasty, BigInt(DYNASTIES.slot)].map((each) =>
    setLengthLeft(bigIntToBytes(each), 32),
  )
  return read(state, BEGAN_AT, bytesToBigInt(keccak256(...place)))
}

/** Wei; 0 outside the set of the dynasty. */
export function weightIn({ stake, start, end }: ValidatorRecord, dynasty: bigint): bigint {
  return start <= dynasty && dynasty < end ? stake : 0n
}

async function readRecord(state: StateView, index: number): Promise<ValidatorRecord> {
  const first = FIRST + BigInt(STRIDE * index)
  // Seven fields share two words.
  const words = await Promise.all(
    Array.from({ length: STRIDE }, (_, slot) => readWord(state, first + BigInt(slot))),
  )
  const field = (name: keyof typeof MEMBER): bigint => {
    const variable = MEMBER[name]
    return readStorageVariable(variable, words[variable.slot] ?? 0n)
  }
  return {
    index,
    stake: field('stake'),
    start: field('start'),
    end: field('end'),
    votingKey: addressOf(field('votingKey')),
    payout: addressOf(field('payout')),
    isSlashed: field('isSlashed') !== 0n,
    isWithdrawn: field('isWithdrawn') !== 0n,
  }
}

function addressOf(value: bigint): Address {
  return `0x${value.toString(16).padStart(40, '0')}`
}

async function read(state: StateView, variable: StorageVariable, first: bigint): Promise<bigint> {
  return readStorageVariable(variable, await readWord(state, first + BigInt(variable.slot)))
}

async function readWord(state: StateView, slot: bigint): Promise<bigint> {
  const name: Hex = `0x${slot.toString(16).padStart(64, '0')}`
  return BigInt(await state.storage(CONTRACT, name))
}
