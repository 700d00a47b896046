/**
 * Where a peer's chain leaves what we have executed, found by number: single headers at distances
 * 1, 2, 4, ... below the lower head, then halving between the last two: 2 log2(depth) questions.
 *
 * Spec: docs/spec/network.md, S2.
 */
import type { Hash } from '../../../consensus/types.ts'

export type Ancestor = { readonly number: bigint; readonly hash: Hash }

export type AncestorSearch = {
  /** The lower of the two heads. */
  readonly from: bigint
  /** Below it nothing can be attached any more; what stands there is assumed to be shared. */
  readonly lowest: bigint
  /** Hash of the peer's block of this number; undefined if it does not have it. */
  readonly hashAt: (number: bigint) => Promise<Hash | undefined>
  /** Whether we have executed this block. */
  readonly isExecuted: (hash: Hash) => boolean
}

/** undefined: the chains have no block in common at or above `lowest`. */
export async function findCommonAncestor(search: AncestorSearch): Promise<Ancestor | undefined> {
  const probe = async (number: bigint): Promise<Ancestor | undefined> => {
    const hash = await search.hashAt(number)
    return hash !== undefined && search.isExecuted(hash) ? { number, hash } : undefined
  }
  // Executed blocks have executed parents: once a number is shared, all below it are.
  let low: Ancestor | undefined
  let high = search.from + 1n
  for (let distance = 0n; low === undefined; distance = distance === 0n ? 1n : distance * 2n) {
    const number = search.from - distance > search.lowest ? search.from - distance : search.lowest
    low = await probe(number)
    if (low === undefined) {
      if (number === search.lowest) return undefined
      high = number
    }
  }
  while (high - low.number > 1n) {
    const middle: bigint = (low.number + high) / 2n
    const found = await probe(middle)
    if (found === undefined) high = middle
    else low = found
  }
  return low
}
