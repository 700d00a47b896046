import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { CallFrame } from '../../../../../node/execution/tracing/tracers/call-tracer.ts'
import { assemble, initcodeOf } from '../../../../support/evm-assembly.ts'
import { WALLETS, walletOf } from '../../../../support/execution-chain.ts'
import { executed, tracesOf } from '../../../../support/tracing/traced-block.ts'
import {
  callTo,
  contractAt,
  openTracedChain,
  SENDER,
  traceOf,
} from '../../../../support/tracing/traced-chain.ts'

const CALLS = { tracer: 'callTracer' }
const LOGS = { tracer: 'callTracer', tracerConfig: { withLog: true } }
const IDENTITY = `0x${'4'.padStart(40, '0')}` as const
/** `Error("no")`, as a compiler packs it. */
const REVERT_NO =
  'PUSH 0x08c379a000000000000000000000000000000000000000000000000000000000 PUSH 0 MSTORE ' +
  'PUSH 32 PUSH 4 MSTORE PUSH 2 PUSH 36 MSTORE ' +
  'PUSH 0x6e6f000000000000000000000000000000000000000000000000000000000000 PUSH 68 MSTORE ' +
  'PUSH 100 PUSH 0 REVERT'

describe('node / execution / tracing / callTracer', () => {
  it('nests calls under who made them, each kind by its name', async () => {
    const [one, two] = [contractAt(1), contractAt(2)]
    const chain = await openTracedChain(
      [
        callTo('CALL', two, { value: 3 }),
        callTo('CALLCODE', two),
        callTo('DELEGATECALL', two),
        callTo('STATICCALL', two),
        callTo('STATICCALL', IDENTITY, { input: 2 }),
      ].join(' '),
      'PUSH 1 PUSH 31 MSTORE8 PUSH 32 PUSH 0 RETURN',
    )
    const trace = await traceOf<CallFrame>(chain, CALLS, { value: 9n })
    const output = `0x${'00'.repeat(31)}01`
    expect(trace).toMatchObject({ type: 'CALL', from: SENDER.address, to: one, value: '0x9' })
    expect(trace.gas).toBe('0x493e0')
    const frame = { from: one, to: two, input: '0x', output }
    expect(trace.calls).toMatchObject([
      { ...frame, type: 'CALL', value: '0x3', gas: '0xcc4c' },
      { ...frame, type: 'CALLCODE', value: '0x0' },
      // It runs for its caller's coins.
      { ...frame, type: 'DELEGATECALL', value: '0x9' },
      { ...frame, type: 'STATICCALL' },
      {
        type: 'STATICCALL',
        from: one,
        to: IDENTITY,
        input: '0x0000',
        output: '0x0000',
        gasUsed: '0x12',
      },
    ])
    expect(trace.calls?.[3]).not.toHaveProperty('value')
  })

  it('tells plain calls from static ones inside of a static one', async () => {
    const chain = await openTracedChain(
      callTo('STATICCALL', contractAt(2)),
      `${callTo('CALL', contractAt(3), { gas: 9_000 })} ${callTo('STATICCALL', contractAt(3), { gas: 9_000 })}`,
      'STOP',
    )
    const trace = await traceOf<CallFrame>(chain, CALLS)
    expect(trace.calls?.[0]?.calls?.map(({ type }) => type)).toEqual(['CALL', 'STATICCALL'])
  })

  it('shows creations with their address and code, and without when they fail', async () => {
    const initcode = initcodeOf(assemble('STOP'))
    const store = `PUSH ${bytesToHex(initcode)} PUSH 0 MSTORE `
    const from = 32 - initcode.length
    const chain = await openTracedChain(
      `${store} PUSH ${initcode.length} PUSH ${from} PUSH 1 CREATE ` +
        `PUSH 5 PUSH ${initcode.length} PUSH ${from} PUSH 0 CREATE2 ` +
        // The same once more: the address is taken.
        `PUSH 5 PUSH ${initcode.length} PUSH ${from} PUSH 0 CREATE2`,
    )
    const { calls } = await traceOf<CallFrame>(chain, CALLS)
    const input = bytesToHex(initcode)
    expect(calls).toMatchObject([
      { type: 'CREATE', from: contractAt(1), value: '0x1', input, output: '0x00' },
      { type: 'CREATE2', from: contractAt(1), value: '0x0', input, output: '0x00' },
      { type: 'CREATE2', error: 'contract address collision' },
    ])
    expect(calls?.[0]?.to).toMatch(/^0x[0-9a-f]{40}$/)
    expect(calls?.[2]).not.toHaveProperty('to')
  })

  it('shows SELFDESTRUCT as a frame with the coins that went', async () => {
    const heir = walletOf(1).address
    const chain = await openTracedChain(`PUSH ${heir} SELFDESTRUCT`)
    const { calls } = await traceOf<CallFrame>(chain, CALLS, { value: 4n })
    expect(calls).toEqual([
      {
        ...{ type: 'SELFDESTRUCT', from: contractAt(1), to: heir, value: '0x3ec' },
        ...{ gas: '0x0', gasUsed: '0x0', input: '0x' },
      },
    ])
  })

  it('enters and leaves calls that are refused: too dear, too deep', async () => {
    const chain = await openTracedChain(
      `${callTo('CALL', contractAt(2), { value: 1_001 })} PUSH 0 PUSH 0 PUSH 1001 CREATE`,
      'STOP',
    )
    const { calls } = await traceOf<CallFrame>(chain, CALLS)
    const error = 'insufficient balance for transfer'
    expect(calls).toMatchObject([
      { type: 'CALL', to: contractAt(2), value: '0x3e9', gas: '0xcc4c', gasUsed: '0x0', error },
      { type: 'CREATE', value: '0x3e9', gasUsed: '0x0', error },
    ])
  })

  it.each([
    ['INVALID', 'invalid opcode: INVALID'],
    ['PUSH 1 JUMP', 'invalid jump destination'],
    ['ADD', 'stack underflow (0 <=> 2)'],
    ['PUSH 1 PUSH 0 PUSH 0 RETURNDATACOPY', 'return data out of bounds'],
    ['again: @again JUMP', 'out of gas'],
    ['PUSH 0 PUSH 0 REVERT', 'execution reverted'],
  ])("says in geth's words why %s fails", async (source, error) => {
    const trace = await traceOf<CallFrame>(await openTracedChain(source), CALLS)
    expect(trace.error).toBe(error)
  })

  it.each([
    'PUSH 1 PUSH 0 SSTORE',
    'PUSH 0 PUSH 0 LOG0',
    'PUSH 0 SELFDESTRUCT',
    'PUSH 0 PUSH 0 PUSH 0 CREATE',
  ])('says that %s may not stand in a static call, and shows nothing of it', async (source) => {
    const chain = await openTracedChain(callTo('STATICCALL', contractAt(2)), source)
    const [call] = (await traceOf<CallFrame>(chain, LOGS)).calls ?? []
    expect(call?.error).toBe('write protection')
    expect([call?.calls, call?.logs]).toEqual([undefined, undefined])
  })

  it.each([
    ['PUSH 9999 PUSH 0 RETURN', 'contract creation code storage out of gas'],
    ['PUSH 24577 PUSH 0 RETURN', 'max code size exceeded'],
    ['PUSH 239 PUSH 0 MSTORE8 PUSH 1 PUSH 0 RETURN', 'invalid code: must not begin with 0xef'],
  ])('says why the code that %s leaves is not kept', async (source, error) => {
    const chain = await openTracedChain()
    const data = bytesToHex(assemble(source))
    const gasLimit = error.startsWith('max') ? 6_000_000n : 300_000n
    const trace = await traceOf<CallFrame>(chain, CALLS, { to: undefined, data, gasLimit })
    expect([trace.type, trace.error]).toEqual(['CREATE', error])
  })

  it('reads the reason of a revert, of a callee too', async () => {
    const chain = await openTracedChain(callTo('CALL', contractAt(2)), REVERT_NO)
    const { calls, error } = await traceOf<CallFrame>(chain, CALLS)
    expect(error).toBeUndefined()
    expect(calls?.[0]).toMatchObject({ error: 'execution reverted', revertReason: 'no' })
    expect(calls?.[0]?.output).toHaveLength(2 + 200)
  })

  it('counts logs through the block, and drops those of what failed', async () => {
    const log = 'PUSH 11 PUSH 0 PUSH 0 LOG1'
    const chain = await openTracedChain(
      `${log} ${callTo('CALL', contractAt(2))} ${callTo('CALL', contractAt(3))} ${log}`,
      `${log} PUSH 0 PUSH 0 REVERT`,
      'PUSH 1 PUSH 0 MSTORE PUSH 32 PUSH 0 LOG0',
    )
    const [first, second] = [0, 1].map(() =>
      chain.sign(SENDER, { to: contractAt(1), gasLimit: 300_000n }),
    )
    const block = await executed(chain, [first!, second!])
    const [, trace] = (await tracesOf(chain.executor, block, LOGS)) as CallFrame[]
    const topic = `0x${'00'.repeat(31)}0b`
    expect(trace?.logs).toMatchObject([
      { address: contractAt(1), topics: [topic], data: '0x', index: '0x3', position: '0x0' },
      { topics: [topic], index: '0x5', position: '0x2' },
    ])
    expect(trace?.calls?.[0]?.logs).toBeUndefined()
    expect(trace?.calls?.[1]?.logs).toMatchObject([{ topics: [], index: '0x4', position: '0x0' }])
    const indexes = block.receipts[1]!.logs.length
    expect(indexes).toBe(3)
  })

  it('stays at the top when asked to', async () => {
    const chain = await openTracedChain(
      `PUSH 0 PUSH 0 LOG0 ${callTo('CALL', contractAt(2))}`,
      'PUSH 0 PUSH 0 LOG0',
    )
    const tracerConfig = { onlyTopCall: true, withLog: true }
    const trace = await traceOf<CallFrame>(chain, { tracer: 'callTracer', tracerConfig })
    expect(trace.calls).toBeUndefined()
    expect(trace.logs).toHaveLength(1)
  })

  it('uses the gas of the receipt', async () => {
    const chain = await openTracedChain('PUSH 0 PUSH 0 SSTORE')
    const transaction = chain.sign(WALLETS[3]!, { to: contractAt(1) })
    const block = await executed(chain, [transaction])
    const [trace] = (await tracesOf(chain.executor, block, CALLS)) as CallFrame[]
    expect(BigInt(trace!.gasUsed)).toBe(block.receipts[0]!.gasUsed)
  })
})
