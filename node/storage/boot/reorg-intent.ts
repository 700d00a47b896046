/**
 * A reorg too deep for one batch: what it aims at is written first, so that a node which stops
 * half way goes on with it at its next start.
 *
 * Every step is a batch that leaves head, indices and flat state at one block of the way.
 * Spec: docs/spec/storage.md, "Reorgs".
 */
import type { Hash } from '../../../consensus/types.ts'
import { type BlockPointer, decodePointer, encodePointer } from '../codec/pointer-record.ts'
import { openRecord, sealRecord } from '../codec/record.ts'
import type { KeyValueReader, WriteBatch } from '../database.ts'
import { metaKey } from '../keys.ts'

/** Blocks that one batch takes off the canonical chain, and puts on it: what memory bears. */
export const SWITCH_BLOCKS_MAX = 64

/** `removed` newest first, `added` oldest first, as in a HeadChange. */
export type HeadSwitch = { readonly removed: readonly Hash[]; readonly added: readonly Hash[] }

const INTENT_KEY = metaKey('reorgIntent')

/** Whether the switch takes several batches, and so an intent before the first. */
export function isDeep({ removed, added }: HeadSwitch): boolean {
  return removed.length > SWITCH_BLOCKS_MAX || added.length > SWITCH_BLOCKS_MAX
}

/** The switch as steps of one batch each: down to the fork first, then up. */
export function switchSteps({ removed, added }: HeadSwitch): HeadSwitch[] {
  const steps: HeadSwitch[] = []
  let down = 0
  let up = 0
  do {
    const off = removed.slice(down, down + SWITCH_BLOCKS_MAX)
    down += off.length
    const isAtFork = down === removed.length
    const onto = isAtFork ? added.slice(up, up + SWITCH_BLOCKS_MAX) : []
    up += onto.length
    steps.push({ removed: off, added: onto })
  } while (down < removed.length || up < added.length)
  return steps
}

/** Goes into a batch of its own before the first step. */
export function stageIntent(batch: WriteBatch, target: BlockPointer): void {
  batch.put(INTENT_KEY, sealRecord(INTENT_KEY, encodePointer(target)))
}

/** Goes into the batch of the last step. */
export function stageIntentDone(batch: WriteBatch): void {
  batch.delete(INTENT_KEY)
}

/** Where an unfinished reorg was going. Throws `CorruptionError`. */
export async function readIntent(store: KeyValueReader): Promise<BlockPointer | undefined> {
  const record = await store.get(INTENT_KEY)
  return record && decodePointer(INTENT_KEY, openRecord(INTENT_KEY, record))
}
