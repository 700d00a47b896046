import { Registry } from 'prom-client'
import { beforeAll, describe, expect, it } from 'vitest'
import { Dispatcher } from '../../../rpc/dispatcher.ts'
import type { MethodTable } from '../../../rpc/method.ts'
import { RpcMetrics } from '../../../rpc/metrics.ts'
import { FakeNode } from '../../support/fake-node.ts'
import { createTestMethods } from '../../support/rpc-methods.ts'
import { RECIPIENT, topicOf } from '../../support/signed-transactions.ts'

/** Wrong for most parameters, right for some. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  '',
  '0x',
  '0x0',
  '0x00',
  '0x1',
  '0xzz',
  '0x7fffffff',
  `0x${'f'.repeat(64)}`,
  `0x${'f'.repeat(65)}`,
  '0xffffffffffffffff',
  'latest',
  'pending',
  'earliest',
  '__proto__',
  'newHeads',
  '\u0000é🙂',
  RECIPIENT,
  topicOf(1),
  [],
  [[]],
  [null],
  [topicOf(1), 7],
  {},
  { __proto__: null, constructor: 1 },
  { blockNumber: '0x0' },
  { blockHash: topicOf(1) },
  { from: RECIPIENT, to: RECIPIENT, gas: '0x1', data: '0x0' },
  { fromBlock: '0xffffffffffffffff', toBlock: 'latest' },
  { fromBlock: 'latest', toBlock: 'earliest' },
  { topics: [[], null, [null]] },
  { [RECIPIENT]: { state: { [topicOf(1)]: '0x' } } },
]

describe('rpc / hostile params', () => {
  let dispatcher: Dispatcher
  let methods: MethodTable
  const bugs: unknown[] = []
  beforeAll(async () => {
    const node = await FakeNode.create()
    methods = createTestMethods(node)
    const silent = () => undefined
    const error = (fields: object) => bugs.push(fields)
    dispatcher = new Dispatcher(methods, {
      callTimeMs: 100,
      log: { debug: silent, info: silent, warn: silent, error },
      metrics: new RpcMetrics(new Registry()),
    })
  })

  const answer = async (method: string, params: readonly unknown[]): Promise<object> => {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const answer = await dispatcher.answer(text, { address: '127.0.0.1', isAdmin: true })
    return JSON.parse(answer ?? '') as object
  }

  it('no method breaks on a parameter of any kind, in any place', async () => {
    const answers = { results: 0, refusals: 0 }
    for (const [name, { params }] of Object.entries(methods)) {
      for (let place = 0; place < params.length; place++) {
        for (const value of VALUES) {
          const before = Array.from({ length: place }, () => RECIPIENT)
          for (const list of [[...before, value], Array(place + 1).fill(value)]) {
            const found = await answer(name, list)
            expect(Object.keys(found).sort()).toHaveLength(3)
            if ('result' in found) answers.results++
            else answers.refusals++
          }
        }
      }
    }
    expect(bugs).toEqual([])
    expect(answers.refusals).toBeGreaterThan(answers.results)
    expect(answers.results).toBeGreaterThan(300)
  })
})
