/**
 * Blocks of shape T0 with real proofs, made by the reference search: a search takes milliseconds.
 * Everything is derived from its arguments, so the same test mines the same blocks.
 */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { encodeExtraData, type ProofKind } from '../../consensus/codec/extra-data.ts'
import { encodeHeader, hashHeader, sealHash } from '../../consensus/codec/header-codec.ts'
import type { Tile } from '../../consensus/codec/proof-codec.ts'
import {
  NO_JOB,
  randaoMixHash,
  syntheticCommitment,
  workCommitment,
} from '../../consensus/proof/commitments.ts'
import type { Job, ProofContext } from '../../consensus/proof/proof-of-compute.ts'
import { assembleProof, type ProvedOperands, sealTemplate } from '../../consensus/proof/seal.ts'
import { nextBaseFee } from '../../consensus/rules/base-fee.ts'
import type { BlockTree } from '../../consensus/tree/block-tree.ts'
import type { Hash, Header } from '../../consensus/types.ts'
import { type ConsensusParams, genesisExtraData } from '../../genesis/params.ts'
import { matrixRoot } from '../../gpu/reference/merkle.ts'
import { type Operands, prepareAttempt, searchTiles } from '../../gpu/reference/search.ts'
import { deriveKappa, deriveSeeds, nonceBytes } from '../../gpu/reference/seeds.ts'
import { SHAPES } from '../../gpu/reference/shape.ts'
import { syntheticMatrix } from '../../gpu/reference/synthetic.ts'
import { candidateLimit, wins } from '../../gpu/reference/ticket.ts'

export const TEST_PARAMS: ConsensusParams = {
  chainId: 369_000_001n,
  shape: 'T0',
  dev: true,
  epochLength: 8,
  idealBlockTimeMs: 2_000,
  asertTauMs: 64_000,
  genesisDifficulty: 2n ** 20n,
  minDifficulty: 2n ** 20n,
  rescueSeconds: 60,
  eraBlocks: 2_400n,
}

