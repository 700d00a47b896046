/**
 * When something in the state became so, found by halving: the state after every block is kept, and
 * what is looked for (a nonce that grows, code that was put) stays once it is there.
 */
import type { Address, Hash } from '../../consensus/types.ts'
import type { ChainApi, ChainReader, EthereumChainBlock } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import type { FlatFrame } from '../../node/execution/tracing/tracers/flat-call-tracer.ts'
import type { AccountRecord } from '../../node/state/types.ts'
import { ALL_FRAMES } from './frames.ts'

type Reader = Pick<ChainApi, 'chain' | 'state' | 'trace'>

const EMPTY_CODE_HASH = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'

export function hasCode(account: AccountRecord | undefined): boolean {
  return account !== undefined && account.codeHash !== EMPTY_CODE_HASH
}

/** The hash of the transaction that a sender signed with this nonce, null if there is none. */
export async function findByNonce(
  { chain, state }: Reader,
  sender: Address,
  nonce: bigint,
): Promise<Hash | null> {
  const block = await firstBlockWhere(chain, async (block) => {
    const account = await (await state.at(block)).account(sender)
    return (account?.nonce ?? 0n) > nonce
  })
  const found = block?.transactions.find(
    (transaction) => transaction.sender === sender && transaction.tx.nonce === nonce,
  )
  return found?.hash ?? null
}

/** Who made a contract, and in which transaction; null for what was not made by any. */
export async function findCreator(
  { chain, state, trace }: Reader,
  contract: Address,
  signal: AbortSignal,
): Promise<{ readonly hash: Hash; readonly creator: Address } | null> {
  const block = await firstBlockWhere(chain, async (block) =>
    hasCode(await (await state.at(block)).account(contract)),
  )
  if (block === undefined || block.header.number === 0n) return null
  for (const { txHash, result } of await trace.block(block.hash, ALL_FRAMES, { signal })) {
    for (const { type, action, result: made, error } of result as readonly FlatFrame[]) {
      const isIt = type === 'create' && error === undefined && made?.address === contract
      if (isIt && action.from !== undefined) return { hash: txHash, creator: action.from }
    }
  }
  return null
}

/** The lowest canonical block after which it is so; undefined when it is not so now. */
async function firstBlockWhere(
  chain: ChainReader,
  isSo: (block: EthereumSummary) => Promise<boolean>,
): Promise<EthereumChainBlock | undefined> {
  const head = chain.head()
  if (!(await isSo(head))) return undefined
  let [low, high] = [0n, head.header.number]
  let found: EthereumSummary = head
  while (low < high) {
    const middle = (low + high) / 2n
    const block = await chain.resolve({ number: middle })
    if (block !== undefined && (await isSo(block))) {
      high = middle
      found = block
    } else low = middle + 1n
  }
  return chain.block(found.hash)
}
