/** The frames of a transaction in Otterscan's words, from the flat list of our tracer. */
import type { Address, Hex } from '../../consensus/types.ts'
import type { TraceOptions } from '../../node/execution/tracing/trace-options.ts'
import type { FlatFrame } from '../../node/execution/tracing/tracers/flat-call-tracer.ts'

/** What Otterscan does not show: calls of precompiles. */
export const FRAMES: TraceOptions = { tracer: 'flatCallTracer' }
export const ALL_FRAMES: TraceOptions = {
  tracer: 'flatCallTracer',
  tracerConfig: { includePrecompiles: true },
}

const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`
/** Their value is that of the frame they are called from. */
const WITHOUT_VALUE: ReadonlySet<string> = new Set(['STATICCALL', 'DELEGATECALL'])
const OPERATION = { transfer: 0, selfDestruct: 1, create: 2, create2: 3 } as const

/** An entry of `ots_traceTransaction`. A creation that failed made no address. */
export function traceEntry({ type, action, result, traceAddress }: FlatFrame) {
  const depth = traceAddress.length
  if (type === 'suicide') {
    const { address: from, refundAddress: to, balance: value } = action
    return { type: 'SELFDESTRUCT', depth, from, to, value, input: '0x', output: '0x' }
  }
  const { from, value, input, init } = action
  if (type === 'create') {
    const kind = action.creationMethod?.toUpperCase() ?? 'CREATE'
    const to = result?.address ?? ZERO_ADDRESS
    return { type: kind, depth, from, to, value, input: init, output: result?.code ?? '0x' }
  }
  const kind = action.callType?.toUpperCase() ?? 'CALL'
  return {
    type: kind,
    depth,
    from,
    to: action.to,
    value: WITHOUT_VALUE.has(kind) ? null : value,
    input,
    output: result?.output ?? '0x',
  }
}

/** An entry of `ots_getInternalOperations`. */
export type InternalOperation = {
  readonly type: number
  readonly from: Address | undefined
  readonly to: Address | undefined
  readonly value: Hex | undefined
}

/** Nothing when the frame moves no coins. */
export function internalOperations(frame: FlatFrame): readonly InternalOperation[] {
  const { type, action, result, traceAddress } = frame
  if (traceAddress.length === 0) return []
  if (type === 'suicide') {
    const { address: from, refundAddress: to, balance: value } = action
    return [{ type: OPERATION.selfDestruct, from, to, value }]
  }
  const { from, value } = action
  if (type === 'create') {
    const isSalted = action.creationMethod === 'create2'
    const to = result?.address ?? ZERO_ADDRESS
    return [{ type: isSalted ? OPERATION.create2 : OPERATION.create, from, to, value }]
  }
  if (action.callType !== 'call' || value === '0x0') return []
  return [{ type: OPERATION.transfer, from, to: action.to, value }]
}

/** Everybody whom a frame is from or to. */
export function partiesOf({ action, result }: FlatFrame): readonly (Hex | undefined)[] {
  const { from, to, address, refundAddress } = action
  return [from, to, address, refundAddress, result?.address]
}
