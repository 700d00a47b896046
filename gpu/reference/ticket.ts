/**
 * The ticket of a tile and whether it wins. Miner, verifier, pool and tests share these functions.
 * Spec: docs/spec/proof-of-compute.md, "Noise, encode, tile, ticket" (ticket, win).
 */
import { assert } from '../errors.ts'
import { compress } from './blake3.ts'

export const TICKET_BYTES = 32

const TICKET_SPACE = 1n << 256n
const LIMIT_SHIFT = 192n
const LIMIT_MAX = (1n << 64n) - 1n

/** The 32 bytes of the ticket of a tile with this state. */
export function ticketOf(key: Int32Array, state: Int32Array): Uint8Array {
  const out = new Int32Array(16)
  compress(key, state, 0, out)
  return new Uint8Array(out.buffer, 0, TICKET_BYTES)
}

/** The bound that a winning ticket is below: floor(2^256 * F / difficulty). */
export function theta(difficulty: bigint, tileMacs: number): bigint {
  assert(difficulty > 0n, 'difficulty is positive')
  return (TICKET_SPACE * BigInt(tileMacs)) / difficulty
}

/** Whether `ticket`, as a big-endian number, is below theta. */
export function wins(ticket: Uint8Array, difficulty: bigint, tileMacs: number): boolean {
  assert(ticket.length === TICKET_BYTES, 'a ticket has 32 bytes')
  return ticketValue(ticket) < theta(difficulty, tileMacs)
}

/** A ticket as the big-endian number that it is. */
export function ticketValue(ticket: Uint8Array): bigint {
  let value = 0n
  const view = new DataView(ticket.buffer, ticket.byteOffset, ticket.length)
  for (let at = 0; at < ticket.length; at += 8) value = (value << 64n) | view.getBigUint64(at)
  return value
}

/**
 * The largest first 8 bytes that a winning ticket can have. A search compares only those; what
 * passes is a candidate, and {@link wins} decides.
 */
export function candidateLimit(difficulty: bigint, tileMacs: number): bigint {
  const limit = (theta(difficulty, tileMacs) - 1n) >> LIMIT_SHIFT
  return limit > LIMIT_MAX ? LIMIT_MAX : limit
}
