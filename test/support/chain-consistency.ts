/** I15 and more: the tree, the indices, the flat state and the tries all say the same. */
import { expect } from 'vitest'
import { verifyDatabase } from '../../node/storage/verify/verify-database.ts'
import type { TestChain } from './chain-factory.ts'

export async function expectConsistent({ chain, database }: TestChain): Promise<void> {
  const { head, tree, blocks, state } = chain
  expect(tree.head().hash).toBe(head.hash)
  expect(blocks.head).toEqual({ hash: head.hash, number: head.header.number })
  expect(state.flatBlock?.hash).toBe(head.hash)
  expect(state.flatBlock?.stateRoot).toBe(head.header.stateRoot)
  for (let node = tree.get(head.hash); node !== undefined; node = node.parent) {
    expect(await blocks.canonicalHash(node.number)).toBe(node.hash)
  }
  const { problems } = await verifyDatabase(database)
  expect(problems).toEqual([])
}
