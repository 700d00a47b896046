/** Blocks that callers name, found or refused in geth's words. */
import type { BlockSelector, ChainReader } from '../node/api.ts'
import type { EthereumSummary } from '../node/events.ts'
import { andThen, type Soon } from '../node/state/soon.ts'
import { RpcError } from './errors.ts'
import { quantity } from './format/hex.ts'
import { LATEST } from './params/block.ts'

/** The block, or undefined: what methods that answer null for an unknown block ask. */
export function findBlock(
  chain: ChainReader,
  selector: BlockSelector,
): Soon<EthereumSummary | undefined> {
  return selector === LATEST ? chain.head() : chain.resolve(selector)
}

/** The block; throws BLOCK_UNKNOWN. */
export function requireBlock(chain: ChainReader, selector: BlockSelector): Soon<EthereumSummary> {
  return andThen(findBlock(chain, selector), (block) => block ?? refuse(chain, selector))
}

async function refuse(chain: ChainReader, selector: BlockSelector): Promise<never> {
  throw new RpcError({ code: 'BLOCK_UNKNOWN' }, await sentence(chain, selector))
}

async function sentence(chain: ChainReader, selector: BlockSelector): Promise<string> {
  if ('tag' in selector) return `${selector.tag} block not found`
  if ('number' in selector) return `header not found: block ${quantity(selector.number)} is unknown`
  const known = await chain.header(selector.hash)
  return known === undefined ? 'header for hash not found' : 'hash is not currently canonical'
}

export function isPending(selector: BlockSelector): boolean {
  return 'tag' in selector && selector.tag === 'pending'
}
