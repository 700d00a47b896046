/** `eth_`: transactions and receipts. What is in no block has null for its place. */
import { assert } from '../../consensus/errors.ts'
import type { Hash } from '../../consensus/types.ts'
import type {
  BlockSelector,
  ChainApi,
  ChainReader,
  EthereumChainBlock,
  TransactionLocation,
} from '../../node/api.ts'
import type { Receipt } from '../../node/receipt.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { isPending } from '../block-lookup.ts'
import { placeIn } from '../format/block.ts'
import { data } from '../format/hex.ts'
import { JsonTexts } from '../format/json-text.ts'
import { firstLogIndexes } from '../format/log.ts'
import { formatReceipt } from '../format/receipt.ts'
import { formatTransaction } from '../format/transaction.ts'
import { KEPT_TEXT_CHARS_MAX } from '../limits.ts'
import { type MethodTable, method, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { block, blockHash, blockNumber } from '../params/block.ts'
import { hash, index } from '../params/primitives.ts'
import { loadBlock } from './blocks.ts'

const transactionHash = required('hash', hash)
const position = required('index', index)

export function transactionMethods({ api }: Pick<RpcModules, 'api'>): MethodTable {
  const receipts = new JsonTexts(KEPT_TEXT_CHARS_MAX)
  const byIndex = async ([selector, position]: readonly [BlockSelector, number]) => {
    const found = await loadBlock(api.chain, selector)
    const transaction = found?.transactions[position]
    if (found === undefined || transaction === undefined) return null
    return formatTransaction(transaction, placeIn(found, position))
  }
  const rawByIndex = async ([selector, position]: readonly [BlockSelector, number]) => {
    const transaction = (await loadBlock(api.chain, selector))?.transactions[position]
    return transaction === undefined ? '0x' : data(transaction.raw)
  }
  return {
    eth_getTransactionByHash: method({
      description: 'A transaction of the chain or of the pool',
      params: [transactionHash],
      handler: async ([hash]) => {
        const found = await findTransaction(api, hash)
        if (found === undefined) return null
        const { transaction, block, index } = found
        return formatTransaction(transaction, block && placeIn(block, index))
      },
    }),
    eth_getTransactionByBlockHashAndIndex: method({
      description: 'A transaction by its place',
      params: [required('block', blockHash), position],
      handler: byIndex,
    }),
    eth_getTransactionByBlockNumberAndIndex: method({
      description: 'A transaction by its place',
      params: [required('block', blockNumber), position],
      handler: byIndex,
    }),
    eth_getRawTransactionByHash: method({
      description: 'The bytes of a transaction; 0x when there is none',
      params: [transactionHash],
      handler: async ([hash]) => rawTransaction(api, hash),
    }),
    eth_getRawTransactionByBlockHashAndIndex: method({
      description: 'The bytes of a transaction; 0x when there is none',
      params: [required('block', blockHash), position],
      handler: rawByIndex,
    }),
    eth_getRawTransactionByBlockNumberAndIndex: method({
      description: 'The bytes of a transaction; 0x when there is none',
      params: [required('block', blockNumber), position],
      handler: rawByIndex,
    }),
    eth_getTransactionReceipt: method({
      description: 'The receipt of a transaction of the canonical chain, or null',
      params: [transactionHash],
      isConcurrent: true,
      handler: ([hash]) => receiptText(api.chain, receipts, hash),
    }),
    eth_getBlockReceipts: method({
      description: 'All receipts of a block',
      params: [required('block', block)],
      handler: async ([selector]) => {
        if (isPending(selector)) return null
        const found = await loadBlock(api.chain, selector)
        if (found === undefined) return null
        if (found.transactions.length === 0) return []
        const receipts = await api.chain.receipts(found.hash)
        if (receipts === undefined) return null
        return receipts.map((_, index) => receiptAt(found, receipts, index))
      },
    }),
  }
}

type FoundTransaction = {
  readonly transaction: SignedTransaction
  /** undefined: it is in the pool. */
  readonly block: EthereumChainBlock | undefined
  readonly index: number
}

/** In the canonical chain first: a mined transaction may be in the pool for a moment longer. */
export async function findTransaction(
  { chain, pool }: Pick<ChainApi, 'chain' | 'pool'>,
  hash: Hash,
): Promise<FoundTransaction | undefined> {
  const location = await chain.locate(hash)
  if (location === undefined) {
    const transaction = pool.get(hash)
    return transaction && { transaction, block: undefined, index: 0 }
  }
  const block = await chain.block(location.blockHash)
  const transaction = block?.transactions[location.index]
  return transaction && { transaction, block, index: location.index }
}

/** The bytes of a transaction, empty when it is unknown. */
export async function rawTransaction(
  api: Pick<ChainApi, 'chain' | 'pool'>,
  hash: Hash,
): Promise<string> {
  const found = await findTransaction(api, hash)
  return found === undefined ? '0x' : data(found.transaction.raw)
}

/** By its place in a block, whose hash says all there is to say. */
async function receiptText(chain: ChainReader, texts: JsonTexts, hash: Hash) {
  const location = await chain.locate(hash)
  if (location === undefined) return null
  const key = `${location.blockHash} ${location.index}`
  const kept = texts.get(key)
  if (kept !== undefined) return kept
  const receipt = await receiptOf(chain, location)
  return receipt === undefined ? null : texts.add(key, receipt)
}

/** The receipt as JSON, or null. */
export async function findReceipt(chain: ChainReader, hash: Hash) {
  const location = await chain.locate(hash)
  return (location && (await receiptOf(chain, location))) ?? null
}

async function receiptOf(chain: ChainReader, { blockHash, index }: TransactionLocation) {
  const [block, receipts] = await Promise.all([chain.block(blockHash), chain.receipts(blockHash)])
  if (block === undefined || receipts === undefined) return undefined
  return receiptAt(block, receipts, index)
}

function receiptAt(block: EthereumChainBlock, receipts: readonly Receipt[], index: number) {
  const receipt = receipts[index]
  const transaction = block.transactions[index]
  assert(receipt !== undefined && transaction !== undefined, 'receipts match transactions')
  const firstLogIndex = firstLogIndexes(receipts)[index] ?? 0
  return formatReceipt(receipt, { block, transaction, index, firstLogIndex })
}
