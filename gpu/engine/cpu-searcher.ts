/**
 * Searches with the twin: for machines without an adapter, and for instant mode, where a search
 * takes a few milliseconds.
 */

import { assert } from '../errors.ts'
import { type Attempt, prepareAttempt, searchTiles } from '../reference/search.ts'
import { SHAPES, type ShapeName } from '../reference/shape.ts'
import { syntheticMatrix } from '../reference/synthetic.ts'
import { candidateLimit } from '../reference/ticket.ts'
import {
  checkCandidate,
  nonceAfter,
  type Searcher,
  type SearchStep,
  type SearchTask,
  seedsOf,
} from './search-task.ts'

/** The name of the twin where kernels are named. */
export const CPU_KERNEL = 'reference'

/** A step ends after this long; between steps an abort is seen. */
const STEP_MS_TARGET = 10
/** Tiles between two looks at the clock: 0.4 ms of T0, 9 ms of S2. */
const TILES_PER_SLICE = 32
const MEASURE_MS = 30

export class CpuSearcher implements Searcher {
  #task: SearchTask | undefined
  #nonce = 0n
  #limit = 0n
  #attempt: Attempt | undefined
  #nextTile = 0

  begin(task: SearchTask): void {
    this.#task = task
    this.#nonce = task.startNonce
    this.#limit = candidateLimit(task.difficulty, task.shape.tileMacs)
    this.#attempt = undefined
  }

  async step(): Promise<SearchStep> {
    const task = this.#task
    assert(task !== undefined, 'a search has begun')
    const { shape } = task
    const endMs = performance.now() + STEP_MS_TARGET
    let tiles = 0
    do {
      if (this.#attempt === undefined) {
        this.#attempt = prepareAttempt(shape, seedsOf(task, this.#nonce), task.operands)
        this.#nextTile = 0
      }
      const to = Math.min(this.#nextTile + TILES_PER_SLICE, shape.ticketCount)
      tiles += to - this.#nextTile
      const candidates = searchTiles(this.#attempt, this.#nextTile, to, this.#limit)
      for (const candidate of candidates) {
        const check = checkCandidate(task, this.#nonce, candidate)
        assert(check.outcome !== 'mismatch', 'the twin agrees with the verifier')
        if (check.outcome === 'wins') {
          return { macs: tiles * shape.tileMacs, nextNonce: this.#nonce, winner: check.tile }
        }
      }
      this.#advance(to, shape.ticketCount)
    } while (performance.now() < endMs)
    return { macs: tiles * shape.tileMacs, nextNonce: this.#nonce, winner: undefined }
  }

  #advance(to: number, ticketCount: number): void {
    this.#nextTile = to
    if (to < ticketCount) return
    this.#nonce = nonceAfter(this.#nonce)
    this.#attempt = undefined
  }
}

/** The rate of the twin, in MAC a second, from a few tiles. */
export function measureCpu(name: ShapeName): number {
  const shape = SHAPES[name]
  // One block of rows is enough: tile (0, 0) over and over.
  const rows = { ...shape, m: 64, n: 64 }
  const seed = new Uint8Array(32)
  const operands = {
    a: syntheticMatrix(seed, 'A', rows.m, rows.k),
    bt: syntheticMatrix(seed, 'B', rows.n, rows.k),
  }
  const seeds = { seedA: seed, seedB: seed, ticketKey: seed }
  const attempt = prepareAttempt(rows, seeds, operands)
  // The first round is for the compiler.
  searchTiles(attempt, 0, TILES_PER_SLICE, 0n)
  const startedMs = performance.now()
  let tiles = 0
  while (performance.now() - startedMs < MEASURE_MS) {
    searchTiles(attempt, 0, TILES_PER_SLICE, 0n)
    tiles += TILES_PER_SLICE
  }
  return (1000 * tiles * shape.tileMacs) / (performance.now() - startedMs)
}
