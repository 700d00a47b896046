/**
 * The check behind `hanzo verify-proof`: the verifier itself, on facts fetched from a node.
 *
 * The node is trusted for the chain around the block (parent, clock, epoch); the work is not
 * trusted to anybody: the tile is multiplied here. Spec: docs/spec/proof-of-compute.md, "Verifier".
 */
import { hexToBytes } from '@ethereumjs/util'
import { decodeHeader, hashHeader } from '../../consensus/codec/header-codec.ts'
import { verifyProofOfCompute } from '../../consensus/proof/proof-of-compute.ts'
import type { Hash, Hex } from '../../consensus/types.ts'
import type { ConsensusParams, ShapeName } from '../../genesis/params.ts'

/** Headers whose timestamps make the median time past. */
const MEDIAN_BLOCKS = 11n
/** Enough for the compiler of the runtime; they take a fifth of a second together. */
const TIMED_RUNS = 201

export type ComputeProofAnswer = {
  readonly blockHash: Hex
  readonly proof: Hex
  readonly shape: string
  readonly kind: Hex
  readonly ti: Hex
  readonly tj: Hex
  readonly ticket: Hex
  readonly theta: Hex
  readonly difficulty: Hex
  readonly operations: Hex
  readonly quality: Hex
  readonly reward: Hex
}

type Call = (method: string, ...params: unknown[]) => Promise<unknown>

export type Recheck = {
  readonly ok: boolean
  readonly code: string | null
  readonly blockHash: Hash
  readonly macs: number
  readonly ms: number
  readonly lines: readonly string[]
}

export async function recheck(
  rawHeader: Hex,
  answer: ComputeProofAnswer,
  call: Call,
): Promise<Recheck> {
  const headerRlp = hexToBytes(rawHeader)
  const header = decodeHeader(headerRlp)
  const { params, genesisHash } = readParams(await call('hanzo_getChainParams'))
  const parentRlp = hexToBytes((await call('debug_getRawHeader', header.parentHash)) as Hex)
  const parent = decodeHeader(parentRlp)
  const checkpoint =
    ((header.number - 1n) / BigInt(params.epochLength)) * BigInt(params.epochLength)
  const seedBlock = (await call('eth_getBlockByNumber', quantity(checkpoint), false)) as {
    hash: Hash
  }
  const proof = hexToBytes(answer.proof)
  const context = {
    params,
    genesisHash: hexToBytes(genesisHash),
    parent: {
      hash: hashHeader(parent),
      number: parent.number,
      timestamp: parent.timestamp,
      medianTimePast: await medianTimePast(parent.number, call),
    },
    epochDifficulty: BigInt(answer.difficulty),
    epochSeed: hexToBytes(seedBlock.hash),
    jobView: () => undefined,
    checkJob: true,
  }
  const verdict = verifyProofOfCompute(headerRlp, proof, context)
  const ms = medianMs(() => verifyProofOfCompute(headerRlp, proof, context))
  const macs = verdict.ok ? verdict.macs : 0
  const code = verdict.ok ? null : verdict.code
  return {
    ok: verdict.ok,
    code,
    blockHash: hashHeader(header),
    macs,
    ms,
    lines: describe(header.number, hashHeader(header), answer, { code, macs, ms }),
  }
}

/** The middle of many runs: the first ones compile the code and say nothing of a running node. */
function medianMs(run: () => void): number {
  const durations = Array.from({ length: TIMED_RUNS }, () => {
    const startMs = performance.now()
    run()
    return performance.now() - startMs
  })
  return durations.sort((a, b) => a - b)[TIMED_RUNS >> 1] ?? 0
}

function describe(
  number: bigint,
  hash: Hash,
  answer: ComputeProofAnswer,
  outcome: { readonly code: string | null; readonly macs: number; readonly ms: number },
): readonly string[] {
  const verdict =
    outcome.code === null
      ? `valid: ${outcome.macs} multiply-adds checked again in ${outcome.ms.toFixed(2)} ms on this CPU`
      : `INVALID: ${outcome.code}`
  return [
    `block       ${number}  ${hash}`,
    `work        ${BigInt(answer.operations)} multiply-adds expected, shape ${answer.shape}`,
    `tile        (${Number(answer.ti)}, ${Number(answer.tj)})`,
    `ticket      ${answer.ticket}`,
    `threshold   ${answer.theta}`,
    `proof       ${(answer.proof.length - 2) / 2} bytes, ${verdict}`,
  ]
}

async function medianTimePast(number: bigint, call: Call): Promise<bigint> {
  const first = number < MEDIAN_BLOCKS - 1n ? 0n : number - (MEDIAN_BLOCKS - 1n)
  const timestamps: bigint[] = []
  for (let n = first; n <= number; n++) {
    const block = (await call('eth_getBlockByNumber', quantity(n), false)) as { timestamp: Hex }
    timestamps.push(BigInt(block.timestamp))
  }
  timestamps.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return timestamps[Math.floor(timestamps.length / 2)] ?? 0n
}

function readParams(answer: unknown): { params: ConsensusParams; genesisHash: Hash } {
  const raw = answer as Record<string, string> & { shape: ShapeName; genesisHash: Hash }
  const whole = (name: string) => BigInt(raw[name] ?? '0x0')
  return {
    genesisHash: raw.genesisHash,
    params: {
      chainId: whole('chainId'),
      shape: raw.shape,
      dev: Boolean(raw['dev']),
      epochLength: Number(whole('epochLength')),
      idealBlockTimeMs: Number(whole('idealBlockTimeMs')),
      asertTauMs: Number(whole('asertTauMs')),
      genesisDifficulty: whole('genesisDifficulty'),
      minDifficulty: whole('minDifficulty'),
      rescueSeconds: Number(whole('rescueSeconds')),
      eraBlocks: whole('eraBlocks'),
    },
  }
}

function quantity(value: bigint): Hex {
  return `0x${value.toString(16)}`
}
