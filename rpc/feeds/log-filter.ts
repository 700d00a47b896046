/**
 * Which logs a filter wants. The bloom of a block is asked first: three bits a value, so most
 * blocks are passed over without their receipts.
 *
 * Spec: Ethereum Yellow Paper, section 4.3.1, M3:2048.
 */
import { hexToBytes } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Hex } from '../../consensus/types.ts'
import type { Log } from '../../node/receipt.ts'
import type { LogCriteria } from '../params/log-criteria.ts'

export type LogFilter = {
  /** May a block with this bloom (256 bytes) hold a wanted log? */
  admits(logsBloom: Hex): boolean
  matches(log: Pick<Log, 'address' | 'topics'>): boolean
}

/** One hex digit of a bloom, and the bit in it. */
type BloomBit = { readonly digit: number; readonly mask: number }
/** Alternatives, each with its bits. */
type BloomGroup = readonly (readonly BloomBit[])[]

const BLOOM_BITS = 2048
/** Values whose bits are remembered, as a hash costs as much as some blocks; then all go. */
const BLOOM_VALUES_KEPT = 4_096
const NO_LOGS: Hex = `0x${'0'.repeat(BLOOM_BITS / 4)}`

export function createLogFilter({ addresses, topics }: LogCriteria): LogFilter {
  const wantedAddresses = new Set<Hex>(addresses)
  const wantedTopics = topics.map((position) => new Set<Hex>(position))
  let groups: readonly BloomGroup[] | undefined
  return {
    admits(logsBloom) {
      if (logsBloom === NO_LOGS) return false
      // Hashed when the first block is looked at: many a query finds none.
      groups ??= bloomGroups([addresses, ...topics])
      return groups.every((group) =>
        group.some((bits) => bits.every((bit) => isSet(logsBloom, bit))),
      )
    },
    matches: (log) =>
      (wantedAddresses.size === 0 || wantedAddresses.has(log.address)) &&
      log.topics.length >= wantedTopics.length &&
      wantedTopics.every((wanted, position) => {
        const topic = log.topics[position]
        return wanted.size === 0 || (topic !== undefined && wanted.has(topic))
      }),
  }
}

/** A block must be able to hold one of every group. */
function bloomGroups(values: readonly (readonly Hex[])[]): readonly BloomGroup[] {
  return values.filter((group) => group.length > 0).map((group) => group.map(knownBits))
}

function knownBits(value: Hex): readonly BloomBit[] {
  const known = knownValues.get(value)
  if (known !== undefined) return known
  if (knownValues.size >= BLOOM_VALUES_KEPT) knownValues.clear()
  const bits = bloomBits(value)
  knownValues.set(value, bits)
  return bits
}

const knownValues = new Map<Hex, readonly BloomBit[]>()

/** The low 11 bits of the first three 16-bit words of the value's hash. */
function bloomBits(value: Hex): readonly BloomBit[] {
  const hash = keccak_256(hexToBytes(value))
  return [0, 2, 4].map((offset) => {
    const word = ((hash[offset] ?? 0) << 8) | (hash[offset + 1] ?? 0)
    const bit = word % BLOOM_BITS
    // Bits count from the end of the bloom, four to a digit, after the "0x".
    return { digit: 2 + ((BLOOM_BITS - 1 - bit) >> 2), mask: 1 << (bit & 3) }
  })
}

function isSet(bloom: Hex, { digit, mask }: BloomBit): boolean {
  const code = bloom.charCodeAt(digit)
  // '0' to '9' are 0x30 on, 'a' to 'f' are 0x61 on.
  const value = code >= 0x61 ? code - 0x61 + 10 : code - 0x30
  return (value & mask) !== 0
}
