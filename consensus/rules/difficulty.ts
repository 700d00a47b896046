/**
 * Difficulty by epochs, median time and the rescue rule: pure arithmetic on timestamps.
 *
 * Spec: docs/spec/proof-of-compute.md, "Difficulty and time". D is constant within an epoch; each
 * epoch steps from the one before by what its own window took, so time is never banked.
 */
import { type ConsensusParams, DIFFICULTY_MAX } from '../../genesis/params.ts'

/** Blocks whose median time a block must pass: the last 11 up to its parent. */
export const MEDIAN_TIME_BLOCKS = 11

/** A step moves D by no more than this factor, up or down. */
const STEP_FACTOR_MAX = 4n
/** A window counts for no more than 8 ideal ones, whatever pause it holds. */
const WINDOWS_MAX = 8n
/** Only bounds the shift: the clamps to a factor of 4 apply long before. */
const SHIFT_MAX = 512n

/** What the epoch step depends on. */
export type EpochParams = Pick<
  ConsensusParams,
  'epochLength' | 'idealBlockTimeMs' | 'asertTauMs' | 'minDifficulty'
>

/** Whether `number` closes an epoch; genesis does. */
export function isCheckpoint(number: bigint, epochLength: number): boolean {
  return number % BigInt(epochLength) === 0n
}

/** The epoch whose D and whose matrices a block has: blocks 1..E have those of epoch 0. */
export function epochOfBlock(number: bigint, epochLength: number): bigint {
  return number === 0n ? 0n : (number - 1n) / BigInt(epochLength)
}

/** The checkpoint before a block: of a checkpoint itself, the one E blocks earlier. */
export function checkpointBefore(number: bigint, epochLength: number): bigint {
  return epochOfBlock(number, epochLength) * BigInt(epochLength)
}

/** D of the next epoch, from D of this one and the seconds between its two checkpoints. */
export function nextEpochDifficulty(
  previous: bigint,
  windowSeconds: bigint,
  params: EpochParams,
): bigint {
  const idealMs = BigInt(params.epochLength) * BigInt(params.idealBlockTimeMs)
  const windowMs = clamp(1000n * windowSeconds, 0n, WINDOWS_MAX * idealMs)
  const stepped = asertStep(previous, idealMs - windowMs, params.asertTauMs)
  const bounded = clamp(stepped, previous / STEP_FACTOR_MAX, previous * STEP_FACTOR_MAX)
  return clamp(bounded, params.minDifficulty, DIFFICULTY_MAX)
}

/** floor(previous * 2^(deltaMs / tauMs)) by the polynomial of aserti3-2d, in 16.16 fixed point. */
export function asertStep(previous: bigint, deltaMs: bigint, tauMs: number): bigint {
  const exponent = floorDivide(deltaMs * 65536n, BigInt(tauMs))
  const shift = clamp(exponent >> 16n, -SHIFT_MAX, SHIFT_MAX)
  const f = exponent & 65535n
  const polynomial = 195766423245049n * f + 971821376n * f ** 2n + 5127n * f ** 3n + (1n << 47n)
  const scaled = previous * (65536n + (polynomial >> 48n))
  return shift >= 16n ? scaled << (shift - 16n) : scaled >> (16n - shift)
}

/** The median of the last timestamps up to a block, at most 11 of them, in any order. */
export function medianTimePast(timestamps: readonly bigint[]): bigint {
  const sorted = timestamps.slice(-MEDIAN_TIME_BLOCKS).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[Math.floor(sorted.length / 2)] ?? 0n
}

/** Whether a block this late after its parent may carry the minimum difficulty: dev chains only. */
export function isRescue(
  params: Pick<ConsensusParams, 'dev' | 'rescueSeconds'>,
  parentTimestamp: bigint,
  timestamp: bigint,
): boolean {
  const { dev, rescueSeconds } = params
  return dev && rescueSeconds > 0 && timestamp > parentTimestamp + BigInt(rescueSeconds)
}

/** The least difficulty that a block of this time may declare: D of its epoch, or MIN_D. */
export function requiredDifficulty(
  params: Pick<ConsensusParams, 'dev' | 'rescueSeconds' | 'minDifficulty'>,
  epochDifficulty: bigint,
  parentTimestamp: bigint,
  timestamp: bigint,
): bigint {
  return isRescue(params, parentTimestamp, timestamp) ? params.minDifficulty : epochDifficulty
}

function clamp(value: bigint, min: bigint, max: bigint): bigint {
  if (value < min) return min
  return value > max ? max : value
}

/** Rounds toward minus infinity, where `/` rounds toward zero; the divisor is positive. */
function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  return dividend % divisor < 0n ? quotient - 1n : quotient
}
