/**
 * Takes blocks off the chain: head, indices, flat state and what is final go back in steps that
 * each leave a whole chain. The blocks themselves stay on disk, as ones that were never executed:
 * who still reads logs of them finds them.
 */
import type { Hash } from '../../consensus/types.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import type { ChainParts } from '../chain/open-chain.ts'
import type { BlockSummary } from '../events.ts'
import { UNDO_BLOCKS_MAX } from '../state/state-store.ts'
import * as tables from '../storage/block-tables.ts'
import { isFinalityLost, stageFinalityRepair } from '../storage/boot/finality-repair.ts'
import { SWITCH_BLOCKS_MAX } from '../storage/boot/reorg-intent.ts'
import { type KeyValueStore, WriteBatch } from '../storage/database.ts'
import { stageFinalityRecovered } from '../storage/finality-records.ts'
import { key, tableEnd, u64be } from '../storage/keys.ts'
import { DevError } from './dev-error.ts'

/** What was removed, newest first. Throws a {@link DevError} TOO_DEEP. */
export async function rewindChain(
  parts: ChainParts,
  store: KeyValueStore,
  genesis: Genesis,
  to: BlockSummary,
): Promise<readonly BlockSummary[]> {
  const removed = await blocksAbove(parts, to)
  if (removed.length > 0) await rewindFinality(store, genesis, to)
  for (let start = 0; start < removed.length; start += SWITCH_BLOCKS_MAX) {
    const step = removed.slice(start, start + SWITCH_BLOCKS_MAX).map(({ hash }) => hash)
    const at = removed[start + SWITCH_BLOCKS_MAX]?.hash ?? to.hash
    await parts.committer.rewind(step, at, (batch) => stageRemoval(batch, parts, store, step))
  }
  return removed
}

async function blocksAbove(
  { blocks, tree }: ChainParts,
  to: BlockSummary,
): Promise<readonly BlockSummary[]> {
  const above: BlockSummary[] = []
  const depth = tree.head().number - to.header.number
  const depthMax = BigInt(UNDO_BLOCKS_MAX)
  if (depth > depthMax) throw new DevError({ code: 'TOO_DEEP', depth, depthMax })
  let { hash } = tree.head()
  while (hash !== to.hash) {
    const header = await blocks.header(hash)
    if (header === undefined || header.number <= to.header.number) {
      throw new DevError({ code: 'UNSUPPORTED', reason: `block ${to.hash} is not on the chain` })
    }
    above.push({ hash, header })
    hash = header.parentHash
  }
  return above
}

async function stageRemoval(
  batch: WriteBatch,
  { state }: ChainParts,
  store: KeyValueStore,
  removed: readonly Hash[],
): Promise<void> {
  for (const hash of removed) {
    const record = await tables.readTree(store, hash)
    if (record !== undefined) tables.putTree(batch, { ...record, status: 'verified' })
    state.edits.stage(batch, hash, undefined)
  }
}

/** Certificates for what goes, first; then what is justified and final is what is left of them. */
async function rewindFinality(
  store: KeyValueStore,
  { params }: Genesis,
  { hash, header }: BlockSummary,
): Promise<void> {
  const epoch = header.number / BigInt(params.epochLength)
  const certificates = new WriteBatch()
  const range = { gte: key('certificate', u64be(epoch + 1n)), lt: tableEnd('certificate') }
  for await (const [recordKey] of store.entries(range)) certificates.delete(recordKey)
  await store.write(certificates)
  const head = { hash, number: header.number }
  if (!(await isFinalityLost(store, head))) return
  const pointers = new WriteBatch()
  await stageFinalityRepair(pointers, store, head, params.epochLength)
  // Nothing is lost: it was taken back.
  stageFinalityRecovered(pointers)
  await store.write(pointers)
}
