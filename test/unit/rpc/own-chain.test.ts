/** Methods about forks, access lists, slots and built blocks, on a real node of our own chain. */
import { createTx, type TypedTxData } from '@ethereumjs/tx'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import type { Address, Hex } from '../../../consensus/types.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import type { Node } from '../../../node/node.ts'
import { createAnswering } from '../../../rpc/dispatch/answering.ts'
import { SILENT } from '../../support/chain-factory.ts'
import { loadResultCheck } from '../../support/openrpc.ts'
import { startTestNode } from '../../support/test-node.ts'

const [ALICE] = devAccounts() as [ReturnType<typeof devAccounts>[number]]
const TARGET: Address = `0x${'d7'.repeat(20)}`
const GWEI = 10n ** 9n
const check = loadResultCheck()

type Answer = { readonly result?: unknown; readonly error?: { code: number; message: string } }
type ListAnswer = { readonly accessList: object[]; readonly gasUsed: Hex; readonly error?: string }
type Built = {
  readonly executionPayload: { readonly transactions: readonly Hex[] }
  readonly blockValue: Hex
}

async function open() {
  const node = await startTestNode()
  const { dispatcher } = createAnswering(node.api, {
    ...{ callTimeMs: 5_000, gasCap: 50_000_000n, isDev: true, log: SILENT },
    metricsRegistry: new Registry(),
  })
  const ask = async (method: string, ...params: unknown[]): Promise<Answer> => {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const answer = await dispatcher.answer(text, { address: '127.0.0.1', isAdmin: false })
    return JSON.parse(answer ?? '{}')
  }
  const call = async <Result = string>(method: string, ...params: unknown[]): Promise<Result> => {
    const { result, error } = await ask(method, ...params)
    expect(error).toBeUndefined()
    if (check !== undefined) expect(check(method, result)).toEqual([])
    // What it is has been held against the schema.
    return result as Result
  }
  return { node, ask, call }
}

function signed({ chain }: Node, fields: object = {}): Hex {
  const { chainId } = chain.genesis.params
  const fees = { maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI, gasLimit: 21_000n }
  const data = { type: 2, chainId, nonce: 0n, to: TARGET, value: 5n, ...fees, ...fields }
  const tx = createTx(data as TypedTxData, { common: chain.common })
  return bytesToHex(tx.sign(hexToBytes(ALICE.privateKey)).serialize())
}

function attributesOf({ api }: Node) {
  const { timestamp } = api.chain.head().header
  return {
    timestamp: `0x${(timestamp + 1n).toString(16)}`,
    prevRandao: `0x${'11'.repeat(32)}`,
    suggestedFeeRecipient: TARGET,
    withdrawals: [],
    parentBeaconBlockRoot: `0x${'00'.repeat(32)}`,
  }
}

