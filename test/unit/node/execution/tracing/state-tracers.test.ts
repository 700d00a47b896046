import { eoaCode7702SignAuthorization } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import type { TraceOptions } from '../../../../../node/execution/tracing/trace-options.ts'
import type { AccountJson } from '../../../../../node/execution/tracing/tracers/prestate-tracer.ts'
import {
  COINBASE,
  type ExecutionChain,
  GWEI,
  WALLETS,
  walletOf,
} from '../../../../support/execution-chain.ts'
import {
  callTo,
  contractAt,
  openTracedChain,
  SENDER,
  traceOf,
  traceSigned,
} from '../../../../support/tracing/traced-chain.ts'

type State = Readonly<Record<string, AccountJson>>
type Diff = { readonly pre: State; readonly post: State }

const slot = (n: number) => `0x${n.toString(16).padStart(64, '0')}`
const prestate = (tracerConfig: TraceOptions['tracerConfig'] = {}) => ({
  tracer: 'prestateTracer',
  tracerConfig,
})

function delegation(chain: ExecutionChain) {
  const { chainId } = chain.genesis.params
  const id = `0x${chainId.toString(16)}` as const
  const authorization = { chainId: id, address: contractAt(2), nonce: '0x0' } as const
  return [eoaCode7702SignAuthorization(authorization, walletOf(1).key)]
}

describe('node / execution / tracing / prestateTracer', () => {
  it('shows what the transaction needs, as it was before anything was paid', async () => {
    const chain = await openTracedChain('PUSH 0 SLOAD PUSH 1 SSTORE')
    const state = await traceOf<State>(chain, prestate(), { value: 5n })
    const named = [SENDER.address, contractAt(1), COINBASE]
    expect(Object.keys(state).toSorted()).toEqual(named.toSorted())
    // The block has paid its reward before its transactions.
    expect(BigInt(state[COINBASE]!.balance!)).toBeGreaterThan(10n ** 20n)
    expect(state[contractAt(1)]).toMatchObject({
      balance: '0x3e8',
      nonce: 1,
      code: '0x5f54600155',
      storage: { [slot(0)]: slot(7), [slot(1)]: slot(0) },
    })
    const balance = await chain.balance(SENDER.address)
    expect(state[SENDER.address]).toEqual({ balance: `0x${balance.toString(16)}` })
  })

  it('shows empty accounts when asked to, and leaves out code and storage', async () => {
    const chain = await openTracedChain('PUSH 0 SLOAD')
    const state = await traceOf<State>(
      chain,
      prestate({ includeEmpty: true, disableCode: true, disableStorage: true }),
      { to: walletOf(1).address },
    )
    expect(state[walletOf(1).address]).toEqual({ balance: '0x0' })
    const called = await traceOf<State>(
      chain,
      prestate({ disableCode: true, disableStorage: true }),
    )
    expect(Object.keys(called[contractAt(1)]!)).toEqual(['balance', 'codeHash', 'nonce'])
  })

  it('shows in diff mode what changed, on both sides', async () => {
    const chain = await openTracedChain(
      `PUSH 0 PUSH 0 SSTORE PUSH 9 PUSH 1 SSTORE PUSH 2 SLOAD ${callTo('CALL', contractAt(2))}`,
      'STOP',
    )
    const { pre, post } = await traceOf<Diff>(chain, prestate({ diffMode: true }), { value: 1n })
    const earned = (state: State) => BigInt(state[COINBASE]!.balance!)
    const gas = (earned(post) - earned(pre)) / GWEI
    const before = BigInt(pre[SENDER.address]!.balance!)
    expect(post[SENDER.address]).toEqual({
      balance: `0x${(before - gas * 2n * GWEI - 1n).toString(16)}`,
      nonce: 1,
    })
    expect(pre[contractAt(1)]?.storage).toEqual({ [slot(0)]: slot(7) })
    expect(post[contractAt(1)]).toEqual({ balance: '0x3e9', storage: { [slot(1)]: slot(9) } })
    // It was called and nothing became of it.
    expect([pre[contractAt(2)], post[contractAt(2)]]).toEqual([undefined, undefined])
  })

  it('shows what is created after, and what is destroyed before', async () => {
    const heir = walletOf(1).address
    const chain = await openTracedChain(
      // Makes a contract that destroys itself at once, and one that stays.
      `PUSH 0x33ff PUSH 0 MSTORE PUSH 2 PUSH 30 PUSH 7 CREATE
       PUSH 0x60015ff3 PUSH 0 MSTORE PUSH 4 PUSH 28 PUSH 0 CREATE
       PUSH ${heir} SELFDESTRUCT`,
    )
    const { pre, post } = await traceOf<Diff>(chain, prestate({ diffMode: true }))
    // Older than the transaction: it stays, without its coins.
    expect([pre[contractAt(1)]?.balance, post[contractAt(1)]?.balance]).toEqual(['0x3e8', '0x0'])
    expect([pre[heir], post[heir]?.balance]).toEqual([undefined, '0x3e8'])
    const made = Object.entries(post).filter(([, { code }]) => code === '0x00')
    expect(made).toHaveLength(1)
    expect(made[0]?.[1]).toMatchObject({ nonce: 1 })
    expect(pre[made[0]![0]]).toBeUndefined()
  })

  it('shows who delegates, and the code that runs for them', async () => {
    const chain = await openTracedChain('STOP', 'PUSH 1 PUSH 0 SSTORE')
    const authority = walletOf(1).address
    const transaction = chain.sign(SENDER, {
      ...{ type: 4, to: authority, gasLimit: 300_000n, nonce: 0n },
      authorizationList: delegation(chain),
    })
    const { pre, post } = await traceSigned<Diff>(chain, transaction, prestate({ diffMode: true }))
    expect(pre[authority]).toBeUndefined()
    expect(post[authority]).toMatchObject({
      code: `0xef0100${contractAt(2).slice(2)}`,
      nonce: 1,
      storage: { [slot(0)]: slot(1) },
    })
  })

  it('does not go with both diffs and empty accounts', async () => {
    const chain = await openTracedChain('STOP')
    const asked = traceOf(chain, prestate({ diffMode: true, includeEmpty: true }))
    await expect(asked).rejects.toMatchObject({ type: { code: 'CONFIG_INVALID' } })
  })
})

