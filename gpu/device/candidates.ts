/** Reads the candidates that the tickets kernel appended, in the order of attempt and tile. */
import { CANDIDATE_WORDS, CANDIDATES_MAX } from '../kernels/tickets.wgsl.ts'
import { TICKET_BYTES } from '../reference/ticket.ts'
import type { AttemptCandidate } from './attempt-runner.ts'

/** `words` is the candidates buffer: the count, which may be above the cap, then the candidates. */
export function readCandidates(words: Uint32Array): AttemptCandidate[] {
  const count = Math.min(words[0] ?? 0, CANDIDATES_MAX)
  const found: AttemptCandidate[] = []
  for (let i = 0; i < count; i++) {
    const at = 1 + i * CANDIDATE_WORDS
    const [attempt = 0, ti = 0, tj = 0] = words.subarray(at, at + 3)
    const ticket = new Uint8Array(words.slice(at + 3, at + CANDIDATE_WORDS).buffer)
    found.push({ attempt, ti, tj, ticket: ticket.subarray(0, TICKET_BYTES) })
  }
  return found.sort((x, y) => x.attempt - y.attempt || x.ti - y.ti || x.tj - y.tj)
}
