/**
 * Traces of anvil and ours in one form, so that they can be compared.
 *
 * What anvil 1.7 does otherwise than geth, and so is taken out:
 * - Gas of a whole transaction: it shows what is left after the intrinsic gas, and for the gas used
 *   the sum of the block so far.
 * - Errors are in revm's words, where it has any: only that there is one is compared.
 * - Logs count within their transaction, and those of a frame that failed are kept.
 * - SELFDESTRUCT of the transaction itself is shown where only its top is asked for.
 * - Empty accounts stand in a prestate; the hash of code does not.
 * - The target of a delegation stands in a prestate as it is after the authorizations are applied;
 *   geth shows what it was before.
 * - Selectors that are sent to precompiles are counted.
 * - Struct logs have empty return data, memory and refunds written out; the price of a creation has
 *   the gas in it that the new contract is given; the operation that ends a frame by failing has an
 *   error, begun or not, and no price. The refund for authorizations (EIP-7702) is not counted.
 *   Slots that the access list has warmed are not shown when they are read.
 * - There are no `flatCallTracer` and `muxTracer`: it answers an empty object.
 *
 * By our design, and not by anvil's: whom a call of the transfer precompile names is shown
 * even if it fails, and the sink gets the base fee with each transaction, so that it
 * has more in ours from the second transaction of a block on. It is left out.
 */
import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../../../consensus/types.ts'
import { PREDEPLOYS, TRANSFER_PRECOMPILE } from '../../../genesis/predeploys.ts'
import type { TraceOptions } from '../../../node/execution/tracing/trace-options.ts'
import type { CallFrame } from '../../../node/execution/tracing/tracers/call-tracer.ts'
import type { AccountJson } from '../../../node/execution/tracing/tracers/prestate-tracer.ts'
import type { SignedTransaction } from '../../../node/transaction.ts'

export type Comparison = {
  readonly name: string
  readonly options: TraceOptions
  /** Both sides go through it. */
  readonly normalise: (trace: never, context: Context) => unknown
}

export type Context = {
  readonly transaction: SignedTransaction
  /** Our tree of the transaction. */
  readonly calls: CallFrame
  readonly isAnvil: boolean
}

const SINK = PREDEPLOYS.AIBurn
/** EIP-7702, before the address. */
const DELEGATION = '0xef0100'
const PRECOMPILE = /^0x0{36}(00[0-1][0-9a-f]|0100|00fd)$/
const CREATES: ReadonlySet<string> = new Set(['CREATE', 'CREATE2'])

export const COMPARISONS: readonly Comparison[] = [
  { name: 'callTracer', options: { tracer: 'callTracer' }, normalise: comparableCall },
  {
    name: 'callTracer with logs',
    options: { tracer: 'callTracer', tracerConfig: { withLog: true } },
    normalise: comparableCall,
  },
  {
    name: 'callTracer at the top',
    options: { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } },
    normalise: ({ calls: _calls, ...top }: CallFrame) => comparableCall(top),
  },
  { name: 'prestateTracer', options: { tracer: 'prestateTracer' }, normalise: comparableState },
  {
    name: 'prestateTracer of differences',
    options: { tracer: 'prestateTracer', tracerConfig: { diffMode: true } },
    normalise: ({ pre, post }: { pre: State; post: State }, context) => ({
      pre: comparableState(pre, context),
      post: comparableState(post, context),
    }),
  },
  { name: '4byteTracer', options: { tracer: '4byteTracer' }, normalise: comparableSelectors },
  {
    name: 'struct logs',
    options: { enableMemory: true, enableReturnData: true },
    normalise: comparableLogs,
  },
]

function comparableCall(call: CallFrame): unknown {
  const { gas: _gas, gasUsed: _gasUsed, ...rest } = comparableFrame(call, false)
  return rest
}

