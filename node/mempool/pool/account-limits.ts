/** What one account may hold: its places, and what it can pay for. */
import { PEER_EXECUTABLE_PER_ACCOUNT_MAX, PEER_QUEUED_PER_ACCOUNT_MAX } from '../options.ts'
import { PoolError } from '../pool-error.ts'
import type { AccountQueue, SenderAccount } from './account-queue.ts'
import type { PooledTransaction } from './pooled-transaction.ts'

/** Strangers get few places; who submits here, and what was in a block, is not a stranger. */
export function hasExecutablePlace(queue: AccountQueue, { origin }: PooledTransaction): boolean {
  return origin !== 'peer' || queue.executableCount < PEER_EXECUTABLE_PER_ACCOUNT_MAX
}

/** Throws ACCOUNT_FULL unless `entry` may wait. */
export function verifyQueuedPlace(queue: AccountQueue, { origin }: PooledTransaction): void {
  if (origin !== 'peer' || queue.queuedCount < PEER_QUEUED_PER_ACCOUNT_MAX) return
  throw new PoolError({ code: 'ACCOUNT_FULL', countMax: PEER_QUEUED_PER_ACCOUNT_MAX })
}

/** What has no place after a run was cut: of what peers sent the last nonces. */
export function surplusOf(queue: AccountQueue): readonly PooledTransaction[] {
  if (queue.queuedCount <= PEER_QUEUED_PER_ACCOUNT_MAX) return []
  const fromPeers = queue.queued().filter(({ origin }) => origin === 'peer')
  return fromPeers.slice(PEER_QUEUED_PER_ACCOUNT_MAX)
}

/** Whether the account can pay for `next` beside all that is executable before it. */
export function isFunded(queue: AccountQueue, { cost }: PooledTransaction): boolean {
  return queue.executableCost + cost <= queue.account.balance
}

/** Throws INSUFFICIENT_FUNDS unless the same holds for one to come, perhaps in place of `held`. */
export function verifyFunds(
  queue: AccountQueue,
  { cost }: PooledTransaction,
  held: PooledTransaction | undefined,
): void {
  const { balance } = queue.account
  const reserved = queue.executableCost - (held?.isExecutable ? held.cost : 0n)
  if (reserved + cost <= balance) return
  throw new PoolError({ code: 'INSUFFICIENT_FUNDS', balance, cost, reserved })
}

export function isSameAccount(a: SenderAccount, b: SenderAccount): boolean {
  const isSameCode = a.isContract === b.isContract && a.isDelegated === b.isDelegated
  return a.nonce === b.nonce && a.balance === b.balance && isSameCode
}
