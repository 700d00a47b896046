/**
 * I14: a reorg loses no transaction. One of a block that left the chain is in the pool again, in
 * the new chain, or can't come any more because another one has its nonce, there or in the pool: a
 * sender who signs twice, as a sealer that sends `certify` on two branches, says which comes.
 */
import type { Hash } from '../../../../consensus/types.ts'
import type { BlockSummary } from '../../../events.ts'
import type { Node } from '../../../node.ts'
import type { SignedTransaction } from '../../../transaction.ts'
import type { Tell } from './violation.ts'

/** Transactions of one node that are watched at a time; the oldest are let go. */
const WATCHED_MAX = 4_096

export class TransactionLedger {
  /** By node: what its reorgs took off the chain since it started. */
  readonly #orphaned = new Map<number, Map<Hash, SignedTransaction>>()

  /** What a node of before had in memory is gone with it. */
  onStart(index: number): void {
    this.#orphaned.set(index, new Map())
  }

  async onReorg(index: number, { chain }: Node, removed: readonly BlockSummary[]): Promise<void> {
    const orphaned = this.#orphaned.get(index)
    for (const { hash } of removed) {
      const block = await chain.blocks.block(hash)
      for (const transaction of block?.transactions ?? []) {
        orphaned?.set(transaction.hash, transaction)
      }
    }
    for (const oldest of orphaned?.keys() ?? []) {
      if ((orphaned?.size ?? 0) <= WATCHED_MAX) return
      orphaned?.delete(oldest)
    }
  }

  async inspect(index: number, node: Node, tell: Tell): Promise<void> {
    const orphaned = this.#orphaned.get(index)
    for (const [hash, transaction] of orphaned ?? []) {
      const place = await node.api.chain.locate(hash)
      if (place !== undefined && place.blockNumber <= node.chain.tree.finalized.number) {
        orphaned?.delete(hash)
      } else if (place === undefined && !(await isHeld(node, transaction))) {
        const { sender, tx } = transaction
        tell('I14', index, `transaction ${hash} of ${sender}, nonce ${tx.nonce}, is lost`)
      }
    }
  }
}

/** In the pool, or superseded by what the pool or the chain has with the same nonce. */
async function isHeld(
  { api, chain }: Node,
  { hash, sender, tx }: SignedTransaction,
): Promise<boolean> {
  if (api.pool.get(hash) !== undefined) return true
  const account = await chain.state.view(chain.head.header.stateRoot).account(sender)
  if ((account?.nonce ?? 0n) > tx.nonce) return true
  const { pending, queued } = api.pool.content()
  const held = [...(pending.get(sender) ?? []), ...(queued.get(sender) ?? [])]
  return held.some((other) => other.tx.nonce === tx.nonce)
}
