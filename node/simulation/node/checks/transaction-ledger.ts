/**
 * I14: no transaction is lost. One that an honest node took is in a pool, in the chain, or can't
 * come any more because another one has its nonce.
 */
import type { Hash } from '../../../../consensus/types.ts'
import type { Node } from '../../../node.ts'
import type { SignedTransaction } from '../../../transaction.ts'
import type { Tell } from './violation.ts'

/** Transactions that are watched at a time; in a flood the oldest are let go. */
const WATCHED_MAX = 8_192

export class TransactionLedger {
  readonly #watched = new Map<Hash, SignedTransaction>()

  add(transaction: SignedTransaction): void {
    this.#watched.set(transaction.hash, transaction)
    if (this.#watched.size <= WATCHED_MAX) return
    for (const oldest of this.#watched.keys()) {
      this.#watched.delete(oldest)
      return
    }
  }

  /** All nodes are up and honest, and nothing is on its way. */
  async inspect(nodes: readonly Node[], tell: Tell): Promise<void> {
    for (const [hash, transaction] of this.#watched) {
      const found = await Promise.all(nodes.map((node) => isAccountedFor(node, transaction)))
      if (found.includes('final')) this.#watched.delete(hash)
      if (found.length > 0 && found.every((each) => each === 'lost')) {
        const { sender, tx } = transaction
        tell('I14', undefined, `transaction ${hash} of ${sender}, nonce ${tx.nonce}, is lost`)
      }
    }
  }
}

async function isAccountedFor(
  { api, chain }: Node,
  { hash, sender, tx }: SignedTransaction,
): Promise<'final' | 'held' | 'lost'> {
  const place = await api.chain.locate(hash)
  if (place !== undefined) {
    return place.blockNumber <= chain.tree.finalized.number ? 'final' : 'held'
  }
  if (api.pool.get(hash) !== undefined) return 'held'
  const account = await chain.state.view(chain.head.header.stateRoot).account(sender)
  return (account?.nonce ?? 0n) > tx.nonce ? 'held' : 'lost'
}
