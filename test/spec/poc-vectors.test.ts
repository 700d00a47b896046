/**
 * Every section of the public vectors but the verification cases, which have a file of their own.
 * The vectors come from an implementation that shares no code with this one.
 */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { decodeExtraData, encodeExtraData } from '../../consensus/codec/extra-data.ts'
import {
  decodeHeader,
  encodeHeader,
  hashHeader,
  sealHash,
} from '../../consensus/codec/header-codec.ts'
import { decodeProof, encodeProof } from '../../consensus/codec/proof-codec.ts'
import {
  randaoMixHash,
  syntheticCommitment,
  workCommitment,
} from '../../consensus/proof/commitments.ts'
import { asertStep, medianTimePast, nextEpochDifficulty } from '../../consensus/rules/difficulty.ts'
import {
  blockBudget,
  calculateReward,
  cumulativeRelease,
  poolAndPot,
} from '../../consensus/rules/reward.ts'
import { BlockTree } from '../../consensus/tree/block-tree.ts'
import { paramsHash } from '../../genesis/params.ts'
import { b3, wordsOf } from '../../gpu/reference/blake3.ts'
import { createEncoder, encodeMatrix, encodeRow } from '../../gpu/reference/encode.ts'
import { evaluateTile } from '../../gpu/reference/evaluate-tile.ts'
import { matrixRoot } from '../../gpu/reference/merkle.ts'
import { choiceTable, noiseRow } from '../../gpu/reference/noise.ts'
import { deriveKappa, deriveSeeds } from '../../gpu/reference/seeds.ts'
import { SHAPES } from '../../gpu/reference/shape.ts'
import { syntheticMatrix, syntheticRoot, syntheticRow } from '../../gpu/reference/synthetic.ts'
import { theta, ticketOf, wins } from '../../gpu/reference/ticket.ts'
import { tileState } from '../../gpu/reference/tile.ts'
import { paramsOfVectors, userMatrices } from '../support/poc-cases.ts'
import { pocVectors } from '../support/poc-vectors.ts'

const hexOf = (bytes: Uint8Array | Int8Array) =>
  bytesToHex(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length))