export const EMPTY_ROOT: Hash = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
export const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`
export const COINBASE = `0x${'c0'.repeat(20)}` as const

/** A block 0 of these parameters, without state or validators. */
export function makeGenesis(params: ConsensusParams = TEST_PARAMS): Header {
  return {
    parentHash: ZERO_HASH,
    ommersHash: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
    coinbase: `0x${'00'.repeat(20)}`,
    stateRoot: EMPTY_ROOT,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: `0x${'00'.repeat(256)}`,
    difficulty: params.genesisDifficulty,
    number: 0n,
    gasLimit: 30_000_000n,
    gasUsed: 0n,
    timestamp: 1_800_000_000n,
    extraData: bytesToHex(genesisExtraData(params)),
    mixHash: ZERO_HASH,
    nonce: '0x0000000000000000',
    baseFeePerGas: 1_000_000_000n,
    withdrawalsRoot: EMPTY_ROOT,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: ZERO_HASH,
    requestsHash: '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  }
}

/** Where a block is to stand: what `BlockTree.childContext` gives, or genesis. */
export type Place = NonNullable<ReturnType<BlockTree['childContext']>>

export const GENESIS = makeGenesis()
export const GENESIS_HASH = hashHeader(GENESIS)

/** The place of block 1. */
export const FIRST_PLACE: Place = {
  parent: { ...GENESIS, hash: GENESIS_HASH, medianTimePast: GENESIS.timestamp },
  epochDifficulty: TEST_PARAMS.genesisDifficulty,
  epochSeed: hexToBytes(GENESIS_HASH),
}

/** A whole, valid header but for its proof: kind 0, no transactions, two seconds on. */
export function makeChild(place: Place, changes: Partial<Header> = {}): Header {
  const { parent, epochDifficulty, epochSeed } = place
  return {
    ...GENESIS,
    parentHash: parent.hash,
    coinbase: COINBASE,
    difficulty: epochDifficulty,
    number: parent.number + 1n,
    gasLimit: parent.gasLimit,
    timestamp: parent.timestamp + 2n,
    extraData: extraDataOf(0, syntheticCommitment(epochSeed, SHAPES.T0.id)),
    mixHash: randaoMixHash(parent.hash),
    baseFeePerGas: nextBaseFee(parent),
    ...changes,
  }
}

export function extraDataOf(
  kind: ProofKind,
  commitment: Hash,
  timestampMs = 0,
): Header['extraData'] {
  return encodeExtraData({ shapeId: SHAPES.T0.id, kind, timestampMs, workCommitment: commitment })
}

export function contextAt(place: Place, changes: Partial<ProofContext> = {}): ProofContext {
  return {
    params: TEST_PARAMS,
    genesisHash: hexToBytes(GENESIS_HASH),
    ...place,
    jobView: () => undefined,
    checkJob: true,
    ...changes,
  }
}

export type MinedBlock = {
  readonly header: Header
  readonly headerRlp: Uint8Array
  readonly hash: Hash
  readonly proof: Uint8Array
  /** Every winning tile of the nonce, the proof's first. */
  readonly tiles: readonly Tile[]
  readonly operands: ProvedOperands & Operands
  readonly context: ProofContext
}

export type MineOptions = {
  readonly changes?: Partial<Header>
  readonly context?: Partial<ProofContext>
  /** Kind 1 with these matrices; kind 0 without. */
  readonly matrices?: Operands & { readonly jobId?: Uint8Array }
  /** Goes on until a nonce has this many winning tiles. */
  readonly tilesMin?: number
}

/** Searches nonce after nonce on the reference until one wins. */
export function mine(place: Place, options: MineOptions = {}): MinedBlock {
  const shape = SHAPES.T0
  const operands = operandsOf(place, options)
  const context = contextAt(place, options.context)
  const template = makeChild(place, {
    extraData: commitmentTo(place, operands),
    ...options.changes,
  })
  const sealed = sealHash(template)
  const limit = candidateLimit(template.difficulty, shape.tileMacs)
  for (let counter = 0n; ; counter++) {
    const nonce = nonceBytes(counter)
    const seeds = deriveSeeds(deriveKappa(context.genesisHash, sealed, nonce))
    const attempt = prepareAttempt(shape, seeds, operands)
    const tiles = searchTiles(attempt, 0, shape.ticketCount, limit)
      .filter(({ ticket }) => wins(ticket, template.difficulty, shape.tileMacs))
      .map(({ ti, tj }) => ({ ti, tj }))
    const [tile] = tiles
    if (tile === undefined || tiles.length < (options.tilesMin ?? 1)) continue
    const header = sealTemplate(template, nonce)
    const headerRlp = encodeHeader(header)
    const proof = assembleProof('T0', tile, operands)
    return { header, headerRlp, hash: hashHeader(header), proof, tiles, operands, context }
  }
}

/** Seals a block on `parentHash`, adds it to the tree and marks it executed. */
export function extend(tree: BlockTree, parentHash: Hash, options: MineOptions = {}): MinedBlock {
  const place = tree.childContext(parentHash)
  if (place === undefined) throw new Error('the parent is in the tree')
  const block = mine(place, options)
  tree.insert(block.header, block.hash, true)
  tree.markExecuted(block.hash)
  return block
}

/** A claimed job on these matrices, as the parent's state shows it. */
export function jobOn(block: MinedBlock): { id: Hash; job: Job } {
  const { operands } = block
  if (operands.kind === 0) throw new Error('kind 0 has no job')
  return {
    id: bytesToHex(operands.jobId),
    job: {
      claimant: block.header.coinbase,
      rootA: bytesToHex(operands.rootA),
      rootB: bytesToHex(operands.rootB),
      isSettled: false,
    },
  }
}

/** Private matrices with entries over the whole range. */
export function privateMatrices(seed: number): Operands {
  const { m, n, k } = SHAPES.T0
  const key = new Uint8Array(32).fill(seed)
  return { a: syntheticMatrix(key, 'A', m, k), bt: syntheticMatrix(key, 'B', n, k) }
}

function operandsOf(place: Place, { matrices }: MineOptions): ProvedOperands & Operands {
  const { m, n, k } = SHAPES.T0
  if (matrices === undefined) {
    const a = syntheticMatrix(place.epochSeed, 'A', m, k)
    return { kind: 0, a, bt: syntheticMatrix(place.epochSeed, 'B', n, k) }
  }
  const { a, bt, jobId = NO_JOB } = matrices
  return { kind: 1, a, bt, jobId, rootA: matrixRoot(a, m, k), rootB: matrixRoot(bt, n, k) }
}

function commitmentTo(place: Place, operands: ProvedOperands): Header['extraData'] {
  if (operands.kind === 0) return extraDataOf(0, syntheticCommitment(place.epochSeed, SHAPES.T0.id))
  const { jobId, rootA, rootB } = operands
  return extraDataOf(1, workCommitment(1, jobId, rootA, rootB))
}
