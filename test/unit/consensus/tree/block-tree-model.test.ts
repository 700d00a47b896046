/**
 * The tree against a model that recomputes everything from a list of blocks after every step:
 * random trees, executions in random order, invalid blocks, justified and finalized checkpoints.
 */
import { describe, expect, it } from 'vitest'
import { isCheckpoint, nextEpochDifficulty } from '../../../../consensus/rules/difficulty.ts'
import type { BlockTree } from '../../../../consensus/tree/block-tree.ts'
import { GENESIS, TEST_PARAMS } from '../../../support/mined-blocks.ts'
import { Random } from '../../../support/random.ts'
import { childOf, hashOf, newTree } from '../../../support/tree-blocks.ts'

type ModelBlock = {
  readonly index: number
  readonly parent: number
  readonly number: number
  readonly difficulty: bigint
  readonly timestamp: bigint
  status: 'verified' | 'executed' | 'invalid'
}

const { minDifficulty, epochLength } = TEST_PARAMS

class Model {
  /** In order of arrival; a block that was dropped is gone. */
  readonly blocks = new Map<number, ModelBlock>([
    [
      0,
      {
        index: 0,
        parent: -1,
        number: 0,
        difficulty: GENESIS.difficulty,
        timestamp: GENESIS.timestamp,
        status: 'executed',
      },
    ],
  ])
  justified = 0
  finalized = 0

  branch(index: number): ModelBlock[] {
    const below: ModelBlock[] = []
    for (let at = this.blocks.get(index); at; at = this.blocks.get(at.parent)) below.push(at)
    return below
  }

  isAbove(index: number, ancestor: number): boolean {
    return this.branch(index).some((block) => block.index === ancestor)
  }

  weight(index: number): bigint {
    return this.branch(index).reduce((sum, block) => sum + block.difficulty, 0n)
  }

  best(isEligible: (block: ModelBlock) => boolean): number {
    let best = this.justified
    for (const block of this.blocks.values()) {
      if (!isEligible(block) || !this.isAbove(block.index, this.justified)) continue
      const [weight, bestWeight] = [this.weight(block.index), this.weight(best)]
      // Arrival decides between equals, and indexes count arrivals.
      if (weight > bestWeight || (weight === bestWeight && block.index < best)) best = block.index
    }
    return best
  }

  /** D of the children of a block, by walking its branch from genesis. */
  childDifficulty(index: number): bigint {
    let difficulty = TEST_PARAMS.genesisDifficulty
    let start = GENESIS.timestamp
    for (const block of this.branch(index).reverse().slice(1)) {
      if (!isCheckpoint(BigInt(block.number), epochLength)) continue
      difficulty = nextEpochDifficulty(difficulty, block.timestamp - start, TEST_PARAMS)
      start = block.timestamp
    }
    return difficulty
  }
}

function compare(tree: BlockTree, model: Model, random: Random): void {
  expect(tree.size).toBe(model.blocks.size)
  expect(tree.head().hash).toBe(hashOf(model.best((block) => block.status === 'executed')))
  expect(tree.bestVerified().hash).toBe(hashOf(model.best((block) => block.status !== 'invalid')))
  const indexes = [...model.blocks.keys()]
  const [a, b] = [random.pick(indexes), random.pick(indexes)]
  expect(tree.get(hashOf(a))).toMatchObject({
    totalDifficulty: model.weight(a),
    status: model.blocks.get(a)?.status,
  })
  expect(tree.childContext(hashOf(a))?.epochDifficulty).toBe(model.childDifficulty(a))
  expect(tree.isDescendant(hashOf(a), hashOf(b))).toBe(model.isAbove(a, b))
  const shared = model.branch(a).find((block) => model.isAbove(b, block.index))!
  expect(tree.commonAncestor(hashOf(a), hashOf(b)).hash).toBe(hashOf(shared.index))
  const path = tree.pathBetween(hashOf(a), hashOf(b))
  const above = (index: number) =>
    model
      .branch(index)
      .filter((block) => block.number > shared.number)
      .map((block) => block.index)
  expect(path.removed.map(({ hash }) => hash)).toEqual(above(a).map(hashOf))
  expect(path.added.map(({ hash }) => hash)).toEqual(above(b).reverse().map(hashOf))
  const level = random.below(Number(tree.get(hashOf(a))!.number) + 1)
  const expected = model.branch(a).find((block) => block.number === level)!
  expect(tree.ancestorAt(hashOf(a), BigInt(level))?.hash).toBe(hashOf(expected.index))
}

