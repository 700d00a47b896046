/** Whether everything that a commit brought is on disk as it was written. */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { EMPTY_TRIE_ROOT } from '../../../consensus/codec/ordered-trie-root.ts'
import type { Hash, Header } from '../../../consensus/types.ts'
import { keccak256 } from '../../../gpu/reference/keccak.ts'
import { checkSealed, readHeader, readTree } from '../block-tables.ts'
import {
  CorruptionError,
  type CorruptionErrorType,
  corruptRecord,
  missingRecord,
} from '../codec/record.ts'
import type { KeyValueReader } from '../database.ts'
import { key } from '../keys.ts'
import { type CommitRecord, commitKey } from './commit-record.ts'

/** The first damage of the commit's block and head, or undefined. */
export async function findDamage(
  store: KeyValueReader,
  commit: CommitRecord,
): Promise<CorruptionErrorType | undefined> {
  try {
    await checkCommit(store, commit)
    return undefined
  } catch (error) {
    if (error instanceof CorruptionError) return error.type
    throw error
  }
}

async function checkCommit(store: KeyValueReader, commit: CommitRecord): Promise<void> {
  const { block, head, stateRoot, sequence } = commit
  const header = await expectHeader(store, block)
  if (header.stateRoot !== stateRoot) throw corruptRecord(commitKey(sequence))
  const record = await readTree(store, block)
  if (record === undefined) throw missingRecord(key('tree', hexToBytes(block)))
  if (record.status === 'executed') {
    await checkSealed(store, 'body', block)
    await checkSealed(store, 'receipts', block)
    await checkStateRoot(store, stateRoot)
  }
  if (head === block) return
  const headHeader = await expectHeader(store, head)
  await checkStateRoot(store, headHeader.stateRoot)
}

/** The header of a block that must be there. Throws `CorruptionError`. */
export async function expectHeader(store: KeyValueReader, hash: Hash): Promise<Header> {
  const header = await readHeader(store, hash)
  if (header === undefined) throw missingRecord(key('header', hexToBytes(hash)))
  return header
}

/** A state is there if its root node is: the nodes below came in the same or earlier batches. */
async function checkStateRoot(store: KeyValueReader, stateRoot: Hash): Promise<void> {
  if (stateRoot === EMPTY_TRIE_ROOT) return
  const nodeKey = key('trieNode', hexToBytes(stateRoot))
  const node = await store.get(nodeKey)
  if (node === undefined) throw missingRecord(nodeKey)
  if (bytesToHex(keccak256(node)) !== stateRoot) throw corruptRecord(nodeKey)
}
