/** Seeds that every commit draws anew, and that its hash brings back. */
import { SeededRng } from './engine/seeded-rng.ts'

/** Beyond the seeds that people count up by hand. */
const FIRST = 1_000_000

export function seedsOfCommit(hash: string, count: number): readonly number[] {
  const rng = new SeededRng(`commit ${hash}`)
  return Array.from({ length: count }, () => FIRST + rng.u32())
}
