/**
 * Where the coins must be, kept by hand: HIP-1's schedule as the table of its eras and what happens
 * to the buckets, in plain integers. Shares nothing with the contracts, nor with consensus.
 *
 * Spec: docs/spec/token-economy.md, "Release schedule" and "Rewards in a block".
 */

const AI = 10n ** 18n
const MILLION = 1_000_000n * AI

/** AI that all four programmes release in an era; the last line goes on for ever. */
const ERA_RELEASES = [400n, 200n, 100n, 50n, 25n].map((millions) => millions * MILLION)
const LAST_ERA_RELEASE = 25n * MILLION
/** Of these 800 M the four buckets have their shares. */
const PROGRAMMES = 800n * MILLION

export const PROGRAMME_BUCKETS = {
  compute: 300n * MILLION,
  training: 200n * MILLION,
  ecosystem: 150n * MILLION,
  treasury: 150n * MILLION,
} as const

const TEAM = 100n * MILLION
const TEAM_YEARS = 4n
const POT_DIVISOR = 10n
/** Wei of a report of training for each point of its score. */
const POINT_WEI = AI / 10_000n

/** What a bucket's schedule adds up to after block `number`, whatever the bucket holds. */
export function scheduled(bucket: bigint, eraBlocks: bigint, number: bigint): bigint {
  let sum = 0n
  let blocks = number
  for (let era = 0; blocks > 0n; era++) {
    const release = ((ERA_RELEASES[era] ?? LAST_ERA_RELEASE) * bucket) / PROGRAMMES
    sum += blocks >= eraBlocks ? release : (release * blocks) / eraBlocks
    blocks -= eraBlocks
  }
  return sum
}

/** The same within the bucket: what may have left it. */
export function entitled(bucket: bigint, eraBlocks: bigint, number: bigint): bigint {
  const sum = scheduled(bucket, eraBlocks, number)
  return sum < bucket ? sum : bucket
}

export type SupplyModelOptions = {
  readonly eraBlocks: bigint
  readonly stakingShareBps: bigint
  readonly recycleBps: bigint
}

export class SupplyModel {
  readonly #eraBlocks: bigint
  readonly #stakingShareBps: bigint
  readonly #recycleBps: bigint
  /** Wei that left each bucket. */
  readonly released = { compute: 0n, training: 0n, ecosystem: 0n, treasury: 0n, team: 0n }
  /** Wei that reached those who get them. */
  readonly paid = { pot: 0n, timelock: 0n, staking: 0n, teamSafe: 0n }
  burned = 0n
  /** Wei of burns that went back to the compute bucket instead. */
  recycled = 0n

  constructor(options: SupplyModelOptions) {
    this.#eraBlocks = options.eraBlocks
    this.#stakingShareBps = options.stakingShareBps
    this.#recycleBps = options.recycleBps
  }

  /** What may have left the compute bucket, with what was given back to it. */
  entitledToCompute(number: bigint): bigint {
    const bucket = PROGRAMME_BUCKETS.compute + this.recycled
    const sum = scheduled(PROGRAMME_BUCKETS.compute, this.#eraBlocks, number)
    return sum < bucket ? sum : bucket
  }

  /**
   * A block of `work` out of `difficulty`: half of its budget, a tenth of that for the pot. Returns
   * wei for the sealer.
   */
  reward(number: bigint, work: bigint, difficulty: bigint): bigint {
    const bucket = PROGRAMME_BUCKETS.compute
    const before = scheduled(bucket, this.#eraBlocks, number - 1n)
    const budget = scheduled(bucket, this.#eraBlocks, number) - before
    const earned = (budget * work) / (difficulty * 2n)
    const left = bucket + this.recycled - this.released.compute
    const reward = earned < left ? earned : left
    const pot = reward / POT_DIVISOR
    this.released.compute += reward
    this.paid.pot += pot
    return reward - pot
  }

  /**
   * The one job that is settled in block `number`, before the block's reward: 95 % of its price to
   * the provider, and of the rest a share back to the bucket. A job earns four fifths of its burn, as
   * far as half of the block's budget goes. Returns wei for the provider.
   */
  settleJob(number: bigint, price: bigint): { readonly share: bigint; readonly bonus: bigint } {
    const share = (price * 95n) / 100n
    const recycled = ((price - share) * this.#recycleBps) / 10_000n
    const burned = price - share - recycled
    this.recycled += recycled
    this.burned += burned
    const bucket = PROGRAMME_BUCKETS.compute
    const before = scheduled(bucket, this.#eraBlocks, number - 1n)
    const half = (scheduled(bucket, this.#eraBlocks, number) - before) / 2n
    const available = this.entitledToCompute(number) - this.released.compute
    const earned = (burned * 4n) / 5n
    const bonus = [half, available].reduce((least, wei) => (wei < least ? wei : least), earned)
    this.released.compute += bonus
    return { share, bonus }
  }

  /** A tenth is burned; three tenths of the rest are the provider's, and the user gets what is left. */
  train(score: number): { readonly user: bigint; readonly provider: bigint } {
    const gross = BigInt(score) * POINT_WEI
    const burned = gross / 10n
    const provider = ((gross - burned) * 3n) / 10n
    this.released.training += gross
    this.burned += burned
    return { user: gross - burned - provider, provider }
  }

  releaseEcosystem(number: bigint): void {
    const { ecosystem } = PROGRAMME_BUCKETS
    const due = entitled(ecosystem, this.#eraBlocks, number) - this.released.ecosystem
    this.released.ecosystem += due
    this.paid.timelock += due
  }

  /** Stakes get their share, rounded down, and the Timelock the rest. */
  releaseTreasury(number: bigint): void {
    const { treasury } = PROGRAMME_BUCKETS
    const due = entitled(treasury, this.#eraBlocks, number) - this.released.treasury
    const staking = (due * this.#stakingShareBps) / 10_000n
    this.released.treasury += due
    this.paid.staking += staking
    this.paid.timelock += due - staking
  }

  /** A quarter at the end of each of the first four years. */
  releaseTeam(years: bigint): void {
    const steps = years < TEAM_YEARS ? years : TEAM_YEARS
    const due = (TEAM * steps) / TEAM_YEARS - this.released.team
    this.released.team += due
    this.paid.teamSafe += due
  }
}
