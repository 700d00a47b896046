import { describe, expect, it } from 'vitest'
import { economyParams, PHASES, phaseBits } from '../../../../genesis/economy/economy-params.ts'
import { devParticipants } from '../../../../genesis/economy/participants.ts'
import type { PresetName } from '../../../../genesis/params.ts'
import { PREDEPLOYS, type PredeployName } from '../../../../genesis/predeploys.ts'
import { GenesisEvm } from '../contracts/genesis-evm.ts'
import { testGenesis } from '../test-genesis.ts'

const AI = 10n ** 18n
const DAY = 86_400n

/** What the contracts of block 0 answer, by contract and getter. */
async function answers(preset: PresetName, real: boolean) {
  const gpu = { genesisDifficulty: 2n ** 36n, participants: devParticipants() }
  const genesis = await testGenesis({ preset, real, ...(preset === 'gpu' && gpu) })
  const evm = await GenesisEvm.open(genesis)
  const read = async (to: PredeployName, ...names: string[]) =>
    Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await evm.read(to, name)])),
    )
  return {
    ...(await read('AIGovernor', 'votingDelay', 'votingPeriod', 'proposalThreshold')),
    ...(await read(
      'AIGovernor',
      'lateQuorumVoteExtension',
      'standardDelay',
      'emergencyVotingPeriod',
    )),
    ...(await read('Timelock', 'getMinDelay', 'GRACE_SECONDS', 'DEV')),
    ...(await read('ProposalBond', 'bondSize')),
    ...(await read('SystemConfig', 'phases')),
    ...(await read('AIStaking', 'YEAR_SECONDS', 'unbondingPeriod')),
    ...(await read('CommunityTreasuryVault', 'stakingShareBps')),
    ...(await read('TeamVesting', 'duration', 'BUCKET')),
    ...(await read('ValidatorSet', 'EPOCH_LENGTH', 'WITHDRAWAL_DELAY')),
    ...(await read('TrainingRewards', 'WINDOW_BLOCKS', 'userCap')),
    ...(await read(
      'QualityOracle',
      'ROUND_SECONDS',
      'challengeWindow',
      'maxAge',
      'BOND_DELAY_SECONDS',
    )),
    ...(await read('ComputePayments', 'challengeSeconds', 'verdictSeconds', 'WINDOW_MIN')),
    ...(await read('ProviderRegistry', 'minimumBond', 'exitDelay')),
    ...(await read('PublicSale', 'DURATION_MIN')),
    outflow: await evm.read('CircuitBreaker', 'limitOf', [PREDEPLOYS.TrainingRewards]),
    reserveOutflow: await evm.read('CircuitBreaker', 'limitOf', [PREDEPLOYS.LiquidityReserve]),
  }
}

const DEV = {
  votingDelay: 10n,
  votingPeriod: 60n,
  lateQuorumVoteExtension: 10,
  proposalThreshold: 10n * AI,
  standardDelay: 15n,
  getMinDelay: 5n,
  emergencyVotingPeriod: 30,
  GRACE_SECONDS: 600n,
  DEV: true,
  bondSize: 10n * AI,
  phases: 0b111111n,
  YEAR_SECONDS: 1_200n,
  unbondingPeriod: 30,
  stakingShareBps: 4_000n,
  duration: 4n * 1_200n,
  BUCKET: 100_000_000n * AI,
  EPOCH_LENGTH: 8n,
  WITHDRAWAL_DELAY: 64n,
  WINDOW_BLOCKS: 64n,
  userCap: AI,
  ROUND_SECONDS: 20,
  challengeWindow: 10,
  maxAge: 600,
  BOND_DELAY_SECONDS: 120,
  challengeSeconds: 10,
  verdictSeconds: 20,
  WINDOW_MIN: 1n,
  minimumBond: 100n * AI,
  exitDelay: 60,
  DURATION_MIN: 1n,
  outflow: [20_000_000n * AI, 60n],
  reserveOutflow: [5_000_000n * AI, 60n],
}

const REAL = {
  votingDelay: DAY,
  votingPeriod: 7n * DAY,
  lateQuorumVoteExtension: 86_400,
  proposalThreshold: 1_000n * AI,
  standardDelay: 2n * DAY,
  getMinDelay: DAY / 4n,
  emergencyVotingPeriod: Number(3n * DAY),
  GRACE_SECONDS: 14n * DAY,
  DEV: false,
  bondSize: 1_000n * AI,
  phases: 0b101001n,
  YEAR_SECONDS: 365n * DAY,
  unbondingPeriod: Number(14n * DAY),
  stakingShareBps: 4_000n,
  duration: 4n * 365n * DAY,
  BUCKET: 100_000_000n * AI,
  EPOCH_LENGTH: 16n,
  WITHDRAWAL_DELAY: 37_800n,
  WINDOW_BLOCKS: 43_200n,
  userCap: AI,
  ROUND_SECONDS: 3_600,
  challengeWindow: 1_800,
  maxAge: 86_400,
  BOND_DELAY_SECONDS: Number(14n * DAY),
  challengeSeconds: 3_600,
  verdictSeconds: 86_400,
  WINDOW_MIN: 600n,
  minimumBond: 1_000n * AI,
  exitDelay: Number(14n * DAY),
  DURATION_MIN: DAY,
  outflow: [2_000_000n * AI, DAY],
  reserveOutflow: [500_000n * AI, DAY],
}

