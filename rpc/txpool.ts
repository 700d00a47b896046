/** `txpool_`: what waits to be mined, by sender and nonce. */
import type { PoolContent } from '../node/api.ts'
import type { SignedTransaction } from '../node/transaction.ts'
import { quantity } from './format/hex.ts'
import { formatTransaction } from './format/transaction.ts'
import { type MethodTable, method, required } from './method.ts'
import type { RpcModules } from './modules.ts'
import { address } from './params/primitives.ts'

type Show = (transaction: SignedTransaction) => unknown

export function txpoolMethods({ api }: Pick<RpcModules, 'api'>): MethodTable {
  const all = (show: Show) => {
    const { pending, queued } = api.pool.content()
    return { pending: bySender(pending, show), queued: bySender(queued, show) }
  }
  return {
    txpool_status: method({
      description: 'How many transactions can be mined now, and how many wait for a nonce',
      params: [],
      handler: () => {
        const { pending, queued } = api.pool.status()
        return { pending: quantity(pending), queued: quantity(queued) }
      },
    }),
    txpool_content: method({
      description: 'All transactions of the pool',
      params: [],
      handler: () => all(show),
    }),
    txpool_contentFrom: method({
      description: 'The transactions of one sender',
      params: [required('address', address)],
      handler: ([address]) => {
        const { pending, queued } = api.pool.content()
        return {
          pending: byNonce(pending.get(address) ?? [], show),
          queued: byNonce(queued.get(address) ?? [], show),
        }
      },
    }),
    txpool_inspect: method({
      description: 'All transactions of the pool, a line each',
      params: [],
      handler: () => all(summarise),
    }),
  }
}

function bySender(content: PoolContent, show: Show) {
  return Object.fromEntries([...content].map(([sender, list]) => [sender, byNonce(list, show)]))
}

function byNonce(list: readonly SignedTransaction[], show: Show) {
  return Object.fromEntries(list.map((entry) => [entry.tx.nonce.toString(), show(entry)]))
}

function show(transaction: SignedTransaction) {
  return formatTransaction(transaction)
}

/** Geth's line. */
function summarise({ tx }: SignedTransaction): string {
  const to = tx.to === undefined ? 'contract creation' : tx.to.toString()
  const price = 'maxFeePerGas' in tx ? tx.maxFeePerGas : tx.gasPrice
  return `${to}: ${tx.value} wei + ${tx.gasLimit} gas × ${price} wei`
}
