/** The whole flat state from the database: every account and slot, and what they add up to. */
import { MerklePatriciaTrie } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { bigIntToUnpaddedBytes, bytesToHex, hexToBytes, unpadBytes } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import { decodeAccount, decodeSlot } from '../../node/state/flat/flat-codec.ts'
import type { AccountRecord } from '../../node/state/types.ts'
import type { KeyValueStore } from '../../node/storage/database.ts'
import { key, tableEnd } from '../../node/storage/keys.ts'

export type FlatState = {
  readonly accounts: ReadonlyMap<Address, AccountRecord>
  readonly storage: ReadonlyMap<Address, ReadonlyMap<Hex, Hex>>
}

export async function readFlatState(store: KeyValueStore): Promise<FlatState> {
  const accounts = new Map<Address, AccountRecord>()
  const storage = new Map<Address, Map<Hex, Hex>>()
  for await (const [k, value] of store.entries({ gte: key('account'), lt: tableEnd('account') })) {
    accounts.set(bytesToHex(k.subarray(1)), decodeAccount(k, value))
  }
  for await (const [k, value] of store.entries({ gte: key('storage'), lt: tableEnd('storage') })) {
    const address = bytesToHex(k.subarray(1, 21))
    const slots = storage.get(address) ?? new Map<Hex, Hex>()
    slots.set(bytesToHex(k.subarray(21)), decodeSlot(k, value))
    storage.set(address, slots)
  }
  return { accounts, storage }
}

export function totalBalance({ accounts }: FlatState): bigint {
  let total = 0n
  for (const { balance } of accounts.values()) total += balance
  return total
}

/** The state root of these accounts by @ethereumjs/mpt; throws if a storage root is not theirs. */
export async function oracleRoot({ accounts, storage }: FlatState): Promise<Hash> {
  const trie = new MerklePatriciaTrie()
  for (const [address, account] of accounts) {
    const slots = new MerklePatriciaTrie()
    for (const [slot, value] of storage.get(address) ?? []) {
      await slots.put(keccak_256(hexToBytes(slot)), RLP.encode(unpadBytes(hexToBytes(value))))
    }
    const storageRoot = bytesToHex(slots.root())
    if (storageRoot !== account.storageRoot)
      throw new Error(`storage of ${address} is not its root`)
    const value = RLP.encode([
      bigIntToUnpaddedBytes(account.nonce),
      bigIntToUnpaddedBytes(account.balance),
      hexToBytes(account.storageRoot),
      hexToBytes(account.codeHash),
    ])
    await trie.put(keccak_256(hexToBytes(address)), value)
  }
  for (const address of storage.keys()) {
    if (!accounts.has(address)) throw new Error(`storage of ${address}, which is no account`)
  }
  return bytesToHex(trie.root())
}
