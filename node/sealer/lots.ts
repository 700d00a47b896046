/**
 * When within its second a sealer begins, on a chain whose difficulty is at its floor. There a
 * search takes no time: sealers that all begin with the second find a block each, of equal work,
 * second after second, and the two branches of a healed network never differ in weight.
 *
 * Spec: docs/spec/consensus.md, Y2.
 */
import type { Hash } from '../../consensus/types.ts'
import type { BlockSummary } from '../events.ts'
import type { Rng } from '../ports.ts'

/** Far longer than a block takes to the others, shorter than a second. */
export const LOT_MS_MAX = 600

export class Lots {
  readonly #rng: Rng
  readonly #minDifficulty: bigint
  #hash: Hash | undefined
  #lotMs = 0

  constructor(rng: Rng, minDifficulty: bigint) {
    this.#rng = rng
    this.#minDifficulty = minDifficulty
  }

  /** Milliseconds after the second of a child of `head`; drawn once for each head. */
  msOn({ hash, header }: BlockSummary): number {
    if (hash !== this.#hash) {
      this.#hash = hash
      const isAtFloor = header.difficulty <= this.#minDifficulty
      this.#lotMs = isAtFloor ? this.#rng.fraction() * LOT_MS_MAX : 0
    }
    return this.#lotMs
  }
}
