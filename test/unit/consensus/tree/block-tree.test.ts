import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { recordOf } from '../../../../consensus/tree/block-node.ts'
import {
  BlockTree,
  PRUNE_STEP_BLOCKS,
  SIBLINGS_MAX,
} from '../../../../consensus/tree/block-tree.ts'
import {
  COINBASE,
  extend,
  GENESIS,
  GENESIS_HASH,
  TEST_PARAMS,
} from '../../../support/mined-blocks.ts'
import { childOf, grow, growChain, hashOf, newTree } from '../../../support/tree-blocks.ts'

const MIN_D = TEST_PARAMS.minDifficulty

describe('consensus / tree / block-tree', () => {
  it('begins with genesis: executed, head, justified and final, of its own weight', () => {
    const tree = newTree()
    expect(tree.head()).toMatchObject({ hash: GENESIS_HASH, status: 'executed' })
    expect(tree.head().totalDifficulty).toBe(GENESIS.difficulty)
    expect(tree.bestVerified()).toBe(tree.head())
    expect(tree.justified).toEqual({ hash: GENESIS_HASH, number: 0n })
    expect(tree.finalized).toEqual(tree.justified)
  })

  it('N1: weighs a block by the difficulty of its branch', () => {
    const tree = newTree()
    grow(tree, 1, 0, { weight: 3n })
    grow(tree, 2, 1, { weight: 2n })
    expect(tree.get(hashOf(2))?.totalDifficulty).toBe(6n * MIN_D)
  })

  it('N2: a verified block is what sync heads for, and becomes head when it is executed', () => {
    const tree = newTree()
    expect(grow(tree, 1, 0)).toBe('inserted')
    expect(tree.bestVerified().hash).toBe(hashOf(1))
    expect(tree.head().hash).toBe(GENESIS_HASH)
    expect(tree.wouldBeHead(hashOf(1))).toBe(true)
    expect(tree.markExecuted(hashOf(1))).toBe(true)
    expect(tree.head().hash).toBe(hashOf(1))
    expect(tree.wouldBeHead(hashOf(1))).toBe(false)
  })

  it('knows a block once, and asks for a parent that it has not', () => {
    const tree = newTree()
    grow(tree, 1, 0)
    const header = childOf(tree, 1)
    expect(grow(tree, 1, 0)).toBe('known')
    const orphan = { ...header, parentHash: hashOf(77), number: 9n }
    expect(tree.insert(orphan, hashOf(78), true)).toEqual({ outcome: 'unknown-parent' })
    expect(tree.childContext(hashOf(77))).toBeUndefined()
    expect(tree.size).toBe(2)
  })

  it('FC1: the heavier branch is head, however short', () => {
    const tree = newTree()
    growChain(tree, 0, 1, 5)
    grow(tree, 6, 0, { weight: 6n })
    expect(tree.markExecuted(hashOf(6))).toBe(true)
    expect(tree.head().hash).toBe(hashOf(6))
  })

  it('FC2: of equal weights the first seen is head, in whatever order they were executed', () => {
    const tree = newTree()
    grow(tree, 9, 0)
    grow(tree, 1, 0)
    expect(tree.markExecuted(hashOf(1))).toBe(true)
    expect(tree.markExecuted(hashOf(9))).toBe(true)
    expect(tree.head().hash).toBe(hashOf(9))
    grow(tree, 2, 0)
    expect(tree.markExecuted(hashOf(2))).toBe(false)
  })

  it('N2: an invalid block takes all above it along, and the head falls back', () => {
    const tree = newTree()
    growChain(tree, 0, 1, 2)
    grow(tree, 3, 0, { weight: 5n })
    grow(tree, 4, 3)
    grow(tree, 5, 3)
    expect(tree.bestVerified().hash).toBe(hashOf(4))
    expect(tree.markInvalid(hashOf(3)).sort()).toEqual([hashOf(3), hashOf(4), hashOf(5)])
    expect(tree.bestVerified().hash).toBe(hashOf(2))
    expect(grow(tree, 6, 4)).toBe('invalid-parent')
    expect(() => tree.markExecuted(hashOf(4))).toThrow('invalid')
    expect(tree.wouldBeHead(hashOf(4))).toBe(false)
    // An executed head can be given up as well.
    expect(tree.markInvalid(hashOf(2))).toEqual([hashOf(2)])
    expect(tree.head().hash).toBe(hashOf(1))
  })

  it('asserts that parents are executed first, and that the start stays valid', () => {
    const tree = newTree()
    grow(tree, 1, 0)
    grow(tree, 2, 1)
    expect(() => tree.markExecuted(hashOf(2))).toThrow('before its children')
    expect(() => tree.markInvalid(GENESIS_HASH)).toThrow('justified')
  })

  it('N6: counts the blocks of one coinbase on one parent', () => {
    const tree = newTree()
    for (const index of [1, 2]) grow(tree, index, 0)
    grow(tree, 3, 0, { coinbase: `0x${'d0'.repeat(20)}` })
    expect(tree.siblingCount(GENESIS_HASH, COINBASE)).toBe(SIBLINGS_MAX)
    expect(tree.siblingCount(GENESIS_HASH, `0x${'d0'.repeat(20)}`)).toBe(1)
    expect(tree.siblingCount(hashOf(1), COINBASE)).toBe(0)
    expect(tree.siblingCount(hashOf(99), COINBASE)).toBe(0)
  })

  it('N5: a child has the seed and difficulty of its own branch', () => {
    const tree = newTree()
    growChain(tree, 0, 1, 7)
    grow(tree, 8, 7, { seconds: 1n })
    grow(tree, 18, 7, { seconds: 90n })
    const context = tree.childContext(hashOf(7))
    expect(context).toMatchObject({ epochDifficulty: MIN_D })
    expect(bytesToHex(context!.epochSeed)).toBe(GENESIS_HASH)
    // The checkpoint is still of the epoch that it closes; its children are of the next.
    expect(tree.get(hashOf(8))?.epochDifficulty).toBe(MIN_D)
    const [fast, slow] = [tree.childContext(hashOf(8))!, tree.childContext(hashOf(18))!]
    expect(bytesToHex(fast.epochSeed)).toBe(hashOf(8))
    expect(bytesToHex(slow.epochSeed)).toBe(hashOf(18))
    expect(fast.epochDifficulty).toBeGreaterThan(MIN_D)
    expect(slow.epochDifficulty).toBe(MIN_D)
  })

  it('D6: a rescue block weighs little and leaves D of its epoch alone', () => {
    const tree = newTree()
    for (let index = 1; index <= 8; index++) grow(tree, index, index - 1, { seconds: 1n })
    const D = tree.childContext(hashOf(8))!.epochDifficulty
    grow(tree, 9, 8, { seconds: 61n, weight: 1n })
    expect(D).toBeGreaterThan(MIN_D)
    expect(tree.get(hashOf(9))).toMatchObject({ difficulty: MIN_D, epochDifficulty: D })
    expect(tree.childContext(hashOf(9))?.epochDifficulty).toBe(D)
  })

  it('D4: gives the median time of the last eleven', () => {
    const tree = newTree()
    for (let index = 1; index <= 12; index++)
      grow(tree, index, index - 1, { seconds: BigInt(index) })
    const at = (index: number) => tree.get(hashOf(index))!.timestamp
    expect(tree.childContext(hashOf(12))?.parent.medianTimePast).toBe(at(7))
    expect(tree.childContext(hashOf(3))?.parent.medianTimePast).toBe(at(2))
    expect(tree.childContext(GENESIS_HASH)?.parent.medianTimePast).toBe(at(0))
  })

  it('finds ancestors, fork points and the way of a reorg', () => {
    const tree = newTree()
    growChain(tree, 0, 1, 5)
    growChain(tree, 2, 13, 16)
    expect(tree.ancestorAt(hashOf(5), 2n)?.hash).toBe(hashOf(2))
    expect(tree.ancestorAt(hashOf(5), 5n)?.hash).toBe(hashOf(5))
    expect(tree.ancestorAt(hashOf(5), 6n)).toBeUndefined()
    expect(tree.isDescendant(hashOf(16), hashOf(2))).toBe(true)
    expect(tree.isDescendant(hashOf(2), hashOf(16))).toBe(false)
    expect(tree.isDescendant(hashOf(16), hashOf(3))).toBe(false)
    expect(tree.commonAncestor(hashOf(5), hashOf(16)).hash).toBe(hashOf(2))
    const { ancestor, removed, added } = tree.pathBetween(hashOf(5), hashOf(16))
    expect(ancestor.hash).toBe(hashOf(2))
    expect(removed.map(({ hash }) => hash)).toEqual([5, 4, 3].map(hashOf))
    expect(added.map(({ hash }) => hash)).toEqual([13, 14, 15, 16].map(hashOf))
    const same = tree.pathBetween(hashOf(5), hashOf(5))
    expect([same.removed, same.added]).toEqual([[], []])
  })

  it('FC3: justifying a checkpoint moves the head under it, whatever the work elsewhere', () => {
    const tree = newTree()
    growChain(tree, 0, 1, 8)
    growChain(tree, 0, 21, 24)
    grow(tree, 25, 24, { weight: 50n })
    tree.markExecuted(hashOf(25))
    expect(tree.head().hash).toBe(hashOf(25))
    tree.justify(hashOf(4))
    expect(tree.justified).toEqual({ hash: hashOf(4), number: 4n })
    expect(tree.head().hash).toBe(hashOf(8))
    expect(tree.bestVerified().hash).toBe(hashOf(8))
    // Game F9: a heavier block on the other side changes nothing any more.
    grow(tree, 26, 25, { weight: 500n })
    expect(tree.markExecuted(hashOf(26))).toBe(false)
    expect(() => tree.justify(hashOf(3))).toThrow('never decreases')
    expect(() => tree.markInvalid(hashOf(2))).toThrow('justified')
  })

  it('FC3: finalizing drops the branches that do not hold the checkpoint', () => {
    const tree = newTree()
    growChain(tree, 0, 1, 8)
    growChain(tree, 2, 13, 14)
    growChain(tree, 6, 17, 18)
    tree.justify(hashOf(8))
    tree.finalize(hashOf(4))
    tree.dropBranches()
    expect(tree.finalized).toEqual({ hash: hashOf(4), number: 4n })
    expect(tree.get(hashOf(13))).toBeUndefined()
    expect(tree.get(hashOf(17))?.number).toBe(7n)
    expect(tree.get(hashOf(3))?.children.map(({ hash }) => hash)).toEqual([hashOf(4)])
    expect(grow(tree, 33, 3)).toBe('too-old')
    expect(grow(tree, 34, 4)).toBe('inserted')
    expect(() => tree.finalize(hashOf(4))).toThrow('never goes back')
    expect(() => tree.finalize(hashOf(34))).toThrow('stands above')
  })

  it('an executed block that has left the tree meanwhile is no head, and no failure', () => {
    const tree = newTree()
    growChain(tree, 0, 1, 4)
    grow(tree, 11, 0)
    tree.justify(hashOf(4))
    tree.finalize(hashOf(4))
    tree.dropBranches()
    expect(tree.get(hashOf(11))).toBeUndefined()
    expect(tree.wouldBeHead(hashOf(11))).toBe(false)
    expect(tree.markExecuted(hashOf(11))).toBe(false)
    expect(tree.markInvalid(hashOf(11))).toEqual([])
  })

  it('game F10: a reorg over an epoch gives the same weights as a tree that never saw the other side', () => {
    const both = newTree()
    const loser = extend(both, GENESIS_HASH)
    for (let i = 0, at = loser.hash; i < 9; i++) at = extend(both, at).hash
    const side = { changes: { coinbase: `0x${'a1'.repeat(20)}` } } as const
    const alone = newTree()
    let at = GENESIS_HASH
    for (let i = 0; i < 11; i++) {
      const block = extend(both, at, side)
      alone.insert(block.header, block.hash, true)
      alone.markExecuted(block.hash)
      at = block.hash
    }
    expect(both.head().hash).toBe(at)
    const { sequence: _, ...head } = recordOf(both.head())
    expect(recordOf(alone.head())).toMatchObject(head)
    expect(alone.childContext(at)).toEqual(both.childContext(at))
  })
})

