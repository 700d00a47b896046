/**
 * Limits of the pool: what an operator may set, with the defaults, and what is fixed in the code.
 * Spec: docs/spec/mempool.md, "Limits".
 */
import { assert } from '../../consensus/errors.ts'

export type MempoolOptions = {
  /** Slots for what could be mined now; above it the cheapest goes. */
  readonly executableSlotsMax: number
  /** Slots for what waits for a nonce, for funds or for room; above it the cheapest goes. */
  readonly queuedSlotsMax: number
  /** The least tip cap that is taken, wei per gas. */
  readonly priceFloorWei: bigint
  /** Refuses what the next block could not hold for its fee, as tools expect of a dev chain. */
  readonly needsBaseFee?: boolean
  /** A transaction that is in no block after so long is dropped. */
  readonly lifetimeMs: number
  /** Where transactions submitted here outlive a restart; undefined: they do not. */
  readonly journalFile?: string
}

const LIFETIME_MS = 3 * 3_600_000

/** For nodes among strangers. */
export const DEFAULT_MEMPOOL_OPTIONS: MempoolOptions = {
  executableSlotsMax: 5_120,
  queuedSlotsMax: 1_024,
  priceFloorWei: 1n,
  lifetimeMs: LIFETIME_MS,
}

/** For dev presets: room for a benchmark, and free tips for tools that send none. */
export const DEV_MEMPOOL_OPTIONS: MempoolOptions = {
  executableSlotsMax: 20_480,
  queuedSlotsMax: 4_096,
  priceFloorWei: 0n,
  lifetimeMs: LIFETIME_MS,
}

/** Of one account by gossip: what a stranger can make us hold for nothing. */
export const PEER_EXECUTABLE_PER_ACCOUNT_MAX = 16
export const PEER_QUEUED_PER_ACCOUNT_MAX = 64

/** Larger ones are refused before anything of them is looked at. */
export const TRANSACTION_BYTES_MAX = 128 * 1024

/**
 * Encoded bytes in a slot: the pool's room is counted in these, so that it is bounded in bytes too
 * (48 MiB by default) and a large transaction has to be worth as much as all that it displaces.
 */
export const SLOT_BYTES = 8 * 1024

/** Submissions that wait for their sender to be recovered; one above either is refused. */
export const SUBMISSIONS_WAITING_MAX = 32_768
export const SUBMISSION_BYTES_WAITING_MAX = 64 * 1024 * 1024

/** Submissions recovered and judged together; what comes meanwhile is the next batch. */
export const SUBMISSION_BATCH_MAX = 1_024

/** Accounts remembered until the next head; above it reads go to the state. */
export const ACCOUNTS_REMEMBERED_MAX = 16_384

/**
 * Memory for transactions that left the pool: a block of another branch may hold them, a reorg may
 * bring them back, and both want to know their senders.
 */
export const DEPARTED_BYTES_MAX = 32 * 1024 * 1024

assert(
  PEER_EXECUTABLE_PER_ACCOUNT_MAX < DEFAULT_MEMPOOL_OPTIONS.executableSlotsMax &&
    PEER_QUEUED_PER_ACCOUNT_MAX < DEFAULT_MEMPOOL_OPTIONS.queuedSlotsMax,
  'one account of a peer never fills the pool',
)
assert(TRANSACTION_BYTES_MAX < SUBMISSION_BYTES_WAITING_MAX, 'every transaction can wait')
