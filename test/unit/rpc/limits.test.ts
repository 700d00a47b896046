import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devAccounts } from '../../../genesis/accounts.ts'
import {
  FEE_PERCENTILES_MAX,
  FILTER_ALTERNATIVES_MAX,
  LIST_ITEMS_MAX,
  OVERRIDE_ACCOUNTS_MAX,
  PROOF_SLOTS_MAX,
  STORAGE_VALUES_MAX,
  STRUCT_TYPES_MAX,
  TOPICS_MAX,
} from '../../../rpc/limits.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'

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
})
