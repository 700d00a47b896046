/**
 * What a transaction must fulfil to enter the pool, cheapest first: by itself before its sender is
 * recovered, then with the account that sent it. Spec: docs/spec/mempool.md, "Admission".
 */
import type { TypedTransaction } from '@ethereumjs/tx'
import { feeCapOf } from '../execution/transaction/inclusion-rules.ts'
import { intrinsicGas } from '../execution/transaction/intrinsic-gas.ts'
import type { Lane } from './lane.ts'
import { type PoolLimits, TRANSACTION_BYTES_MAX } from './limits.ts'
import { PoolError } from './pool-error.ts'
import type { Origin, PooledTransaction } from './pooled-transaction.ts'
import { verifyReplacement } from './replacement.ts'

/** Throws `PoolError` OVERSIZED, before anything of it is read. */
export function verifySize(raw: Uint8Array): void {
  if (raw.length <= TRANSACTION_BYTES_MAX) return
  throw new PoolError({ code: 'OVERSIZED', bytes: raw.length, limit: TRANSACTION_BYTES_MAX })
}

/** The rules that need neither sender nor state. Decoding has seen to the rest of them. */
export function verifyAlone(
  tx: TypedTransaction,
  origin: Origin,
  blockGasLimit: bigint,
  limits: PoolLimits,
): void {
  const { gasLimit } = tx
  if (gasLimit > blockGasLimit) {
    throw new PoolError({ code: 'GAS_ABOVE_BLOCK', gasLimit, blockGasLimit })
  }
  const gas = intrinsicGas(tx)
  if (gasLimit < gas.intrinsic) {
    throw new PoolError({ code: 'GAS_BELOW_INTRINSIC', gasLimit, required: gas.intrinsic })
  }
  if (gasLimit < gas.floor) {
    throw new PoolError({ code: 'GAS_BELOW_FLOOR', gasLimit, required: gas.floor })
  }
  const tipWei = 'maxPriorityFeePerGas' in tx ? tx.maxPriorityFeePerGas : feeCapOf(tx)
  if (tipWei < limits.tipWeiMin) {
    throw new PoolError({ code: 'UNDERPRICED', tipWei, requiredWei: limits.tipWeiMin })
  }
  if (origin === 'peer' && 'authorizationList' in tx) {
    const { length: count } = tx.authorizationList
    const limit = limits.authorizationCountMax
    if (count > limit) throw new PoolError({ code: 'TOO_MANY_AUTHORIZATIONS', count, limit })
  }
}

/** The rules that need the account and what the pool holds of it already. */
export function verifyWithAccount(entry: PooledTransaction, lane: Lane, limits: PoolLimits): void {
  const { nonce, cost, origin } = entry
  const { account } = lane
  if (nonce < account.nonce) {
    throw new PoolError({ code: 'NONCE_TOO_LOW', next: account.nonce, nonce })
  }
  const old = lane.at(nonce)
  if (old !== undefined) verifyReplacement(old, entry)
  // What a reorg brings back was affordable once: it may wait until it is again.
  if (origin === 'reorg') return
  const pooledCost = lane.cost - (old?.cost ?? 0n)
  if (pooledCost + cost > account.balance) {
    throw new PoolError({ code: 'INSUFFICIENT_FUNDS', balance: account.balance, pooledCost, cost })
  }
  const isLocal = lane.isLocal || origin === 'local'
  if (old !== undefined || lane.isNext(nonce, cost, executableLimit(lane, isLocal, limits))) return
  const isTooMany = isLocal
    ? lane.count >= limits.localAccountCountMax
    : lane.queuedCount >= limits.accountQueuedCountMax
  if (isTooMany) throw new PoolError({ code: 'ACCOUNT_LIMIT', count: lane.count })
}

/** How many transactions of an account may be executable at once. */
export function executableLimit(lane: Lane, isLocal: boolean, limits: PoolLimits): number {
  if (isLocal) return limits.localAccountCountMax
  return lane.account.hasCode
    ? limits.delegatedExecutableCountMax
    : limits.accountExecutableCountMax
}
