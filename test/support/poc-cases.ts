/** Turns the public vectors into arguments of the verifier: parameters, contexts, patched bytes. */
import { concatBytes, hexToBytes } from '@ethereumjs/util'
import type { Job, ProofContext } from '../../consensus/proof/proof-of-compute.ts'
import type { ConsensusParams } from '../../genesis/params.ts'
import type { Shape } from '../../gpu/reference/shape.ts'
import { syntheticMatrix } from '../../gpu/reference/synthetic.ts'
import type {
  PocVectors,
  VectorCase,
  VectorContext,
  VectorParams,
  VectorUser,
} from './poc-vectors.ts'

export type ProofInput = {
  readonly headerRlp: Uint8Array
  readonly proof: Uint8Array
  readonly context: ProofContext
}

export function paramsOfVectors(params: VectorParams): ConsensusParams {
  const { shape, dev, epochLength, idealBlockTimeMs, asertTauMs, rescueSeconds } = params
  return {
    chainId: BigInt(params.chainId),
    shape,
    dev,
    epochLength,
    idealBlockTimeMs,
    asertTauMs,
    rescueSeconds,
    genesisDifficulty: BigInt(params.genesisDifficulty),
    minDifficulty: BigInt(params.minDifficulty),
    eraBlocks: BigInt(params.eraBlocks),
  }
}

/** The sealer's own matrices of a block: synthetic rows, some of them overwritten. */
export function userMatrices(shape: Shape, user: VectorUser): { a: Int8Array; bt: Int8Array } {
  const seed = hexToBytes(user.seed)
  const a = syntheticMatrix(seed, 'A', shape.m, shape.k)
  const bt = syntheticMatrix(seed, 'B', shape.n, shape.k)
  for (const [name, row, pattern] of user.overwrite) {
    const matrix = name === 'A' ? a : bt
    for (let l = 0; l < shape.k; l++) matrix[row * shape.k + l] = pattern[l % pattern.length]!
  }
  return { a, bt }
}

/** Header, proof and context of a base with the changes of a case. */
export function inputOfCase(vectors: PocVectors, test: VectorCase): ProofInput {
  const base = vectors.bases[test.base]!
  const chain = vectors.chains[base.chain]!
  const block = chain.blocks.find(({ number }) => number === base.block)
  const headerRlp = hexToBytes((base.headerRlp ?? block?.headerRlp)!)
  const proof = hexToBytes((base.proof ?? block?.proof)!)
  const context = { ...base.ctx, ...test.ctx }
  const params = { ...chain.params, ...context.params }
  return {
    headerRlp: spliced(headerRlp, test.headerSplice),
    proof: patched(proof, test.proofPatch),
    context: contextOfVectors(params, context),
  }
}

export function contextOfVectors(params: VectorParams, context: VectorContext): ProofContext {
  const jobs = new Map(
    context.jobs.map(({ jobId, claimant, rootA, rootB }): [string, Job] => [
      jobId,
      { claimant, rootA, rootB, isSettled: false },
    ]),
  )
  return {
    params: paramsOfVectors(params),
    genesisHash: hexToBytes(params.genesisHash),
    parent: context.parent
      ? {
          hash: context.parent.hash,
          number: BigInt(context.parent.number),
          timestamp: BigInt(context.parent.timestamp),
          medianTimePast: BigInt(context.mtp),
        }
      : undefined,
    epochDifficulty: BigInt(context.difficulty),
    epochSeed: hexToBytes(context.epochSeed),
    jobView: (jobId) => jobs.get(jobId),
    checkJob: true,
  }
}

function spliced(bytes: Uint8Array, splice: VectorCase['headerSplice']): Uint8Array {
  if (splice === undefined) return bytes
  const [offset, removed, inserted] = splice
  const after = bytes.subarray(offset + removed)
  return concatBytes(bytes.subarray(0, offset), hexToBytes(inserted), after)
}

function patched(bytes: Uint8Array, patch: VectorCase['proofPatch']): Uint8Array {
  if (patch === undefined) return bytes
  const out = bytes.slice()
  for (const [offset, value] of patch.set ?? []) out.set(hexToBytes(value), offset)
  if (patch.length === undefined) return out
  const resized = new Uint8Array(patch.length)
  resized.set(out.subarray(0, patch.length))
  return resized
}
