/** The batch updater against @ethereumjs/mpt, which writes one key at a time. */
import { MerklePatriciaTrie, verifyMerkleProof } from '@ethereumjs/mpt'
import { bytesToHex, KECCAK256_RLP } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { PIECE_BYTES_MAX } from '../../../../node/state/trie/node-pieces.ts'
import { CACHED_NODES_MAX, NodeStore } from '../../../../node/state/trie/node-store.ts'
import { lookUp } from '../../../../node/state/trie/trie-lookup.ts'
import { updateTrie } from '../../../../node/state/trie/trie-update.ts'
import type { TrieWrite } from '../../../../node/state/trie/writes.ts'
import { WriteBatch } from '../../../../node/storage/database.ts'
import { key } from '../../../../node/storage/keys.ts'
import { Random } from '../../../support/random.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'

type Store = Awaited<ReturnType<typeof openTemporaryDatabase>>

/** Keys that share long prefixes, so that extensions split, merge and embed. */
function randomKey(random: Random, alphabet: number): Uint8Array {
  const key = new Uint8Array(32)
  const nibbles = Array.from({ length: 64 }, (_, i) =>
    i < 60 ? (random.below(100) < 90 ? 0 : random.below(alphabet)) : random.below(16),
  )
  for (let i = 0; i < 32; i++) key[i] = nibbles[2 * i]! * 16 + nibbles[2 * i + 1]!
  return key
}

function randomBatch(random: Random, known: readonly Uint8Array[], alphabet: number): TrieWrite[] {
  const batch = new Map<string, TrieWrite>()
  for (let i = random.below(12) + 1; i > 0; i--) {
    const isKnown = known.length > 0 && random.below(100) < 60
    const key = isKnown ? random.pick(known) : randomKey(random, alphabet)
    // Values of one byte make nodes that embed in their parent.
    const value = random.below(100) < 45 ? undefined : random.bytes(random.below(100) < 40 ? 1 : 40)
    if (value?.length === 1 && value[0] === 0) value[0] = 1
    batch.set(bytesToHex(key), { key, value })
  }
  return [...batch.values()]
}

/** Applies batches to both and compares the roots after each. */
async function compare(
  store: Store,
  seed: number,
  rounds: number,
  alphabet: number,
  cold: boolean,
) {
  const random = new Random(seed)
  const oracle = new MerklePatriciaTrie()
  const values = new Map<string, TrieWrite>()
  let nodes = new NodeStore(store)
  let root: Uint8Array = KECCAK256_RLP
  for (let round = 0; round < rounds; round++) {
    const known = [...values.values()].map((write) => write.key)
    const batch = randomBatch(random, known, alphabet)
    for (const write of batch) {
      if (write.value) await oracle.put(write.key, write.value)
      else await oracle.del(write.key)
      if (write.value) values.set(bytesToHex(write.key), write)
      else values.delete(bytesToHex(write.key))
    }
    const edited = await updateTrie(nodes, root, batch)
    expect(bytesToHex(edited.root), `seed ${seed} round ${round}`).toBe(bytesToHex(oracle.root()))
    const write = new WriteBatch()
    for (const { hash, node } of edited.nodes) write.put(key('trieNode', hash), node)
    await store.write(write)
    root = edited.root
    if (cold) nodes = new NodeStore(store)
    else nodes.remember(edited.nodes)
  }
  return { nodes, root, values, oracle }
}

describe('node / state / trie / update', () => {
  it('gives the root of one write at a time, over thousands of random batches', async () => {
    const store = await openTemporaryDatabase()
    for (let seed = 1; seed <= 120; seed++) {
      await compare(store, seed, 25, [2, 4, 16][seed % 3]!, seed % 2 === 0)
    }
  })

  it('finds every value that was written, and nothing else', async () => {
    const store = await openTemporaryDatabase()
    for (let seed = 500; seed < 520; seed++) {
      const { nodes, root, values } = await compare(store, seed, 20, 4, true)
      for (const { key, value } of values.values()) {
        expect(await lookUp(nodes, root, key)).toEqual(value)
      }
      const random = new Random(seed)
      for (let i = 0; i < 50; i++) {
        const key = randomKey(random, 5)
        const expected = values.get(bytesToHex(key))?.value
        expect(await lookUp(nodes, root, key)).toEqual(expected)
      }
    }
  })

  it('proves presence and absence to the verifier of @ethereumjs/mpt', async () => {
    const store = await openTemporaryDatabase()
    for (let seed = 900; seed < 915; seed++) {
      const { nodes, root, values } = await compare(store, seed, 20, 4, true)
      if (values.size === 0) continue
      const random = new Random(seed)
      const keys = [...values.values()].map((write) => write.key)
      for (const key of [...keys, ...Array.from({ length: 20 }, () => randomKey(random, 5))]) {
        const proof: Uint8Array[] = []
        const value = await lookUp(nodes, root, key, (node) => proof.push(node))
        const proved = await verifyMerkleProof(key, proof, { root })
        expect(proved ?? undefined).toEqual(value)
      }
    }
  })

  it('keeps little beside a node alive', async () => {
    const store = await openTemporaryDatabase()
    const random = new Random(11)
    const batch = Array.from({ length: 400 }, () => ({
      key: random.bytes(32),
      value: random.bytes(100),
    }))
    const { nodes } = await updateTrie(new NodeStore(store), KECCAK256_RLP, batch)
    const pieces = new Set(nodes.map(({ node }) => node.buffer))
    const total = nodes.reduce((sum, { node }) => sum + node.length, 0)
    for (const { byteLength } of pieces) expect(byteLength).toBeLessThanOrEqual(PIECE_BYTES_MAX)
    expect([...pieces].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(
      1.3 * total,
    )
    expect(pieces.size).toBeLessThan(nodes.length / 4)
  })

  it('keeps nothing beside a node that outlives its piece in the cache', async () => {
    const store = await openTemporaryDatabase()
    const random = new Random(12)
    const batch = Array.from({ length: 20 }, () => ({
      key: random.bytes(32),
      value: random.bytes(100),
    }))
    const cached = new NodeStore(store)
    const { nodes } = await updateTrie(cached, KECCAK256_RLP, batch)
    cached.remember(nodes)
    const { hash, node } = nodes[0]!
    expect(cached.peek(hash)).toBe(node)
    const others = Array.from({ length: CACHED_NODES_MAX }, () => ({
      hash: random.bytes(32),
      node,
    }))
    cached.remember(others)
    expect(cached.peek(hash)).toEqual(node)
    expect(cached.peek(hash)!.buffer.byteLength).toBe(node.length)
  })

  it('leaves an unchanged trie alone, and deletes of nothing change nothing', async () => {
    const store = await openTemporaryDatabase()
    const { nodes, root } = await compare(store, 7, 10, 16, false)
    const absent = { key: new Uint8Array(32).fill(0xab), value: undefined }
    expect(await updateTrie(nodes, root, [absent])).toEqual({ root, nodes: [] })
    expect(await updateTrie(nodes, root, [])).toEqual({ root, nodes: [] })
  })
})
