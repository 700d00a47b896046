/**
 * Calls of `ValidatorSet` as its ABI writes them, and back: what transactions of a simulation ask
 * of the set of validators.
 */
import { bytesToBigInt, bytesToHex } from '@ethereumjs/util'
import { signersOf } from '../../../../consensus/finality/codec/bitmap.ts'
import { type FinalityVote, SIGNERS_MAX } from '../../../../consensus/finality/types.ts'
import type { Address, Hash, Hex } from '../../../../consensus/types.ts'
import { PREDEPLOY_ARTIFACTS } from '../../../../genesis/artifacts.ts'
import { encodeCall } from '../../../../genesis/build/abi-encode.ts'
import { certifyCall, slashCall } from '../../../finality/duty-calls.ts'

export type SetCall =
  | {
      readonly kind: 'certify'
      readonly link: FinalityVote
      readonly signers: readonly number[]
      readonly signatures: readonly Uint8Array[]
    }
  | {
      readonly kind: 'slash'
      readonly votes: readonly [FinalityVote, FinalityVote]
      readonly signatures: readonly [Uint8Array, Uint8Array]
    }
  | { readonly kind: 'deposit'; readonly votingKey: Address; readonly payout: Address }
  | { readonly kind: 'exit'; readonly index: number }
  | { readonly kind: 'withdraw'; readonly index: number }

const { abi } = PREDEPLOY_ARTIFACTS.ValidatorSet
const WORD = 32
const SELECTOR = 4
/** Words of a vote. */
const VOTE_WORDS = 5

/** Calldata of `ValidatorSet.deposit`. */
export function depositCall(votingKey: Address, payout: Address, proof: Hex): Uint8Array {
  return encodeCall(abi, 'deposit', { votingKey, payout, proof })
}

/** Calldata of `ValidatorSet.exit`. */
export function exitCall(index: number): Uint8Array {
  return encodeCall(abi, 'exit', { index: BigInt(index) })
}

/** Calldata of `ValidatorSet.withdraw`. */
export function withdrawCall(index: number): Uint8Array {
  return encodeCall(abi, 'withdraw', { index: BigInt(index) })
}

/** undefined: it is none of these, or malformed. */
export function decodeSetCall(data: Uint8Array): SetCall | undefined {
  const kind = KINDS.get(bytesToHex(data.subarray(0, SELECTOR)))
  const args = new Arguments(data.subarray(SELECTOR))
  switch (kind) {
    case 'certify': {
      const signers = signersOf(args.bytesAt(args.offset(VOTE_WORDS)))
      if (signers === undefined) return undefined
      const link = args.vote(0)
      return { kind, link, signers, signatures: args.listAt(args.offset(VOTE_WORDS + 1)) }
    }
    case 'slash': {
      const first = args.bytesAt(args.offset(VOTE_WORDS))
      const second = args.bytesAt(args.offset(2 * VOTE_WORDS + 1))
      const votes = [args.vote(0), args.vote(VOTE_WORDS + 1)] as const
      return { kind, votes, signatures: [first, second] }
    }
    case 'deposit':
      return { kind, votingKey: args.address(0), payout: args.address(1) }
    case 'exit':
    case 'withdraw':
      return { kind, index: Number(args.word(0)) }
    case undefined:
      return undefined
  }
}

/** Head and tail of an ABI tuple; what lies outside of it reads as zeros. */
class Arguments {
  readonly #data: Uint8Array

  constructor(data: Uint8Array) {
    this.#data = data
  }

  word(place: number): bigint {
    return this.#wordAt(place * WORD)
  }

  offset(place: number): number {
    return Number(this.word(place))
  }

  address(place: number): Address {
    return `0x${this.word(place).toString(16).padStart(40, '0')}`
  }

  vote(place: number): FinalityVote {
    return {
      sourceEpoch: this.word(place),
      sourceHash: this.#hash(place + 1),
      targetEpoch: this.word(place + 2),
      targetHash: this.#hash(place + 3),
      outputRoot: this.#hash(place + 4),
    }
  }

  bytesAt(at: number): Uint8Array {
    const start = at + WORD
    return this.#data.subarray(start, start + Number(this.#wordAt(at)))
  }

  listAt(at: number): Uint8Array[] {
    const start = at + WORD
    const count = Math.min(Number(this.#wordAt(at)), SIGNERS_MAX)
    return Array.from({ length: count }, (_, i) =>
      this.bytesAt(start + Number(this.#wordAt(start + i * WORD))),
    )
  }

  #hash(place: number): Hash {
    return `0x${this.word(place).toString(16).padStart(64, '0')}`
  }

  #wordAt(at: number): bigint {
    const bytes = this.#data.subarray(at, at + WORD)
    return bytes.length === 0 ? 0n : bytesToBigInt(bytes)
  }
}

const ZERO: Hash = `0x${'0'.repeat(64)}`
const NO_VOTE: FinalityVote = {
  ...{ sourceEpoch: 0n, sourceHash: ZERO, targetEpoch: 0n, targetHash: ZERO, outputRoot: ZERO },
}
const NOT_SIGNED = { vote: NO_VOTE, validator: 0, signature: '0x' } as const

/** By selector. */
const KINDS: ReadonlyMap<Hex, SetCall['kind']> = new Map(
  (
    [
      ['certify', certifyCall({ vote: NO_VOTE, signers: [], signatures: [] })],
      ['slash', slashCall({ first: NOT_SIGNED, second: NOT_SIGNED })],
      ['deposit', depositCall(`0x${'0'.repeat(40)}`, `0x${'0'.repeat(40)}`, '0x')],
      ['exit', exitCall(0)],
      ['withdraw', withdrawCall(0)],
    ] as const
  ).map(([kind, data]) => [bytesToHex(data.subarray(0, SELECTOR)), kind]),
)
