/**
 * `ots_searchTransactions*`: the transactions of an address, page by page. There is no index by
 * address, so blocks are looked through one by one: who sent, who received, who logged; and for
 * those that call contracts, whom these call, by executing the block again.
 */
import type { Address } from '../../consensus/types.ts'
import type { ChainApi, EthereumChainBlock } from '../../node/api.ts'
import type { FlatFrame } from '../../node/execution/tracing/tracers/flat-call-tracer.ts'
import type { Receipt } from '../../node/receipt.ts'
import { withSignal } from '../dispatch/call-time.ts'
import { limitExceeded, paramInvalid } from '../errors.ts'
import { placeIn } from '../format/block.ts'
import { firstLogIndexes } from '../format/log.ts'
import { formatReceipt } from '../format/receipt.ts'
import { formatTransaction } from '../format/transaction.ts'
import { type MethodTable, method, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { address, count } from '../params/primitives.ts'
import { ALL_FRAMES, partiesOf } from './frames.ts'
import { SEARCH_BLOCKS_MAX, SEARCH_PAGE_MAX } from './limits.ts'

const params = [
  required('address', address),
  required('block', count),
  required('pageSize', count),
] as const

/** A transfer that meets no code uses no more, whatever it carries. */
const TRANSFER_GAS = 21_000n

export function otterscanSearchMethods({
  api,
  callTimeMs,
}: Pick<RpcModules, 'api' | 'callTimeMs'>): MethodTable {
  return {
    ots_searchTransactionsBefore: method({
      description: 'Transactions of an address below a block, newest first; 0 is the head',
      params,
      isUntimed: true,
      handler: async ([address, block, pageSize]) => {
        verifyPage(pageSize)
        const head = api.chain.head().header.number
        const from = block === 0 || BigInt(block) > head ? head : BigInt(block) - 1n
        const found = await withSignal(callTimeMs, (signal) =>
          search(api, { address, pageSize, from, step: -1n, signal }),
        )
        return { ...pageOf(found.hits), firstPage: block === 0, lastPage: found.isAll }
      },
    }),
    ots_searchTransactionsAfter: method({
      description: 'Transactions of an address above a block, newest first; 0 is the first block',
      params,
      isUntimed: true,
      handler: async ([address, block, pageSize]) => {
        verifyPage(pageSize)
        const from = block === 0 ? 0n : BigInt(block) + 1n
        const found = await withSignal(callTimeMs, (signal) =>
          search(api, { address, pageSize, from, step: 1n, signal }),
        )
        const hits = found.hits.toReversed()
        return { ...pageOf(hits), firstPage: found.isAll, lastPage: block === 0 }
      },
    }),
  }
}

type Plan = {
  readonly address: Address
  readonly pageSize: number
  readonly from: bigint
  readonly step: 1n | -1n
  readonly signal: AbortSignal
}

type Loaded = { readonly block: EthereumChainBlock; readonly receipts: readonly Receipt[] }
type Hit = Loaded & { readonly index: number }

/** Ends with the block that fills the page; `isAll` when there is nothing beyond it. */
async function search(
  api: ChainApi,
  plan: Plan,
): Promise<{ readonly hits: readonly Hit[]; readonly isAll: boolean }> {
  const { from, step, pageSize, signal } = plan
  const head = api.chain.head().header.number
  const hits: Hit[] = []
  let looked = 0
  for (let number = from; number >= 0n && number <= head; number += step) {
    if (++looked > SEARCH_BLOCKS_MAX) {
      if (hits.length > 0) return { hits, isAll: false }
      throw limitExceeded(
        `nothing found in ${SEARCH_BLOCKS_MAX} blocks: search from block ${number}`,
      )
    }
    signal.throwIfAborted()
    const found = await hitsIn(api, number, plan)
    if (found.length > 0 && hits.length >= pageSize) return { hits, isAll: false }
    hits.push(...found)
  }
  return { hits, isAll: true }
}

/** In the order of the search. */
async function hitsIn(
  api: ChainApi,
  number: bigint,
  { address, step, signal }: Plan,
): Promise<readonly Hit[]> {
  const summary = await api.chain.resolve({ number })
  if (summary === undefined || summary.header.gasUsed === 0n) return []
  const [block, receipts] = await Promise.all([
    api.chain.block(summary.hash),
    api.chain.receipts(summary.hash),
  ])
  if (block === undefined || receipts === undefined) return []
  const loaded = { block, receipts }
  const inside = await calledInside(api, loaded, address, signal)
  const hits = block.transactions.flatMap((_, index) =>
    isParty(loaded, index, address) || inside.has(index) ? [{ ...loaded, index }] : [],
  )
  return step < 0n ? hits.toReversed() : hits
}

function isParty({ block, receipts }: Loaded, index: number, address: Address): boolean {
  const transaction = block.transactions[index]
  const receipt = receipts[index]
  if (transaction === undefined || receipt === undefined) return false
  const { sender, tx } = transaction
  if (sender === address || tx.to?.toString() === address) return true
  if (receipt.contractAddress === address) return true
  return receipt.logs.some((log) => log.address === address)
}

/** Transactions of the block in which somebody calls, makes or pays the address. */
async function calledInside(
  { trace }: ChainApi,
  loaded: Loaded,
  address: Address,
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const isOpen = (receipt: Receipt, index: number): boolean =>
    receipt.gasUsed > TRANSFER_GAS && !isParty(loaded, index, address)
  if (!loaded.receipts.some(isOpen)) return new Set()
  const traces = await trace.block(loaded.block.hash, ALL_FRAMES, { signal })
  return new Set(
    traces.flatMap(({ result }, index) => {
      const frames = result as readonly FlatFrame[]
      return frames.some((frame) => partiesOf(frame).includes(address)) ? [index] : []
    }),
  )
}

function pageOf(hits: readonly Hit[]) {
  return {
    txs: hits.map(({ block, index }) => {
      const transaction = block.transactions[index]
      return transaction === undefined
        ? null
        : formatTransaction(transaction, placeIn(block, index))
    }),
    receipts: hits.map(({ block, receipts, index }) => {
      const [receipt, transaction] = [receipts[index], block.transactions[index]]
      if (receipt === undefined || transaction === undefined) return null
      const firstLogIndex = firstLogIndexes(receipts)[index] ?? 0
      return {
        ...formatReceipt(receipt, { block, transaction, index, firstLogIndex }),
        timestamp: Number(block.header.timestamp),
      }
    }),
  }
}

function verifyPage(pageSize: number): void {
  if (pageSize > 0 && pageSize <= SEARCH_PAGE_MAX) return
  throw paramInvalid(`max allowed page size: ${SEARCH_PAGE_MAX}`)
}
