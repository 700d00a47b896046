/**
 * Gas of the calls that people make most, on block 0 of a devnet: one transaction a block, so that
 * nothing but the call and what came before it counts. docs/contracts.md prints the table.
 */
import { hashTypedData } from 'viem'
import type { Address, Hex } from '../../consensus/types.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import { calldata, signDigest, World } from './differential/world.ts'
import {
  type ExecutionChain,
  type Fields,
  WALLETS,
  type Wallet,
  walletOf,
} from './execution-chain.ts'
import { Random } from './random.ts'

export type GasRow = { readonly contract: string; readonly call: string; readonly gas: bigint }

/** What attesters sign to say that an account is one person's. */
type Statement = {
  readonly account: Address
  readonly nonce: bigint
  readonly deadline: bigint
}

type Sent = {
  readonly from?: Wallet
  readonly value?: bigint
  /** Since the block before. */
  readonly seconds?: bigint
  /** Beside the function's name in the table. */
  readonly note?: string
}

const { AI, AIStaking, AIGovernor, ProposalBond, IdentityRegistry, PublicSale, HUSD } = PREDEPLOYS
const { ComputePayments, ProviderRegistry, PriceBook, QualityOracle, TrainingRewards } = PREDEPLOYS
const { HMMRouter, HMMFactory, HMMPairAIHUSD, CommunityTreasuryVault, ValidatorSet } = PREDEPLOYS

const ONE = 10n ** 18n
const UNLIMITED = 2n ** 256n - 1n
const [ALICE, BOB, PROVIDER, CAROL] = WALLETS as readonly [Wallet, Wallet, Wallet, Wallet]
/** Two of the three, in the order in which contracts want their signatures. */
const QUORUM = WALLETS.slice(7, 10)
  .sort((a, b) => (a.address < b.address ? -1 : 1))
  .slice(0, 2)
const UNATTESTED = WALLETS[7] as Wallet
const HASH: Hex = `0x${'5a'.repeat(32)}`
const ORDER = '(address provider,uint256 modelId,uint8 unit,uint256 amount,uint8 tier)'
const OFFER = `(${ORDER} order,address client,uint256 price,uint256 nonce,uint256 expiry)`
const METRICS = '(uint16 latency,uint16 throughput,uint16 availability,uint16 accuracy)'
const REPORT =
  '(address user,address provider,bytes32 trainingHash,uint8 score,uint64 deadline,uint128 feePaid)'
/** Of a score: as in the economy's dev clock. */
const ROUND_SECONDS = 20n

export async function measureGas(chain: ExecutionChain): Promise<readonly GasRow[]> {
  const meter = new Meter(chain)
  await measureToken(meter)
  await measureStakes(meter)
  await measureGovernance(meter)
  await measureSale(meter)
  await measureCompute(meter)
  await measureJobs(meter)
  await measureAttested(meter)
  await measureMarket(meter)
  await measureValidators(meter)
  return meter.rows
}

class Meter {
  readonly rows: GasRow[] = []
  readonly world: World

  constructor(chain: ExecutionChain) {
    this.world = new World(chain, new Random(1))
    this.world.timestamp = chain.head.header.timestamp
  }

  /** Unix seconds of the block to come, `after` seconds after the last. */
  at(after: bigint): bigint {
    return this.world.chain.head.header.timestamp + after
  }

  /** Executes a call that nobody asks the gas of. */
  async send(to: Address, signature: string, args: readonly unknown[], sent: Sent = {}) {
    const { from = ALICE, value = 0n, seconds = 1n } = sent
    const fields: Fields = { value, gasLimit: 5_000_000n }
    const transaction = this.world.call(to, signature, args, { from, ...fields })
    const timestamp = this.at(seconds)
    const { receipts } = await this.world.chain.advance([transaction], { timestamp })
    const receipt = receipts[0]
    if (receipt?.status !== 1) throw new Error(`${signature} fails`)
    this.world.timestamp = timestamp
    return receipt.gasUsed
  }

  async measure(to: Address, signature: string, args: readonly unknown[], sent: Sent = {}) {
    const gas = await this.send(to, signature, args, sent)
    const contract = Object.entries(PREDEPLOYS).find(([, address]) => address === to)?.[0] ?? ''
    const name = signature.slice(0, signature.indexOf('('))
    const call = sent.note === undefined ? `\`${name}\`` : `\`${name}\`, ${sent.note}`
    this.rows.push({ contract, call, gas })
  }

  async sign(
    contract: Address,
    view: string,
    args: readonly unknown[],
    signers: readonly Wallet[],
  ) {
    const digest = await this.world.read<Hex>(contract, `${view} view returns (bytes32)`, args)
    if (digest === undefined) throw new Error(`${view} reverts`)
    return signers.map((signer) => signDigest(digest, signer).bytes)
  }
}

