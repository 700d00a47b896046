import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TraceError } from '../../../../node/execution/tracing/trace-error.ts'
import { duration } from '../../../../rpc/debug/trace-config.ts'
import type { FakeNode } from '../../../support/fake-node.ts'
import { RpcFixture } from '../../../support/rpc-fixture.ts'
import { signTransaction } from '../../../support/signed-transactions.ts'

const TO = `0x${'c1'.repeat(20)}`
const NOBODY = `0x${'00'.repeat(31)}01`

describe('rpc / debug / trace', () => {
  let fixture: RpcFixture
  let node: FakeNode
  let hash: unknown
  let asked: readonly unknown[] = []
  beforeAll(async () => {
    fixture = await RpcFixture.start()
    node = fixture.node
    hash = await fixture.rpc('eth_sendRawTransaction', signTransaction(node.genesis, 0, {}))
    node.mine()
    node.onTrace = (...all) => {
      asked = all
      return all[0] === 'transaction' || all[0] === 'call' ? { gas: 1 } : []
    }
  })
  afterAll(() => fixture.stop())

  it('asks for the transaction where it stands, with the options as they came', async () => {
    const config = {
      ...{ tracer: 'callTracer', tracerConfig: { withLog: true }, timeout: '1s', reexec: 128 },
      ...{ enableMemory: true, disableStack: false, disableStorage: true, enableReturnData: true },
      limit: 9,
    }
    expect(await fixture.rpc('debug_traceTransaction', hash, config)).toEqual({ gas: 1 })
    const { timeout: _, reexec: __, ...options } = config
    const place = { blockHash: node.chain.head().hash, blockNumber: 1n, index: 0 }
    expect(asked.slice(0, 3)).toEqual(['transaction', place, options])
  })

  it('asks for blocks by number, tag, hash and bytes', async () => {
    const head = node.chain.head().hash
    expect(await fixture.rpc('debug_traceBlockByNumber', '0x1')).toEqual([])
    expect(asked.slice(0, 3)).toEqual(['block', head, {}])
    await fixture.rpc('debug_traceBlockByNumber', 'latest', { disableStack: true })
    expect(asked.slice(0, 3)).toEqual(['block', head, { disableStack: true }])
    await fixture.rpc('debug_traceBlockByHash', head)
    expect(asked.slice(0, 3)).toEqual(['block', head, {}])
    await fixture.rpc('debug_traceBlock', '0xc0ffee', null)
    expect(asked.slice(0, 3)).toEqual(['rawBlock', Buffer.of(0xc0, 0xff, 0xee), {}])
  })

  it('asks for calls with overrides, at a place of a block', async () => {
    const overrides = {
      stateOverrides: { [TO]: { balance: '0x5' } },
      blockOverrides: { number: '0x7' },
      txIndex: '0x2',
      tracer: 'prestateTracer',
    }
    await fixture.rpc('debug_traceCall', { to: TO, gas: '0x5208' }, 'latest', overrides)
    const [, block, request, options] = asked
    expect(block).toMatchObject({ hash: node.chain.head().hash })
    expect(request).toEqual({ to: TO, gas: 21_000n })
    expect(options).toEqual({
      tracer: 'prestateTracer',
      index: 2,
      overrides: { accounts: new Map([[TO, { balance: 5n }]]), block: { number: 7n } },
      gasCap: 50_000_000n,
    })
    await fixture.rpc('debug_traceCall', { to: TO })
    expect(asked[3]).toEqual({ gasCap: 50_000_000n })
  })

  it.each([
    ['debug_traceTransaction', [NOBODY], -32000, 'transaction not found'],
    ['debug_traceBlockByHash', [NOBODY], -32000, `block ${NOBODY} not found`],
    ['debug_traceBlockByNumber', ['0x63'], -32000, 'block #99 not found'],
    ['debug_traceBlockByNumber', ['pending'], -32000, 'tracing on top of pending is not supported'],
    ['debug_traceCall', [{}, 'pending'], -32000, 'tracing on top of pending is not supported'],
    ['debug_traceBlockByNumber', ['3'], -32602, /want a block number in 0x hex/],
    ['debug_traceBlock', ['0xabc'], -32602, /two digits each/],
    ['debug_traceTransaction', [NOBODY, { timeout: 5 }], -32602, /want a duration such as 5s/],
    ['debug_traceTransaction', [NOBODY, { timeout: '5 s' }], -32602, /want a duration/],
    ['debug_traceTransaction', [NOBODY, { tracer: {} }], -32602, /want a string/],
    ['debug_traceTransaction', [NOBODY, { tracerConfig: [] }], -32602, /want an object/],
    ['debug_traceTransaction', [NOBODY, { limit: -1 }], -32602, /want a quantity/],
    ['debug_traceTransaction', [NOBODY, { enableMemory: 'yes' }], -32602, /want true or false/],
  ])('%s refuses %j', async (method, params, code, message) => {
    const error: unknown = await fixture.rpc(method, ...params).catch((error: unknown) => error)
    expect(error).toMatchObject({ code })
    const text = (error as Error).message
    if (typeof message === 'string') expect(text).toBe(message)
    else expect(text).toMatch(message)
  })

  it.each([
    ['300ms', 300],
    ['1m30s', 90_000],
    ['1.5s', 1_500],
    ['.5h', 1_800_000],
    ['1000us', 1],
    ['0', 0],
  ])('reads %s as Go does', (text, milliseconds) => {
    expect(duration.parse(text, 'timeout')).toBeCloseTo(milliseconds)
  })

  it('waits no longer than it is told to', async () => {
    node.onTrace = () => new Promise(() => undefined)
    const waiting = fixture.rpc('debug_traceTransaction', hash, { timeout: '50ms' })
    await expect(waiting).rejects.toMatchObject({
      code: -32005,
      message: 'execution aborted (timeout = 0.05s)',
    })
  })

  it('says what the tracer says', async () => {
    node.onTrace = () => {
      throw new TraceError({ code: 'GENESIS' }, 'genesis is not traceable')
    }
    await expect(fixture.rpc('debug_traceBlockByNumber', '0x0')).rejects.toMatchObject({
      code: -32000,
      message: 'genesis is not traceable',
    })
  })

  it('keeps no bad blocks', async () => {
    expect(await fixture.rpc('debug_getBadBlocks')).toEqual([])
  })
})
