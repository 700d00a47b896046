/**
 * Certificates and evidence on disk. A certificate is never deleted: whoever syncs later needs one
 * for every epoch that became final.
 *
 * Spec: docs/spec/storage.md, "Tables".
 */
import { bytesToHex, hexToBytes } from '../../consensus/codec/hex.ts'
import {
  decodeCertificate,
  decodeEvidence,
  encodeCertificate,
  encodeEvidence,
} from '../../consensus/finality/codec/finality-codec.ts'
import type { Certificate, Evidence } from '../../consensus/finality/types.ts'
import type { Address } from '../../consensus/types.ts'
import { CorruptionError, openRecord, sealRecord } from './codec/record.ts'
import type { KeyValueReader, WriteBatch } from './database.ts'
import { key, tableEnd, tableStart, u64be } from './keys.ts'

/** By target epoch, then by target: one link of the two that may justify it, the newest. */
export function putCertificate(batch: WriteBatch, certificate: Certificate): void {
  const { targetEpoch, targetHash } = certificate.vote
  const recordKey = key('certificate', u64be(targetEpoch), hexToBytes(targetHash))
  batch.put(recordKey, sealRecord(recordKey, encodeCertificate(certificate)))
}

/** Certificates for targets of `epoch` and later, lowest first, of every branch. */
export async function* certificatesFrom(
  store: KeyValueReader,
  epoch: bigint,
): AsyncIterable<Certificate> {
  const range = { gte: key('certificate', u64be(epoch)), lt: tableEnd('certificate') }
  for await (const [recordKey, record] of store.entries(range)) {
    yield decodeCertificate(openRecord(recordKey, record))
  }
}

/** All that can be read, lowest target first: for those who repair. */
export async function readCertificates(store: KeyValueReader): Promise<readonly Certificate[]> {
  const certificates: Certificate[] = []
  const range = { gte: tableStart('certificate'), lt: tableEnd('certificate') }
  for await (const [recordKey, record] of store.entries(range)) {
    try {
      certificates.push(decodeCertificate(openRecord(recordKey, record)))
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error
    }
  }
  return certificates
}

/** By the voting key of its author: an index is another's on another branch. */
export function putEvidence(batch: WriteBatch, author: Address, evidence: Evidence): void {
  const recordKey = key('evidence', hexToBytes(author))
  batch.put(recordKey, sealRecord(recordKey, encodeEvidence(evidence)))
}

/** The newest evidence against each validator that was kept. */
export async function* allEvidence(store: KeyValueReader): AsyncIterable<Evidence> {
  const range = { gte: tableStart('evidence'), lt: tableEnd('evidence') }
  for await (const [recordKey, record] of store.entries(range)) {
    yield decodeEvidence(openRecord(recordKey, record))
  }
}

/** For verification: what stands there must decode, and under its own key. */
export function checkCertificate(recordKey: Uint8Array, record: Uint8Array): boolean {
  const { targetEpoch, targetHash } = decodeCertificate(openRecord(recordKey, record)).vote
  const expected = key('certificate', u64be(targetEpoch), hexToBytes(targetHash))
  return bytesToHex(expected) === bytesToHex(recordKey)
}