describe('node / execution / tracing / refunds of delegations', () => {
  it('stand in the counter of every operation', async () => {
    const chain = await openTracedChain('STOP', 'PUSH 1')
    const authority = walletOf(1)
    await chain.advance([chain.sign(WALLETS[1]!, { to: authority.address, value: 1n })])
    const transaction = chain.sign(SENDER, {
      ...{ type: 4, to: contractAt(2), gasLimit: 300_000n, nonce: 0n },
      authorizationList: delegation(chain),
    })
    const { structLogs } = await traceSigned<{ structLogs: { refund?: number }[] }>(
      chain,
      transaction,
    )
    expect(structLogs.map(({ refund }) => refund)).toEqual([12_500, 12_500])
  })
})

describe('node / execution / tracing / other tracers', () => {
  const SOURCES = [
    `PUSH 0xaabbccdd PUSH 0 MSTORE ${callTo('CALL', contractAt(2), { input: 36 })} ` +
      `${callTo('STATICCALL', `0x${'4'.padStart(40, '0')}`, { input: 36 })}`,
    'STOP',
  ] as const

  it('4byteTracer counts selectors with the bytes behind them, but for precompiles', async () => {
    const chain = await openTracedChain(...SOURCES)
    const trace = await traceOf(chain, { tracer: '4byteTracer' }, { data: '0x01020304ff' })
    expect(trace).toEqual({ '0x01020304-1': 1, '0x00000000-32': 1 })
  })

  it('noopTracer has nothing to say', async () => {
    const chain = await openTracedChain(...SOURCES)
    expect(await traceOf(chain, { tracer: 'noopTracer' })).toEqual({})
  })

  it('muxTracer runs others side by side, with their own configurations', async () => {
    const chain = await openTracedChain(...SOURCES)
    const tracerConfig = {
      callTracer: { onlyTopCall: true },
      prestateTracer: { diffMode: true },
      '4byteTracer': null,
      muxTracer: { noopTracer: {} },
    }
    const mux = await traceOf<Record<string, unknown>>(chain, { tracer: 'muxTracer', tracerConfig })
    for (const [name, config] of Object.entries(tracerConfig).slice(0, 2)) {
      const alone = await traceOf(chain, { tracer: name, tracerConfig: config ?? {} })
      expect([name, mux[name]]).toEqual([name, alone])
    }
    expect(mux['muxTracer']).toEqual({ noopTracer: {} })
  })

  it('flatCallTracer lists frames with their places, precompiles if asked for', async () => {
    const chain = await openTracedChain(...SOURCES)
    type Flat = { action: object; traceAddress: number[]; subtraces: number; type: string }
    const flat = await traceOf<Flat[]>(chain, { tracer: 'flatCallTracer' })
    expect(flat).toMatchObject([
      { type: 'call', subtraces: 1, traceAddress: [], transactionPosition: 0, blockNumber: 1 },
      { action: { callType: 'call', from: contractAt(1), to: contractAt(2) }, traceAddress: [0] },
    ])
    const tracerConfig = { includePrecompiles: true, convertParityErrors: true }
    const all = await traceOf<Flat[]>(chain, { tracer: 'flatCallTracer', tracerConfig })
    expect(all.map(({ traceAddress }) => traceAddress)).toEqual([[], [0], [1]])
    // Child calls have a value even where there can be none.
    expect(all[2]?.action).toMatchObject({ callType: 'staticcall', value: '0x0' })
  })

  it("flatCallTracer has Parity's words, and its names for what is made and destroyed", async () => {
    const chain = await openTracedChain(
      `PUSH 0x600156 PUSH 0 MSTORE PUSH 3 PUSH 29 PUSH 0 CREATE PUSH 0 SELFDESTRUCT`,
    )
    const tracerConfig = { convertParityErrors: true }
    const options = { tracer: 'flatCallTracer', tracerConfig }
    const gas = { gasLimit: 4_000_000n }
    const flat = await traceOf<Record<string, unknown>[]>(chain, options, gas)
    expect(flat).toMatchObject([
      { type: 'call', subtraces: 2 },
      {
        type: 'create',
        action: { creationMethod: 'create', init: '0x600156' },
        error: 'Bad jump destination',
      },
      { type: 'suicide', action: { address: contractAt(1), balance: '0x3e8' } },
    ])
    expect(flat[1]).not.toHaveProperty('result')
  })

  it.each([
    [{ tracer: 'bigramTracer' }, 'TRACER_UNKNOWN'],
    [
      { tracer: '{step: function() {}, fault: function() {}, result: function() {}}' },
      'TRACER_UNKNOWN',
    ],
    [{ tracer: 'constructor' }, 'TRACER_UNKNOWN'],
    [{ tracer: 'callTracer', tracerConfig: { withLog: 'yes' } }, 'CONFIG_INVALID'],
    [{ tracer: 'muxTracer', tracerConfig: { callTracer: [] } }, 'CONFIG_INVALID'],
    [{ tracer: 'muxTracer', tracerConfig: { evilTracer: {} } }, 'TRACER_UNKNOWN'],
  ])('refuses what it does not know: %j', async (options, code) => {
    const chain = await openTracedChain('STOP')
    await expect(traceOf(chain, options)).rejects.toMatchObject({ type: { code } })
  })

  it('says that tracers in JavaScript are not supported', async () => {
    const chain = await openTracedChain('STOP')
    await expect(traceOf(chain, { tracer: '{}' })).rejects.toThrow(/JavaScript are not supported/)
  })
})