describe('consensus / tree / limits', () => {
  const limits = { blocksMax: 100, nodesMax: 2_000 }

  it('N3: keeps a window below the head, and takes nothing that branches off below it', () => {
    const tree = newTree(limits)
    grow(tree, 5_000, 0)
    growChain(tree, 0, 1, 2_000)
    const depth = Number(tree.head().number - tree.root.number)
    expect(depth).toBeGreaterThanOrEqual(limits.blocksMax)
    expect(depth).toBeLessThan(limits.blocksMax + Number(PRUNE_STEP_BLOCKS))
    expect(tree.size).toBe(depth + 1)
    expect(tree.get(hashOf(5_000))).toBeUndefined()
    expect(tree.root.parent).toBeUndefined()
    const below = { ...childOf(tree, 2_000), parentHash: hashOf(800), number: 801n }
    expect(tree.insert(below, hashOf(6_000), true)).toEqual({ outcome: 'too-old' })
    const ahead = { ...below, parentHash: hashOf(7_000), number: 2_005n }
    expect(tree.insert(ahead, hashOf(6_000), true)).toEqual({ outcome: 'unknown-parent' })
    // Genesis is still justified, and below every block that is left.
    expect(tree.justified.number).toBe(0n)
    expect(tree.wouldBeHead(hashOf(2_000))).toBe(false)
    growChain(tree, 2_000, 2_001, 2_010)
    expect(tree.head().number).toBe(2_010n)
  })

  it('N4: at its limit lets the oldest leaf of a side branch go', () => {
    const tree = newTree({ blocksMax: 100, nodesMax: 20 })
    growChain(tree, 0, 1, 10)
    for (let index = 11; index <= 19; index++) grow(tree, index, 3)
    expect(tree.size).toBe(20)
    expect(grow(tree, 20, 3)).toBe('inserted')
    expect(tree.size).toBe(20)
    expect(tree.get(hashOf(11))).toBeUndefined()
    expect(tree.get(hashOf(12))).toBeDefined()
    // Room for a child is not made by dropping its parent.
    expect(grow(tree, 21, 12)).toBe('inserted')
    expect(tree.get(hashOf(12))).toBeDefined()
    expect(tree.get(hashOf(13))).toBeUndefined()
  })

  it('N4: is full when there is nothing but the branches that it needs', () => {
    const tree = newTree({ blocksMax: 100, nodesMax: 6 })
    for (let index = 1; index <= 5; index++) grow(tree, index, index - 1)
    expect(grow(tree, 6, 5)).toBe('full')
    expect(tree.bestVerified().hash).toBe(hashOf(5))
  })
})

