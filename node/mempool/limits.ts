/**
 * What the pool holds at most, all of it local policy.
 * Spec: docs/spec/mempool.md, "Limits", which says why accounts of local transactions may have more.
 */
import { assert } from '../../consensus/errors.ts'

export type PoolLimits = {
  /** Transactions that could be mined, of all accounts. Beyond it the cheapest goes. */
  readonly executableCountMax: number
  /** Transactions that wait for another one or for money, of all accounts. The cheapest goes. */
  readonly queuedCountMax: number
  /** Of one account all of whose transactions came from peers; more are queued. */
  readonly accountExecutableCountMax: number
  /** The same; more are refused. */
  readonly accountQueuedCountMax: number
  /** Of one account that submitted a transaction here, either way. */
  readonly localAccountCountMax: number
  /** Executable ones of an account with code: anybody's call may change its nonce and balance. */
  readonly delegatedExecutableCountMax: number
  /** Authorizations of a transaction from a peer: each may make another account's worthless. */
  readonly authorizationCountMax: number
  /** After so long a transaction is dropped, whoever sent it. */
  readonly lifetimeMs: number
  /** Price floor: wei per gas that the tip has to allow. */
  readonly tipWeiMin: bigint
}

export const DEFAULT_LIMITS: PoolLimits = {
  executableCountMax: 5_120,
  queuedCountMax: 1_024,
  accountExecutableCountMax: 16,
  accountQueuedCountMax: 64,
  localAccountCountMax: 5_120,
  delegatedExecutableCountMax: 1,
  authorizationCountMax: 64,
  lifetimeMs: 3 * 60 * 60 * 1000,
  tipWeiMin: 0n,
}

/** 128 KiB, as in geth: what a transaction takes at most, in this pool and on the wire. */
export const TRANSACTION_BYTES_MAX = 128 * 1024

/** A replacement pays so much more, on both fee fields. */
export const REPLACEMENT_BUMP_PERCENT = 10n

/** Senders that are remembered by transaction hash after the pool has let go of it. */
export const KNOWN_SENDERS_MAX = 16_384

export function verifyLimits(limits: PoolLimits): PoolLimits {
  const { accountExecutableCountMax, delegatedExecutableCountMax, localAccountCountMax } = limits
  assert(delegatedExecutableCountMax >= 1, 'a delegated account may send')
  assert(accountExecutableCountMax >= delegatedExecutableCountMax, 'code gives no more room')
  assert(localAccountCountMax >= accountExecutableCountMax, 'local accounts have no less')
  assert(limits.executableCountMax >= 1 && limits.queuedCountMax >= 0, 'the pool holds something')
  return limits
}
