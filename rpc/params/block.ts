/**
 * Blocks as callers name them: a tag, a QUANTITY, a 32-byte hash, or an object of EIP-1898.
 *
 * Spec: docs/spec/interface.md, "JSON-RPC"; https://eips.ethereum.org/EIPS/eip-1898.
 */
import type { BlockSelector, BlockTag } from '../../node/api.ts'
import { paramInvalid } from '../errors.ts'
import { bool, expected, hash, member, objectAt, type Parser, uint64 } from './primitives.ts'

export const LATEST: BlockSelector = { tag: 'latest' }

const TAGS: ReadonlyMap<unknown, BlockSelector> = new Map(
  (['latest', 'safe', 'finalized', 'earliest', 'pending'] as const satisfies BlockTag[]).map(
    (tag) => [tag, tag === 'latest' ? LATEST : { tag }],
  ),
)
const HASH_CHARS = 66
const WANTED = 'a block number in 0x hex, or latest, safe, finalized, earliest or pending'

/** Any way to name a block. */
export const block: Parser<BlockSelector> = {
  type: 'block',
  parse(value, path) {
    const tag = TAGS.get(value)
    if (tag !== undefined) return tag
    if (typeof value === 'string' && value.length === HASH_CHARS) {
      return { hash: hash.parse(value, path), requireCanonical: false }
    }
    if (typeof value === 'object' && value !== null) return blockObject(value, path)
    return parseNumber(value, path)
  },
}

/** Where the method's name says that it is a number: no hashes, no objects. */
export const blockNumber: Parser<BlockSelector> = {
  type: 'block number',
  parse: (value, path) => TAGS.get(value) ?? parseNumber(value, path),
}

/** Where the method's name says that it is a hash. */
export const blockHash: Parser<BlockSelector> = {
  type: 'block hash',
  parse: (value, path) => ({ hash: hash.parse(value, path), requireCanonical: false }),
}

function parseNumber(value: unknown, path: string): BlockSelector {
  if (typeof value !== 'string' || !value.startsWith('0x')) throw expected(path, WANTED, value)
  return { number: uint64.parse(value, path) }
}

function blockObject(value: object, path: string): BlockSelector {
  const object = objectAt(value, path)
  const number = member(object, path, 'blockNumber', blockNumber)
  const blockHash = member(object, path, 'blockHash', hash)
  if (number !== undefined && blockHash !== undefined) {
    throw paramInvalid('cannot specify both BlockHash and BlockNumber, choose one or the other')
  }
  if (number !== undefined) return number
  if (blockHash === undefined) throw expected(path, 'blockNumber or blockHash', value)
  const requireCanonical = member(object, path, 'requireCanonical', bool) ?? false
  return { hash: blockHash, requireCanonical }
}
