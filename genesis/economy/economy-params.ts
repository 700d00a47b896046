/**
 * What the contracts of block 0 are built with: delays, windows, bonds and limits, on the clock of
 * a devnet, where a year takes 20 minutes, and on the real one. Governance may change most of them
 * later, within the hard bounds of each contract.
 *
 * Spec: docs/spec/token-economy.md, "Parameters".
 */
import { type ConsensusParams, REAL_ERA_BLOCKS } from '../params.ts'

export type EconomyParams = {
  /** Contracts whose hard bounds differ between the two clocks take the loose ones. */
  readonly isDevClock: boolean
  readonly yearSeconds: bigint
  /** Phases of the roadmap that are on from block 0. */
  readonly phases: readonly Phase[]

  readonly votingDelaySeconds: bigint
  readonly votingPeriodSeconds: bigint
  /** Of emergencies: with the delays around it shorter than a pause of outflows (7 days). */
  readonly emergencyVotingSeconds: bigint
  /** Voting goes on for at least this long after the quorum is reached. */
  readonly lateQuorumSeconds: bigint
  readonly timelockSeconds: bigint
  /** Of proposals that the guardians sign as well. */
  readonly emergencySeconds: bigint
  /** For which a queued proposal can be executed once it is due. */
  readonly timelockGraceSeconds: bigint
  /** Votes, 18 decimals. */
  readonly proposalThreshold: bigint
  readonly proposalBondWei: bigint

  /** What a spender may take of its reserve at once; it is refilled in a window. */
  readonly outflowBps: bigint
  readonly outflowWindowSeconds: bigint

  /** From unstaking to withdrawing. */
  readonly unbondingSeconds: bigint
  /** Of the treasury's stream, to the interest of stakes. */
  readonly stakingShareBps: bigint
  /** From a validator's last vote to its withdrawal. */
  readonly withdrawalDelayEpochs: bigint

  readonly trainingWindowBlocks: bigint
  /** What the interactions of one user may earn in a window, everybody's shares included. */
  readonly trainingUserCapWei: bigint
  /** Attesters score providers once a round. */
  readonly qualityRoundSeconds: bigint
  /** Before a score counts. */
  readonly qualityChallengeSeconds: bigint
  /** From the end of its round, for as long as a score is fresh. */
  readonly qualityMaxAgeSeconds: bigint
  /** From an attester's leave to the return of its bond: longer than a vote on it takes. */
  readonly attesterBondSeconds: bigint
  /** For the client of a job to dispute a result. */
  readonly jobChallengeSeconds: bigint
  /** For attesters to decide a dispute. */
  readonly jobVerdictSeconds: bigint
  readonly providerBondWei: bigint
  /** From a provider's exit to the return of its bond: longer than a job takes to be decided. */
  readonly providerExitSeconds: bigint
}

/** As in `SystemConfig`, in the order of their bits. */
export const PHASES = ['Staking', 'Training', 'Compute', 'Market', 'Sale', 'Governance'] as const

export type Phase = (typeof PHASES)[number]

const AI = 10n ** 18n
const MINUTE = 60n
const HOUR = 60n * MINUTE
const DAY = 24n * HOUR

/** 600 blocks of 2 s make a year. */
const DEV_CLOCK: EconomyParams = {
  isDevClock: true,
  yearSeconds: 20n * MINUTE,
  phases: PHASES,
  votingDelaySeconds: 10n,
  votingPeriodSeconds: MINUTE,
  emergencyVotingSeconds: 30n,
  lateQuorumSeconds: 10n,
  timelockSeconds: 15n,
  emergencySeconds: 5n,
  timelockGraceSeconds: 10n * MINUTE,
  proposalThreshold: 10n * AI,
  proposalBondWei: 10n * AI,
  outflowBps: 1_000n,
  outflowWindowSeconds: MINUTE,
  unbondingSeconds: 30n,
  stakingShareBps: 4_000n,
  withdrawalDelayEpochs: 64n,
  trainingWindowBlocks: 64n,
  trainingUserCapWei: AI,
  qualityRoundSeconds: 20n,
  qualityChallengeSeconds: 10n,
  qualityMaxAgeSeconds: 10n * MINUTE,
  attesterBondSeconds: 2n * MINUTE,
  jobChallengeSeconds: 10n,
  jobVerdictSeconds: 20n,
  providerBondWei: 100n * AI,
  providerExitSeconds: MINUTE,
}

const REAL_CLOCK: EconomyParams = {
  isDevClock: false,
  yearSeconds: 365n * DAY,
  // Phase 1 of the roadmap, and the sign that governance is there; votes switch on the rest.
  phases: ['Staking', 'Market', 'Governance'],
  votingDelaySeconds: DAY,
  votingPeriodSeconds: 7n * DAY,
  emergencyVotingSeconds: 3n * DAY,
  lateQuorumSeconds: DAY,
  timelockSeconds: 48n * HOUR,
  emergencySeconds: 6n * HOUR,
  timelockGraceSeconds: 14n * DAY,
  proposalThreshold: 1_000n * AI,
  proposalBondWei: 1_000n * AI,
  outflowBps: 100n,
  outflowWindowSeconds: DAY,
  unbondingSeconds: 14n * DAY,
  stakingShareBps: 4_000n,
  // 14 days of epochs of 16 blocks of 2 s.
  withdrawalDelayEpochs: 37_800n,
  // A day of blocks of 2 s.
  trainingWindowBlocks: 43_200n,
  trainingUserCapWei: AI,
  qualityRoundSeconds: HOUR,
  qualityChallengeSeconds: 30n * MINUTE,
  qualityMaxAgeSeconds: DAY,
  attesterBondSeconds: 14n * DAY,
  jobChallengeSeconds: HOUR,
  jobVerdictSeconds: DAY,
  providerBondWei: 1_000n * AI,
  providerExitSeconds: 14n * DAY,
}

/** Eras tell the clocks apart; a chain that is not for development has the real one. */
export function economyParams(params: Pick<ConsensusParams, 'dev' | 'eraBlocks'>): EconomyParams {
  return params.dev && params.eraBlocks !== REAL_ERA_BLOCKS ? DEV_CLOCK : REAL_CLOCK
}

/** The bits that `SystemConfig` starts with. */
export function phaseBits(phases: readonly Phase[]): bigint {
  return phases.reduce((bits, phase) => bits | (1n << BigInt(PHASES.indexOf(phase))), 0n)
}
