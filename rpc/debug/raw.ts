/** `debug_getRaw*`: what was hashed, in bytes, for checkers that share no code with the node. */
import { encodeEthereumBlock, encodeEthereumHeader } from '../../consensus/codec/ethereum-codec.ts'
import type { BlockSelector, ChainReader, EthereumChainBlock } from '../../node/api.ts'
import { encodeReceipt } from '../../node/execution/receipts/receipt-codec.ts'
import type { Receipt } from '../../node/receipt.ts'
import { isPending, requireBlock } from '../block-lookup.ts'
import { RpcError } from '../errors.ts'
import { rawTransaction } from '../eth/transactions.ts'
import { data } from '../format/hex.ts'
import { type MethodTable, method, required } from '../method.ts'
import type { RpcModules } from '../modules.ts'
import { block } from '../params/block.ts'
import { hash } from '../params/primitives.ts'

const selector = required('block', block)

export function rawMethods({ api }: Pick<RpcModules, 'api'>): MethodTable {
  const { chain } = api
  return {
    debug_getRawHeader: method({
      description: 'RLP of a header',
      params: [selector],
      handler: async ([selector]) =>
        data(encodeEthereumHeader((await requireBlock(chain, selector)).header)),
    }),
    debug_getRawBlock: method({
      description: 'RLP of a block: header, transactions, uncles and withdrawals, if any',
      params: [selector],
      handler: async ([selector]) => {
        const found = await blockOf(chain, selector)
        const transactions = found.transactions.map((transaction) => transaction.raw)
        const ommers = (found.ommers ?? []).map((ommer) => ommer.header)
        const { header, withdrawals = header.withdrawalsRoot ? [] : undefined } = found
        return data(encodeEthereumBlock({ header, transactions, ommers, withdrawals }))
      },
    }),
    debug_getRawReceipts: method({
      description: 'The receipts of a block as its receipts root commits to them',
      params: [selector],
      handler: async ([selector]) => {
        const receipts = await receiptsOf(chain, selector)
        return receipts.map((receipt) => data(encodeReceipt(receipt)))
      },
    }),
    debug_getRawTransaction: method({
      description: 'The bytes of a transaction; 0x when there is none',
      params: [required('hash', hash)],
      handler: async ([hash]) => rawTransaction(api, hash),
    }),
  }
}

async function blockOf(chain: ChainReader, selector: BlockSelector): Promise<EthereumChainBlock> {
  if (isPending(selector)) return (await chain.pendingBlock()).block
  const found = await chain.block((await requireBlock(chain, selector)).hash)
  if (found === undefined) throw pruned()
  return found
}

async function receiptsOf(
  chain: ChainReader,
  selector: BlockSelector,
): Promise<readonly Receipt[]> {
  if (isPending(selector)) return (await chain.pendingBlock()).receipts
  const { hash, header } = await requireBlock(chain, selector)
  if (header.gasUsed === 0n) return []
  const receipts = await chain.receipts(hash)
  if (receipts === undefined) throw pruned()
  return receipts
}

function pruned(): RpcError {
  return new RpcError({ code: 'HISTORY_PRUNED' }, 'pruned history unavailable')
}
