/** `ots_`: blocks without what Otterscan does not show, and with what it does. */

import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import type { BlockSelector, ChainApi, EthereumChainBlock } from '../../node/api.ts'
import type { Receipt } from '../../node/receipt.ts'
import { findBlock, isPending } from '../block-lookup.ts'
import { RpcError } from '../errors.ts'
import { formatBlock, placeIn } from '../format/block.ts'
import { quantity } from '../format/hex.ts'
import { formatReceipt } from '../format/receipt.ts'
import { formatTransaction } from '../format/transaction.ts'
import { type MethodTable, method, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { blockHash } from '../params/block.ts'
import { count, expected, type Parser } from '../params/primitives.ts'
import { blockHeight } from './block-params.ts'
import { BLOCK_PAGE_MAX } from './limits.ts'

const SELECTOR_CHARS = 10

const pageSize: Parser<number> = {
  type: 'number',
  parse(value, path) {
    const size = count.parse(value, path)
    if (size <= BLOCK_PAGE_MAX) return size
    throw expected(path, `a page of at most ${BLOCK_PAGE_MAX}`, value)
  },
}

export function otterscanBlockMethods({ api }: Pick<RpcModules, 'api'>): MethodTable {
  const details = async ([selector]: readonly [BlockSelector]) => {
    const found = await load(api, selector)
    return found === undefined ? null : formatDetails(api, found.block, found.receipts)
  }
  return {
    ots_getBlockDetails: method({
      description: 'A block with its fees and rewards, without its transactions',
      params: [required('block', blockHeight)],
      handler: details,
    }),
    ots_getBlockDetailsByHash: method({
      description: 'The same by hash',
      params: [required('block', blockHash)],
      handler: details,
    }),
    ots_getBlockTransactions: method({
      description: 'A page of the transactions of a block, the last ones first, with receipts',
      params: [
        required('block', blockHeight),
        required('page', count),
        required('pageSize', pageSize),
      ],
      handler: async ([selector, page, size]) => {
        const found = await load(api, selector)
        if (found === undefined) return null
        const end = Math.max(0, found.block.transactions.length - page * size)
        return formatPage(found, Math.max(0, end - size), end)
      },
    }),
  }
}

type Loaded = { readonly block: EthereumChainBlock; readonly receipts: readonly Receipt[] }

async function load({ chain }: ChainApi, selector: BlockSelector): Promise<Loaded | undefined> {
  if (isPending(selector)) return undefined
  const found = await findBlock(chain, selector)
  const block = found && (await chain.block(found.hash))
  if (block === undefined) return undefined
  const receipts = block.transactions.length === 0 ? [] : await chain.receipts(block.hash)
  if (receipts === undefined) {
    throw new RpcError({ code: 'HISTORY_PRUNED' }, 'pruned history unavailable')
  }
  return { block, receipts }
}

function formatShort(block: EthereumChainBlock) {
  const { transactions: _, ...fields } = formatBlock(block, false)
  return { ...fields, logsBloom: null, transactionCount: block.transactions.length }
}

async function formatDetails(
  api: ChainApi,
  block: EthereumChainBlock,
  receipts: readonly Receipt[],
) {
  const fees = receipts.reduce((sum, each) => sum + each.gasUsed * each.effectiveGasPrice, 0n)
  const reward = quantity(await rewardOf(api, block))
  return {
    block: formatShort(block),
    issuance: { blockReward: reward, uncleReward: '0x0', issuance: reward },
    totalFees: quantity(fees),
  }
}

/** What the vault of rewards has less after the block than before it. */
async function rewardOf({ chain, state }: ChainApi, block: EthereumChainBlock): Promise<bigint> {
  const header = await chain.header(block.header.parentHash)
  if (header === undefined) return 0n
  const [before, after] = await Promise.all([
    state.at({ hash: block.header.parentHash, header }),
    state.at(block),
  ])
  const vault = PREDEPLOYS.ComputeMiningVault
  const [held, left] = await Promise.all([before.account(vault), after.account(vault)])
  const released = (held?.balance ?? 0n) - (left?.balance ?? 0n)
  return released > 0n ? released : 0n
}

function formatPage({ block, receipts }: Loaded, start: number, end: number) {
  const rows = block.transactions.flatMap((transaction, index) => {
    const receipt = receipts[index]
    if (index < start || index >= end || receipt === undefined) return []
    const json = formatTransaction(transaction, placeIn(block, index))
    return [
      {
        transaction: { ...json, input: json.input.slice(0, SELECTOR_CHARS) },
        receipt: {
          ...formatReceipt(receipt, { block, transaction, index, firstLogIndex: 0 }),
          logs: null,
          logsBloom: null,
        },
      },
    ]
  })
  return {
    fullblock: { ...formatShort(block), transactions: rows.map((row) => row.transaction) },
    receipts: rows.map((row) => row.receipt),
  }
}
