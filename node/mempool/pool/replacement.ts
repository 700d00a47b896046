/**
 * What may take the place of a transaction of the same sender and nonce: one that pays clearly
 * more, so that every replacement that the network carries has been paid for.
 * Spec: docs/spec/mempool.md, "Replacement".
 */
import { PoolError } from '../pool-error.ts'
import type { PooledTransaction } from './pooled-transaction.ts'

/** By how much both fees must rise. */
export const REPLACEMENT_BUMP_PERCENT = 10n

type Fees = Pick<PooledTransaction, 'feeCap' | 'tipCap'>

/** Throws REPLACEMENT_UNDERPRICED unless `replacement` may take the place of `held`. */
export function verifyReplacement(held: Fees, replacement: Fees): void {
  const isEnough =
    isBumped(held.feeCap, replacement.feeCap) && isBumped(held.tipCap, replacement.tipCap)
  if (!isEnough) throw new PoolError({ code: 'REPLACEMENT_UNDERPRICED' })
}

/**
 * The rise is rounded down, as in geth: wallets add their tenth in floating point, and cut off what
 * is behind it. Ten percent of next to nothing round to nothing: the fee must rise all the same.
 */
function isBumped(held: bigint, replacement: bigint): boolean {
  return replacement > held && replacement >= (held * (100n + REPLACEMENT_BUMP_PERCENT)) / 100n
}
