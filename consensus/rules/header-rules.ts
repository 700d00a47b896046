/**
 * Header rules: what a header alone, then a header with its parent, must satisfy; and apart from
 * both, whether it comes too early by our clock, which makes nothing invalid.
 *
 * Spec: docs/spec/block.md, "Header alone" (H1-H7), "Header with parent" (P1-P6), "Our clock".
 * H1, H2 and P1 to P3 are lines L1 to L3 of proof verification as well, and stand here once.
 */

import { type ConsensusParams, DIFFICULTY_MAX, GAS_LIMIT_MIN } from '../../genesis/params.ts'
import { SHAPES } from '../../gpu/reference/shape.ts'
import { readExtraData } from '../codec/extra-data.ts'
import { hexToBytes } from '../codec/hex.ts'
import { EMPTY_TRIE_ROOT } from '../codec/ordered-trie-root.ts'
import { assert } from '../errors.ts'
import { HeaderError, type HeaderFault } from '../header-error.ts'
import { randaoMixHash } from '../proof/commitments.ts'
import type { Hash, Header } from '../types.ts'
import { type FeeParent, nextBaseFee } from './base-fee.ts'
import { isRescue } from './difficulty.ts'

/** FTL: how far ahead of our clock a header may be dated before it waits. Local policy. */
export const FUTURE_LIMIT_MS = 10_000
/** Beyond this it is dropped, without blame: the clock that is wrong may be ours. */
export const FUTURE_DROP_MS = 60_000

/** keccak256 of the RLP of an empty list. */
export const EMPTY_OMMERS_HASH: Hash =
  '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'
/** SHA-256 of nothing: EIP-7685 without requests. */
export const EMPTY_REQUESTS_HASH: Hash =
  '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** A gas limit moves by less than this fraction of the parent's. */
const GAS_LIMIT_BOUND_DIVISOR = 1024n

/** What proof verification must know of the parent. */
export type ProofParent = {
  readonly hash: Hash
  readonly number: bigint
  readonly timestamp: bigint
  /** Median timestamp of the parent and the up to 10 blocks before it. */
  readonly medianTimePast: bigint
}

/** What the header rules must know of the parent: the gas fields as well. */
export type HeaderParent = ProofParent & FeeParent

/** Throws a {@link HeaderError} unless the header is valid as far as it says by itself. */
export function verifyHeaderAlone(header: Header, params: ConsensusParams): void {
  const fault = proofFieldsFault(header, params) ?? emptyFieldsFault(header)
  if (fault !== undefined) throw new HeaderError(fault)
}

/** Throws a {@link HeaderError} unless the header may follow `parent`, whose hash it names. */
export function verifyHeaderWithParent(
  header: Header,
  parent: HeaderParent,
  params: ConsensusParams,
  epochDifficulty: bigint,
): void {
  assert(header.parentHash === parent.hash, 'the header names this parent')
  const fault =
    lineageFault(header, parent, params, epochDifficulty) ??
    timeFault(header, parent) ??
    gasFault(header, parent) ??
    randaoFault(header)
  if (fault !== undefined) throw new HeaderError(fault)
}

/** Whether a header may be looked at now, must wait for our clock, or is not worth keeping. */
export function headerTimeliness(header: Header, nowMs: number): 'due' | 'future' | 'far-future' {
  const aheadMs = header.timestamp * 1000n - BigInt(Math.floor(nowMs))
  if (aheadMs <= BigInt(FUTURE_LIMIT_MS)) return 'due'
  return aheadMs <= BigInt(FUTURE_DROP_MS) ? 'future' : 'far-future'
}

