/**
 * The validators as the storage of `ValidatorSet` in block 0 has them. The genesis hash binds that
 * storage, not the list in `config.hanzo`, so a reader compares the two.
 */
import { bigIntToBytes, bytesToBigInt, setLengthLeft } from '@ethereumjs/util'
import {
  PREDEPLOY_ARTIFACTS,
  readStorageVariable,
  type StorageVariable,
  storageVariable,
} from '../artifacts.ts'
import { keccak256 } from '../block/keccak.ts'
import { PREDEPLOYS } from '../predeploys.ts'
import type { Address, GenesisAccount, GenesisValidator, Hex } from '../types.ts'

type Alloc = ReadonlyMap<Address, GenesisAccount>

const LIST = '_validators'
const VOTING_KEY = storageVariable('ValidatorSet', `${LIST}[].votingKey`)
const PAYOUT = storageVariable('ValidatorSet', `${LIST}[].payout`)

/** Slots of one validator. */
const STRIDE = PREDEPLOY_ARTIFACTS.ValidatorSet.storageLayout
  .filter(({ label }) => label.startsWith(`${LIST}[].`))
  .reduce((slots, { slot, bytes }) => Math.max(slots, slot + Math.ceil(bytes / 32)), 0)

/** The first `limit` validators of the set in `alloc`; fewer if it has fewer. */
export function readValidatorStorage(alloc: Alloc, limit: number): GenesisValidator[] {
  const storage = alloc.get(PREDEPLOYS.ValidatorSet)?.storage ?? new Map<Hex, Hex>()
  const word = (slot: bigint): bigint => BigInt(storage.get(wordOf(slot)) ?? 0)
  const lengthSlot = BigInt(storageVariable('ValidatorSet', LIST).slot)
  const elements = bytesToBigInt(keccak256(setLengthLeft(bigIntToBytes(lengthSlot), 32)))
  const length = word(lengthSlot)
  const count = length < BigInt(limit) ? Number(length) : limit
  return Array.from({ length: count }, (_, index) => {
    const first = elements + BigInt(STRIDE * index)
    const read = (variable: StorageVariable): Address =>
      addressOf(readStorageVariable(variable, word(first + BigInt(variable.slot))))
    return { index, address: read(VOTING_KEY), coinbase: read(PAYOUT) }
  })
}

function addressOf(value: bigint): Address {
  return `0x${value.toString(16).padStart(40, '0')}`
}

function wordOf(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}
