/**
 * The root of the Merkle Patricia trie over an allocation, computed in one go: reading a genesis
 * file is synchronous and knows all keys beforehand, so it needs no trie database.
 *
 * Spec: Ethereum yellow paper, appendix D.
 */
import { RLP } from '@ethereumjs/rlp'
import { bigIntToUnpaddedBytes, hexToBytes, unpadBytes } from '@ethereumjs/util'
import type { Address, GenesisAccount, Hex } from '../types.ts'
import { keccak256 } from './keccak.ts'

/** Nibbles of the hashed key, and the RLP of the value. */
type Entry = { readonly path: Uint8Array; readonly value: Uint8Array }
/** An RLP structure: a node below 32 bytes sits in its parent, a longer one is there by hash. */
type Node = Uint8Array | Node[]

const EMPTY: Uint8Array = new Uint8Array(0)

export function stateRootOf(alloc: ReadonlyMap<Address, GenesisAccount>): Uint8Array {
  return trieRoot(
    [...alloc].map(([address, account]) => entry(hexToBytes(address), encodeAccount(account))),
  )
}

function encodeAccount({ nonce, balance, storage, code }: GenesisAccount): Uint8Array {
  return RLP.encode([
    bigIntToUnpaddedBytes(nonce),
    bigIntToUnpaddedBytes(balance),
    storageRootOf(storage),
    keccak256(code),
  ])
}

function storageRootOf(storage: ReadonlyMap<Hex, Hex>): Uint8Array {
  return trieRoot(
    [...storage].map(([slot, value]) =>
      entry(hexToBytes(slot), RLP.encode(unpadBytes(hexToBytes(value)))),
    ),
  )
}

function entry(key: Uint8Array, value: Uint8Array): Entry {
  const hash = keccak256(key)
  const path = new Uint8Array(64)
  for (const [i, byte] of hash.entries()) {
    path[2 * i] = byte >> 4
    path[2 * i + 1] = byte & 15
  }
  return { path, value }
}

function trieRoot(entries: Entry[]): Uint8Array {
  if (entries.length === 0) return keccak256(RLP.encode(EMPTY))
  return keccak256(RLP.encode(trieNode(entries, 0)))
}

/** The node over `entries`, which agree on their first `depth` nibbles and differ after them. */
function trieNode(entries: readonly Entry[], depth: number): Node {
  const [first] = entries
  if (first === undefined) return EMPTY
  if (entries.length === 1) return [compactPath(first.path.subarray(depth), true), first.value]
  const shared = sharedPrefixEnd(entries, first, depth)
  if (shared > depth) {
    return [compactPath(first.path.subarray(depth, shared), false), child(entries, shared)]
  }
  const children = Array.from({ length: 16 }, (_, nibble) =>
    child(
      entries.filter(({ path }) => path[depth] === nibble),
      depth + 1,
    ),
  )
  // Keys are hashes of one length, so no value ends at a branch.
  return [...children, EMPTY]
}

function child(entries: readonly Entry[], depth: number): Node {
  const node = trieNode(entries, depth)
  if (node instanceof Uint8Array) return node
  const encoded = RLP.encode(node)
  return encoded.length < 32 ? node : keccak256(encoded)
}

function sharedPrefixEnd(entries: readonly Entry[], first: Entry, depth: number): number {
  let end = depth
  while (end < 64 && entries.every(({ path }) => path[end] === first.path[end])) end++
  return end
}

/** Hex-prefix encoding: a flag nibble for leaf and odd length, then the nibbles in pairs. */
function compactPath(nibbles: Uint8Array, isLeaf: boolean): Uint8Array {
  const isOdd = nibbles.length % 2 === 1
  const flag = (isLeaf ? 2 : 0) + (isOdd ? 1 : 0)
  const padded = isOdd ? [flag, ...nibbles] : [flag, 0, ...nibbles]
  return Uint8Array.from({ length: padded.length / 2 }, (_, i) => {
    return ((padded[2 * i] ?? 0) << 4) | (padded[2 * i + 1] ?? 0)
  })
}
