/**
 * Work that the economy pays for, as signed transactions: jobs from order to settlement, and reports
 * of training under a quorum. What is signed is hashed here, not read from the contracts.
 *
 * Spec: docs/spec/token-economy.md, "Compute marketplace" and "Training rewards".
 */
import { hashTypedData } from 'viem'
import type { Address, Hex } from '../../consensus/types.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { signQuorum } from './differential/attesters.ts'
import { calldata } from './differential/world.ts'
import type { ExecutionChain, Wallet } from './execution-chain.ts'

const { ComputePayments, ProviderRegistry, TrainingRewards } = PREDEPLOYS

/** Wei of a GPU-second of the first tier, by the price list of block 0. */
export const GPU_SECOND_WEI = 10n ** 15n

const GAS_LIMIT = 1_000_000n
const DEADLINE_SECONDS = 60n
const ORDER = '(address provider,uint256 modelId,uint8 unit,uint256 amount,uint8 tier)'
const REPORT_FIELDS = [
  { name: 'user', type: 'address' },
  { name: 'provider', type: 'address' },
  { name: 'trainingHash', type: 'bytes32' },
  { name: 'score', type: 'uint8' },
  { name: 'deadline', type: 'uint64' },
  { name: 'feePaid', type: 'uint128' },
] as const
const REPORT = `(${REPORT_FIELDS.map(({ type, name }) => `${type} ${name}`).join(',')})`

export type Job = {
  readonly id: bigint
  readonly client: Wallet
  readonly provider: Wallet
  /** GPU-seconds of the first tier. */
  readonly amount: bigint
  /** Of the block. */
  readonly timestamp: bigint
}

export type Training = {
  readonly user: Address
  readonly provider: Address
  readonly hash: Hex
  /** 1 to 100. */
  readonly score: number
  readonly deadline: bigint
}

/** Puts up `bond` wei, and gives no discount. */
export function registerProvider(
  chain: ExecutionChain,
  from: Wallet,
  bond: bigint,
): SignedTransaction {
  const data = calldata('register(uint256,string)', [0, ''])
  return chain.sign(from, { to: ProviderRegistry, data, value: bond, gasLimit: GAS_LIMIT })
}

/** Order, result and settlement, in this order, of one block. */
export function settledJob(chain: ExecutionChain, job: Job): readonly SignedTransaction[] {
  const { id, client, provider, amount, timestamp } = job
  const order = { provider: provider.address, modelId: 0n, unit: 0, amount, tier: 1 }
  const hash = `0x${id.toString(16).padStart(64, '0')}`
  const deadline = timestamp + DEADLINE_SECONDS
  const call = (from: Wallet, signature: string, args: readonly unknown[], value = 0n) =>
    chain.sign(from, {
      to: ComputePayments,
      data: calldata(signature, args),
      value,
      gasLimit: GAS_LIMIT,
    })
  const price = amount * GPU_SECOND_WEI
  return [
    call(client, `openJob(${ORDER},bytes32,uint48)`, [order, hash, deadline], price),
    call(provider, 'submit(uint256,bytes32)', [id, hash]),
    call(client, 'settle(uint256)', [id]),
  ]
}

/** Brought by `from`, signed by two attesters of three. */
export function reportTraining(
  chain: ExecutionChain,
  from: Wallet,
  { user, provider, hash, score, deadline }: Training,
): SignedTransaction {
  const report = { user, provider, trainingHash: hash, score, deadline, feePaid: 0n }
  const digest = hashTypedData({
    domain: {
      name: 'TrainingRewards',
      version: '1',
      chainId: chain.genesis.params.chainId,
      verifyingContract: TrainingRewards,
    },
    types: { TrainingReport: REPORT_FIELDS },
    primaryType: 'TrainingReport',
    message: report,
  })
  const data = calldata(`rewardTraining(${REPORT},bytes[])`, [report, signQuorum(digest)])
  return chain.sign(from, { to: TrainingRewards, data, gasLimit: GAS_LIMIT })
}