describe('consensus / tree / restore', () => {
  function records(tree: BlockTree, indexes: readonly number[]) {
    return indexes.map((index) => recordOf(tree.get(hashOf(index))!))
  }

  it('gives the same tree back from its records, in any order', () => {
    const tree = newTree()
    growChain(tree, 0, 1, 10)
    growChain(tree, 4, 15, 18)
    grow(tree, 20, 18)
    tree.justify(hashOf(3))
    const stored = {
      records: records(tree, [20, 18, 10, 3, 15, 0, 9, 8, 1, 17, 2, 4, 5, 6, 16, 7]),
      head: hashOf(10),
      justified: tree.justified,
      finalized: tree.finalized,
    }
    const restored = BlockTree.restore(TEST_PARAMS, stored)
    expect(restored.size).toBe(tree.size)
    expect(recordOf(restored.head())).toEqual(recordOf(tree.head()))
    expect(restored.bestVerified().hash).toBe(tree.bestVerified().hash)
    expect(restored.justified).toEqual(tree.justified)
    for (const index of [10, 18, 20]) {
      expect(restored.childContext(hashOf(index))).toEqual(tree.childContext(hashOf(index)))
    }
    // New blocks come after the stored ones: of equal weights those stay first.
    grow(restored, 30, 9)
    expect(restored.markExecuted(hashOf(30))).toBe(false)
  })

  it('starts from the oldest known ancestor of the head, and leaves out what stands elsewhere', () => {
    const tree = newTree()
    growChain(tree, 0, 1, 10)
    growChain(tree, 2, 13, 16)
    const stored = {
      records: records(tree, [5, 6, 7, 8, 9, 10, 15, 16]),
      head: hashOf(10),
      justified: tree.justified,
      finalized: tree.finalized,
    }
    const restored = BlockTree.restore(TEST_PARAMS, stored)
    expect(restored.root.hash).toBe(hashOf(5))
    expect(restored.size).toBe(6)
    expect(restored.head().hash).toBe(hashOf(10))
    expect(restored.childContext(hashOf(10))?.epochDifficulty).toBe(
      tree.childContext(hashOf(10))?.epochDifficulty,
    )
  })

  it('asserts that the stored weights add up', () => {
    const tree = newTree()
    growChain(tree, 0, 1, 3)
    const [genesis, one, two] = records(tree, [0, 1, 2])
    const bent = { ...two!, totalDifficulty: two!.totalDifficulty + 1n }
    const stored = { head: hashOf(2), justified: tree.justified, finalized: tree.finalized }
    expect(() =>
      BlockTree.restore(TEST_PARAMS, { ...stored, records: [genesis!, one!, bent] }),
    ).toThrow('total difficulty')
    expect(() => BlockTree.restore(TEST_PARAMS, { ...stored, records: [genesis!] })).toThrow('head')
  })
})
