/**
 * The validators as the storage of `ValidatorSet` in block 0 has them. The genesis hash binds that
 * storage, not the list in `config.hanzo`, so a reader compares the two.
 */
import { bigIntToBytes, bytesToBigInt, setLengthLeft } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { storageVariable } from '../artifacts.ts'
import { PREDEPLOYS } from '../predeploys.ts'
import type { Address, GenesisAccount, GenesisValidator, Hex } from '../types.ts'

type Alloc = ReadonlyMap<Address, GenesisAccount>

/** Slots of one validator: the stake over the voting key, then the payout address. */
const SLOTS_PER_VALIDATOR = 2n
const ADDRESS_MASK = (1n << 160n) - 1n

/** The first `limit` validators of the set in `alloc`; fewer if it has fewer. */
export function readValidatorStorage(alloc: Alloc, limit: number): GenesisValidator[] {
  const storage = alloc.get(PREDEPLOYS.ValidatorSet)?.storage ?? new Map<Hex, Hex>()
  const word = (slot: bigint): bigint => BigInt(storage.get(wordOf(slot)) ?? 0)
  const lengthSlot = BigInt(storageVariable('ValidatorSet', '_validators').slot)
  const elements = bytesToBigInt(keccak_256(setLengthLeft(bigIntToBytes(lengthSlot), 32)))
  const length = word(lengthSlot)
  const count = length < BigInt(limit) ? Number(length) : limit
  return Array.from({ length: count }, (_, index) => {
    const slot = elements + SLOTS_PER_VALIDATOR * BigInt(index)
    return { index, address: addressOf(word(slot)), coinbase: addressOf(word(slot + 1n)) }
  })
}

function addressOf(word: bigint): Address {
  return `0x${(word & ADDRESS_MASK).toString(16).padStart(40, '0')}`
}

function wordOf(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}
