/** A pointer to a block by number and hash: head, justified, finalized and the canonical index. */
import type { Hash } from '../../../consensus/types.ts'
import type { KeyValueReader, WriteBatch } from '../database.ts'
import { type MetaName, metaKey } from '../keys.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { openRecord, sealRecord } from './record.ts'

export type BlockPointer = { readonly hash: Hash; readonly number: bigint }

type PointerName = Extract<MetaName, 'head' | 'justified' | 'finalized'>

export function stagePointer(batch: WriteBatch, name: PointerName, pointer: BlockPointer): void {
  const key = metaKey(name)
  batch.put(key, sealRecord(key, encodePointer(pointer)))
}

/** undefined: never written. Throws `CorruptionError`. */
export async function readPointer(
  store: KeyValueReader,
  name: PointerName,
): Promise<BlockPointer | undefined> {
  const key = metaKey(name)
  const record = await store.get(key)
  return record && decodePointer(key, openRecord(key, record))
}

export function encodePointer({ hash, number }: BlockPointer): Uint8Array {
  return new ByteWriter().u64(number).hex(hash).finish()
}

export function decodePointer(key: Uint8Array, payload: Uint8Array): BlockPointer {
  const reader = new ByteReader(key, payload)
  const pointer = { number: reader.u64(), hash: reader.hex(32) }
  reader.end()
  return pointer
}
