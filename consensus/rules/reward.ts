/**
 * What a block earns out of the compute-mining vault: a schedule of releases, never a mint.
 * Spec: docs/spec/proof-of-compute.md, "Operations, quality, reward".
 *
 * The contract `BlockRewards` pays; this is the same arithmetic for reports and for checkers.
 */

/** 300,000,000 AI: the bucket. The schedule has no cap of its own, the bucket has. */
export const COMPUTE_BUCKET_WEI = 300n * 10n ** 24n
/** Of a block: half. The other half is a bonus when a job settles. */
export const BLOCK_QUALITY_BPS = 5_000n
const BPS = 10_000n

/** 150,000,000 AI in the first era, halved in each of the next four, level from then on. */
const FIRST_ERA_WEI = 150n * 10n ** 24n
const HALVINGS = 4n
/** The finality pot takes a tenth. */
const POT_DIVISOR = 10n

/** C(n): everything that the schedule has released up to and including block `number`. */
export function cumulativeRelease(number: bigint, eraBlocks: bigint): bigint {
  const era = number / eraBlocks
  return releasedBeforeEra(era) + (eraRelease(era) * (number % eraBlocks)) / eraBlocks
}

/** What the schedule has for block `number` (at least 1): how {@link cumulativeRelease} grows. */
export function blockBudget(number: bigint, eraBlocks: bigint): bigint {
  return cumulativeRelease(number, eraBlocks) - cumulativeRelease(number - 1n, eraBlocks)
}

export type RewardClaim = {
  /** Wei: {@link blockBudget} of the block. */
  readonly budget: bigint
  /** MAC, proved by the lottery: the difficulty in the header. */
  readonly operations: bigint
  readonly qualityBps: bigint
  /** MAC: D of the block's epoch. */
  readonly difficulty: bigint
}

/** HIP-1's calculate_reward, in integers and with one division. */
export function calculateReward({
  budget,
  operations,
  qualityBps,
  difficulty,
}: RewardClaim): bigint {
  const credited = operations < difficulty ? operations : difficulty
  return (budget * credited * qualityBps) / (difficulty * BPS)
}

/** Wei of one block's reward by who receives it. */
export type RewardSplit = { readonly coinbase: bigint; readonly pot: bigint }

/** A tenth, rounded down, to the finality pot and the rest to the coinbase. */
export function poolAndPot(reward: bigint): RewardSplit {
  const pot = reward / POT_DIVISOR
  return { coinbase: reward - pot, pot }
}

export type BlockWork = {
  readonly number: bigint
  readonly eraBlocks: bigint
  /** MAC: the header's difficulty. */
  readonly operations: bigint
  /** MAC: D of the epoch; more than `operations` in a rescue block alone. */
  readonly epochDifficulty: bigint
  /** Wei that the vault has released before this block. */
  readonly released: bigint
}

/** What a block pays to the finality pot, and to a coinbase that can be paid. */
export function blockReward(work: BlockWork): RewardSplit {
  const scheduled = calculateReward({
    budget: blockBudget(work.number, work.eraBlocks),
    operations: work.operations,
    qualityBps: BLOCK_QUALITY_BPS,
    difficulty: work.epochDifficulty,
  })
  const left = COMPUTE_BUCKET_WEI - work.released
  return poolAndPot(scheduled < left ? scheduled : left)
}

/** X(i): what the schedule releases in era i. */
function eraRelease(era: bigint): bigint {
  return FIRST_ERA_WEI >> (era < HALVINGS ? era : HALVINGS)
}

function releasedBeforeEra(era: bigint): bigint {
  const halved = era < HALVINGS ? era : HALVINGS
  // A geometric sum: X(0) + ... + X(i-1) = 2 X(0) - 2 X(i), exact because X(0) is divisible by 16.
  return 2n * FIRST_ERA_WEI - 2n * eraRelease(halved) + (era - halved) * eraRelease(HALVINGS)
}
