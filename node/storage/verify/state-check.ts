/**
 * The state of the head, twice: every node of its trie is there, and the flat tables hold the same
 * accounts and slots as the trie.
 *
 * The tables are sorted by address and the trie by hash, so that they are compared as sets: each
 * entry has a digest, and the sums of the digests agree if the sets do, without holding either.
 * Spec: docs/spec/storage.md, "Verification".
 */
import { type NestedUint8Array, RLP } from '@ethereumjs/rlp'
import { bigIntToUnpaddedBytes, bytesToBigInt, bytesToHex, hexToBytes } from '@ethereumjs/util'
import { EMPTY_TRIE_ROOT } from '../../../consensus/codec/ordered-trie-root.ts'
import { assert } from '../../../consensus/errors.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { decodeAccount, decodeSlot, wordBytes } from '../../state/flat/flat-codec.ts'
import { corruptRecord, missingRecord } from '../codec/record.ts'
import type { KeyValueReader } from '../database.ts'
import { key, tableEnd, tableStart } from '../keys.ts'

/** Nodes or flat records between two calls of `onStep`. */
const STEP_COUNT = 4096

type Item = Uint8Array | NestedUint8Array
type Leaf = { readonly hashedKey: Uint8Array; readonly value: Uint8Array }

/**
 * The sum of all balances, in wei. Throws `CorruptionError`: for a node that is not there, or for
 * the table that differs.
 */
export async function checkState(
  store: KeyValueReader,
  stateRoot: Uint8Array,
  onStep: (count: number) => void,
): Promise<bigint> {
  let balancesWei = 0n
  const trie = new EntrySum(onStep)
  const trieSlots = new EntrySum(onStep)
  const codes = new Set<string>()
  for await (const { hashedKey, value } of leavesOf(store, stateRoot)) {
    trie.add(hashedKey, value)
    const [, balance, storageRoot, codeHash] = RLP.decode(value) as Uint8Array[]
    assert(balance && storageRoot && codeHash, 'an account has four fields')
    balancesWei += bytesToBigInt(balance)
    await checkCode(store, codeHash, codes)
    for await (const slot of leavesOf(store, storageRoot)) {
      trieSlots.add(keccak256(hashedKey, slot.hashedKey), slot.value)
    }
  }
  if ((await sumOfAccounts(store, onStep)) !== trie.sum) throw corruptRecord(key('account'))
  if ((await sumOfSlots(store, onStep)) !== trieSlots.sum) throw corruptRecord(key('storage'))
  return balancesWei
}

/** The sum of the digests of entries, whatever their order. */
class EntrySum {
  readonly #onStep: (count: number) => void
  #count = 0
  sum = 0n

  constructor(onStep: (count: number) => void) {
    this.#onStep = onStep
  }

  add(entryKey: Uint8Array, value: Uint8Array): void {
    this.sum = BigInt.asUintN(256, this.sum + bytesToBigInt(keccak256(entryKey, value)))
    this.#count += 1
    if (this.#count % STEP_COUNT === 0) this.#onStep(STEP_COUNT)
  }
}

async function sumOfAccounts(
  store: KeyValueReader,
  onStep: (count: number) => void,
): Promise<bigint> {
  const entries = new EntrySum(onStep)
  const range = { gte: tableStart('account'), lt: tableEnd('account') }
  for await (const [recordKey, record] of store.entries(range)) {
    const { nonce, balance, storageRoot, codeHash } = decodeAccount(recordKey, record)
    const fields = [
      bigIntToUnpaddedBytes(nonce),
      bigIntToUnpaddedBytes(balance),
      hexToBytes(storageRoot),
      hexToBytes(codeHash),
    ]
    entries.add(keccak256(recordKey.subarray(1)), RLP.encode(fields))
  }
  return entries.sum
}

async function sumOfSlots(store: KeyValueReader, onStep: (count: number) => void): Promise<bigint> {
  const entries = new EntrySum(onStep)
  const range = { gte: tableStart('storage'), lt: tableEnd('storage') }
  for await (const [recordKey, record] of store.entries(range)) {
    const address = keccak256(recordKey.subarray(1, 21))
    const slot = keccak256(recordKey.subarray(21))
    const value = RLP.encode(wordBytes(decodeSlot(recordKey, record)))
    entries.add(keccak256(address, slot), value)
  }
  return entries.sum
}

async function checkCode(
  store: KeyValueReader,
  codeHash: Uint8Array,
  seen: Set<string>,
): Promise<void> {
  const name = bytesToHex(codeHash)
  if (name === EMPTY_CODE_HASH || seen.has(name)) return
  seen.add(name)
  const codeKey = key('code', codeHash)
  if ((await store.get(codeKey)) === undefined) throw missingRecord(codeKey)
}

const EMPTY_CODE_HASH = bytesToHex(keccak256())

/** Leaves below a root in the order of their keys. The stack is as deep as the trie. */
async function* leavesOf(store: KeyValueReader, root: Uint8Array): AsyncIterable<Leaf> {
  if (bytesToHex(root) === EMPTY_TRIE_ROOT) return
  const stack: { readonly item: Item; readonly path: readonly number[] }[] = []
  stack.push({ item: root, path: [] })
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const node = next.item instanceof Uint8Array ? await readNode(store, next.item) : next.item
    const [head, tail] = node
    if (node.length === 17) {
      for (let nibble = 15; nibble >= 0; nibble--) {
        const item = node[nibble]
        if (item !== undefined && item.length > 0)
          stack.push({ item, path: [...next.path, nibble] })
      }
      continue
    }
    assert(head instanceof Uint8Array && tail !== undefined, 'a short node has a path and a tail')
    const { nibbles, isLeaf } = decodePath(head)
    const path = [...next.path, ...nibbles]
    if (!isLeaf) stack.push({ item: tail, path })
    else if (tail instanceof Uint8Array) yield { hashedKey: joinNibbles(path), value: tail }
  }
}

async function readNode(store: KeyValueReader, hash: Uint8Array): Promise<Item[]> {
  const nodeKey = key('trieNode', hash)
  const bytes = await store.get(nodeKey)
  if (bytes === undefined) throw missingRecord(nodeKey)
  if (bytesToHex(keccak256(bytes)) !== bytesToHex(hash)) throw corruptRecord(nodeKey)
  const node = RLP.decode(bytes)
  assert(Array.isArray(node), 'a node is a list')
  return node
}

function decodePath(encoded: Uint8Array): { readonly nibbles: number[]; readonly isLeaf: boolean } {
  const all = [...encoded].flatMap((byte) => [byte >> 4, byte & 15])
  const flag = all[0] ?? 0
  return { nibbles: all.slice(flag & 1 ? 1 : 2), isLeaf: flag >= 2 }
}

function joinNibbles(nibbles: readonly number[]): Uint8Array {
  return Uint8Array.from(
    { length: nibbles.length / 2 },
    (_, i) => (nibbles[2 * i] ?? 0) * 16 + (nibbles[2 * i + 1] ?? 0),
  )
}
