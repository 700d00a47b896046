/** The filter object of `eth_getLogs`, `eth_newFilter` and the logs subscription. */
import type { Address, Hash } from '../../consensus/types.ts'
import type { BlockSelector } from '../../node/api.ts'
import { paramInvalid } from '../errors.ts'
import { FILTER_ALTERNATIVES_MAX, TOPICS_MAX } from '../limits.ts'
import { blockNumber } from './block.ts'
import { defined } from './call.ts'
import { address, arrayOf, hash, member, objectAt, type Parser } from './primitives.ts'

export type LogCriteria = {
  /** Any of these; empty: any address. */
  readonly addresses: readonly Address[]
  /** One list a position, any of its topics; an empty list: any topic. */
  readonly topics: readonly (readonly Hash[])[]
  /** One block by its hash, else the range. */
  readonly blockHash?: Hash
  readonly fromBlock?: BlockSelector
  readonly toBlock?: BlockSelector
}

const addresses = oneOrMany(address)
const topicPosition = oneOrMany(hash)

export const logCriteria: Parser<LogCriteria> = {
  type: 'log filter',
  parse(value, path) {
    const object = objectAt(value, path)
    const fromBlock = member(object, path, 'fromBlock', rangeEnd)
    const toBlock = member(object, path, 'toBlock', rangeEnd)
    const blockHash = member(object, path, 'blockHash', hash)
    if (blockHash !== undefined && (fromBlock !== undefined || toBlock !== undefined)) {
      throw paramInvalid(
        'cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other',
      )
    }
    return {
      addresses: member(object, path, 'address', addresses) ?? [],
      topics: member(object, path, 'topics', topics) ?? [],
      ...defined('blockHash', blockHash),
      ...defined('fromBlock', fromBlock),
      ...defined('toBlock', toBlock),
    }
  },
}

const topics: Parser<readonly (readonly Hash[])[]> = {
  type: 'topics',
  parse(value, path) {
    if (Array.isArray(value) && value.length > TOPICS_MAX) {
      throw paramInvalid(`exceed max topics: "${path}" has more than ${TOPICS_MAX} positions`)
    }
    return positions.parse(value, path)
  },
}

/** A position that is null matches any topic, and so does a list with null in it. */
const position: Parser<readonly Hash[]> = {
  type: 'topic',
  parse(value, path) {
    if (value === null) return []
    if (Array.isArray(value) && value.includes(null)) return []
    return topicPosition.parse(value, path)
  },
}
const positions = arrayOf(position, TOPICS_MAX)

const rangeEnd: Parser<BlockSelector> = {
  type: 'block number',
  parse(value, path) {
    if (value === 'pending') throw paramInvalid('pending logs are not supported')
    return blockNumber.parse(value, path)
  },
}

function oneOrMany<Value>(parser: Parser<Value>): Parser<readonly Value[]> {
  const many = arrayOf(parser, FILTER_ALTERNATIVES_MAX)
  return {
    type: `${parser.type} or list`,
    parse: (value, path) =>
      Array.isArray(value) ? many.parse(value, path) : [parser.parse(value, path)],
  }
}
