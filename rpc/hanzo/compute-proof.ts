/**
 * `hanzo_getComputeProof` and `hanzo_verifyComputeProof`: the work behind a block, for people and
 * for checkers that share no code with the node.
 *
 * Spec: docs/spec/proof-of-compute.md, "Verifier".
 */
import { bytesToHex } from '@ethereumjs/util'
import { encodeEthereumHeader } from '../../consensus/codec/ethereum-codec.ts'
import { decodeExtraData } from '../../consensus/codec/extra-data.ts'
import { decodeProof, type Proof } from '../../consensus/codec/proof-codec.ts'
import { assert } from '../../consensus/errors.ts'
import type { Hash } from '../../consensus/types.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import type { NodeApi, ProofReport, WorkDesk } from '../../node/api.ts'
import type { EthereumSummary } from '../../node/events.ts'
import { findBlock } from '../block-lookup.ts'
import { data, quantity } from '../format/hex.ts'
import { type MethodTable, method, optional, required } from '../method.ts'
import type { NodeModules } from '../modules.ts'
import { block, LATEST } from '../params/block.ts'
import { bytes } from '../params/primitives.ts'
import { readContract } from './contract-read.ts'

/** `BlockRewards.last()`: number, coinbase, operations, quality, difficulty, reward. */
const LAST_SELECTOR = '0x47799da8'
const NO_JOB: Hash = `0x${'0'.repeat(64)}`

type Epoch = Awaited<ReturnType<WorkDesk['epochOf']>>

export function computeProofMethods({ api }: Pick<NodeModules, 'api'>): MethodTable {
  return {
    hanzo_getComputeProof: method({
      description: 'The witness that this node stores for a block, read out; null without one',
      params: [optional('block', block, LATEST)],
      handler: async ([selector]) => {
        const found = await findBlock(api.chain, selector)
        const proof = found === undefined ? undefined : await api.chain.proof(found.hash)
        return found === undefined || proof === undefined ? null : describe(api, found, proof)
      },
    }),
    hanzo_verifyComputeProof: method({
      description: "Checks any header and witness against this node's chain",
      params: [required('rawHeader', bytes), required('proof', bytes)],
      handler: async ([header, proof]) => formatReport(await api.work.verifyProof(header, proof)),
    }),
  }
}

async function describe(api: NodeApi, block: EthereumSummary, bytes: Uint8Array) {
  const proof = decodeProof(bytes)
  const [epoch, report, paid] = await Promise.all([
    api.work.epochOf(block),
    api.work.verifyProof(encodeEthereumHeader(block.header), bytes),
    readContract(api.state, block, PREDEPLOYS.BlockRewards, LAST_SELECTOR),
  ])
  assert(paid !== undefined && paid.length === 6, 'every block after genesis has its reward record')
  return {
    blockHash: block.hash,
    proof: data(bytes),
    shape: proof.shape.name,
    kind: quantity(proof.kind),
    workCommitment: decodeExtraData(block.header.extraData).workCommitment,
    ...operandsOf(proof, epoch),
    ti: quantity(proof.tile.ti),
    tj: quantity(proof.tile.tj),
    ticket: report.ticket ?? null,
    theta: report.theta ?? null,
    difficulty: quantity(epoch.difficulty),
    operations: quantity(block.header.difficulty),
    quality: quantity(paid[3] ?? 0n),
    reward: quantity(paid[5] ?? 0n),
  }
}

/** Kind 0 multiplies the matrices of its epoch, kind 1 those that its proof opens. */
function operandsOf(proof: Proof, epoch: Epoch) {
  if (proof.kind === 0) return { jobId: NO_JOB, rootA: epoch.rootA, rootB: epoch.rootB }
  const { jobId, rootA, rootB } = proof.openings
  return { jobId: bytesToHex(jobId), rootA: bytesToHex(rootA), rootB: bytesToHex(rootB) }
}

/** The hashes are there only if the check came as far as the ticket. */
function formatReport({ macs, ...report }: ProofReport) {
  return { ...report, macs: quantity(macs) }
}
