/**
 * Chain games of branches: headers without work, many light blocks, a heavier branch after
 * finality, a reorg over epochs. Spec: docs/spec/block.md, "The tree", "Fork choice".
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeHeader, encodeHeader, hashHeader } from '../../../consensus/codec/header-codec.ts'
import { BlockTree } from '../../../consensus/tree/block-tree.ts'
import { DIFFICULTY_MAX } from '../../../genesis/params.ts'
import type { Genesis } from '../../../genesis/types.ts'
import { HeaderChecker, type ProofVerifier } from '../../../node/chain/header/check-header.ts'
import { expectConsistent } from '../../support/chain-consistency.ts'
import { TestChain, testGenesis } from '../../support/chain-factory.ts'
import { FinalityMachine } from '../../support/finality-net.ts'
import { makeChild } from '../../support/mined-blocks.ts'
import { Random } from '../../support/random.ts'
import { grow, growChain, hashOf, newTree } from '../../support/tree-blocks.ts'

const FLOOD = 300

describe('spec / games / F1: a flood of headers without work', () => {
  let genesis: Genesis
  beforeAll(async () => {
    genesis = await testGenesis()
  })

  /** A node's way of checking headers, over a tree of genesis alone. */
  function checkerOf(verifyProof?: ProofVerifier) {
    const tree = BlockTree.fromGenesis(
      genesis.params,
      genesis.hash,
      decodeHeader(genesis.headerRlp),
    )
    return { tree, checker: new HeaderChecker(genesis, tree, [], verifyProof) }
  }

  /** Headers on genesis that differ by coinbase; each whole but for its work. */
  function* flood(tree: BlockTree, difficulty: bigint, proofs: (random: Random) => Uint8Array) {
    const place = tree.childContext(genesis.hash)!
    const random = new Random(1)
    for (let i = 0; i < FLOOD; i++) {
      const coinbase = `0x${i.toString(16).padStart(40, '0')}` as const
      const header = makeChild(place, { coinbase, difficulty })
      const headerRlp = encodeHeader(header)
      yield { header, headerRlp, hash: hashHeader(header), proof: proofs(random) }
    }
  }

  const nothing = () => new Uint8Array(0)
  const outside = () => Uint8Array.of(1, 0, 0, 0, 0xff, 0xff, 0, 0)

  it('F1: a huge declared difficulty condemns each header, and weighs nothing', () => {
    const { tree, checker } = checkerOf()
    for (const sealed of flood(tree, DIFFICULTY_MAX, nothing)) {
      const outcome = checker.check(sealed, undefined)
      expect(outcome).toMatchObject({ kind: 'invalid', condemns: 'header' })
    }
    expect(tree.size).toBe(1)
    expect(tree.bestVerified().hash).toBe(genesis.hash)
  })

  it.each([
    ['no proof', nothing, 'E_LEN'],
    ['a tile outside the product', outside, 'E_IDX'],
  ] as const)('F1: the right difficulty with %s bans the sender, and weighs nothing', (...row) => {
    const [, proofs, code] = row
    const { tree, checker } = checkerOf()
    for (const sealed of flood(tree, genesis.params.genesisDifficulty, proofs)) {
      const outcome = checker.check(sealed, undefined)
      expect(outcome).toMatchObject({ kind: 'invalid', code, condemns: 'sender', action: 'ban' })
    }
    expect(tree.size).toBe(1)
    expect(tree.bestVerified().totalDifficulty).toBe(genesis.params.genesisDifficulty)
  })

  it('F1: were proofs not looked at, the same flood would have weight', () => {
    const { tree, checker } = checkerOf((headerRlp) => ({
      ok: true,
      header: decodeHeader(headerRlp),
      blockHash: hashHeader(decodeHeader(headerRlp)),
      tile: { ti: 0, tj: 0 },
      ticket: new Uint8Array(32),
      theta: 1n,
      macs: 0,
    }))
    for (const sealed of flood(tree, genesis.params.genesisDifficulty, nothing)) {
      checker.check(sealed, undefined)
    }
    expect(tree.size).toBe(1 + FLOOD)
    expect(tree.bestVerified().hash).not.toBe(genesis.hash)
  })
})

