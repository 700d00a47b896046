/**
 * A cache of the public operand rows of recent epochs: with it a kind-0 proof costs what a kind-1
 * proof costs without its Merkle trees. Rows are expanded when first asked for.
 *
 * Spec: docs/spec/proof-of-compute.md, "Header and binding" (kind 0). A cache changes no answer.
 */
import { bytesToHex } from '@ethereumjs/util'
import { type Shape, TILE_SIDE } from '../../gpu/reference/shape.ts'
import { syntheticRow } from '../../gpu/reference/synthetic.ts'
import type { Hash } from '../types.ts'

/**
 * 64 MiB: two whole epochs of S2, 128 of S0. At the limit the epoch that was used least recently
 * goes, so that branches with checkpoints of their own do not throw out the one in use.
 */
export const SYNTHETIC_ROWS_BYTES_MAX = 64 * 1024 * 1024

type Epoch = { readonly rowsA: Map<number, Int8Array>; readonly rowsB: Map<number, Int8Array> }

/** Rows by epoch seed, for one shape. */
export class SyntheticRows {
  readonly #shape: Shape
  readonly #bytesMax: number
  /** In order of use, least recent first. */
  readonly #epochs = new Map<Hash, Epoch>()
  #bytes = 0

  constructor(shape: Shape, bytesMax: number = SYNTHETIC_ROWS_BYTES_MAX) {
    this.#shape = shape
    this.#bytesMax = bytesMax
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The eight rows of tile index `tile` of A or BT, in order. */
  tileRows(epochSeed: Uint8Array, side: 'A' | 'B', tile: number): Int8Array[] {
    const epoch = this.#epochOf(epochSeed)
    const rows = side === 'A' ? epoch.rowsA : epoch.rowsB
    const found: Int8Array[] = []
    for (let index = tile * TILE_SIDE; index < (tile + 1) * TILE_SIDE; index++) {
      let row = rows.get(index)
      if (row === undefined) {
        row = syntheticRow(epochSeed, side, index, this.#shape.k)
        rows.set(index, row)
        this.#bytes += row.length
      }
      found.push(row)
    }
    this.#evict()
    return found
  }

  #epochOf(epochSeed: Uint8Array): Epoch {
    const key = bytesToHex(epochSeed)
    const epoch = this.#epochs.get(key) ?? { rowsA: new Map(), rowsB: new Map() }
    this.#epochs.delete(key)
    this.#epochs.set(key, epoch)
    return epoch
  }

  /** Drops the least recent epochs above the limit, never the one just used. */
  #evict(): void {
    for (const [key, { rowsA, rowsB }] of this.#epochs) {
      if (this.#bytes <= this.#bytesMax || this.#epochs.size === 1) return
      this.#epochs.delete(key)
      this.#bytes -= (rowsA.size + rowsB.size) * this.#shape.k
    }
  }
}

/** The same rows without a cache. */
export function expandTileRows(
  shape: Shape,
  epochSeed: Uint8Array,
  side: 'A' | 'B',
  tile: number,
): Int8Array[] {
  return Array.from({ length: TILE_SIDE }, (_, i) =>
    syntheticRow(epochSeed, side, tile * TILE_SIDE + i, shape.k),
  )
}
