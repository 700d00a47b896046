/**
 * Forty years of a devnet, 600 blocks each, through the executor alone: what every bucket has let
 * out, who has it, and what the node tells of it are, to the wei, what a model kept by hand says.
 * Jobs bring bonuses and training brings rewards all the while; a quarter of what jobs burn goes
 * back to the miners, from block 1 on and not from year 21, so that all eras see it. The compute
 * bucket outlives its schedule: blocks earn half of their budget, so most of the other half is left
 * after year 24 and goes on at the rate of the last era.
 *
 * Spec: docs/spec/token-economy.md, "Release schedule", M1 to M6, M8, M9, M14.
 */
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { nextBaseFee } from '../../consensus/rules/base-fee.ts'
import type { Address, Hex } from '../../consensus/types.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { emissionAt } from '../../rpc/hanzo/emission.ts'
import { testGenesis } from '../support/chain-factory.ts'
import {
  GPU_SECOND_WEI,
  registerProvider,
  reportTraining,
  settledJob,
} from '../support/economy-work.ts'
import { callData, ExecutionChain, WALLETS } from '../support/execution-chain.ts'
import { readFlatState, totalBalance } from '../support/flat-state.ts'
import { Random } from '../support/random.ts'
import { entitled, PROGRAMME_BUCKETS, SupplyModel, scheduled } from '../support/supply-model.ts'
import { openTemporaryDatabase } from '../support/temporary-database.ts'

const AI = 10n ** 18n
const SUPPLY = 10n ** 27n
const YEARS = 40n
const YEAR_BLOCKS = 600n
const ERA_BLOCKS = 4n * YEAR_BLOCKS
const BLOCK_SECONDS = 2n
const STAKING_SHARE_BPS = 4_000n
const { AI: FACADE, AIBurn: SINK } = PREDEPLOYS
const RELEASE: Hex = '0x86d1a69f'
const BURN: Hex = '0x42966c68'
const BURN_FOR: Hex = '0x92d2f118'
/** Of a block now and then: the minimum that a rescue block may claim. */
const RESCUE_PERCENT = 3
const BUSY_PERCENT = 4
const WORK_PERCENT = 4
/** Of jobs: so large that later eras cannot pay their whole bonus. */
const LARGE_PERCENT = 10
const RECYCLE_BPS = 2_500n
/** Where `ComputePayments` keeps it, see its storage layout. */
const RECYCLE_SLOT: Hex = `0x${'1'.padStart(64, '0')}`
const PROVIDER_BOND = 100n * AI
/** Who can pay for large jobs: it has sealed so many blocks. */
const RICH_FROM_BLOCK = 100n
/** Seals every block, and spends what that brings as a client. */
const SEALER = WALLETS[1]!
const PROVIDER = WALLETS[2]!

describe('spec / forty years', () => {
  it('M1 to M6, M8, M9, M14: every coin is where the schedule says, in every one of 40 years', async () => {
    const run = await Run.open()
    for (let year = 1n; year <= YEARS; year++) {
      await run.year()
      await run.verify()
      if (year % 4n === 0n) expect(totalBalance(await readFlatState(run.chain.store))).toBe(SUPPLY)
    }
    expect(run.number).toBe(24_000n)
    verifyEnd(run.model)
    expect(run.cappedBonuses).toBeGreaterThan(0)
  }, 900_000)

  it('the model itself has the exact eras of the specification', () => {
    const { compute, training, ecosystem, treasury } = PROGRAMME_BUCKETS
    const all = (number: bigint) =>
      [compute, training, ecosystem, treasury]
        .map((bucket) => scheduled(bucket, ERA_BLOCKS, number))
        .reduce((sum, wei) => sum + wei, 0n)
    const ends = [1n, 2n, 3n, 4n, 5n, 6n].map((era) => all(era * ERA_BLOCKS) / AI / 1_000_000n)
    expect(ends).toEqual([400n, 600n, 700n, 750n, 775n, 800n])
    expect(all(6n * ERA_BLOCKS)).toBe(800_000_000n * AI)
    expect(entitled(compute, ERA_BLOCKS, 40n * YEAR_BLOCKS)).toBe(compute)
  })
})

/** A chain and the model beside it. */
class Run {
  readonly chain: ExecutionChain
  readonly model: SupplyModel
  readonly #random = new Random(40)
  /** Wei of block 0 by who holds it. */
  readonly #initial = new Map<Address, bigint>()
  /** Wei by which accounts with keys are richer or poorer, by what they signed and were paid. */
  readonly #changes = new Map<Address, bigint>()
  #jobs = 0n
  /** Jobs that half of a block's budget was too little for. */
  cappedBonuses = 0

  private constructor(chain: ExecutionChain) {
    const { eraBlocks } = chain.genesis.params
    this.chain = chain
    this.model = new SupplyModel({
      eraBlocks,
      stakingShareBps: STAKING_SHARE_BPS,
      recycleBps: RECYCLE_BPS,
    })
    for (const [address, { balance }] of chain.genesis.alloc) this.#initial.set(address, balance)
  }

