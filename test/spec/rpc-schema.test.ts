import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hex } from '../../consensus/types.ts'
import { loadOpenRpc } from '../support/openrpc.ts'
import { RpcCallError } from '../support/rpc-client.ts'
import { type Facts, factsOf, type Request, requestsOf } from '../support/schema/requests.ts'
import { SchemaChain } from '../support/schema/schema-chain.ts'
import { blobTransaction, sendingRequestsOf } from '../support/schema/sending-requests.ts'

/** Methods of the schema that a chain of ours does not serve, each with the reason. */
const NOT_SERVED: Readonly<Record<string, string>> = {}

const openRpc = loadOpenRpc()

describe.runIf(openRpc)('rpc / schema', () => {
  let chain: SchemaChain
  let facts: Facts
  beforeAll(async () => {
    chain = await SchemaChain.start()
    facts = await factsOf(chain)
  })
  afterAll(() => chain.stop())

  const ask = async (method: string, { params, error }: Request): Promise<readonly string[]> => {
    try {
      const result = await chain.rpc(method, ...params)
      if (error !== undefined) return [`answered ${JSON.stringify(result)}`]
      return openRpc?.checkResult(method, result) ?? []
    } catch (refusal) {
      if (!(refusal instanceof RpcCallError)) throw refusal
      if (refusal.code === error) return []
      return [`error ${refusal.code}: ${refusal.message}`]
    }
  }

  it('has a request for every method of the schema', () => {
    const asked = { ...requestsOf(facts), ...sendingRequestsOf(facts) }
    const missing = openRpc?.methods.filter((name) => !(name in asked) && !(name in NOT_SERVED))
    expect(missing).toEqual([])
    expect(Object.keys(asked).filter((name) => !openRpc?.methods.includes(name))).toEqual([])
    expect(Object.keys(NOT_SERVED).filter((name) => name in asked)).toEqual([])
  })

  it('asks what the schema calls well-formed', () => {
    const requests = Object.entries({ ...requestsOf(facts), ...sendingRequestsOf(facts) })
    for (const [method, list] of requests) {
      for (const { params, isBeyondSchema } of list) {
        const problems = isBeyondSchema ? [] : openRpc?.checkParams(method, params)
        expect([method, params, problems]).toEqual([method, params, []])
      }
    }
  })

  it('answers every well-formed read as the schema has it', async () => {
    const failures: unknown[] = []
    for (const [method, requests] of Object.entries(requestsOf(facts))) {
      for (const request of requests) {
        const problems = await ask(method, request)
        if (problems.length > 0) failures.push([method, request.params, problems])
      }
    }
    expect(failures).toEqual([])
  })

  it('answers what signs and sends as the schema has it', async () => {
    const failures: unknown[] = []
    for (const [method, requests] of Object.entries(sendingRequestsOf(facts))) {
      for (const request of requests) {
        const problems = await ask(method, request)
        if (problems.length > 0) failures.push([method, request.params, problems])
      }
    }
    expect(failures).toEqual([])
  })

  it('shows a transaction of the pool in the form of the pool', async () => {
    for (const hash of facts.pending) {
      const transaction = await chain.rpc('eth_getTransactionByHash', hash)
      const content = { pending: { 0: transaction }, queued: {} }
      expect(openRpc?.checkResult('txpool_contentFrom', content)).toEqual([])
    }
  })

  it('gives every transaction, log and receipt of a block its time and place', async () => {
    const { timestamp, number, transactions } = (await chain.rpc(
      ...(['eth_getBlockByHash', facts.full, true] as const),
    )) as BlockJson
    const place = { blockHash: facts.full, blockNumber: number, blockTimestamp: timestamp }
    for (const transaction of transactions) expect(transaction).toMatchObject(place)
    const receipt = (await chain.rpc('eth_getTransactionReceipt', chain.shown.logs)) as ReceiptJson
    expect(receipt.logs).toHaveLength(5)
    for (const log of receipt.logs) expect(log).toMatchObject(place)
  })

  it('refuses blob transactions, and says why', async () => {
    const refusal = chain.rpc('eth_sendRawTransaction', await blobTransaction(chain))
    await expect(refusal).rejects.toMatchObject({ code: -32003 })
    await expect(refusal).rejects.toThrow(/blob/i)
    const signed = chain.rpc('eth_signTransaction', { blobVersionedHashes: [] })
    await expect(signed).rejects.toMatchObject({ code: -32602 })
    await expect(signed).rejects.toThrow(/blob/)
  })

  it('holds results to the members that the schema lists', async () => {
    const block = (await chain.rpc('eth_getBlockByHash', facts.full, true)) as BlockJson
    const [transaction] = block.transactions
    const check = (method: string, result: unknown) => openRpc?.checkResult(method, result)
    expect(check('eth_getBlockByHash', block)).toEqual([])
    expect(check('eth_getBlockByHash', { ...block, extra: '0x0' })).not.toEqual([])
    expect(check('eth_getTransactionByHash', { ...transaction, extra: '0x0' })).not.toEqual([])
    expect(check('eth_getLogs', [{ transactionHash: facts.full, extra: true }])).not.toEqual([])
    expect(check('eth_chainId', '0x01')).not.toEqual([])
    expect(check('eth_nope', '0x1')).not.toEqual([])
  })
})

type BlockJson = {
  readonly timestamp: Hex
  readonly number: Hex
  readonly transactions: readonly object[]
}
type ReceiptJson = { readonly logs: readonly object[] }
