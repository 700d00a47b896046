/**
 * I15: the head, the canonical index, receipts and the index of transactions say the same, to the
 * node's own readers and on its disk.
 */
import type { BlockNode } from '../../../../consensus/tree/block-node.ts'
import type { Hash } from '../../../../consensus/types.ts'
import type { TransactionLocation } from '../../../api.ts'
import type { Chain } from '../../../chain/chain.ts'
import { readCanonical, readLocation } from '../../../storage/block-tables.ts'
import type { SignedTransaction } from '../../../transaction.ts'
import type { MemoryDisk } from '../disk/memory-disk.ts'

/** Blocks below the head whose indices are compared each time. */
const INDEX_BLOCKS = 24n

/** Head, canonical index, receipts and the index of transactions say the same to each reader. */
export async function indexFaults(chain: Chain, disk: MemoryDisk): Promise<readonly string[]> {
  const { head, tree, blocks, state } = chain
  const readers = indexReaders(chain, disk)
  const faults: string[] = []
  // A certificate moves the head of the tree before the batch that moves that of the disk.
  if (tree.head().hash !== head.hash && !disk.faults.isWriting) {
    faults.push('the tree has another head')
  }
  if (blocks.head?.hash !== head.hash) faults.push('the disk has another head')
  if (state.flatBlock?.hash !== head.hash) faults.push('the flat state stands elsewhere')
  if ((await blocks.canonicalHash(head.header.number + 1n)) !== undefined) {
    faults.push('there is a canonical block above the head')
  }
  const lowest = head.header.number - INDEX_BLOCKS
  for (let node = tree.get(head.hash); node && node.number > lowest; node = node.parent) {
    const { number, hash } = node
    const { transactions = [] } = (await blocks.block(hash)) ?? {}
    if (number > 0n && (await blocks.receipts(hash))?.length !== transactions.length) {
      faults.push(`the receipts of ${number} are not those of its transactions`)
    }
    for (const reader of readers) faults.push(...(await placeFaults(reader, node, transactions)))
  }
  return faults
}

/** Where a block and its transactions are said to be. */
type IndexReader = {
  readonly name: string
  canonicalHash(number: bigint): Promise<Hash | undefined>
  locate(transactionHash: Hash): Promise<TransactionLocation | undefined>
}

async function placeFaults(
  reader: IndexReader,
  { number, hash }: Pick<BlockNode, 'number' | 'hash'>,
  transactions: readonly SignedTransaction[],
): Promise<string[]> {
  const faults: string[] = []
  const { name } = reader
  if ((await reader.canonicalHash(number)) !== hash) faults.push(`${number} is another ${name}`)
  for (const [index, transaction] of transactions.entries()) {
    const place = await reader.locate(transaction.hash)
    if (place?.blockHash === hash && place.index === index) continue
    faults.push(`transaction ${transaction.hash} is not found in ${number} ${name}`)
  }
  return faults
}

/** The node's own, which answer from memory what they have read once, and the disk. */
function indexReaders({ blocks }: Chain, { store, faults }: MemoryDisk): readonly IndexReader[] {
  const node: IndexReader = {
    name: 'for the node',
    canonicalHash: (number) => blocks.canonicalHash(number),
    locate: (hash) => blocks.locate(hash),
  }
  const disk: IndexReader = {
    name: 'on the disk',
    canonicalHash: (number) => readCanonical(store, number),
    locate: (hash) => readLocation(store, hash),
  }
  // What is being written is in memory alone until then.
  return faults.isWriting ? [node] : [node, disk]
}
