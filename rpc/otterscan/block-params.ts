/** Blocks as Otterscan names them: by JSON numbers, too. */
import type { BlockSelector } from '../../node/api.ts'
import { blockNumber } from '../params/block.ts'
import { count, type Parser } from '../params/primitives.ts'

export const blockHeight: Parser<BlockSelector> = {
  type: 'block number',
  parse: (value, path) =>
    typeof value === 'number'
      ? { number: BigInt(count.parse(value, path)) }
      : blockNumber.parse(value, path),
}
