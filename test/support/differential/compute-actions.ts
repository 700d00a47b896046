/** Providers, models, payments, jobs from order to verdict, scores and training rewards. */
import { bytesToHex } from '@ethereumjs/util'
import type { Address, Hex } from '../../../consensus/types.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import { WALLETS, type Wallet } from '../execution-chain.ts'
import { attest, attestEach } from './attesters.ts'
import { type ActionTable, funded, signDigest, type World } from './world.ts'

const { ComputePayments, PriceBook, ProviderRegistry, QualityOracle, TrainingRewards } = PREDEPLOYS

const AI = 10n ** 18n
const PROVIDERS = WALLETS.slice(0, 3)
/** The one of them that comes and goes. */
const RESTLESS = WALLETS[2]!
/** The newest. */
const JOBS_WATCHED = 6
/** Seconds; on the clock of devnets. */
const QUALITY_ROUND_SECONDS = 20n
const ORDER = '(address provider,uint256 modelId,uint8 unit,uint256 amount,uint8 tier)'
const METRICS = '(uint16 latency,uint16 throughput,uint16 availability,uint16 accuracy)'
const FAULT = '(address provider,bytes32 jobHash,uint256 value,uint256 nonce)'
const REPORT =
  '(address user,address provider,bytes32 trainingHash,uint8 score,uint64 deadline,uint128 feePaid)'

export const COMPUTE_ACTIONS: ActionTable = {
  registerProvider: {
    weight: 4,
    fails: 'mostly',
    make: (world) => register(world, world.random.pick(PROVIDERS)),
  },
  topUpBond: {
    weight: 4,
    fails: 'mostly',
    make: (world) =>
      world.call(ProviderRegistry, 'topUp()', [], {
        from: world.random.pick(PROVIDERS),
        value: AI,
      }),
  },
  exitProvider: {
    weight: 2,
    fails: 'mostly',
    make: (world) => world.call(ProviderRegistry, 'exit()', [], { from: RESTLESS }),
  },
  withdrawBond: {
    weight: 3,
    fails: 'mostly',
    make: (world) => world.call(ProviderRegistry, 'withdraw()', [], { from: RESTLESS }),
  },
  registerModel: {
    weight: 2,
    make: (world) => {
      const { random } = world
      const args = ['ipfs://model', random.pick([7, 32, 175]), random.below(3_500)]
      return world.call(PriceBook, 'registerModel(string,uint256,uint256)', args)
    },
  },
  payForCompute: {
    weight: 8,
    make: (world) => {
      const { random } = world
      const args = [provider(world), 1 + random.below(500), random.pick([1, 1, 1, 1, 2, 0])]
      return world.call(ComputePayments, 'payForCompute(address,uint256,uint8)', args, {
        value: AI,
      })
    },
  },
  payForModel: {
    weight: 4,
    fails: 'mostly',
    make: (world) => {
      const { random } = world
      const args = [provider(world), 1 + random.below(3), random.below(6), 1 + random.below(900)]
      const signature = 'payForModel(address,uint256,uint8,uint256)'
      return world.call(ComputePayments, signature, args, { value: AI })
    },
  },
  payQuoted: { weight: 4, fails: 'mostly', make: payQuoted },
  openJob: { weight: 7, make: openJob },
  stepJob: { weight: 22, make: stepJob },
  submitScore: { weight: 6, make: submitScore },
  penalise: { weight: 2, make: penalise },
  rewardTraining: { weight: 7, make: rewardTraining },
}

/** The providers begin with a bond. */
export function registerProviders(world: World): readonly SignedTransaction[] {
  return PROVIDERS.map((from) => register(world, from))
}

function register(world: World, from: Wallet): SignedTransaction {
  const args = [world.random.below(2_000), 'https://provider.example']
  const value = 100n * AI
  return world.call(ProviderRegistry, 'register(uint256,string)', args, { from, value })
}

function provider(world: World): Address {
  return world.random.pick(PROVIDERS).address
}

/** Mostly of the tier that every provider may sell. */
function gpuSeconds(world: World) {
  const { random } = world
  const tier = random.pick([1, 1, 1, 2])
  return { provider: provider(world), modelId: 0, unit: 0, amount: 1 + random.below(300), tier }
}

async function payQuoted(world: World): Promise<SignedTransaction> {
  const order = gpuSeconds(world)
  const from = world.wallet()
  const offer = {
    order,
    client: from.address,
    price: 1n + world.wei(),
    nonce: world.next('offers'),
    expiry: world.timestamp + 30n,
  }
  const type = `(${ORDER} order,address client,uint256 price,uint256 nonce,uint256 expiry)`
  const digest = await digestOf(world, ComputePayments, `offerDigest(${type} offer)`, [offer])
  const { bytes } = signDigest(digest, funded(order.provider))
  const signature = `payQuoted(${type} offer,bytes)`
  return world.call(ComputePayments, signature, [offer, bytes], { from, value: AI })
}

type Job = {
  readonly client: Address
  readonly provider: Address
  readonly until: number
  readonly state: number
}

const JOB_OF =
  'jobOf(uint256) view returns ((address client,uint48 until,uint8 state,uint8 unit,uint8 tier,' +
  'uint24 leastBond,address provider,uint64 modelId,uint32 amount,uint128 price,uint128 bond,bytes32 requestHash,' +
  'bytes32 resultHash) job)'

