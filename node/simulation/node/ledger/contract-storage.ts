/** Variables of `ValidatorSet` in the real storage, where the compiler puts them. */
import { bigIntToBytes, bytesToBigInt, setLengthLeft } from '@ethereumjs/util'
import type { Hex } from '../../../../consensus/types.ts'
import {
  PREDEPLOY_ARTIFACTS,
  readStorageVariable,
  storageVariable,
} from '../../../../genesis/artifacts.ts'
import { PREDEPLOYS } from '../../../../genesis/predeploys.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import { GenerationCache } from '../../../state/generation-cache.ts'
import type { StateOverlay } from '../../../state/overlay.ts'

export const VALIDATOR_SET = PREDEPLOYS.ValidatorSet
const EMPTY = new Uint8Array(0)

/** Slots of one element of the array. */
const STRIDE = PREDEPLOY_ARTIFACTS.ValidatorSet.storageLayout
  .filter(({ label }) => label.startsWith('_validators[].'))
  .reduce((slots, { slot, bytes }) => Math.max(slots, slot + Math.ceil(bytes / 32)), 0)
const VALIDATORS = storageVariable('ValidatorSet', '_validators')
const FIRST_VALIDATOR = bytesToBigInt(keccak256(wordBytes(BigInt(VALIDATORS.slot))))

export class ContractStorage {
  readonly #overlay: StateOverlay

  constructor(overlay: StateOverlay) {
    this.#overlay = overlay
  }

  /** `first` is where the struct begins that the variable is a member of. */
  async read(label: string, first = 0n): Promise<bigint> {
    const variable = storageVariable('ValidatorSet', label)
    return readStorageVariable(variable, await this.#word(first + BigInt(variable.slot)))
  }

  async write(label: string, value: bigint, first = 0n): Promise<void> {
    const variable = storageVariable('ValidatorSet', label)
    const slot = first + BigInt(variable.slot)
    const shift = BigInt(8 * variable.offset)
    const mask = ((1n << BigInt(8 * variable.bytes)) - 1n) << shift
    await this.writeSlot(slot, ((await this.#word(slot)) & ~mask) | (value << shift))
  }

  async readSlot(slot: bigint): Promise<bigint> {
    return this.#word(slot)
  }

  async writeSlot(slot: bigint, word: bigint): Promise<void> {
    // Slots belong to an account that was loaded.
    await this.#overlay.loadAccount(VALIDATOR_SET)
    const entry = await this.#overlay.loadSlot(VALIDATOR_SET, slotOf(slot))
    this.#overlay.setSlot(entry, word === 0n ? EMPTY : bigIntToBytes(word))
  }

  async #word(slot: bigint): Promise<bigint> {
    const { value } = await this.#overlay.loadSlot(VALIDATOR_SET, slotOf(slot))
    return value.length === 0 ? 0n : bytesToBigInt(value)
  }
}

/** Keys of mappings whose places are remembered; twice as many at most. */
const PLACES_MAX = 4_096
const places = new GenerationCache<string, bigint>(PLACES_MAX)

/** Where the value of a key stands in the mapping `label`. */
export function placeOf(label: string, key: bigint): bigint {
  const name = `${label} ${key}`
  const known = places.get(name)
  if (known !== undefined) return known
  const { slot } = storageVariable('ValidatorSet', label)
  const place = bytesToBigInt(keccak256(wordBytes(key), wordBytes(BigInt(slot))))
  places.set(name, place)
  return place
}

/** Where the record of a validator begins. */
export function placeOfValidator(index: bigint): bigint {
  return FIRST_VALIDATOR + BigInt(STRIDE) * index
}

export function wordBytes(value: bigint): Uint8Array {
  return setLengthLeft(bigIntToBytes(value), 32)
}

function slotOf(slot: bigint): Hex {
  return `0x${slot.toString(16).padStart(64, '0')}`
}
