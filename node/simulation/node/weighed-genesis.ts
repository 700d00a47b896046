/**
 * Block 0 with other stakes than those that everybody has: what the constructor of `ValidatorSet`
 * would have written, had it been given them. The coins come from the public sale.
 *
 * Spec: docs/simulator.md, "A seed".
 */
import { bytesToHex } from '@ethereumjs/util'
import { assert } from '../../../consensus/errors.ts'
import type { Hex } from '../../../consensus/types.ts'
import { storageVariable } from '../../../genesis/artifacts.ts'
import { assembleGenesis } from '../../../genesis/block/assemble-genesis.ts'
import type { Genesis } from '../../../genesis/genesis-file.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import { placeOf, placeOfValidator, VALIDATOR_SET, wordBytes } from './ledger/contract-storage.ts'

/** What a validator of genesis has at stake, and whoever joins at least. */
export const LEAST_STAKE_WEI = 2_000n * 10n ** 18n

/** `stakes` are in least stakes, by index. */
export function withStakes(genesis: Genesis, stakes: readonly number[]): Genesis {
  const { validators } = genesis
  assert(stakes.length === validators.length, 'every validator of genesis has a stake')
  const storage = new Map(genesis.alloc.get(VALIDATOR_SET)?.storage)
  const stakesWei = stakes.map((stake) => BigInt(stake) * LEAST_STAKE_WEI)
  const totalWei = stakesWei.reduce((sum, wei) => sum + wei, 0n)
  for (const [index, wei] of stakesWei.entries()) {
    write(storage, '_validators[].stake', wei, placeOfValidator(BigInt(index)))
  }
  write(storage, '_dynasties[].weight', totalWei, placeOf('_dynasties', 0n))
  write(storage, 'total', totalWei)
  const moreWei = totalWei - BigInt(stakes.length) * LEAST_STAKE_WEI
  const alloc = new Map(genesis.alloc)
  for (const [address, wei] of [
    [VALIDATOR_SET, moreWei],
    [PREDEPLOYS.PublicSale, -moreWei],
  ] as const) {
    const account = alloc.get(address)
    assert(account !== undefined, 'block 0 has its predeploys')
    const isSet = address === VALIDATOR_SET
    const balance = account.balance + wei
    alloc.set(address, { ...account, balance, ...(isSet && { storage }) })
  }
  return assembleGenesis({ ...genesis, alloc })
}

function write(storage: Map<Hex, Hex>, label: string, value: bigint, first = 0n): void {
  const variable = storageVariable('ValidatorSet', label)
  const slot = bytesToHex(wordBytes(first + BigInt(variable.slot)))
  const shift = BigInt(8 * variable.offset)
  const mask = ((1n << BigInt(8 * variable.bytes)) - 1n) << shift
  const word = (BigInt(storage.get(slot) ?? 0) & ~mask) | (value << shift)
  storage.set(slot, bytesToHex(wordBytes(word)))
}
