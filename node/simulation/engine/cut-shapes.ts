/**
 * The shapes in which a network falls apart. Each says which wires are cut; two more change with
 * time and are made of these by whoever plans a run.
 *
 * Spec: docs/simulator.md, "Partitions".
 */
import type { SeededRng } from './seeded-rng.ts'

export const CUT_SHAPES = [
  'single',
  'halves',
  'ring-majority',
  'three-way',
  'all-isolated',
  'asymmetric',
] as const

export type CutShape = (typeof CUT_SHAPES)[number]

/** Whether the wire from one node to another is cut. */
export type Cuts = (from: number, to: number) => boolean

export const NO_CUTS: Cuts = () => false

/**
 * A partition of this shape among `size` nodes, whose members chance picks. Nodes in `bridging`
 * are never cut off: a liar may stand on both sides.
 */
export function drawCuts(
  shape: CutShape,
  size: number,
  rng: SeededRng,
  bridging: ReadonlySet<number> = new Set(),
): Cuts {
  const place = new Map(
    rng.shuffled(Array.from({ length: size }, (_, i) => i)).map((node, i) => [node, i]),
  )
  const placeOf = (node: number): number => place.get(node) ?? 0
  const split = rng.integer(1, Math.max(1, size - 1))
  const isCut = (a: number, b: number): boolean => {
    switch (shape) {
      case 'single':
        return a === 0 || b === 0
      case 'halves':
        return a < split !== b < split
      case 'ring-majority':
        return !isNearInRing(a, b, size)
      case 'three-way':
        return a % 3 !== b % 3
      case 'all-isolated':
        return true
      case 'asymmetric':
        // Nobody hears the first; the first hears everybody.
        return a < split && b >= split
    }
  }
  return (from, to) => {
    if (bridging.has(from) || bridging.has(to)) return false
    return isCut(placeOf(from), placeOf(to))
  }
}

/** Everybody sees a majority, and no two the same one. */
function isNearInRing(a: number, b: number, size: number): boolean {
  const distance = Math.min((a - b + size) % size, (b - a + size) % size)
  return distance <= Math.ceil(size / 4)
}
