/** A chain whose genesis holds the contracts of a test, and traces of calls to them. */
import type { Address } from '../../../consensus/types.ts'
import type { TraceOptions } from '../../../node/execution/tracing/trace-options.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'
import { testGenesis } from '../chain-factory.ts'
import { assemble } from '../evm-assembly.ts'
import { accountOf, ExecutionChain, type Fields, WALLETS } from '../execution-chain.ts'
import { openTemporaryDatabase } from '../temporary-database.ts'
import { executed, tracesOf } from './traced-block.ts'

export const SENDER = WALLETS[0]!

/** Addresses of contracts in a test, from 1 on: c1c1... and so on. */
export function contractAt(index: number): Address {
  return `0x${`c${index}`.repeat(20)}`
}

/** The n-th source lives at the n-th address, with 1,000 wei and slot 0 set to 7. */
export async function openTracedChain(...sources: readonly string[]): Promise<ExecutionChain> {
  const slot = `0x${'00'.repeat(32)}` as const
  const storage = new Map([[slot, `0x${'00'.repeat(31)}07` as const]])
  const alloc = sources.map((source, index) => {
    const code = assemble(source)
    const account = accountOf({ nonce: 1n, balance: 1_000n, code, storage })
    return [contractAt(index + 1), account] as const
  })
  return ExecutionChain.open({
    genesis: await testGenesis(),
    store: await openTemporaryDatabase(),
    alloc,
  })
}

/** The trace of one transaction to the first contract. */
export async function traceOf<Trace>(
  chain: ExecutionChain,
  options: TraceOptions = {},
  fields: Fields = {},
): Promise<Trace> {
  const call = { to: contractAt(1), gasLimit: 300_000n, nonce: 0n }
  const transaction = chain.sign(SENDER, { ...call, ...fields })
  return traceSigned(chain, transaction, options)
}

export async function traceSigned<Trace>(
  chain: ExecutionChain,
  transaction: SignedTransaction,
  options: TraceOptions = {},
): Promise<Trace> {
  const [trace] = await tracesOf(chain.executor, await executed(chain, [transaction]), options)
  return JSON.parse(JSON.stringify(trace)) as Trace
}

/** Code that calls: all arguments zero but the gas, the target and what is named. */
export function callTo(
  kind: 'CALL' | 'CALLCODE' | 'DELEGATECALL' | 'STATICCALL',
  to: Address,
  { gas = 50_000, value = 0, input = 0 } = {},
): string {
  const coins = kind === 'CALL' || kind === 'CALLCODE' ? `PUSH ${value} ` : ''
  return `PUSH 0 PUSH 0 PUSH ${input} PUSH 0 ${coins}PUSH ${to} PUSH ${gas} ${kind}`
}