describe('genesis / economy / economy-params', () => {
  it('gives dev presets a year of 20 minutes and delays of seconds', async () => {
    expect(await answers('cpu', false)).toEqual(DEV)
    expect(await answers('instant', false)).toEqual(DEV)
  })

  it('gives the real clock to preset gpu, and to dev presets that ask for it', async () => {
    expect(await answers('gpu', false)).toEqual(REAL)
    expect(await answers('cpu', true)).toEqual({ ...REAL, EPOCH_LENGTH: 8n })
  })

  it('never gives the clock of a devnet to a chain that is not for development', () => {
    expect(economyParams({ dev: false, eraBlocks: 2_400n }).isDevClock).toBe(false)
  })

  it('holds the bond of a provider for longer than a job takes to be decided', () => {
    for (const eraBlocks of [2_400n, 63_072_000n]) {
      const economy = economyParams({ dev: true, eraBlocks })
      const decided = economy.jobChallengeSeconds + economy.jobVerdictSeconds
      expect(economy.providerExitSeconds).toBeGreaterThan(decided)
    }
  })

  it('lets an emergency be voted on, queued and executed within a pause', async () => {
    const genesis = await testGenesis({ preset: 'cpu', real: true })
    const evm = await GenesisEvm.open(genesis)
    const seconds = async (contract: PredeployName, name: string) =>
      BigInt(String(await evm.read(contract, name)))
    const vote =
      (await seconds('AIGovernor', 'votingDelay')) +
      (await seconds('AIGovernor', 'emergencyVotingPeriod'))
    const late = await seconds('AIGovernor', 'lateQuorumVoteExtension')
    const delay = await seconds('Timelock', 'getMinDelay')
    expect(vote + late + delay).toBeLessThan(await seconds('CircuitBreaker', 'PAUSE_SECONDS'))
  })

  it('holds the bond of an attester that leaves for longer than a vote on it takes', () => {
    for (const eraBlocks of [2_400n, 63_072_000n]) {
      const economy = economyParams({ dev: true, eraBlocks })
      const vote = economy.votingDelaySeconds + economy.votingPeriodSeconds
      const decided = vote + economy.lateQuorumSeconds + economy.timelockSeconds
      expect(economy.attesterBondSeconds).toBeGreaterThan(decided)
    }
  })

  it('gives a bit to each phase, in the order of SystemConfig', () => {
    expect(phaseBits([])).toBe(0n)
    expect(PHASES.map((phase) => phaseBits([phase]))).toEqual([1n, 2n, 4n, 8n, 16n, 32n])
  })

  it('leaves play money out of a chain that is not for development', async () => {
    const real = await testGenesis({
      preset: 'gpu',
      genesisDifficulty: 2n ** 36n,
      participants: devParticipants(),
    })
    expect(real.predeploys).not.toHaveProperty('HUSD')
    expect(real.alloc.has(PREDEPLOYS.HUSD)).toBe(false)
    expect(real.alloc.has(PREDEPLOYS.HMMPairAIHUSD)).toBe(false)
    expect(real.alloc.get(PREDEPLOYS.LiquidityReserve)?.balance).toBe(50_000_000n * AI)
    const evm = await GenesisEvm.open(real)
    expect(await evm.read('HMMFactory', 'allPairsLength')).toBe(0n)
  })

  it("starts the pool of a devnet at one hUSD for one AI, its shares the reserve's", async () => {
    const evm = await GenesisEvm.open(await testGenesis())
    const [reserve0, reserve1] = (await evm.read('HMMPairAIHUSD', 'getReserves')) as bigint[]
    expect([reserve0, reserve1]).toEqual([1_000_000n * AI, 1_000_000n * AI])
    const pair = await evm.read('HMMFactory', 'getPair', [PREDEPLOYS.HUSD, PREDEPLOYS.AI])
    expect(String(pair).toLowerCase()).toBe(PREDEPLOYS.HMMPairAIHUSD)
    const shares = await evm.read('HMMPairAIHUSD', 'balanceOf', [PREDEPLOYS.LiquidityReserve])
    expect(shares).toBe(1_000_000n * AI - 1_000n)
    expect(await evm.read('HUSD', 'totalSupply')).toBe(1_000_000n * AI)
  })
})
