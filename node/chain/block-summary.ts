/** A block's hash and header from the store, of a block that must be there. */
import { hexToBytes } from '../../consensus/codec/hex.ts'
import type { Hash } from '../../consensus/types.ts'
import type { BlockSummary } from '../events.ts'
import type { BlockStore } from '../storage/block-store.ts'
import { missingRecord } from '../storage/codec/record.ts'
import { key } from '../storage/keys.ts'

/** Throws `CorruptionError` if the block was lost. */
export async function summaryOf(blocks: BlockStore, hash: Hash): Promise<BlockSummary> {
  const header = await blocks.header(hash)
  if (header === undefined) throw missingRecord(key('header', hexToBytes(hash)))
  return { hash, header }
}
