/**
 * A certified checkpoint that stands on a block which is invalid here. Headers name their parents
 * by hash, so that nobody has to be believed: two thirds of the stake hold valid what we do not.
 *
 * Spec: docs/spec/finality.md, F26.
 */
import type { FinalityVote } from '../../../consensus/finality/types.ts'
import type { Chain } from '../../chain/chain.ts'
import { REQUEST_LIMITS } from '../protocol.ts'
import type { SyncRequests } from '../requests.ts'

/** Headers between the source of a link and its target; no branch that matters is longer. */
const HEADERS_MAX = 16_384n

export type AncestryModules = {
  readonly chain: Chain
  readonly requests: SyncRequests
  readonly signal: AbortSignal
}

/**
 * Asks the peer for the headers from the target of the vote down to its source. False as well if
 * they are not those of the target, or if our operator excludes the block. Throws as requests do.
 */
export async function standsOnInvalid(
  { sourceEpoch, targetEpoch, targetHash }: FinalityVote,
  peerId: string,
  { chain, requests, signal }: AncestryModules,
): Promise<boolean> {
  const length = BigInt(chain.finality.config.epochLength)
  const [lowest, highest] = [sourceEpoch * length, targetEpoch * length]
  if (highest - lowest > HEADERS_MAX) return false
  const itemsMax = BigInt(REQUEST_LIMITS.headers_by_range.itemsMax)
  let wanted = targetHash
  for (let last = highest; last > lowest; ) {
    const first = last - lowest > itemsMax ? last - itemsMax + 1n : lowest + 1n
    const range = { first, count: Number(last - first + 1n) }
    const headers = await requests.headersByRange(peerId, range, signal)
    // An answer may be shorter than asked for: then its end is missing, and proves nothing.
    for (const { hash, header } of headers.toReversed()) {
      if (hash !== wanted) return false
      if (chain.headers.isInvalid(hash)) return !chain.headers.isExcluded(hash)
      wanted = header.parentHash
    }
    if (headers.length === 0) return false
    last = first - 1n
  }
  return false
}
