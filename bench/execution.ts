/**
 * Executing and building blocks in process, on level: transfers and transfers of the ERC-20
 * facade, with the state root and the write; and what each step costs. Senders and receivers are
 * spread over many accounts. Every figure is the best of several blocks.
 */
import { hexToBytes } from '@ethereumjs/util'
import type { Address, Hex } from '../consensus/types.ts'
import { buildGenesis } from '../genesis/build-genesis.ts'
import { PREDEPLOYS } from '../genesis/predeploys.ts'
import { keccak256 } from '../gpu/reference/keccak.ts'
import { decodeTransaction } from '../node/crypto/decode-transaction.ts'
import { SenderRecovery } from '../node/crypto/sender-recovery.ts'
import { Database, WriteBatch } from '../node/storage/database.ts'
import type { SignedTransaction } from '../node/transaction.ts'
import {
  COINBASE,
  callData,
  type ExecutedOn,
  ExecutionChain,
  WALLETS,
  type Wallet,
  walletOf,
} from '../test/support/execution-chain.ts'
import { temporaryBenchDirectory } from './processes.ts'
import type { BenchRow } from './report.ts'

const BLOCK_TRANSACTIONS = 1_000
const ROUNDS = 8
const SENDERS = 500
const RECEIVERS = 50_000
const TRANSFER_SELECTOR = '0xa9059cbb'

type Kind = 'transfer' | 'facade transfer'
type Report = (row: BenchRow) => void

export async function benchExecution(report: Report): Promise<void> {
  const directory = await temporaryBenchDirectory()
  const genesis = await buildGenesis({
    preset: 'instant',
    timestamp: 1_700_000_000n,
    validators: [{ address: `0x${'a1'.repeat(20)}`, coinbase: COINBASE }],
  })
  const store = await Database.open(directory)
  const chain = await ExecutionChain.open({ genesis, store })
  const wallets = Array.from({ length: SENDERS }, (_, index) => walletOf(index))
  await fund(chain, wallets)
  for (const kind of ['transfer', 'facade transfer'] as const) {
    await benchExecute(chain, wallets, kind, report)
    await benchBuild(chain, wallets, kind, report)
  }
  await benchDecode(chain, wallets, report)
  await store.close()
}

async function benchExecute(
  chain: ExecutionChain,
  wallets: readonly Wallet[],
  kind: Kind,
  report: Report,
): Promise<void> {
  const best = { total: Infinity, execute: 0, stage: 0, write: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const transactions = makeTransactions(chain, wallets, kind, round)
    const start = performance.now()
    const { block, executed } = await chain.execute(transactions)
    const executedAt = performance.now()
    const batch = new WriteBatch()
    chain.state.stage(batch, block, executed.changes)
    await chain.state.stageSwitch(batch, [], [block.hash])
    const stagedAt = performance.now()
    await chain.store.write(batch)
    chain.state.committed()
    const end = performance.now()
    adopt(chain, block)
    if (end - start >= best.total) continue
    best.total = end - start
    best.execute = executedAt - start
    best.stage = stagedAt - executedAt
    best.write = end - stagedAt
  }
  const note = `blocks of ${BLOCK_TRANSACTIONS}, senders known, state root and level write`
  report({
    name: `${kind}: executed and written`,
    value: perSecond(best.total),
    unit: 'tx/s',
    note,
  })
  report({ name: `${kind}: executeBlock`, value: microseconds(best.execute), unit: 'us/tx' })
  report({ name: `${kind}: staging`, value: microseconds(best.stage), unit: 'us/tx' })
  report({ name: `${kind}: level write`, value: microseconds(best.write), unit: 'us/tx' })
}

async function benchBuild(
  chain: ExecutionChain,
  wallets: readonly Wallet[],
  kind: Kind,
  report: Report,
): Promise<void> {
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const transactions = makeTransactions(chain, wallets, kind, ROUNDS + round)
    const start = performance.now()
    const built = await chain.executor.buildBlock(
      chain.parentState(),
      chain.environment(),
      transactions,
    )
    best = Math.min(best, performance.now() - start)
    await chain.advance(built.transactions)
  }
  report({ name: `${kind}: buildBlock`, value: perSecond(best), unit: 'tx/s' })
}

async function benchDecode(
  chain: ExecutionChain,
  wallets: readonly Wallet[],
  report: Report,
): Promise<void> {
  const transactions = makeTransactions(chain, wallets, 'transfer', 2 * ROUNDS)
  const { common } = chain
  const measure = (run: (transaction: SignedTransaction) => void): number => {
    let best = Infinity
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now()
      for (const transaction of transactions) run(transaction)
      best = Math.min(best, performance.now() - start)
    }
    return best
  }
  const decode = measure(({ raw, sender }) => decodeTransaction(raw, common, sender))
  const whole = measure(({ raw }) => decodeTransaction(raw, common))
  report({ name: 'decode, sender known', value: microseconds(decode), unit: 'us/tx' })
  report({ name: 'recover a sender', value: microseconds(whole - decode), unit: 'us/tx' })
  const recovery = SenderRecovery.start()
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    await recovery.decode(
      transactions.map(({ raw }) => raw),
      common,
    )
    best = Math.min(best, performance.now() - start)
  }
  await recovery.close()
  const note = 'waiting time; the main thread is free but for decoding'
  report({
    name: 'decode and recover on the thread',
    value: microseconds(best),
    unit: 'us/tx',
    note,
  })
}

async function fund(chain: ExecutionChain, wallets: readonly Wallet[]): Promise<void> {
  const transfers = wallets.map(({ address }, index) =>
    chain.sign(WALLETS[index % WALLETS.length]!, { to: address, value: 10n ** 19n }),
  )
  await chain.advance(transfers)
}

function makeTransactions(
  chain: ExecutionChain,
  wallets: readonly Wallet[],
  kind: Kind,
  round: number,
): SignedTransaction[] {
  return Array.from({ length: BLOCK_TRANSACTIONS }, (_, index) => {
    const to = receiverOf(round * BLOCK_TRANSACTIONS + index)
    const wallet = wallets[index % wallets.length]!
    if (kind === 'transfer') return chain.sign(wallet, { to, value: 1n, gasLimit: 21_000n })
    const data = callData(TRANSFER_SELECTOR, to, 1n)
    return chain.sign(wallet, { to: PREDEPLOYS.AI, data, gasLimit: 60_000n })
  })
}

function receiverOf(index: number): Address {
  const seed: Hex = `0x${((index * 7_919) % RECEIVERS).toString(16).padStart(8, '0')}`
  return `0x${Buffer.from(keccak256(hexToBytes(seed)).subarray(12)).toString('hex')}`
}

function adopt(chain: ExecutionChain, block: ExecutedOn): void {
  chain.blocks.set(block.hash, block.header)
  chain.head = block
}

function perSecond(milliseconds: number): number {
  return (BLOCK_TRANSACTIONS / milliseconds) * 1_000
}

function microseconds(milliseconds: number): number {
  return (milliseconds / BLOCK_TRANSACTIONS) * 1_000
}
