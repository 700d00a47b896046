/** Reading a trie at any root: the value of a key, and the nodes that prove it. */
import { KECCAK256_RLP } from '@ethereumjs/util'
import { nibbleAt } from './nibbles.ts'
import { childOf, hashOf, isBranch, layoutOf, type Reference, readShort } from './node-codec.ts'
import type { NodeStore } from './node-store.ts'

/** Called with each node on the way down that has a hash of its own: these make the proof. */
export type NodeVisitor = (node: Uint8Array) => void

/** The value at a 32-byte hashed key under `root`, undefined when there is none. */
export async function lookUp(
  nodes: NodeStore,
  root: Uint8Array,
  hashedKey: Uint8Array,
  visit?: NodeVisitor,
): Promise<Uint8Array | undefined> {
  if (Buffer.compare(root, KECCAK256_RLP) === 0) return undefined
  let node = nodes.peek(root) ?? (await nodes.get(root))
  visit?.(node)
  for (let depth = 0; ; ) {
    const layout = layoutOf(node)
    let next: Reference | undefined
    if (isBranch(layout)) {
      next = childOf(node, layout, nibbleAt(hashedKey, depth))
      depth += 1
    } else {
      const { isLeaf, path, tail } = readShort(node, layout)
      for (let i = 0; i < path.length; i++) {
        if (path[i] !== nibbleAt(hashedKey, depth + i)) return undefined
      }
      if (isLeaf) return tail
      next = tail
      depth += path.length
    }
    if (next === undefined) return undefined
    const hash = hashOf(next)
    node = hash === undefined ? next : (nodes.peek(hash) ?? (await nodes.get(hash)))
    if (hash !== undefined) visit?.(node)
  }
}
