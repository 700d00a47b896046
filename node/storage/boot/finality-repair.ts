/**
 * What is justified and final after damage: as much as certificates on disk prove of the branch
 * that is left. What was final above it is written down, so that the node does not vote before
 * something as high is final again.
 *
 * Spec: docs/spec/storage.md, "Repair"; docs/spec/finality.md, "After damage".
 */
import type { Certificate } from '../../../consensus/finality/types.ts'
import type { Hash } from '../../../consensus/types.ts'
import { type BlockPointer, readPointer, stagePointer } from '../codec/pointer-record.ts'
import { unlessDamaged } from '../codec/record.ts'
import type { KeyValueReader, WriteBatch } from '../database.ts'
import { readLostFinality, stageLostFinality } from '../finality-records.ts'
import { readCertificates } from '../finality-tables.ts'
import { expectHeader } from './block-check.ts'

/** A justified checkpoint on the branch that is left, and what its certificate made final. */
type ProvedTarget = { readonly target: BlockPointer; readonly finalized: BlockPointer | undefined }

/** Stands for a block whose hash is not known any more. */
export const UNKNOWN_HASH: Hash = `0x${'00'.repeat(32)}`

/** Whether the pointers of finality are damaged, or above the head that is left. */
export async function isFinalityLost(store: KeyValueReader, head: BlockPointer): Promise<boolean> {
  for (const name of ['justified', 'finalized'] as const) {
    const pointer = await unlessDamaged(readPointer(store, name))
    if (pointer === undefined || pointer.number > head.number) return true
  }
  return false
}

/** Moves both pointers down to what is proved; remembers what was final above that. */
export async function stageFinalityRepair(
  batch: WriteBatch,
  store: KeyValueReader,
  head: BlockPointer,
  epochLength: number,
): Promise<void> {
  const certificates = await readCertificates(store)
  const { genesis, proved } = await provedTargets(store, head, certificates)
  const finalized = proved.findLast((each) => each.finalized !== undefined)?.finalized ?? genesis
  stagePointer(batch, 'justified', proved.at(-1)?.target ?? genesis)
  stagePointer(batch, 'finalized', finalized)
  const highest = certificates.at(-1)?.vote.sourceEpoch ?? 0n
  const lost = await lostFinality(store, highest * BigInt(epochLength))
  if (lost.number > finalized.number) stageLostFinality(batch, lost)
}

/** Lowest first; each source is proved by a certificate of its own, or is genesis. */
async function provedTargets(
  store: KeyValueReader,
  head: BlockPointer,
  certificates: readonly Certificate[],
): Promise<{ readonly genesis: BlockPointer; readonly proved: readonly ProvedTarget[] }> {
  const wanted = new Set(certificates.map(({ vote }) => vote.targetHash))
  const numbers = new Map<Hash, bigint>()
  let { hash, number } = head
  for (; number > 0n; number--) {
    if (wanted.has(hash)) numbers.set(hash, number)
    hash = (await expectHeader(store, hash)).parentHash
  }
  const genesis = { hash, number }
  numbers.set(hash, number)
  const justified = new Set([hash])
  const proved: ProvedTarget[] = []
  for (const { vote } of certificates) {
    const { sourceHash, targetHash } = vote
    const [source, target] = [numbers.get(sourceHash), numbers.get(targetHash)]
    if (!justified.has(sourceHash) || source === undefined || target === undefined) continue
    justified.add(targetHash)
    const isNext = vote.targetEpoch === vote.sourceEpoch + 1n
    const finalized = isNext ? { hash: sourceHash, number: source } : undefined
    proved.push({ target: { hash: targetHash, number: target }, finalized })
  }
  return { genesis, proved }
}

/** As the pointer or an earlier repair has it; else what the newest certificate speaks of. */
async function lostFinality(store: KeyValueReader, certified: bigint): Promise<BlockPointer> {
  const pointer = await unlessDamaged(readPointer(store, 'finalized'))
  const before = await unlessDamaged(readLostFinality(store))
  const known = [pointer, before].filter((each) => each !== undefined)
  const [highest = { hash: UNKNOWN_HASH, number: certified }] = known.sort((a, b) =>
    a.number < b.number ? 1 : -1,
  )
  return highest
}
