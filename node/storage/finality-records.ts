/**
 * The single records of finality that outlive a run: a safety fault, the fork that an operator
 * joined after one, and what was final before damage took it.
 *
 * Spec: docs/spec/storage.md, "Finality"; docs/spec/finality.md, "Safety fault".
 */
import {
  decodeCertificate,
  encodeCertificate,
} from '../../consensus/finality/codec/finality-codec.ts'
import type { SafetyFault } from '../../consensus/finality/finality-state.ts'
import type { Certificate } from '../../consensus/finality/types.ts'
import type { Hash } from '../../consensus/types.ts'
import { ByteReader } from './codec/byte-reader.ts'
import { ByteWriter } from './codec/byte-writer.ts'
import { type BlockPointer, decodePointer, encodePointer } from './codec/pointer-record.ts'
import { corruptRecord, openRecord, sealRecord } from './codec/record.ts'
import type { KeyValueReader, WriteBatch } from './database.ts'
import { metaKey } from './keys.ts'

const FAULT_KEY = metaKey('safetyFault')
const FORK_KEY = metaKey('joinedFork')
const LOST_KEY = metaKey('lostFinality')

const FAULT_CODES: readonly SafetyFault['code'][] = [
  'CONFLICTS_WITH_FINALIZED',
  'JUSTIFIED_IS_INVALID',
]

/** What the operator chose after a safety fault. */
export type JoinedFork = {
  /** For the checkpoint that was named: it is followed whatever was certified here before. */
  readonly certificate: Certificate
  /** The first checkpoint of the side that was left, if it is known: never followed again. */
  readonly excluded: Hash | undefined
  /** Certified checkpoints of that side: their certificates count no more. */
  readonly disregarded: readonly Hash[]
}

export function stageFault(batch: WriteBatch, fault: SafetyFault): void {
  const writer = new ByteWriter()
    .u8(FAULT_CODES.indexOf(fault.code))
    .sized(encodeCertificate(fault.certificate))
    .sized(fault.ours === undefined ? new Uint8Array(0) : encodeCertificate(fault.ours))
  batch.put(FAULT_KEY, sealRecord(FAULT_KEY, writer.finish()))
}

export function stageFaultCleared(batch: WriteBatch): void {
  batch.delete(FAULT_KEY)
}

/** Throws `CorruptionError`: who can't read a fault must not go on as if there was none. */
export async function readFault(store: KeyValueReader): Promise<SafetyFault | undefined> {
  const reader = await readerOf(store, FAULT_KEY)
  if (reader === undefined) return undefined
  const code = FAULT_CODES[reader.u8()]
  if (code === undefined) throw corruptRecord(FAULT_KEY)
  const certificate = decodeCertificate(reader.sized())
  const ours = reader.sized()
  reader.end()
  return { code, certificate, ours: ours.length === 0 ? undefined : decodeCertificate(ours) }
}

export function stageJoinedFork(batch: WriteBatch, fork: JoinedFork): void {
  const { certificate, excluded, disregarded } = fork
  const writer = new ByteWriter().sized(encodeCertificate(certificate))
  const hashLists = [excluded === undefined ? [] : [excluded], disregarded]
  for (const hashes of hashLists) {
    writer.integer(hashes.length)
    for (const hash of hashes) writer.hex(hash)
  }
  batch.put(FORK_KEY, sealRecord(FORK_KEY, writer.finish()))
}

export async function readJoinedFork(store: KeyValueReader): Promise<JoinedFork | undefined> {
  const reader = await readerOf(store, FORK_KEY)
  if (reader === undefined) return undefined
  const certificate = decodeCertificate(reader.sized())
  const [excluded] = readHashes(reader)
  const disregarded = readHashes(reader)
  reader.end()
  return { certificate, excluded, disregarded }
}

/** The hash is zero where it is not known any more. */
export function stageLostFinality(batch: WriteBatch, lost: BlockPointer): void {
  batch.put(LOST_KEY, sealRecord(LOST_KEY, encodePointer(lost)))
}

export function stageFinalityRecovered(batch: WriteBatch): void {
  batch.delete(LOST_KEY)
}

export async function readLostFinality(store: KeyValueReader): Promise<BlockPointer | undefined> {
  const record = await store.get(LOST_KEY)
  return record && decodePointer(LOST_KEY, openRecord(LOST_KEY, record))
}

async function readerOf(store: KeyValueReader, key: Uint8Array): Promise<ByteReader | undefined> {
  const record = await store.get(key)
  return record && new ByteReader(key, openRecord(key, record))
}

function readHashes(reader: ByteReader): Hash[] {
  return Array.from({ length: reader.count() }, () => reader.hex(32))
}