  static async open(): Promise<Run> {
    const genesis = await testGenesis()
    const payments = genesis.alloc.get(PREDEPLOYS.ComputePayments)
    if (payments === undefined) throw new Error('block 0 has the payments')
    const recycle: Hex = `0x${RECYCLE_BPS.toString(16).padStart(64, '0')}`
    const storage = new Map([...payments.storage, [RECYCLE_SLOT, recycle]])
    const alloc = [[PREDEPLOYS.ComputePayments, { ...payments, storage }]] as const
    const store = await openTemporaryDatabase()
    return new Run(await ExecutionChain.open({ genesis, store, alloc }))
  }

  get number(): bigint {
    return this.chain.head.header.number
  }

  /** A year of blocks; buckets are opened at chance times and at its end. */
  async year(): Promise<void> {
    for (let block = 1n; block <= YEAR_BLOCKS; block++) await this.#block(block === YEAR_BLOCKS)
  }

  async #block(isLastOfYear: boolean): Promise<void> {
    const number = this.number + 1n
    const { genesisDifficulty } = this.chain.genesis.params
    const isRescue = this.#random.chance(RESCUE_PERCENT)
    const difficulty = isRescue ? genesisDifficulty / 7n : genesisDifficulty
    const { header } = this.chain.head
    const baseFeePerGas = nextBaseFee(header)
    const timestamp = header.timestamp + BLOCK_SECONDS
    const transactions = [
      ...(number === 1n ? [registerProvider(this.chain, PROVIDER, PROVIDER_BOND)] : []),
      ...(isLastOfYear || this.#random.below(200) === 0 ? this.#releases(number) : []),
      ...(this.#random.chance(BUSY_PERCENT) ? this.#business() : []),
      ...(this.#random.chance(WORK_PERCENT) ? this.#work(number, timestamp) : []),
    ]
    this.#credit(SEALER.address, this.model.reward(number, difficulty, genesisDifficulty))
    const environment = { baseFeePerGas, timestamp, difficulty, coinbase: SEALER.address }
    const { receipts } = await this.chain.advance(transactions, environment)
    for (const [index, { status, gasUsed, effectiveGasPrice }] of receipts.entries()) {
      expect(status).toBe(1)
      const { sender, tx } = transactions[index]!
      this.#credit(sender, -tx.value - gasUsed * effectiveGasPrice)
      this.model.burned += gasUsed * baseFeePerGas
      this.#credit(SEALER.address, gasUsed * (effectiveGasPrice - baseFeePerGas))
    }
  }

  #releases(number: bigint): readonly SignedTransaction[] {
    this.model.releaseEcosystem(number)
    this.model.releaseTreasury(number)
    this.model.releaseTeam(number / YEAR_BLOCKS)
    const { EcosystemVault, CommunityTreasuryVault, TeamVesting } = PREDEPLOYS
    return [EcosystemVault, CommunityTreasuryVault, TeamVesting].map((to) =>
      this.#send(to, RELEASE),
    )
  }

  /** Coins move and burn, with a reason and without. */
  #business(): readonly SignedTransaction[] {
    const value = BigInt(this.#random.below(1_000_000))
    this.model.burned += 2n * value
    this.#credit(SEALER.address, value)
    this.#credit(WALLETS[0]!.address, -value)
    return [
      this.#send(SEALER.address, '0x', value),
      this.#send(FACADE, callData(BURN, value)),
      this.#send(SINK, callData(BURN_FOR, BigInt(this.#random.below(5))), value),
    ]
  }

  /** A job from order to settlement, and a report of training, brought by whoever trained. */
  #work(number: bigint, timestamp: bigint): readonly SignedTransaction[] {
    const random = this.#random
    const id = ++this.#jobs
    const isLarge = number > RICH_FROM_BLOCK && random.chance(LARGE_PERCENT)
    const most = isLarge ? 100_000_000 : 300
    const amount = BigInt(1 + random.below(most))
    const burnedBefore = this.model.burned
    const { share, bonus } = this.model.settleJob(number, amount * GPU_SECOND_WEI)
    if (bonus < ((this.model.burned - burnedBefore) * 4n) / 5n) this.cappedBonuses++
    this.#credit(PROVIDER.address, share + bonus)
    const score = 1 + random.below(100)
    const trained = this.model.train(score)
    this.#credit(SEALER.address, trained.user)
    this.#credit(PROVIDER.address, trained.provider)
    const report = {
      user: SEALER.address,
      provider: PROVIDER.address,
      hash: bytesToHex(random.bytes(32)),
      score,
      deadline: timestamp,
    }
    const job = { id, client: SEALER, provider: PROVIDER, amount, timestamp }
    return [...settledJob(this.chain, job), reportTraining(this.chain, SEALER, report)]
  }

