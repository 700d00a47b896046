/** Reading a trie at any root: the value of a key, and the nodes that prove it. */
import { KECCAK256_RLP } from '@ethereumjs/util'
import { nibbleAt } from './nibbles.ts'
import { HASH_BYTES, hashAt, isBranch, layoutOf, readShort } from './node-codec.ts'
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
    let item = 1
    if (isBranch(layout)) {
      item = nibbleAt(hashedKey, depth)
      depth += 1
    } else {
      const { isLeaf, path, tail } = readShort(node, layout)
      for (let i = 0; i < path.length; i++) {
        if (path[i] !== nibbleAt(hashedKey, depth + i)) return undefined
      }
      if (isLeaf) return tail
      depth += path.length
    }
    const [from, to] = [layout[item] ?? 0, layout[item + 1] ?? 0]
    if (to - from === 1) return undefined
    const at = hashAt(node, from, to)
    if (at === undefined) {
      node = node.subarray(from, to)
      continue
    }
    node = nodes.peek(node, at) ?? (await nodes.get(node.subarray(at, at + HASH_BYTES)))
    visit?.(node)
  }
}
