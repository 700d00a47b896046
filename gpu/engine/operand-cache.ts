/**
 * The operands of the searches of an engine: generated once for an epoch seed, kept from one search
 * to the next when they came with a job.
 */

import { assert } from '../errors.ts'
import type { SearchTemplate } from '../proof-backend.ts'
import type { Operands } from '../reference/search.ts'
import type { Shape } from '../reference/shape.ts'
import { syntheticMatrix } from '../reference/synthetic.ts'

/** Seeds kept: two, because around a checkpoint both epochs are searched. Then the oldest goes. */
const EPOCHS_MAX = 2

export class OperandCache {
  readonly #byEpoch = new Map<string, Operands>()
  #previous: Operands | undefined

  /** The same object for the same operands, so that a searcher sees that it holds them already. */
  get(shape: Shape, operands: SearchTemplate['operands'] | 'previous'): Operands {
    const found = operands === 'previous' ? this.#previous : this.#load(shape, operands)
    assert(found !== undefined, 'the first search of an engine carries its operands')
    this.#previous = found
    return found
  }

  #load(shape: Shape, operands: SearchTemplate['operands']): Operands {
    if (operands.kind === 1) return operands
    const { epochSeed } = operands
    const key = Buffer.from(epochSeed).toString('hex')
    const known = this.#byEpoch.get(key)
    if (known !== undefined) return known
    const made = {
      a: syntheticMatrix(epochSeed, 'A', shape.m, shape.k),
      bt: syntheticMatrix(epochSeed, 'B', shape.n, shape.k),
    }
    this.#byEpoch.set(key, made)
    const oldest = [...this.#byEpoch.keys()][0]
    if (this.#byEpoch.size > EPOCHS_MAX && oldest !== undefined) this.#byEpoch.delete(oldest)
    return made
  }
}
