/**
 * Calls and blocks that run the dearest precompiles: for how long nothing else came in between, with
 * precompiles in place and on threads. Each call has 50 million gas, an account override for its
 * code, and one second; each block one transaction of 16 million gas. The threads are warm.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { buildGenesis } from '../genesis/build-genesis.ts'
import type { Genesis } from '../genesis/genesis-file.ts'
import { Executor } from '../node/execution/executor.ts'
import { type PrecompileJob, rulesOf } from '../node/execution/precompiles/precompile-job.ts'
import { PrecompileThreads } from '../node/execution/precompiles/precompile-threads.ts'
import { createHanzoRules } from '../node/execution/rules/hanzo-rules.ts'
import { Database } from '../node/storage/database.ts'
import { accountOf, COINBASE, ExecutionChain, WALLETS } from '../test/support/execution-chain.ts'
import {
  HOSTILE,
  HOSTILE_CALLS,
  type HostileCall,
  hostileCode,
} from '../test/support/hostile-calls.ts'
import { temporaryBenchDirectory } from './processes.ts'
import type { Report } from './report.ts'

const CALL_TIME_MS = 1_000
const WARM_UP_MS = 60_000
const TRANSACTION_GAS = 16_000_000n
const PLACES = ['in place', 'on threads'] as const

type Place = (typeof PLACES)[number]

export async function benchCalls(report: Report): Promise<void> {
  const genesis = await buildGenesis({
    preset: 'instant',
    timestamp: 1_700_000_000n,
    validators: [{ address: `0x${'a1'.repeat(20)}`, coinbase: COINBASE }],
  })
  for (const call of HOSTILE_CALLS) {
    for (const place of PLACES) await benchOne(genesis, call, place, report)
  }
}

async function benchOne(
  genesis: Genesis,
  call: HostileCall,
  place: Place,
  report: Report,
): Promise<void> {
  const store = await Database.open(await temporaryBenchDirectory())
  const code = hostileCode(call)
  const alloc = [[HOSTILE, accountOf({ nonce: 1n, code })]] as const
  const chain = await ExecutionChain.open({ genesis, store, alloc })
  const threads = place === 'on threads' ? new PrecompileThreads() : undefined
  const { common, state } = chain
  const rules = createHanzoRules(common)
  const executor = await Executor.open({ rules, state, threads, callTimeMsMax: CALL_TIME_MS })
  const request = { to: HOSTILE, data: call.unit }
  // The first of each kind of thread takes its time to start.
  for (const deadlineMs of [undefined, performance.now() + WARM_UP_MS]) {
    await threads?.run(warmUp(common), { ...(deadlineMs && { deadlineMs }) })
  }
  const asked = await stallDuring(async () => {
    try {
      return (await executor.call(chain.parentState(), request)).kind
    } catch (error) {
      return (error as { readonly type: { readonly code: string } }).type.code
    }
  })
  const note = `${asked.outcome} after ${Math.round(asked.totalMs)} ms`
  report({ name: `call, ${call.name}, ${place}: stall`, value: asked.stallMs, unit: 'ms', note })
  const fields = { ...request, gasLimit: TRANSACTION_GAS, value: 0n }
  const transaction = chain.sign(WALLETS[0]!, fields)
  const { header } = chain.head
  const block = { ...header, ...chain.environment(), number: header.number + 1n }
  const executed = await stallDuring(() =>
    executor.executeBlock(chain.parentState(), block, [transaction]),
  )
  const { gasUsed } = executed.outcome
  report({
    name: `block, ${call.name}, ${place}: stall`,
    value: executed.stallMs,
    unit: 'ms',
    note: `${gasUsed} gas after ${Math.round(executed.totalMs)} ms`,
  })
  await threads?.close()
  await store.close()
}

function warmUp(common: ExecutionChain['common']): PrecompileJob {
  const data = new Uint8Array(32)
  return { address: '3'.padStart(40, '0'), data, gasLimit: 1_000n, rules: rulesOf(common) }
}

type Stalled<Outcome> = {
  readonly outcome: Outcome
  readonly stallMs: number
  readonly totalMs: number
}

/** The longest time between two turns of the event loop while `work` is under way. */
async function stallDuring<Outcome>(work: () => Promise<Outcome>): Promise<Stalled<Outcome>> {
  let isDone = false
  let stallMs = 0
  const start = performance.now()
  const working = work().finally(() => {
    isDone = true
  })
  for (let before = start; !isDone; ) {
    await turn()
    const now = performance.now()
    stallMs = Math.max(stallMs, now - before)
    before = now
  }
  return { outcome: await working, stallMs, totalMs: performance.now() - start }
}