/** H1, H2 (line L1): extraData of this network, difficulty within its range. */
export function proofFieldsFault(
  header: Header,
  params: ConsensusParams,
): HeaderFault<'E_PARAM' | 'E_DIFF'> | undefined {
  const extra = readExtraData(hexToBytes(header.extraData))
  if (typeof extra === 'string') return { code: 'E_PARAM', reason: extra }
  if (extra.shapeId !== SHAPES[params.shape].id) return { code: 'E_PARAM', reason: 'other shape' }
  const { difficulty } = header
  if (difficulty < params.minDifficulty) return difficultyFault(params.minDifficulty, difficulty)
  if (difficulty > DIFFICULTY_MAX) return difficultyFault(DIFFICULTY_MAX, difficulty)
  return undefined
}

/** P1, P2 (line L2): the next number, at the difficulty of its epoch or by the rescue rule. */
export function lineageFault(
  header: Header,
  parent: ProofParent,
  params: ConsensusParams,
  epochDifficulty: bigint,
): HeaderFault<'E_PARENT' | 'E_DIFF'> | undefined {
  const expected = parent.number + 1n
  if (header.number !== expected) return { code: 'E_PARENT', expected, actual: header.number }
  const { difficulty, timestamp } = header
  if (difficulty === epochDifficulty) return undefined
  const isRescued =
    difficulty === params.minDifficulty && isRescue(params, parent.timestamp, timestamp)
  return isRescued ? undefined : difficultyFault(epochDifficulty, difficulty)
}

/** P3 (line L3): later than the parent, and so than the median, which is never later. */
export function timeFault(header: Header, parent: ProofParent): HeaderFault<'E_TIME'> | undefined {
  const { timestamp, medianTimePast } = parent
  const after = timestamp > medianTimePast ? timestamp : medianTimePast
  return header.timestamp > after ? undefined : { code: 'E_TIME', after, actual: header.timestamp }
}

/** H3 to H7: what Ethereum's header has room for and this chain has not. */
function emptyFieldsFault(header: Header): HeaderFault | undefined {
  if (header.ommersHash !== EMPTY_OMMERS_HASH) {
    return { code: 'OMMERS_NOT_EMPTY', actual: header.ommersHash }
  }
  if (header.withdrawalsRoot !== EMPTY_TRIE_ROOT) {
    return { code: 'WITHDRAWALS_NOT_EMPTY', actual: header.withdrawalsRoot }
  }
  if (header.requestsHash !== EMPTY_REQUESTS_HASH) {
    return { code: 'REQUESTS_NOT_EMPTY', actual: header.requestsHash }
  }
  if (header.blobGasUsed !== 0n || header.excessBlobGas !== 0n) {
    return { code: 'BLOB_GAS_NOT_ZERO', used: header.blobGasUsed, excess: header.excessBlobGas }
  }
  if (header.gasUsed > header.gasLimit) {
    return { code: 'GAS_ABOVE_LIMIT', used: header.gasUsed, limit: header.gasLimit }
  }
  return undefined
}

/** P4, P5: the gas limit near the parent's, the base fee exactly what EIP-1559 says. */
function gasFault(header: Header, parent: HeaderParent): HeaderFault | undefined {
  const { gasLimit, baseFeePerGas } = header
  const distance =
    gasLimit > parent.gasLimit ? gasLimit - parent.gasLimit : parent.gasLimit - gasLimit
  if (distance >= parent.gasLimit / GAS_LIMIT_BOUND_DIVISOR || gasLimit < GAS_LIMIT_MIN) {
    return { code: 'GAS_LIMIT_OUT_OF_BOUNDS', parent: parent.gasLimit, actual: gasLimit }
  }
  const expected = nextBaseFee(parent)
  return baseFeePerGas === expected
    ? undefined
    : { code: 'BASE_FEE_MISMATCH', expected, actual: baseFeePerGas }
}

/** P6: PREVRANDAO is fixed by the parent before execution. */
function randaoFault(header: Header): HeaderFault | undefined {
  const expected = randaoMixHash(header.parentHash)
  return header.mixHash === expected
    ? undefined
    : { code: 'E_DIGEST', expected, actual: header.mixHash }
}

function difficultyFault(expected: bigint, actual: bigint): HeaderFault<'E_DIFF'> {
  return { code: 'E_DIFF', expected, actual }
}
