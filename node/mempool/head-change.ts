/**
 * What a new head does to the pool: accounts that may have changed are read again, what was mined
 * goes, and what a reorg took out of the chain comes back, oldest first.
 *
 * The balance or the nonce of an account without code falls by its own transactions alone, so
 * senders of the blocks are enough; accounts with code, and those that may have got some by an
 * authorization (EIP-7702), are read each time. Spec: docs/spec/mempool.md, "A new head".
 */
import { nextBaseFee } from '../../consensus/rules/base-fee.ts'
import type { Address, Hash } from '../../consensus/types.ts'
import type { ChainBlock } from '../api.ts'
import type { HeadChange } from '../events.ts'
import type { SignedTransaction } from '../transaction.ts'
import type { Lane, PoolAccount } from './lane.ts'
import { PoolError } from './pool-error.ts'
import type { PooledTransaction } from './pooled-transaction.ts'
import type { TransactionBook } from './transaction-book.ts'

/** What of the store the pool reads: `BlockStore` has it. */
export interface BlockSource {
  block(hash: Hash): Promise<ChainBlock | undefined>
}

/** A head change with everything that the pool needs of it. */
export type HeadNews = {
  readonly baseFeePerGas: bigint
  readonly blockGasLimit: bigint
  /** Of blocks that are not canonical any more and in none of the new ones, oldest first. */
  readonly orphaned: readonly SignedTransaction[]
  readonly senders: ReadonlySet<Address>
  /** Any account may have changed. */
  readonly isEverybodyTouched: boolean
}

/** Reads the transactions of the blocks that left and joined the chain. */
export async function readHeadNews(
  { removed, added, head }: HeadChange,
  blocks: BlockSource,
): Promise<HeadNews> {
  const readAll = async (summaries: HeadChange['added']): Promise<SignedTransaction[]> => {
    const read = await Promise.all(summaries.map(({ hash }) => blocks.block(hash)))
    return read.flatMap((block) => block?.transactions ?? [])
  }
  const joined = await readAll(added)
  const left = await readAll([...removed].reverse())
  const mined = new Set(joined.map(({ hash }) => hash))
  const everything = [...joined, ...left]
  return {
    baseFeePerGas: nextBaseFee(head.header),
    blockGasLimit: head.header.gasLimit,
    orphaned: left.filter(({ hash }) => !mined.has(hash)),
    senders: new Set(everything.map(({ sender }) => sender)),
    isEverybodyTouched: everything.some(({ raw }) => raw[0] === SET_CODE_TYPE),
  }
}

/** EIP-7702: it may change accounts whose names only its signatures tell. */
const SET_CODE_TYPE = 4

/** The accounts to read before {@link applyHeadNews}. */
export function touchedAccounts(book: TransactionBook, news: HeadNews): Address[] {
  const orphans = news.orphaned.map(({ sender }) => sender)
  const lanes = [...book.lanes.values()].filter((lane) => isTouched(lane, news))
  return [...new Set([...lanes.map(({ sender }) => sender), ...orphans])]
}

function isTouched(lane: Lane, { senders, isEverybodyTouched }: HeadNews): boolean {
  if (isEverybodyTouched || lane.account.hasCode || lane.isShort) return true
  return senders.has(lane.sender)
}

/**
 * Takes the pool to the new head. Synchronous, with `accounts` as the head has them. Returns how
 * many orphaned transactions came back; the others were overtaken or can't be paid for.
 */
export function applyHeadNews(
  book: TransactionBook,
  news: HeadNews,
  accounts: ReadonlyMap<Address, PoolAccount>,
  enter: (transaction: SignedTransaction) => PooledTransaction,
): number {
  book.setBaseFee(news.baseFeePerGas)
  for (const [sender, account] of accounts) {
    const lane = book.lanes.get(sender)
    if (lane !== undefined) book.rebase(lane, account)
  }
  let returned = 0
  for (const transaction of news.orphaned) {
    const account = accounts.get(transaction.sender)
    if (account !== undefined && isTaken(() => book.add(enter(transaction), account))) returned += 1
  }
  book.trim()
  return returned
}

/** Refusals are outcomes here: a nonce that is used by now, a replacement that is in its place. */
function isTaken(add: () => void): boolean {
  try {
    add()
    return true
  } catch (error) {
    if (error instanceof PoolError) return false
    throw error
  }
}