function openJob(world: World): SignedTransaction {
  const deadline = world.timestamp + BigInt(10 + world.random.below(60))
  const args = [gpuSeconds(world), bytesToHex(world.random.bytes(32)), deadline]
  return world.call(ComputePayments, `openJob(${ORDER},bytes32,uint48)`, args, { value: AI })
}

/** Does with a job what may come next, and opens one when there is none. */
async function stepJob(world: World): Promise<SignedTransaction> {
  const count = await world.read<bigint>(ComputePayments, 'jobCount() view returns (uint256)')
  const newest = Number(count ?? 0n)
  const ids = Array.from({ length: Math.min(newest, JOBS_WATCHED) }, (_, back) => newest - back)
  const jobs = await Promise.all(
    ids.map(async (id) => ({ id: BigInt(id), job: await jobOf(world, id) })),
  )
  const open = world.pickOf(jobs.filter(({ job }) => job.state >= 1 && job.state <= 3))
  if (open === undefined) return openJob(world)
  const { id, job } = open
  const isLate = world.timestamp > BigInt(job.until)
  if (job.state === 2) {
    return isLate ? callJob(world, 'settle(uint256)', [id]) : closeJob(world, id, job)
  }
  if (isLate) return callJob(world, 'refund(uint256)', [id])
  return job.state === 1 ? answerJob(world, id, job) : decideJob(world, id)
}

async function jobOf(world: World, id: number): Promise<Job> {
  const job = await world.read<Job>(ComputePayments, JOB_OF, [id])
  if (job === undefined) throw new Error('every job can be read')
  return job
}

function callJob(world: World, signature: string, args: readonly unknown[]): SignedTransaction {
  return world.call(ComputePayments, signature, args)
}

function answerJob(world: World, id: bigint, job: Job): SignedTransaction {
  const from = funded(job.provider)
  if (world.random.chance(15))
    return world.call(ComputePayments, 'decline(uint256)', [id], { from })
  const result = bytesToHex(world.random.bytes(32))
  return world.call(ComputePayments, 'submit(uint256,bytes32)', [id, result], { from })
}

async function closeJob(world: World, id: bigint, job: Job): Promise<SignedTransaction> {
  const from = funded(job.client)
  if (world.random.chance(60)) return world.call(ComputePayments, 'settle(uint256)', [id], { from })
  const bonds = 'disputeBond(uint256) view returns (uint256)'
  const value = (await world.read<bigint>(ComputePayments, bonds, [id])) ?? 0n
  return world.call(ComputePayments, 'dispute(uint256)', [id], { from, value })
}

async function decideJob(world: World, id: bigint): Promise<SignedTransaction> {
  const isAtFault = world.random.chance(50)
  const view = 'verdictDigest(uint256,bool)'
  const digest = await digestOf(world, ComputePayments, view, [id, isAtFault])
  const args = [id, isAtFault, attest(world, digest)]
  return callJob(world, 'resolve(uint256,bool,bytes[])', args)
}

async function submitScore(world: World): Promise<SignedTransaction> {
  const { random } = world
  const of = provider(world)
  const round = world.timestamp / QUALITY_ROUND_SECONDS - 1n
  // Two reports further apart than 500 are refused: some are.
  const [base, spread] = [random.below(9_400), random.pick([100, 500, 600])]
  const reports = Array.from({ length: 2 }, () => ({
    latency: base + random.below(spread),
    throughput: base + random.below(spread),
    availability: base + random.below(spread),
    accuracy: base + random.below(spread),
  }))
  const view = `reportDigest(address,uint64,${METRICS})`
  const digests = await Promise.all(
    reports.map((report) => digestOf(world, QualityOracle, view, [of, round, report])),
  )
  const signature = `submit(address,uint64,${METRICS}[],bytes[])`
  return world.call(QualityOracle, signature, [of, round, reports, attestEach(digests)])
}

async function penalise(world: World): Promise<SignedTransaction> {
  const jobHash = bytesToHex(world.random.bytes(32))
  const fault = { provider: provider(world), jobHash, value: world.wei(), nonce: 0n }
  const digest = await digestOf(world, QualityOracle, `faultDigest(${FAULT})`, [fault])
  const signature = `penalise(${FAULT},bytes[])`
  return world.call(QualityOracle, signature, [fault, attest(world, digest)])
}

async function rewardTraining(world: World): Promise<SignedTransaction> {
  const { random } = world
  const report = {
    user: world.wallet().address,
    provider: provider(world),
    trainingHash: bytesToHex(random.bytes(32)),
    score: random.below(103),
    deadline: world.timestamp + 50n,
    feePaid: 0n,
  }
  const digest = await digestOf(world, TrainingRewards, `reportDigest(${REPORT})`, [report])
  const signature = `rewardTraining(${REPORT},bytes[])`
  return world.call(TrainingRewards, signature, [report, attest(world, digest)])
}

/** What a contract says has to be signed. */
async function digestOf(
  world: World,
  contract: Address,
  view: string,
  args: readonly unknown[],
): Promise<Hex> {
  const digest = await world.read<Hex>(contract, `${view} view returns (bytes32)`, args)
  if (digest === undefined) throw new Error(`${view} reverts`)
  return digest
}
