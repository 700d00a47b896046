/** Transactions and accounts for the pool's own tests: cheap enough for a hundred thousand. */
import { bytesToHex } from '@ethereumjs/util'
import type { Address, Hash } from '../../../../consensus/types.ts'
import { keccak256 } from '../../../../gpu/reference/keccak.ts'
import type { SenderAccount } from '../../../../node/mempool/pool/account-queue.ts'
import type { Origin } from '../../../../node/mempool/pool/pooled-transaction.ts'
import type { Newcomer, PoolLimits } from '../../../../node/mempool/pool/transaction-pool.ts'
import { TransactionPool } from '../../../../node/mempool/pool/transaction-pool.ts'
import { PoolError } from '../../../../node/mempool/pool-error.ts'
import type { SignedTransaction } from '../../../../node/transaction.ts'
import { addressOf, makeTransaction } from '../../../support/made-transactions.ts'

export const RICH = 10n ** 24n
export const HOUR_MS = 3_600_000

export const SMALL_LIMITS: PoolLimits = {
  executableSlotsMax: 100,
  queuedSlotsMax: 100,
  lifetimeMs: 3 * HOUR_MS,
}

export type SketchFields = {
  readonly sender?: Address
  readonly nonce?: bigint
  readonly feeCap?: bigint
  readonly tipCap?: bigint
  readonly value?: bigint
  readonly gasLimit?: bigint
  /** Of the encoding, which is nothing but zeros. */
  readonly bytes?: number
  /** Tells transactions apart that are alike in all else. */
  readonly salt?: number
}

const TEMPLATE = makeTransaction()

/** What the pool looks at, under a hash of its own, without bytes behind it. */
export function sketch(fields: SketchFields = {}): SignedTransaction {
  const sender = fields.sender ?? addressOf(0)
  const nonce = fields.nonce ?? 0n
  const feeCap = fields.feeCap ?? 2_000n
  const tipCap = fields.tipCap ?? feeCap
  const { value = 1n, gasLimit = 21_000n, salt = 0, bytes } = fields
  const parts = [sender, nonce, feeCap, tipCap, value, gasLimit, salt, bytes]
  const hash: Hash = bytesToHex(keccak256(new TextEncoder().encode(parts.join())))
  const tx = Object.assign(Object.create(Object.getPrototypeOf(TEMPLATE.tx)), TEMPLATE.tx, {
    nonce,
    maxFeePerGas: feeCap,
    maxPriorityFeePerGas: tipCap,
    value,
    gasLimit,
  })
  const raw = bytes === undefined ? TEMPLATE.raw : new Uint8Array(bytes)
  return { hash, raw, sender, tx }
}

export function costOf(transaction: SignedTransaction): bigint {
  const { tx } = transaction
  const feeCap = 'maxFeePerGas' in tx ? tx.maxFeePerGas : tx.gasPrice
  return tx.gasLimit * feeCap + tx.value
}

export function account(fields: Partial<SenderAccount> = {}): SenderAccount {
  return { nonce: 0n, balance: RICH, isContract: false, isDelegated: false, ...fields }
}

export function newcomer(
  transaction: SignedTransaction,
  origin: Origin = 'local',
  addedMs = 0,
): Newcomer {
  return { transaction, origin, addedMs }
}

export function makePool(limits: Partial<PoolLimits> = {}, baseFee = 0n): TransactionPool {
  return new TransactionPool({ ...SMALL_LIMITS, ...limits }, baseFee)
}

/** The code with which the pool refuses, undefined when it takes the transaction. */
export function tryAdd(
  pool: TransactionPool,
  fields: SketchFields,
  origin: Origin = 'local',
  owner: SenderAccount = RICH_ACCOUNT,
): string | undefined {
  return refusalOf(() => pool.add(newcomer(sketch(fields), origin), owner))
}

const RICH_ACCOUNT = account()

export function refusalOf(act: () => void): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof PoolError) return error.type.code
    throw error
  }
}

/** Nonces by state, of one sender. */
export function noncesOf(pool: TransactionPool, sender = addressOf(0)) {
  const { pending, queued } = pool.held.content()
  const nonces = (list: readonly SignedTransaction[] = []) => list.map(({ tx }) => tx.nonce)
  return { pending: nonces(pending.get(sender)), queued: nonces(queued.get(sender)) }
}