  #credit(account: Address, wei: bigint): void {
    this.#changes.set(account, (this.#changes.get(account) ?? 0n) + wei)
  }

  #send(to: Address, data: Hex, value = 0n): SignedTransaction {
    return this.chain.sign(WALLETS[0]!, { to, data, value, gasLimit: 300_000n })
  }

  async verify(): Promise<void> {
    const { released, paid, burned, recycled } = this.model
    const expected: readonly [Address, bigint][] = [
      [PREDEPLOYS.ComputeMiningVault, recycled - released.compute],
      [PREDEPLOYS.TrainingVault, -released.training],
      [PREDEPLOYS.EcosystemVault, -released.ecosystem],
      [PREDEPLOYS.CommunityTreasuryVault, -released.treasury],
      [PREDEPLOYS.TeamVesting, -released.team],
      [PREDEPLOYS.TeamSafe, paid.teamSafe],
      [PREDEPLOYS.Timelock, paid.timelock],
      [PREDEPLOYS.AIStaking, paid.staking],
      [PREDEPLOYS.ValidatorSet, paid.pot],
      [PREDEPLOYS.ProviderRegistry, PROVIDER_BOND],
      [PREDEPLOYS.ComputePayments, 0n],
      [PREDEPLOYS.TrainingRewards, 0n],
      [SINK, burned],
      ...this.#changes,
    ]
    for (const [address, change] of expected) {
      const balance = (this.#initial.get(address) ?? 0n) + change
      expect([this.number, address, await this.chain.balance(address)]).toEqual([
        this.number,
        address,
        balance,
      ])
    }
    await this.#verifyEmission()
  }

  /** `hanzo_getEmission` of the same block, on the same state. */
  async #verifyEmission(): Promise<void> {
    const { chain, model, number } = this
    const state = {
      at: async () => chain.state.view(chain.head.header.stateRoot),
      call: async (_: unknown, request: Parameters<ExecutionChain['executor']['call']>[1]) =>
        chain.executor.call(chain.parentState(), request),
    }
    const answer = await emissionAt({ state, genesis: chain.genesis }, chain.head)
    const { compute, training, ecosystem, treasury } = model.released
    const bucket = (name: keyof typeof PROGRAMME_BUCKETS, released: bigint) => {
      const cap = PROGRAMME_BUCKETS[name]
      const due = entitled(cap, ERA_BLOCKS, number)
      return quantities({ cap, scheduled: due, released, remaining: cap - released })
    }
    const cap = PROGRAMME_BUCKETS.compute
    const due = model.entitledToCompute(number)
    const remaining = cap + model.recycled - compute
    const { compute: mining } = PROGRAMME_BUCKETS
    const before = scheduled(mining, ERA_BLOCKS, number - 1n)
    expect(answer).toMatchObject({
      ...quantities({
        block: number,
        budget: scheduled(mining, ERA_BLOCKS, number) - before,
        maxSupply: SUPPLY,
        totalSupply: SUPPLY - model.burned,
        circulatingSupply: this.#circulating(),
      }),
      buckets: {
        compute: quantities({ cap, scheduled: due, released: compute, remaining }),
        training: bucket('training', training),
        ecosystem: bucket('ecosystem', ecosystem),
        treasury: bucket('treasury', treasury),
      },
      burned: quantities({ total: model.burned }),
    })
  }

  /** What was free at first, and what the buckets paid since to whoever has a key; less burns and bonds. */
  #circulating(): bigint {
    const { released, paid, burned, recycled } = this.model
    const paidOut = released.compute - paid.pot + released.training + paid.teamSafe
    return this.#freeAtFirst() + paidOut - recycled - PROVIDER_BOND - burned
  }

  /** Accounts that are no contracts, and the pool, whose coins are for sale. */
  #freeAtFirst(): bigint {
    const contracts = new Set<Address>(Object.values(this.chain.genesis.predeploys))
    contracts.delete(PREDEPLOYS.HMMPairAIHUSD)
    let free = 0n
    for (const [address, wei] of this.#initial) if (!contracts.has(address)) free += wei
    return free
  }
}

/** After year 24 all is out but what blocks did not earn: that runs on. */
function verifyEnd({ released, recycled }: SupplyModel): void {
  const { compute, ecosystem, treasury } = PROGRAMME_BUCKETS
  expect(released.ecosystem).toBe(ecosystem)
  expect(released.treasury).toBe(treasury)
  expect(released.team).toBe(100_000_000n * AI)
  // 150 M of 24 years and 18.75 M of 16 more, less what rescue blocks did not earn, and bonuses.
  expect(released.compute).toBeGreaterThan(160_000_000n * AI)
  expect(released.compute).toBeLessThan(169_500_000n * AI)
  expect(compute - released.compute).toBeGreaterThan(130_500_000n * AI)
  expect(released.training).toBeGreaterThan(0n)
  expect(recycled).toBeGreaterThan(0n)
}

function quantities<Name extends string>(amounts: Readonly<Record<Name, bigint>>) {
  const entries = Object.entries<bigint>(amounts)
  return Object.fromEntries(entries.map(([name, value]) => [name, `0x${value.toString(16)}`]))
}
