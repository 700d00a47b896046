/**
 * Calls made to hold a node up, each of one kind of precompile: the node goes on, every one of them
 * ends at the time limit with the error that says so, and the next call works.
 */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { createAnswering } from '../../../rpc/dispatch/answering.ts'
import { SILENT, TestChain, testGenesis } from '../../support/chain-factory.ts'
import {
  ENDLESS_CALLS,
  HOSTILE,
  HOSTILE_CALLS,
  type HostileCall,
  hostileRequest,
} from '../../support/hostile-calls.ts'
import { signTransaction } from '../../support/signed-transactions.ts'
import { startTestNode } from '../../support/test-node.ts'

type Ask = (method: string, ...params: unknown[]) => Promise<string>

/** Short, so that the test is; what is hostile here takes ten times as long and more. */
const CALL_TIME_MS = 1_000
const LIMIT_ERROR = `-32005 execution aborted (timeout = ${CALL_TIME_MS / 1_000}s)`

async function open() {
  const genesis = await testGenesis()
  const node = await startTestNode({ genesis })
  const { dispatcher } = createAnswering(node.api, {
    ...{ callTimeMs: CALL_TIME_MS, gasCap: 50_000_000n, isDev: true, log: SILENT },
    metricsRegistry: new Registry(),
  })
  const ask: Ask = async (method, ...params) => {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const answer = await dispatcher.answer(text, { address: '127.0.0.1', isAdmin: false })
    const { error, result } = JSON.parse(answer ?? '{}')
    return error ? `${error.code} ${error.message}` : `${result}`
  }
  return { genesis, node, ask }
}

function named(name: string): HostileCall {
  const call = HOSTILE_CALLS.find((each) => each.name === name)
  if (call === undefined) throw new RangeError(name)
  return call
}

/** By every method that executes what a caller hands in. */
function attacks(ask: Ask): Promise<string>[] {
  // Endless with the 16 million gas of a transaction, too.
  const { transaction, overrides } = hostileRequest(named('KZG point evaluation'))
  const simulation = { blockStateCalls: [{ stateOverrides: overrides, calls: [transaction] }] }
  return [
    ...ENDLESS_CALLS.map((call) => {
      const each = hostileRequest(call)
      return ask('eth_call', each.transaction, 'latest', each.overrides)
    }),
    ask('eth_estimateGas', transaction, 'latest', overrides),
    ask('eth_createAccessList', transaction, 'latest', overrides),
    ask('eth_simulateV1', simulation, 'latest'),
    ask('debug_traceCall', transaction, 'latest', { stateOverrides: overrides }),
    ask('debug_traceCall', transaction, 'latest', {
      ...{ stateOverrides: overrides, tracer: 'callTracer' },
    }),
  ]
}

describe('rpc / hostile calls', () => {
  it('blocks and other callers come in between, and each ends with the error of the limit', async () => {
    const { genesis, node, ask } = await open()
    const source = await TestChain.open({ genesis })
    const raw = hexToBytes(signTransaction(genesis, 0))
    const block = await source.seal({ transactions: source.signed([raw]) })
    const events: string[] = []
    const hostile = attacks(ask).map(async (attack) => {
      const answer = await attack
      events.push('a hostile call ended')
      return answer
    })
    const importing = node.chain.importBlock(block, 'gossip').then(({ kind }) => events.push(kind))
    events.push(await ask('eth_blockNumber'))
    await importing
    events.push(await ask('eth_blockNumber'))
    expect(events).toEqual(['0x0', 'imported', '0x1'])
    for (const answer of await Promise.all(hostile)) expect(answer).toBe(LIMIT_ERROR)
    // The next one, which needs a thread too.
    const { unit, precompile } = named('BN254 pairing')
    const pairing = { to: `0x${precompile}`, data: bytesToHex(unit) }
    let answer = LIMIT_ERROR
    // A new thread takes its time to load the sources.
    while (answer === LIMIT_ERROR) answer = await ask('eth_call', pairing)
    expect(answer).toBe(`0x${'0'.repeat(64)}`)
  })

  it('the node stops while one of them runs', async () => {
    const { node, ask } = await open()
    const { transaction, overrides } = hostileRequest(named('BLS12-381 pairing'))
    const events: string[] = []
    const attack = ask('eth_call', transaction, 'latest', overrides).then((answer) =>
      events.push(answer),
    )
    expect(await ask('eth_getBalance', HOSTILE)).toBe('0x0')
    await node.stop()
    events.push('stopped')
    await attack
    expect(events.toSorted()).toEqual(['-32005 aborted', 'stopped'])
  })
})