describe.skipIf(pocVectors === undefined)('spec / proof-of-compute vectors', () => {
  const vectors = pocVectors!

  it('shapes have the published numbers', () => {
    for (const [name, expected] of Object.entries(vectors?.shapes ?? {})) {
      const { id, m, n, k, s, r, stripes, tileMacs, minDifficulty, proofBytes } =
        SHAPES[name as keyof typeof SHAPES]
      expect({
        id,
        m,
        n,
        k,
        s,
        r,
        L: stripes,
        F: tileMacs,
        minD: String(minDifficulty),
        proofLen: [...proofBytes],
      }).toEqual(expected)
    }
  })

  it('B3 is keyed BLAKE3 of a 64-byte message', () => {
    for (const { key, msg, t, out } of vectors.b3) {
      expect(bytesToHex(b3(hexToBytes(key), hexToBytes(msg), t))).toBe(out)
    }
  })

  it('synthetic rows and roots follow from the epoch seed', () => {
    for (const each of vectors.synthetic) {
      const { id, m, n, k } = SHAPES[each.shape]
      const seed = hexToBytes(each.epochSeed)
      for (const { i, bytes } of each.rowsA)
        expect(hexOf(syntheticRow(seed, 'A', i, k))).toBe(bytes)
      for (const { i, bytes } of each.rowsBT) {
        expect(hexOf(syntheticRow(seed, 'B', i, k))).toBe(bytes)
      }
      expect(hexOf(syntheticRoot(seed, id, 'A'))).toBe(each.rootA)
      expect(hexOf(syntheticRoot(seed, id, 'B'))).toBe(each.rootB)
      expect(hexOf(matrixRoot(syntheticMatrix(seed, 'A', m, k), m, k))).toBe(each.matrixRootOfA)
      expect(hexOf(matrixRoot(syntheticMatrix(seed, 'B', n, k), n, k))).toBe(each.matrixRootOfBT)
    }
  })

  describe.each(vectors?.walkthrough ?? [])('walkthrough of $shape', (walk) => {
    const shape = SHAPES[walk.shape]
    const header = decodeHeader(hexToBytes(walk.headerRlp))
    const genesisHash = hexToBytes(walk.genesisHash)
    const nonce = hexToBytes(header.nonce)
    const kappa = deriveKappa(genesisHash, sealHash(header), nonce)
    const seeds = deriveSeeds(kappa)

    it('binds the header into kappa and its keys', () => {
      expect(hashHeader(header)).toBe(walk.blockHash)
      expect(hexOf(sealHash(header))).toBe(walk.sealHash)
      expect(randaoMixHash(header.parentHash)).toBe(walk.mixHash)
      expect(syntheticCommitment(hexToBytes(walk.epochSeed), shape.id)).toBe(walk.workCommitment)
      expect(decodeExtraData(header.extraData).workCommitment).toBe(walk.workCommitment)
      expect(hexOf(kappa)).toBe(walk.kappa)
      expect(hexOf(seeds.seedA)).toBe(walk.seedA)
      expect(hexOf(seeds.seedB)).toBe(walk.seedB)
      expect(hexOf(seeds.ticketKey)).toBe(walk.tkey)
    })

    it('binds a job in place of the synthetic operands', () => {
      const { kind1 } = walk
      const [jobId, rootA, rootB] = [kind1.jobId, kind1.rootA, kind1.rootB].map(hexToBytes)
      const commitment = workCommitment(1, jobId!, rootA!, rootB!)
      expect(commitment).toBe(kind1.workCommitment)
      const extra = decodeExtraData(header.extraData)
      const extraData = encodeExtraData({ ...extra, kind: 1, workCommitment: commitment })
      const sealed = sealHash({ ...header, extraData })
      expect(hexOf(sealed)).toBe(kind1.sealHash)
      expect(hashHeader({ ...header, extraData })).toBe(kind1.blockHash)
      expect(hexOf(deriveKappa(genesisHash, sealed, nonce))).toBe(kind1.kappa)
    })

    it('expands noise and choices', () => {
      for (const { i, bytes } of walk.noiseA) {
        expect(hexOf(noiseRow(seeds.seedA, 1, i, shape.r))).toBe(bytes)
      }
      for (const { i, bytes } of walk.noiseB) {
        expect(hexOf(noiseRow(seeds.seedB, 3, i, shape.r))).toBe(bytes)
      }
      const choicesA = choiceTable(seeds.seedA, 2, shape.k, shape.r)
      const choicesB = choiceTable(seeds.seedB, 4, shape.k, shape.r)
      const pair = (choice: number | undefined) => [(choice ?? 0) & 255, (choice ?? 0) >> 8]
      for (const [l, p, q] of walk.choiceA) expect(pair(choicesA[l])).toEqual([p, q])
      for (const [l, p, q] of walk.choiceB) expect(pair(choicesB[l])).toEqual([p, q])
    })

    it('encodes the operands', () => {
      const encoded = (side: 'A' | 'B', index: number) => {
        const out = new Int8Array(shape.k)
        const seed = side === 'A' ? seeds.seedA : seeds.seedB
        const row = syntheticRow(hexToBytes(walk.epochSeed), side, index, shape.k)
        encodeRow(createEncoder(shape, seed, side), row, index, out, 0)
        return hexOf(out)
      }
      expect(encoded('A', walk.encodedA.i)).toBe(walk.encodedA.bytes)
      expect(encoded('B', walk.encodedBT.i)).toBe(walk.encodedBT.bytes)
    })

    it('folds tiles and draws their tickets', () => {
      const epochSeed = hexToBytes(walk.epochSeed)
      const a = syntheticMatrix(epochSeed, 'A', shape.m, shape.k)
      const bt = syntheticMatrix(epochSeed, 'B', shape.n, shape.k)
      const encodedA = encodeMatrix(shape, seeds.seedA, 'A', a)
      const encodedB = encodeMatrix(shape, seeds.seedB, 'B', bt)
      const eight = (side: 'A' | 'B', tile: number) =>
        Array.from({ length: 8 }, (_, i) => syntheticRow(epochSeed, side, 8 * tile + i, shape.k))
      for (const { ti, tj, state, ticket } of walk.tickets) {
        const offsets = [ti * 8 * shape.k, tj * 8 * shape.k] as const
        const folded = tileState(shape, encodedA, offsets[0], encodedB, offsets[1], ti, tj)
        expect([...new Uint32Array(folded.buffer)]).toEqual(state)
        expect(hexOf(ticketOf(wordsOf(seeds.ticketKey), folded))).toBe(ticket)
        const evaluated = evaluateTile(shape, seeds, eight('A', ti), eight('B', tj), ti, tj)
        expect(hexOf(evaluated)).toBe(ticket)
      }
    })
  })

  describe.each(Object.entries(vectors?.chains ?? {}))('chain %s', (_, chain) => {
    const params = paramsOfVectors(chain.params)
    const genesis = decodeHeader(hexToBytes(chain.genesisRlp))

    it('binds its parameters into genesis', () => {
      expect(hexOf(paramsHash(params))).toBe(chain.paramsHash)
      expect(genesis.extraData.slice(-64)).toBe(chain.paramsHash.slice(2))
      expect(hashHeader(genesis)).toBe(chain.params.genesisHash)
    })

    it('gives every block its hash, difficulty, seed and median time', () => {
      const tree = BlockTree.fromGenesis(params, hashHeader(genesis), genesis)
      for (const block of chain.blocks) {
        const header = decodeHeader(hexToBytes(block.headerRlp))
        expect(bytesToHex(encodeHeader(header))).toBe(block.headerRlp)
        expect(hashHeader(header)).toBe(block.hash)
        const context = tree.childContext(header.parentHash)
        expect(String(context?.epochDifficulty)).toBe(block.difficulty)
        expect(hexOf(context!.epochSeed)).toBe(block.epochSeed)
        expect(context?.parent.medianTimePast).toBe(BigInt(block.mtpParent))
        expect(decodeExtraData(header.extraData).workCommitment).toBe(block.workCommitment)
        expect(tree.insert(header, block.hash, true).outcome).toBe('inserted')
      }
    })

    it('opens proofs that are encoded in one way', () => {
      for (const block of chain.blocks) {
        const proof = decodeProof(hexToBytes(block.proof))
        expect(bytesToHex(encodeProof(proof))).toBe(block.proof)
        expect(proof.tile).toEqual({ ti: block.ti, tj: block.tj })
        if (block.user === undefined || proof.kind === 0) continue
        const { a, bt } = userMatrices(proof.shape, block.user)
        const { m, n, k } = proof.shape
        expect(hexOf(matrixRoot(a, m, k))).toBe(block.user.rootA)
        expect(hexOf(matrixRoot(bt, n, k))).toBe(block.user.rootB)
        expect(hexOf(proof.openings.rootA)).toBe(block.user.rootA)
        expect(hexOf(proof.openings.rootB)).toBe(block.user.rootB)
      }
    })
  })

  it.each(vectors?.asert ?? [])('D2: difficulty of epochs: $name', (each) => {
    const { epochLength, idealBlockTimeMs, asertTauMs } = each
    const minDifficulty = BigInt(each.minDifficulty)
    const params = { epochLength, idealBlockTimeMs, asertTauMs, minDifficulty }
    let difficulty = BigInt(each.genesisDifficulty)
    const difficulties: string[] = []
    for (let start = 0; start < each.gaps.length; start += epochLength) {
      const window = each.gaps.slice(start, start + epochLength).reduce((sum, gap) => sum + gap, 0)
      difficulty = nextEpochDifficulty(difficulty, BigInt(window), params)
      difficulties.push(String(difficulty))
    }
    expect(difficulties).toEqual(each.difficulty)
  })

  it('D3: one step is the published polynomial', () => {
    for (const { prevD, deltaMs, asertTauMs, result } of vectors.asertStep) {
      expect(String(asertStep(BigInt(prevD), BigInt(deltaMs), asertTauMs))).toBe(result)
    }
  })

  it('D4: median time is taken of the last 11', () => {
    for (const { timestamps, mtp11 } of vectors.mtp11) {
      expect(medianTimePast(timestamps.map(BigInt))).toBe(BigInt(mtp11))
    }
  })

  it('theta and the win rule are exact', () => {
    for (const each of vectors.theta) {
      const { tileMacs } = SHAPES[each.shape]
      const difficulty = BigInt(each.difficulty)
      expect(theta(difficulty, tileMacs)).toBe(BigInt(each.theta))
      for (const [value, isWin] of each.wins) {
        expect(wins(hexToBytes(value), difficulty, tileMacs)).toBe(isWin)
      }
    }
  })

  it('rewards follow the schedule to the wei', () => {
    for (const each of vectors.rewards) {
      const [number, eraBlocks] = [BigInt(each.n), BigInt(each.eraBlocks)]
      const budget = blockBudget(number, eraBlocks)
      const difficulty = 10n ** 12n
      const pay = (operations: bigint, qualityBps: bigint) =>
        calculateReward({ budget, operations, qualityBps, difficulty })
      const reward = pay(difficulty, 5000n)
      const { coinbase, pot } = poolAndPot(reward)
      const opsThird = pay(difficulty / 3n, 5000n)
      const opsAbove = pay(10n * difficulty, 7777n)
      const found = { budget, reward5000: reward, coinbase, pot, opsThird, opsAbove }
      const { C, ...expected } = each
      expect(String(cumulativeRelease(number, eraBlocks))).toBe(C)
      for (const [name, value] of Object.entries(found)) {
        expect(String(value)).toBe(expected[name as keyof typeof found])
      }
    }
  })
})