function comparableFrame(frame: CallFrame, hasParentFailed: boolean): Record<string, unknown> {
  const { error, logs = [], calls = [], ...rest } = frame
  const hasFailed = hasParentFailed || error !== undefined
  return {
    ...rest,
    hasError: error !== undefined,
    calls: calls.map((call) => comparableFrame(call, hasFailed)),
    logs: hasFailed ? [] : logs.map(({ index: _index, ...log }) => log),
  }
}

type State = Readonly<Record<string, AccountJson>>

function comparableState(state: State, { transaction, calls }: Context): unknown {
  const hidden = new Set<string>([SINK, ...vainTransfers(calls)])
  const { tx } = transaction
  const list = 'authorizationList' in tx ? tx.authorizationList : []
  for (const [, target] of list) hidden.add(bytesToHex(target))
  const before = state[tx.to?.toString() ?? '']?.code ?? ''
  if (list.length > 0 && before.startsWith(DELEGATION)) hidden.add(`0x${before.slice(8)}`)
  const entries = Object.entries(state).map(([address, { codeHash: _codeHash, ...account }]) => {
    const storage = sortedByKey(Object.entries(account.storage ?? {}))
    return [address, { ...account, storage }] as const
  })
  // Slots that are read and empty make no account.
  const isEmpty = ({ balance = '0x0', storage, ...rest }: (typeof entries)[number][1]) =>
    balance === '0x0' && storage.every(([, word]) => BigInt(word) === 0n) && isBare(rest)
  const shown = entries.filter(([address, account]) => !hidden.has(address) && !isEmpty(account))
  return sortedByKey(shown)
}

/** Whom calls of the transfer precompile that failed were about. */
function vainTransfers({ to, error, input, calls = [] }: CallFrame): readonly string[] {
  const isVain = to === TRANSFER_PRECOMPILE && error !== undefined
  const named = isVain ? [`0x${input.slice(26, 66)}`, `0x${input.slice(90, 130)}`] : []
  return [...named, ...calls.flatMap(vainTransfers)]
}

function sortedByKey<Entry extends readonly [string, unknown]>(entries: readonly Entry[]): Entry[] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function isBare(rest: object): boolean {
  return Object.keys(rest).length === 0
}

function comparableSelectors(
  counts: Readonly<Record<string, number>>,
  { calls, isAnvil }: Context,
): unknown {
  const left = new Map(Object.entries(counts))
  const drop = ({ to, type, input, calls = [] }: CallFrame): void => {
    const key = `${input.slice(0, 10)}-${input.length / 2 - 5}`
    const isCounted = !CREATES.has(type) && PRECOMPILE.test(to ?? '') && input.length >= 10
    if (isCounted) left.set(key, (left.get(key) ?? 0) - 1)
    for (const call of calls) drop(call)
  }
  if (isAnvil) drop(calls)
  return sortedByKey([...left].filter(([, count]) => count !== 0))
}

type Logs = {
  readonly failed: boolean
  readonly returnValue: Hex
  readonly structLogs: readonly Readonly<Record<string, unknown>>[]
}

function comparableLogs(
  { failed, returnValue, structLogs }: Logs,
  { transaction: { tx } }: Context,
): unknown {
  const isWarmed = 'accessList' in tx && tx.accessList.length > 0
  const authorizations = Number(structLogs[0]?.['refund'] ?? 0)
  return {
    failed,
    returnValue,
    structLogs: structLogs.map((entry, index) => {
      const { error: _, gasCost, refund, returnData, memory, storage, ...log } = entry
      const next = structLogs[index + 1]?.['depth'] ?? 0
      const isLast = Number(next) < Number(log['depth'])
      return {
        ...log,
        storage: isWarmed ? undefined : storage,
        gasCost: isLast || CREATES.has(String(log['op'])) ? 0 : gasCost,
        refund: Number(refund ?? 0) - authorizations,
        returnData: returnData ?? '0x',
        memory: memory ?? [],
      }
    }),
  }
}
