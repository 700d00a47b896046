import { describe, expect, it } from 'vitest'
import {
  callTo,
  contractAt,
  openTracedChain,
  traceOf,
} from '../../../../support/tracing/traced-chain.ts'

type Log = {
  readonly pc: number
  readonly op: string
  readonly gas: number
  readonly gasCost: number
  readonly depth: number
  readonly [key: string]: unknown
}
type Trace = {
  readonly gas: number
  readonly failed: boolean
  readonly returnValue: string
  readonly structLogs: readonly Log[]
}

const ops = ({ structLogs }: Trace) => structLogs.map(({ op }) => op)

describe('node / execution / tracing / struct logger', () => {
  it('tells each operation with its gas and stack, and stops as the code does', async () => {
    const chain = await openTracedChain('PUSH 1 PUSH 2 ADD')
    const { structLogs, ...rest } = await traceOf<Trace>(chain)
    expect(rest).toEqual({ gas: 21_009, failed: false, returnValue: '0x' })
    expect(structLogs).toEqual([
      { pc: 0, op: 'PUSH1', gas: 279_000, gasCost: 3, depth: 1, stack: [] },
      { pc: 2, op: 'PUSH1', gas: 278_997, gasCost: 3, depth: 1, stack: ['0x1'] },
      { pc: 4, op: 'ADD', gas: 278_994, gasCost: 3, depth: 1, stack: ['0x1', '0x2'] },
      { pc: 5, op: 'STOP', gas: 278_991, gasCost: 0, depth: 1, stack: ['0x3'] },
    ])
  })

  it('leaves out and adds what it is asked to', async () => {
    const chain = await openTracedChain(
      `PUSH 5 PUSH 32 MSTORE ${callTo('CALL', contractAt(2))} PUSH 0 SLOAD`,
      'PUSH 9 PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN',
    )
    const plain = await traceOf<Trace>(chain)
    expect(plain.structLogs.some((log) => 'memory' in log || 'returnData' in log)).toBe(false)
    const full = await traceOf<Trace>(chain, { enableMemory: true, enableReturnData: true })
    const afterStore = full.structLogs[3]
    expect(afterStore?.['memory']).toEqual([`0x${'00'.repeat(32)}`, `0x${'00'.repeat(31)}05`])
    expect(full.structLogs[2]).not.toHaveProperty('memory')
    const load = full.structLogs.find(({ op }) => op === 'SLOAD')
    expect(load).toMatchObject({
      returnData: `0x${'00'.repeat(31)}09`,
      storage: { [`0x${'00'.repeat(32)}`]: `0x${'00'.repeat(31)}07` },
    })
    const bare = await traceOf<Trace>(chain, { disableStack: true, disableStorage: true })
    expect(bare.structLogs.some((log) => 'stack' in log || 'storage' in log)).toBe(false)
    const short = await traceOf<Trace>(chain, { limit: 2 })
    expect([short.structLogs.length, short.gas]).toEqual([2, plain.gas])
  })

  it('shows all slots of a contract that the trace has met, at reads and writes', async () => {
    const chain = await openTracedChain('PUSH 0 SLOAD POP PUSH 8 PUSH 1 SSTORE PUSH 0 SLOAD')
    const { structLogs } = await traceOf<Trace>(chain)
    const slot = (n: number) => `0x${n.toString(16).padStart(64, '0')}`
    expect(structLogs.flatMap(({ storage }) => storage ?? [])).toEqual([
      { [slot(0)]: slot(7) },
      { [slot(0)]: slot(7), [slot(1)]: slot(8) },
      { [slot(0)]: slot(7), [slot(1)]: slot(8) },
    ])
  })

  it('counts the gas of a callee to the call, and none to a creation', async () => {
    const chain = await openTracedChain(
      `${callTo('CALL', contractAt(2), { gas: 50_000, value: 1 })} PUSH 0 PUSH 0 PUSH 0 CREATE`,
      'STOP',
    )
    const { structLogs } = await traceOf<Trace>(chain)
    const call = structLogs.find(({ op }) => op === 'CALL')
    expect(call?.gasCost).toBe(2_600 + 9_000 + 50_000)
    const [stop] = structLogs.filter(({ depth }) => depth === 2)
    // The stipend is the callee's.
    expect(stop?.gas).toBe(52_300)
    expect(structLogs.find(({ op }) => op === 'CREATE')?.gasCost).toBe(32_000)
  })

  it('gives a call of more gas than there is all but a 64th', async () => {
    const chain = await openTracedChain(callTo('CALL', contractAt(2), { gas: 9_999_999 }), 'STOP')
    const { structLogs } = await traceOf<Trace>(chain)
    const call = structLogs.find(({ op }) => op === 'CALL')!
    const left = call.gas - 2_600
    expect(call.gasCost).toBe(2_600 + left - Math.floor(left / 64))
  })

  it('shows refunds as they stand, the one of the write itself included', async () => {
    const chain = await openTracedChain('PUSH 0 PUSH 0 SSTORE PUSH 7 PUSH 0 SSTORE')
    const { structLogs } = await traceOf<Trace>(chain)
    expect(structLogs.map(({ refund }) => refund ?? 0)).toEqual([
      0, 0, 4_800, 4_800, 4_800, 2_800, 2_800,
    ])
  })

  it.each([
    ['PUSH 1 ADD', 'stack underflow (1 <=> 2)'],
    [`${'PUSH 0 '.repeat(1_025)}`, 'stack limit reached 1024 (1023)'],
    ['PUSH 1 PUSH 99999999 MSTORE', 'out of gas'],
  ])('marks an operation that is not begun: %#', async (source, error) => {
    const chain = await openTracedChain(source)
    const { structLogs, failed, returnValue } = await traceOf<Trace>(chain)
    expect([failed, returnValue]).toEqual([true, '0x'])
    expect(structLogs.at(-1)?.['error']).toBe(error)
    expect(structLogs.slice(0, -1).every((log) => !('error' in log))).toBe(true)
  })

  it('marks a write with no more than the stipend left', async () => {
    const chain = await openTracedChain('PUSH 1 PUSH 0 SSTORE')
    const { structLogs } = await traceOf<Trace>(chain, {}, { gasLimit: 23_000n })
    expect(structLogs.at(-1)).toMatchObject({
      op: 'SSTORE',
      error: 'out of gas: not enough gas for reentrancy sentry',
    })
  })

  it('marks a call that can not be paid, and looks at nothing for its sake', async () => {
    const chain = await openTracedChain(callTo('CALL', contractAt(2)), 'STOP')
    const gas = { gasLimit: 22_000n }
    const { structLogs } = await traceOf<Trace>(chain, {}, gas)
    expect(structLogs.at(-1)).toMatchObject({ op: 'CALL', error: 'out of gas' })
    const state = await traceOf<object>(chain, { tracer: 'prestateTracer' }, gas)
    expect(state).not.toHaveProperty(contractAt(2))
  })

  it('does not mark what fails when it runs: a bad jump, an unknown operation', async () => {
    const jump = await traceOf<Trace>(await openTracedChain('PUSH 1 JUMP'))
    expect(jump.structLogs.at(-1)).not.toHaveProperty('error')
    expect(jump.failed).toBe(true)
    const invalid = await traceOf<Trace>(await openTracedChain('INVALID'))
    expect(ops(invalid)).toEqual(['INVALID'])
  })

  it('names what is no operation by its number', async () => {
    const chain = await openTracedChain('PUSH 12 PUSH 0 MSTORE8 PUSH 1 PUSH 0 PUSH 0 CREATE')
    const trace = await traceOf<Trace>(chain)
    expect(ops(trace)).toContain('opcode 0xc not defined')
  })

  it('returns what a revert says', async () => {
    const chain = await openTracedChain('PUSH 255 PUSH 0 MSTORE PUSH 32 PUSH 0 REVERT')
    const trace = await traceOf<Trace>(chain)
    expect(trace).toMatchObject({ failed: true, returnValue: `0x${'00'.repeat(31)}ff` })
    expect(trace.structLogs.at(-1)).toMatchObject({ op: 'REVERT', gasCost: 0 })
  })

  it('has no operations for coins that meet no code', async () => {
    const chain = await openTracedChain()
    const trace = await traceOf<Trace>(chain, {}, { value: 5n })
    expect(trace).toEqual({ gas: 21_000, failed: false, returnValue: '0x', structLogs: [] })
  })

  it('ends a trace that grows too large by its name', async () => {
    const chain = await openTracedChain('PUSH 1 PUSH 200000 MSTORE again: PUSH 1 POP @again JUMP')
    await expect(
      traceOf(chain, { enableMemory: true }, { gasLimit: 3_000_000n }),
    ).rejects.toMatchObject({ type: { code: 'TOO_LARGE', bytesMax: 24_000_000 } })
  })
})
