/**
 * When a transaction may take the place of another one of the same sender and nonce: both fee
 * fields are at least 10 % higher, so that replacing costs more each time it is done.
 * Spec: docs/spec/mempool.md, "Replacement".
 */
import { REPLACEMENT_BUMP_PERCENT } from './limits.ts'
import { PoolError } from './pool-error.ts'
import type { PooledTransaction } from './pooled-transaction.ts'

/** Throws `PoolError` REPLACEMENT_UNDERPRICED. */
export function verifyReplacement(old: PooledTransaction, replacement: PooledTransaction): void {
  const isDearer =
    replacement.feeCap >= bumped(old.feeCap) && replacement.tipCap >= bumped(old.tipCap)
  // Ten per cent of nothing is nothing: a price of zero has to rise as well.
  const isHigher = replacement.feeCap > old.feeCap && replacement.tipCap > old.tipCap
  if (!isDearer || !isHigher) throw new PoolError({ code: 'REPLACEMENT_UNDERPRICED' })
}

/** Ten per cent more, rounded up. */
function bumped(wei: bigint): bigint {
  return (wei * (100n + REPLACEMENT_BUMP_PERCENT) + 99n) / 100n
}