/** One random step, in the tree and in the model. */
function step(tree: BlockTree, model: Model, random: Random, index: number): void {
  const blocks = [...model.blocks.values()]
  const dice = random.below(20)
  if (dice === 0) invalidate(tree, model, random.pick(blocks))
  else if (dice === 1) justify(tree, model, random.pick(blocks))
  else if (dice === 2) finalize(tree, model)
  else if (dice < 10) execute(tree, model, random)
  else insert(tree, model, random, index)
}

function insert(tree: BlockTree, model: Model, random: Random, index: number): void {
  // Recent blocks more often, so that branches grow long enough to have epochs.
  const blocks = [...model.blocks.values()]
  const parent = random.chance(80) ? random.pick(blocks.slice(-4)) : random.pick(blocks)
  const weight = BigInt(1 + random.below(3))
  const header = childOf(tree, parent.index, { weight, seconds: BigInt(1 + random.below(6)) })
  const { outcome } = tree.insert(header, hashOf(index), true)
  const isOld = parent.number < model.blocks.get(model.finalized)!.number
  if (parent.status === 'invalid') expect(outcome).toBe('invalid-parent')
  else if (isOld) expect(outcome).toBe('too-old')
  else {
    expect(outcome).toBe('inserted')
    model.blocks.set(index, {
      index,
      parent: parent.index,
      number: parent.number + 1,
      difficulty: weight * minDifficulty,
      timestamp: header.timestamp,
      status: 'verified',
    })
  }
}

function execute(tree: BlockTree, model: Model, random: Random): void {
  const ready = [...model.blocks.values()].filter(
    ({ status, parent }) =>
      status === 'verified' && model.blocks.get(parent)?.status === 'executed',
  )
  if (ready.length === 0) return
  const block = random.pick(ready)
  const wouldBe = tree.wouldBeHead(hashOf(block.index))
  block.status = 'executed'
  const isHead = model.best(({ status }) => status === 'executed') === block.index
  expect(tree.markExecuted(hashOf(block.index))).toBe(isHead)
  expect(wouldBe).toBe(isHead)
}

function invalidate(tree: BlockTree, model: Model, block: ModelBlock): void {
  if (model.isAbove(model.justified, block.index)) return
  const subtree = [...model.blocks.values()].filter(({ index }) =>
    model.isAbove(index, block.index),
  )
  for (const each of subtree) each.status = 'invalid'
  const marked = tree.markInvalid(hashOf(block.index))
  expect([...marked].sort()).toEqual(subtree.map(({ index }) => hashOf(index)).sort())
}

function justify(tree: BlockTree, model: Model, block: ModelBlock): void {
  const isAllowed =
    block.status === 'executed' &&
    block.number > model.blocks.get(model.justified)!.number &&
    model.isAbove(block.index, model.finalized)
  if (!isAllowed) return
  model.justified = block.index
  tree.justify(hashOf(block.index))
}

/** Makes the parent of the justified block final, as a chain of links would. */
function finalize(tree: BlockTree, model: Model): void {
  const { parent } = model.blocks.get(model.justified)!
  const block = model.blocks.get(parent)
  if (!block || block.number <= model.blocks.get(model.finalized)!.number) return
  model.finalized = block.index
  tree.finalize(hashOf(block.index))
  tree.dropBranches()
  for (const { index } of model.blocks.values()) {
    const isKept = model.isAbove(index, block.index) || model.isAbove(block.index, index)
    if (!isKept) model.blocks.delete(index)
  }
}

describe('consensus / tree / block-tree against a model', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'agrees at every step, seed %d',
    (seed) => {
      const random = new Random(seed)
      const tree = newTree()
      const model = new Model()
      for (let index = 1; index <= 150; index++) {
        step(tree, model, random, index)
        compare(tree, model, random)
      }
      expect(model.blocks.size).toBeGreaterThan(5)
    },
  )
})