async function measureToken(meter: Meter): Promise<void> {
  const transfer = 'transfer(address,uint256)'
  await meter.measure(AI, transfer, [walletOf(1).address, ONE], { note: 'to a new account' })
  await meter.measure(AI, transfer, [walletOf(1).address, ONE], { note: 'to another' })
  await meter.measure(AI, 'approve(address,uint256)', [BOB.address, ONE])
  const args = [ALICE.address, BOB.address, ONE]
  await meter.measure(AI, 'transferFrom(address,address,uint256)', args, { from: BOB })
  await meter.measure(AI, 'burn(uint256)', [ONE])
}

async function measureStakes(meter: Meter): Promise<void> {
  await meter.measure(AIStaking, 'stake()', [], { value: 9_000n * ONE, note: 'the first' })
  await meter.measure(AIStaking, 'stake()', [], { value: ONE, note: 'more' })
  await meter.measure(CommunityTreasuryVault, 'release()', [])
  await meter.measure(AIStaking, 'claim()', [], { seconds: 60n })
  await meter.measure(AIStaking, 'unstake(uint256)', [ONE])
  await meter.measure(AIStaking, 'withdraw()', [], { seconds: 30n })
  await meter.send(AIStaking, 'stake()', [], { from: CAROL, value: ONE })
  await meter.measure(AIStaking, 'delegate(address)', [ALICE.address], { from: CAROL })
}

async function measureGovernance(meter: Meter): Promise<void> {
  const start = 'start(address,uint256,uint96,uint96,bool)'
  const terms = [HUSD, 120n, ONE / 100n, ONE / 100n, false]
  const calls = [[PublicSale], [0n], [calldata(start, terms)]] as const
  const propose = 'propose(uint8,address[],uint256[],bytes[],string)'
  const args = [2, ...calls, 'Open the sale']
  await meter.measure(AIGovernor, propose, args, { value: 10n * ONE, note: 'of one call' })
  const list =
    'proposalDetailsAt(uint256) view returns (uint256,address[],uint256[],bytes[],bytes32)'
  const details = await meter.world.read<readonly [bigint]>(AIGovernor, list, [0n])
  const id = [details?.[0] ?? 0n]
  await meter.measure(AIGovernor, 'castVote(uint256,uint8)', [...id, 1], { seconds: 11n })
  await meter.measure(AIGovernor, 'queue(uint256)', id, { seconds: 61n })
  await meter.measure(AIGovernor, 'execute(uint256)', id, { seconds: 15n, note: 'of one call' })
  await meter.measure(ProposalBond, 'resolve(uint256)', id)
}

async function measureSale(meter: Meter): Promise<void> {
  const from = BOB
  await meter.measure(HUSD, 'faucet()', [], { from })
  await meter.send(HUSD, 'approve(address,uint256)', [PublicSale, UNLIMITED], { from })
  await meter.measure(PublicSale, 'bid(uint256,uint256)', [3, 10n * ONE], { from })
  await meter.measure(PublicSale, 'settle()', [], { from, seconds: 120n })
  await meter.measure(PublicSale, 'claim(uint256)', [1], { from })
}

async function measureCompute(meter: Meter): Promise<void> {
  const register = 'register(uint256,string)'
  const terms = [500, 'https://provider.example']
  await meter.measure(ProviderRegistry, register, terms, { from: PROVIDER, value: 100n * ONE })
  const model = ['ipfs://model', 7, 1_000]
  await meter.measure(PriceBook, 'registerModel(string,uint256,uint256)', model)
  const paid = { from: BOB, value: ONE }
  const { address } = PROVIDER
  await meter.measure(
    ComputePayments,
    'payForCompute(address,uint256,uint8)',
    [address, 60, 1],
    paid,
  )
  const tokens = [address, 4, 1, 1_000]
  await meter.measure(ComputePayments, 'payForModel(address,uint256,uint8,uint256)', tokens, paid)
  const order = { provider: address, modelId: 0, unit: 0, amount: 60, tier: 1 }
  const expiry = meter.at(100n)
  const offer = { order, client: BOB.address, price: ONE / 100n, nonce: 0n, expiry }
  const view = `offerDigest(${OFFER} offer)`
  const [signature] = await meter.sign(ComputePayments, view, [offer], [PROVIDER])
  await meter.measure(ComputePayments, `payQuoted(${OFFER} offer,bytes)`, [offer, signature], paid)
}