describe('rpc / own chain', () => {
  it('tells its one fork, and that it keeps everything', async () => {
    const { node, call } = await open()
    const config = await call<{ readonly current: Readonly<Record<string, object>> }>('eth_config')
    expect(config).toMatchObject({ next: null, last: null })
    expect(config.current['blobSchedule']).toEqual({ target: 0, max: 0, baseFeeUpdateFraction: 0 })
    expect(config.current['precompiles']).toHaveProperty('NATIVE_TRANSFER')
    const capabilities = await call<{ readonly head: { hash: Hex }; readonly state: object }>(
      'eth_capabilities',
    )
    expect(capabilities.head.hash).toBe(node.api.chain.head().hash)
    expect(capabilities.state).toEqual({ disabled: false, oldestBlock: '0x0' })
  })

  it('answers slots as eth_getStorageAt does, and refuses to answer nothing', async () => {
    const { ask, call } = await open()
    const asked = { [PREDEPLOYS.AIStaking]: ['0x0', '0x1'], [TARGET]: ['0x0'] }
    const values = await call<Readonly<Record<string, readonly Hex[]>>>(
      'eth_getStorageValues',
      asked,
    )
    for (const [address, slots] of Object.entries(asked)) {
      for (const [index, slot] of slots.entries()) {
        expect(values[address]?.[index]).toBe(
          await call('eth_getStorageAt', address, slot, 'latest'),
        )
      }
    }
    for (const bad of [{}, { [TARGET]: [] }, { '0x12': ['0x0'] }, { [TARGET]: 'x' }]) {
      expect((await ask('eth_getStorageValues', bad)).error?.code).toBe(-32602)
    }
    const many = { [TARGET]: Array.from({ length: 1_025 }, () => '0x0') }
    expect((await ask('eth_getStorageValues', many)).error?.code).toBe(-32602)
  })

  it('lists what a message touches, and what it costs with the list', async () => {
    const { call } = await open()
    const transfer = `0xa9059cbb${TARGET.slice(2).padStart(64, '0')}${'1'.padStart(64, '0')}`
    const message = { from: ALICE.address, to: PREDEPLOYS.AI, data: transfer }
    const { accessList, gasUsed, error } = await call<ListAnswer>('eth_createAccessList', message)
    expect(error).toBeUndefined()
    const again = await call('eth_createAccessList', { ...message, accessList })
    expect(again).toEqual({ accessList, gasUsed })
    // An estimate may be too high by 1.5 %.
    const estimate = Number(await call('eth_estimateGas', { ...message, accessList }))
    expect(estimate).toBeGreaterThanOrEqual(Number(gasUsed))
    expect(estimate).toBeLessThan(Number(gasUsed) * 1.016)
  })

  it('lists what a message touched that failed, and says why it did', async () => {
    const { call } = await open()
    const message = { from: ALICE.address, to: PREDEPLOYS.AI, data: '0xdeadbeef' }
    const { error } = await call<ListAnswer>('eth_createAccessList', message)
    expect(error).toBe('execution reverted')
    const coins = { from: ALICE.address, to: TARGET, value: '0x1' }
    expect(await call('eth_createAccessList', coins)).toEqual({
      accessList: [],
      gasUsed: '0x5208',
    })
  })

  it('builds blocks from given transactions that its executor agrees with', async () => {
    const { node, call } = await open()
    const { hash } = node.api.chain.head()
    const raw = signed(node)
    const { executionPayload, blockValue } = await call<Built>(
      'testing_buildBlockV1',
      ...[hash, attributesOf(node), [raw], '0x1234'],
    )
    expect(executionPayload).toMatchObject({
      ...{ parentHash: hash, transactions: [raw], gasUsed: '0x5208', extraData: '0x1234' },
      ...{ feeRecipient: TARGET, blockNumber: '0x1' },
    })
    expect(BigInt(blockValue)).toBe(21_000n * GWEI)
    expect(node.api.chain.head().hash).toBe(hash)
    expect(await call('eth_getBalance', TARGET, 'latest')).toBe('0x0')
  })

  it('builds blocks from the pool when none are given', async () => {
    const { node, call } = await open()
    const { hash } = node.api.chain.head()
    const raw = signed(node)
    await call('eth_sendRawTransaction', raw)
    const built = await call<Built>('testing_buildBlockV1', hash, attributesOf(node), null)
    expect(built.executionPayload.transactions).toEqual([raw])
    const empty = await call<Built>('testing_buildBlockV1', hash, attributesOf(node), [])
    expect(empty.executionPayload).toMatchObject({ transactions: [], gasUsed: '0x0' })
  })

  it('refuses to build from what may not stand there, and from what is no transaction', async () => {
    const { node, ask } = await open()
    const { hash } = node.api.chain.head()
    const build = (...raws: Hex[]) =>
      ask('testing_buildBlockV1', hash, attributesOf(node), raws, '0x')
    expect((await build(signed(node, { nonce: 9n }))).error?.code).toBe(-32000)
    expect((await build('0x1234')).error?.code).toBe(-32003)
    // In turn: a sender is not recovered before its transaction comes.
    expect((await build(signed(node, { nonce: 9n }), '0x1234')).error?.code).toBe(-32000)
    const unknown = await ask(
      'testing_buildBlockV1',
      `0x${'12'.repeat(32)}`,
      attributesOf(node),
      [],
    )
    expect(unknown.error?.code).toBe(-32000)
    const early = { ...attributesOf(node), timestamp: '0x1' }
    const refused = await ask('testing_buildBlockV1', hash, early, [])
    expect(refused.error?.message).toContain('invalid timestamp')
  })
})
