/** Writing to a trie at any root: what the root becomes, and the nodes that are new. */
import { KECCAK256_RLP } from '@ethereumjs/util'
import type { NodeStore } from './node-store.ts'
import { openTouched } from './touched-nodes.ts'
import { type EditedTrie, editTrie } from './trie-edit.ts'
import { sortWrites, type TrieWrite } from './writes.ts'

/** Applies a batch, in any order of its keys, to the trie under `root`. Nothing is written. */
export async function updateTrie(
  nodes: NodeStore,
  root: Uint8Array,
  batch: readonly TrieWrite[],
): Promise<EditedTrie> {
  if (batch.length === 0) return { root, nodes: [] }
  const writes = sortWrites([...batch])
  return editTrie(root, await openTouched(nodes, root, writes), writes)
}

/** The trie of these writes and nothing else. */
export function buildTrie(batch: readonly TrieWrite[]): EditedTrie {
  return editTrie(KECCAK256_RLP, undefined, sortWrites([...batch]))
}
