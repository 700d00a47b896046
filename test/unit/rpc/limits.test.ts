import { hexToBytes } from '@ethereumjs/util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devAccounts } from '../../../genesis/accounts.ts'
import type { ChainApi } from '../../../node/api.ts'
import { decodeTransaction } from '../../../node/crypto/decode-transaction.ts'
import { createSharedCommon } from '../../../node/crypto/shared-common.ts'
import {
  ANSWER_BYTES_MAX,
  ECHO_CHARS_MAX,
  FEE_PERCENTILES_MAX,
  FILTER_ALTERNATIVES_MAX,
  LIST_ITEMS_MAX,
  MESSAGE_CHARS_MAX,
  OVERRIDE_ACCOUNTS_MAX,
  PROOF_SLOTS_MAX,
  STORAGE_VALUES_MAX,
  STRUCT_TYPES_MAX,
  TOPICS_MAX,
} from '../../../rpc/limits.ts'
import { txpoolMethods } from '../../../rpc/txpool.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import { signTransaction } from '../../support/signed-transactions.ts'

const ADDRESS = devAccounts()[0]!.address
const TOPIC = `0x${'01'.repeat(32)}`
const many = <Value>(count: number, value: Value): Value[] =>
  Array.from({ length: count }, () => value)
const word = (index: number): string => `0x${index.toString(16).padStart(64, '0')}`
const accountOf = (index: number): string => `0x${index.toString(16).padStart(40, '0')}`
const overrides = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [accountOf(index), {}]))
const structTypes = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`T${index}`, []]))
const state = (count: number) => ({
  [ADDRESS]: {
    stateDiff: Object.fromEntries(Array.from({ length: count }, (_, i) => [word(i), word(i)])),
  },
})

/** What is asked, the most that it may hold, and parameters that hold so many. */
const LISTS: readonly [string, string, number, (count: number) => unknown[]][] = [
  [
    'percentiles',
    'eth_feeHistory',
    FEE_PERCENTILES_MAX,
    (count) => ['0x1', 'latest', many(count, 50)],
  ],
  ['slots of a proof', 'eth_getProof', PROOF_SLOTS_MAX, (count) => [ADDRESS, many(count, '0x0')]],
  [
    'slots of all accounts',
    'eth_getStorageValues',
    STORAGE_VALUES_MAX,
    (count) => [{ [ADDRESS]: many(count, '0x0') }],
  ],
  [
    'accounts of an override',
    'eth_call',
    OVERRIDE_ACCOUNTS_MAX,
    (count) => [{}, 'latest', overrides(count)],
  ],
  ['slots of an override', 'eth_call', LIST_ITEMS_MAX, (count) => [{}, 'latest', state(count)]],
  [
    'entries of an access list',
    'eth_call',
    LIST_ITEMS_MAX,
    (count) => [{ accessList: many(count, { address: ADDRESS, storageKeys: [] }) }],
  ],
  [
    'addresses of a filter',
    'eth_newFilter',
    FILTER_ALTERNATIVES_MAX,
    (count) => [{ address: many(count, ADDRESS) }],
  ],
  [
    'topics at a position',
    'eth_newFilter',
    FILTER_ALTERNATIVES_MAX,
    (count) => [{ topics: [many(count, TOPIC)] }],
  ],
  [
    'types of typed data',
    'eth_signTypedData_v4',
    STRUCT_TYPES_MAX,
    (count) => [ADDRESS, { primaryType: 'T0', message: {}, types: structTypes(count) }],
  ],
  ['positions of topics', 'eth_newFilter', TOPICS_MAX, (count) => [{ topics: many(count, TOPIC) }]],
]

describe('rpc / limits', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
    fixture.node.onCall = () => ({ kind: 'ok', output: '0x', gasUsed: 0n })
  })
  afterAll(() => fixture.stop())

  it.each(LISTS)('takes as many %s as the limit says, and refuses one more', async (...row) => {
    const [, method, max, paramsOf] = row
    await expect(fixture.rpc(method, ...paramsOf(max))).resolves.toBeDefined()
    const refused = fixture.rpc(method, ...paramsOf(max + 1))
    await expect(refused).rejects.toMatchObject({ code: -32602 })
  })

  it.each<[string, string, unknown[]]>([
    ['a name', 'x'.repeat(9_000), []],
    ['an address', 'eth_getBalance', ['x'.repeat(9_000)]],
    ['a slot', 'eth_getStorageAt', [ADDRESS, `0x${'x'.repeat(9_000)}`]],
    ['a subscription', 'eth_subscribe', ['x'.repeat(9_000)]],
    ['a duration', 'debug_traceCall', [{}, 'latest', { timeout: 'x'.repeat(9_000) }]],
    ['a key', 'eth_call', [{}, 'latest', { ['x'.repeat(9_000)]: {} }]],
    [
      'a type',
      'eth_signTypedData_v4',
      [ADDRESS, { types: {}, message: {}, primaryType: 'x'.repeat(9_000) }],
    ],
  ])('repeats little of %s that is refused', async (_, method, params) => {
    const error: unknown = await fixture.rpc(method, ...params).catch((refusal) => refusal)
    const { message } = error as Error
    expect(message).toContain('x'.repeat(ECHO_CHARS_MAX / 2))
    expect(message.length).toBeLessThan(MESSAGE_CHARS_MAX + 10)
  })

  it('writes out no pool that is larger than an answer may be', async () => {
    const { node } = fixture
    const common = createSharedCommon(node.genesis)
    const signed = decodeTransaction(hexToBytes(signTransaction(node.genesis, 0)), common)
    const raw = new Uint8Array(1_000_000)
    const methodsOf = (count: number) => {
      const content = () => ({
        pending: new Map([[signed.sender, many(count, { ...signed, raw })]]),
        queued: new Map(),
      })
      return txpoolMethods({ api: { pool: { content } } as unknown as ChainApi })
    }
    const client = { address: '127.0.0.1', isAdmin: false }
    for (const [name, args] of [
      ['txpool_content', []],
      ['txpool_contentFrom', [signed.sender]],
    ] as const) {
      const ask = (count: number) => methodsOf(count)[name]!.handler(args, client)
      const fitting = Math.floor(ANSWER_BYTES_MAX / (2 * raw.length))
      expect(ask(fitting)).toHaveProperty('pending')
      expect(() => ask(fitting + 1)).toThrow('answer too large')
    }
  })
})