async function measureJobs(meter: Meter): Promise<void> {
  const order = { provider: PROVIDER.address, modelId: 0, unit: 0, amount: 60, tier: 1 }
  const open = `openJob(${ORDER},bytes32,uint48)`
  const client = { from: BOB, value: ONE }
  const provider = { from: PROVIDER }
  await meter.measure(ComputePayments, open, [order, HASH, meter.at(60n)], client)
  await meter.measure(ComputePayments, 'submit(uint256,bytes32)', [1, HASH], provider)
  await meter.measure(ComputePayments, 'settle(uint256)', [1], { from: BOB })
  await meter.send(ComputePayments, open, [order, HASH, meter.at(60n)], client)
  await meter.send(ComputePayments, 'submit(uint256,bytes32)', [2, HASH], provider)
  const bond = { from: BOB, value: ONE / 100n }
  await meter.measure(ComputePayments, 'dispute(uint256)', [2], bond)
  const verdict = [2, false]
  const signatures = await meter.sign(
    ComputePayments,
    'verdictDigest(uint256,bool)',
    verdict,
    QUORUM,
  )
  const resolve = 'resolve(uint256,bool,bytes[])'
  await meter.measure(ComputePayments, resolve, [...verdict, signatures], {
    note: 'two signatures',
  })
}

async function measureAttested(meter: Meter): Promise<void> {
  const note = 'two signatures'
  const provider = PROVIDER.address
  const seconds = 2n
  const round = meter.at(seconds) / ROUND_SECONDS - 1n
  const metrics = { latency: 9_000, throughput: 9_000, availability: 9_000, accuracy: 9_000 }
  const digest = `reportDigest(address,uint64,${METRICS})`
  const signed = await meter.sign(QualityOracle, digest, [provider, round, metrics], QUORUM)
  const submit = `submit(address,uint64,${METRICS}[],bytes[])`
  const scores = [provider, round, [metrics, metrics], signed]
  await meter.measure(QualityOracle, submit, scores, { seconds, note: 'two reports' })
  const deadline = meter.at(60n)
  const user = BOB.address
  const report = { user, provider, trainingHash: HASH, score: 100, deadline, feePaid: 0n }
  const words = await meter.sign(TrainingRewards, `reportDigest(${REPORT})`, [report], QUORUM)
  await meter.measure(TrainingRewards, `rewardTraining(${REPORT},bytes[])`, [report, words], {
    note,
  })
  const { address } = UNATTESTED
  const statement = { account: address, nonce: 0n, deadline }
  const marks = QUORUM.map(
    (wallet) => signDigest(identityDigest(meter.world, statement), wallet).bytes,
  )
  const attest = 'attest(address,uint256,uint256,bytes[])'
  await meter.measure(IdentityRegistry, attest, [address, 0n, deadline, marks], { note })
}

async function measureMarket(meter: Meter): Promise<void> {
  const from = BOB
  const approve = 'approve(address,uint256)'
  await meter.send(HUSD, approve, [HMMRouter, UNLIMITED], { from })
  await meter.send(HMMPairAIHUSD, approve, [HMMRouter, UNLIMITED], { from })
  const end = [from.address, meter.at(1_000n)]
  const sell = 'swapExactETHForTokens(uint256,address[],address,uint256)'
  await meter.measure(HMMRouter, sell, [0n, [AI, HUSD], ...end], { from, value: ONE })
  const buy = 'swapExactTokensForETH(uint256,uint256,address[],address,uint256)'
  await meter.measure(HMMRouter, buy, [ONE, 0n, [HUSD, AI], ...end], { from })
  const add = 'addLiquidityETH(address,uint256,uint256,uint256,address,uint256)'
  await meter.measure(HMMRouter, add, [HUSD, 2n * ONE, 0n, 0n, ...end], { from, value: ONE })
  const remove = 'removeLiquidityETH(address,uint256,uint256,uint256,address,uint256)'
  await meter.measure(HMMRouter, remove, [HUSD, ONE / 2n, 0n, 0n, ...end], { from })
  await meter.measure(HMMFactory, 'createPair(address,address)', [AI, HMMPairAIHUSD])
}

async function measureValidators(meter: Meter): Promise<void> {
  const key = walletOf(2)
  const { address } = BOB
  const [proof] = await meter.sign(ValidatorSet, 'hashDeposit(address)', [address], [key])
  const deposit = 'deposit(address,address,bytes)'
  const sent = { from: BOB, value: 2_000n * ONE }
  await meter.measure(ValidatorSet, deposit, [key.address, address, proof], sent)
}

function identityDigest({ chainId }: World, message: Statement): Hex {
  const domain = { name: 'IdentityRegistry', version: '1', chainId }
  const uint = 'uint256'
  const Attest = [
    { name: 'account', type: 'address' },
    { name: 'nonce', type: uint },
    { name: 'deadline', type: uint },
  ]
  return hashTypedData({
    domain: { ...domain, verifyingContract: IdentityRegistry },
    types: { Attest },
    primaryType: 'Attest',
    message,
  })
}
