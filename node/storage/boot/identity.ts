/**
 * Which chain a database holds and how it is laid out, and block 0 in an empty one.
 * Spec: docs/spec/storage.md, "Identity".
 */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { decodeHeader } from '../../../consensus/codec/header-codec.ts'
import { CodedError } from '../../../consensus/errors.ts'
import { genesisRecord } from '../../../consensus/tree/block-node.ts'
import type { Hash } from '../../../consensus/types.ts'
import type { Genesis } from '../../../genesis/genesis-file.ts'
import type { BlockSummary } from '../../events.ts'
import type { BlockStore } from '../block-store.ts'
import { ByteReader } from '../codec/byte-reader.ts'
import { ByteWriter } from '../codec/byte-writer.ts'
import { missingRecord, openRecord, sealRecord } from '../codec/record.ts'
import type { KeyValueReader, WriteBatch } from '../database.ts'
import { metaKey } from '../keys.ts'
import type { CommitLog } from './commit-log.ts'

/** Of tables and records. A node reads its own version only; what changes it says how to move. */
export const SCHEMA_VERSION = 1

const SCHEMA_KEY = metaKey('schema')
const GENESIS_KEY = metaKey('genesis')

/**
 * `empty`: nothing was ever written, so genesis is to be staged. Throws {@link IdentityError} for
 * a database of another chain or layout; `path` is what its sentence names.
 */
export async function checkIdentity(
  store: KeyValueReader,
  genesisHash: Hash,
  path: string,
): Promise<'empty' | 'ready'> {
  const schema = await store.get(SCHEMA_KEY)
  if (schema === undefined) {
    if (await isEmpty(store)) return 'empty'
    throw missingRecord(SCHEMA_KEY)
  }
  const version = new ByteReader(SCHEMA_KEY, openRecord(SCHEMA_KEY, schema)).u32()
  if (version !== SCHEMA_VERSION) throw otherSchema(path, version)
  const record = await store.get(GENESIS_KEY)
  if (record === undefined) throw missingRecord(GENESIS_KEY)
  const actual = bytesToHex(openRecord(GENESIS_KEY, record))
  if (actual !== genesisHash) throw otherGenesis(path, genesisHash, actual)
  return 'ready'
}

/**
 * Adds block 0, head, indices, commit record 0 and the identity to the batch that also takes the
 * genesis state: `StateStore.stageGenesis` with the block that this returns.
 */
export async function stageGenesis(
  batch: WriteBatch,
  blocks: BlockStore,
  commits: CommitLog,
  genesis: Genesis,
): Promise<BlockSummary> {
  const header = decodeHeader(genesis.headerRlp)
  const { hash } = genesis
  const summary = { hash, header }
  const record = genesisRecord(hash, header, genesis.params.genesisDifficulty)
  batch.put(SCHEMA_KEY, sealRecord(SCHEMA_KEY, new ByteWriter().u32(SCHEMA_VERSION).finish()))
  batch.put(GENESIS_KEY, sealRecord(GENESIS_KEY, hexToBytes(hash)))
  blocks.stageBlock(batch, { summary, record, transactions: [], receipts: [] })
  await blocks.stageCanonical(batch, [], [hash])
  const pointer = { hash, number: header.number }
  blocks.stageHead(batch, pointer)
  blocks.stageFinality(batch, pointer, pointer)
  const { stateRoot } = header
  commits.stage(batch, { block: hash, stateRoot, head: hash, removed: [], added: [hash] })
  return summary
}

async function isEmpty(store: KeyValueReader): Promise<boolean> {
  for await (const _ of store.entries({
    gte: Uint8Array.of(0),
    lt: Uint8Array.of(255),
    limit: 1,
  })) {
    return false
  }
  return true
}

function otherGenesis(path: string, expected: Hash, actual: Hash): IdentityError {
  return new IdentityError(
    { code: 'OTHER_GENESIS', path, expected, actual },
    `The data directory ${path} belongs to another chain (genesis ${actual}, not ${expected}): ` +
      'give another --data-dir, or the genesis file of that chain.',
  )
}

function otherSchema(path: string, actual: number): IdentityError {
  return new IdentityError(
    { code: 'OTHER_SCHEMA', path, expected: SCHEMA_VERSION, actual },
    `The data directory ${path} was written by another version of hanzo (layout ${actual}, ` +
      `not ${SCHEMA_VERSION}): give another --data-dir, or use that version.`,
  )
}

export type IdentityErrorType =
  | {
      readonly code: 'OTHER_GENESIS'
      readonly path: string
      readonly expected: Hash
      readonly actual: Hash
    }
  | {
      readonly code: 'OTHER_SCHEMA'
      readonly path: string
      readonly expected: number
      readonly actual: number
    }

export class IdentityError extends CodedError<IdentityErrorType> {}