describe('spec / games / branches', () => {
  it('F2: two thousand blocks of the least difficulty lose against twenty hard ones', () => {
    const tree = newTree()
    const hard = 1_024n
    for (let index = 1; index <= 20; index++) grow(tree, index, index - 1, { weight: hard })
    for (let index = 1; index <= 20; index++) tree.markExecuted(hashOf(index))
    // By the rescue rule: each more than 60 s after its parent.
    for (let i = 0; i < 2_000; i++) {
      grow(tree, 101 + i, i === 0 ? 0 : 100 + i, { weight: 1n, seconds: 61n })
      tree.markExecuted(hashOf(101 + i))
    }
    const light = tree.get(hashOf(2_100))!
    expect(tree.head().hash).toBe(hashOf(20))
    // The longest chain, or the one of the latest time, is the other one.
    expect(light.number).toBeGreaterThan(tree.head().number)
    expect(light.timestamp).toBeGreaterThan(tree.head().timestamp)
    expect(light.totalDifficulty).toBeLessThan(tree.head().totalDifficulty)
  })

  /** Blocks 1 to 24 in a row; the first checkpoint is final if three of four vote. */
  function finalized(isVoted: boolean): FinalityMachine {
    const machine = new FinalityMachine()
    growChain(machine.tree, 0, 1, 24)
    for (const index of [8, 16, 24]) machine.checkpoint(index)
    for (const [source, target] of isVoted
      ? ([
          [0, 8],
          [8, 16],
        ] as const)
      : []) {
      for (const validator of [0, 1, 2]) machine.vote(source, target, validator)
    }
    expect(machine.state.finalized.epoch).toBe(isVoted ? 1n : 0n)
    return machine
  }

  it.each([
    ['genesis', 0],
    ['the block below what is final', 7],
    ['the block above what is final', 9],
  ])('F9: a heavier branch on %s does not become head after finality', (_, fork) => {
    const machine = finalized(true)
    for (let i = 0; i < 40; i++) {
      const parent = i === 0 ? fork : 200 + i
      if (machine.tree.get(hashOf(parent)) === undefined) break
      grow(machine.tree, 201 + i, parent, { weight: 100n })
      machine.tree.markExecuted(hashOf(201 + i))
    }
    expect(machine.tree.head().hash).toBe(hashOf(24))
    // Below what is final it is not even kept.
    expect(machine.tree.get(hashOf(240)) !== undefined).toBe(fork > 8)
  })

  it.each([0, 7, 9])('F9: without votes the same branch on block %d does', (fork) => {
    const machine = finalized(false)
    for (let i = 0; i < 40; i++) {
      grow(machine.tree, 201 + i, i === 0 ? fork : 200 + i, { weight: 100n })
      machine.tree.markExecuted(hashOf(201 + i))
    }
    expect(machine.tree.head().hash).toBe(hashOf(240))
  })

  it('F10: after a reorg over epochs of another pace, D is that of a tree that saw one side', () => {
    const [both, alone] = [newTree(), newTree()]
    const slow = (index: number, parent: number, tree: typeof both) => {
      grow(tree, index, parent, { weight: 2n, seconds: index % 3 === 0 ? 1n : 2n })
      tree.markExecuted(hashOf(index))
    }
    growChain(both, 0, 1, 5)
    growChain(alone, 0, 1, 5)
    growChain(both, 5, 6, 30)
    for (let index = 101; index <= 130; index++) {
      for (const tree of [both, alone]) slow(index, index === 101 ? 5 : index - 1, tree)
    }
    expect(both.head().hash).toBe(hashOf(130))
    expect(both.childContext(hashOf(130))).toEqual(alone.childContext(hashOf(130)))
    expect(both.head().totalDifficulty).toBe(alone.head().totalDifficulty)
    // The side that lost has another D: taking it for ours would show.
    const lost = both.childContext(hashOf(30))!
    expect(lost.epochDifficulty).not.toBe(both.childContext(hashOf(130))!.epochDifficulty)
  })

  it('F10: after a reorg over epochs state, rewards and indices are those of a fresh replay', async () => {
    const source = await TestChain.open()
    const shared = await source.extend(5)
    const fork = shared.at(-1)!.hash
    const lost = await source.extend(13, { parent: fork })
    const coinbase = `0x${'d1'.repeat(20)}` as const
    const kept = await source.extend(16, { parent: fork, coinbase })
    expect(source.chain.head.hash).toBe(kept.at(-1)!.hash)

    const fresh = await TestChain.open()
    for (const block of [...shared, ...kept]) {
      expect(await fresh.import(block)).toEqual({ kind: 'imported', isHead: true })
    }
    expect(fresh.chain.head.hash).toBe(source.chain.head.hash)
    const { sequence: _, parent: _parent, children: _children, ...head } = source.chain.tree.head()
    expect(fresh.chain.tree.head()).toMatchObject(head)
    // Every account and slot, the books of the vaults among them, against trie and indices.
    await expectConsistent(source)
    await expectConsistent(fresh)
    const root = source.chain.head.header.stateRoot
    const paid = await source.chain.state.view(root).account(coinbase)
    expect(paid).toEqual(await fresh.chain.state.view(root).account(coinbase))
    expect(paid?.balance).toBeGreaterThan(0n)
    // On the side that was left nobody had been paid.
    const before = lost.at(-1)!.header.stateRoot
    expect((await source.chain.state.view(before).account(coinbase))?.balance ?? 0n).toBe(0n)
  })
})
