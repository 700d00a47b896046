/**
 * Blocks and states of tier 0: headers that the real tree takes, bodies of the few transactions
 * that finality can feel, and a state that is the set of validators and what was certified.
 */
import type { Certificate, Evidence } from '../../../consensus/finality/types.ts'
import type { TreeHeader } from '../../../consensus/tree/block-node.ts'
import type { Address, Hash } from '../../../consensus/types.ts'
import type { ValidatorModel } from './validator-model.ts'

export type ModelTransaction =
  | { readonly kind: 'certify'; readonly certificate: Certificate }
  | { readonly kind: 'deposit'; readonly key: Address; readonly weight: bigint }
  | { readonly kind: 'exit'; readonly index: number }
  | { readonly kind: 'withdraw'; readonly index: number }
  | { readonly kind: 'slash'; readonly evidence: Evidence }

export type ModelHeader = TreeHeader & {
  readonly stateRoot: Hash
  /** Names the one body that the header commits to. */
  readonly body: number
}

export type ModelBlock = {
  readonly hash: Hash
  readonly header: ModelHeader
  readonly body: number
  readonly transactions: readonly ModelTransaction[]
}

export type ModelState = {
  readonly root: Hash
  /** What the root is made of. */
  readonly mark: number
  readonly set: ValidatorModel
  /** Epochs, as `ValidatorSet` records them. */
  readonly lastCertified: bigint
  readonly lastFinalized: bigint
  readonly justified: ReadonlyMap<bigint, Hash>
}

const HASH_DIGITS = 64

/** A hash that names its kind and its number. */
export function tokenHash(kind: 'b10c' | '57a7', number: number): Hash {
  return `0x${kind}${number.toString(16).padStart(HASH_DIGITS - 4, '0')}`
}

/** Short, for people. */
export function nameOf(hash: Hash): string {
  return `b${Number.parseInt(hash.slice(-8), 16)}`
}
