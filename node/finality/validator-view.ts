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
const LENGTH = storageVariable('ValidatorSet', LIST)
const MEMBER = {
  votingKey: storageVariable('ValidatorSet', `${LIST}[].votingKey`),
  stake: storageVariable('ValidatorSet', `${LIST}[].stake`),
  start: storageVariable('ValidatorSet', `${LIST}[].start`),
  end: storageVariable('ValidatorSet', `${LIST}[].end`),
  isSlashed: storageVariable('ValidatorSet', `${LIST}[].isSlashed`),
} as const

/** Slots of one validator. */
const STRIDE = PREDEPLOY_ARTIFACTS.ValidatorSet.storageLayout
  .filter(({ label }) => label.startsWith(`${LIST}[].`))
  .reduce((slots, { slot, bytes }) => Math.max(slots, slot + Math.ceil(bytes / 32)), 0)

const FIRST = bytesToBigInt(keccak256(setLengthLeft(bigIntToBytes(BigInt(LENGTH.slot)), 32)))

/** Every deposit ever, and what it weighs in the dynasty in force. */
export async function readValidators(state: StateView): Promise<ValidatorView> {
  const dynasty = await read(state, DYNASTY, 0n)
  const count = Number(await read(state, LENGTH, 0n))
  const members = await Promise.all(
    Array.from({ length: count }, (_, index) => readMember(state, index, dynasty)),
  )
  return {
    dynasty,
    votingKeys: members.map(({ votingKey }) => votingKey),
    weights: members.map(({ weight }) => weight),
    slashed: members.map(({ isSlashed }) => isSlashed),
  }
}

async function readMember(state: StateView, index: number, dynasty: bigint) {
  const first = FIRST + BigInt(STRIDE * index)
  const [votingKey, stake, start, end, isSlashed] = await Promise.all([
    read(state, MEMBER.votingKey, first),
    read(state, MEMBER.stake, first),
    read(state, MEMBER.start, first),
    read(state, MEMBER.end, first),
    read(state, MEMBER.isSlashed, first),
  ])
  return {
    votingKey: `0x${votingKey.toString(16).padStart(40, '0')}` as Address,
    weight: start <= dynasty && dynasty < end ? stake : 0n,
    isSlashed: isSlashed !== 0n,
  }
}

async function read(state: StateView, variable: StorageVariable, first: bigint): Promise<bigint> {
  const slot = first + BigInt(variable.slot)
  const word: Hex = `0x${slot.toString(16).padStart(64, '0')}`
  return readStorageVariable(variable, BigInt(await state.storage(CONTRACT, word)))
}
