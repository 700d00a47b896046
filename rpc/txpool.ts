/** `txpool_`: what waits to be mined, by sender and nonce. */
import type { PoolContent } from '../node/api.ts'
import type { SignedTransaction } from '../node/transaction.ts'
import { answerTooLarge } from './errors.ts'
import { quantity } from './format/hex.ts'
import { formatTransaction } from './format/transaction.ts'
import { ANSWER_BYTES_MAX } from './limits.ts'
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
      handler: () => {
        const { pending, queued } = api.pool.content()
        verifyFits([...pending.values(), ...queued.values()])
        return all(show)
      },
    }),
    txpool_contentFrom: method({
      description: 'The transactions of one sender',
      params: [required('address', address)],
      handler: ([address]) => {
        const { pending, queued } = api.pool.content()
        const lists = [pending.get(address) ?? [], queued.get(address) ?? []] as const
        verifyFits(lists)
        return { pending: byNonce(lists[0], show), queued: byNonce(lists[1], show) }
      },
    }),
    txpool_inspect: method({
      description: 'All transactions of the pool, a line each',
      params: [],
      handler: () => all(summarise),
    }),
  }
}

/**
 * A pool may hold gigabytes: what can't be answered is not written out first. Throws
 * LIMIT_EXCEEDED where the hex digits alone are too many.
 */
function verifyFits(lists: readonly (readonly SignedTransaction[])[]): void {
  let chars = 0
  for (const { raw } of lists.flat()) chars += 2 * raw.length
  if (chars > ANSWER_BYTES_MAX) throw answerTooLarge()
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
