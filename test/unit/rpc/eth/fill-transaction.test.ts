import { createClient, custom, defineChain } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { fillTransaction, sendRawTransaction } from 'viem/actions'
import { describe, expect, it } from 'vitest'
import { devAccounts } from '../../../../genesis/accounts.ts'
import { FeeOracle } from '../../../../rpc/eth/fee-oracle.ts'
import { fillMethods } from '../../../../rpc/eth/fill-transaction.ts'
import { readParams } from '../../../../rpc/method.ts'
import { EthereumTestChain } from '../../../support/ethereum-chain.ts'
import { ServedNode } from '../../../support/tracing/served-node.ts'

const ALICE = devAccounts()[0]!
const BOB = `0x${'b0'.repeat(20)}` as const
const GWEI = 10n ** 9n
const BLOB_HASH = `0x01${'ab'.repeat(31)}` as const

type Filled = { readonly tx: Readonly<Record<string, unknown>> }

describe('rpc / eth / fill transaction', () => {
  it('fills in what is left out, and leaves what is there', async () => {
    const served = await ServedNode.start()
    const fill = async (fields: object) =>
      ((await served.rpc('eth_fillTransaction', { from: ALICE.address, ...fields })) as Filled).tx
    await served.send(0)
    const { gasPrice, ...filled } = await fill({ to: BOB, value: '0x7' })
    expect(filled).toMatchObject({ type: '0x2', nonce: '0x1', gas: '0x5208', value: '0x7' })
    expect(filled).toMatchObject({ input: '0x', accessList: [], to: BOB })
    expect(gasPrice).toBe(filled['maxFeePerGas'])
    const fixed = { nonce: '0x9', gas: '0x7530', maxFeePerGas: '0x5', maxPriorityFeePerGas: '0x1' }
    expect(await fill({ to: BOB, ...fixed })).toMatchObject(fixed)
    // A cap below the usual tip cuts the tip, not the other way round.
    const capped = await fill({ to: BOB, gas: '0x5208', maxFeePerGas: '0x5' })
    expect(capped).toMatchObject({ maxFeePerGas: '0x5', maxPriorityFeePerGas: '0x5' })
    const creation = await fill({ input: '0x00' })
    expect(creation['to']).toBeNull()
  })

  it('makes the type that the fields say, and no other than the one that is asked for', async () => {
    const served = await ServedNode.start()
    const fill = (fields: object) =>
      served.rpc('eth_fillTransaction', { from: ALICE.address, to: BOB, ...fields }).then(
        (filled) => (filled as Filled).tx['type'],
        (error) => error.code,
      )
    expect(await fill({ gasPrice: '0x77359400' })).toBe('0x0')
    expect(await fill({ gasPrice: '0x77359400', accessList: [] })).toBe('0x1')
    expect(await fill({ type: '0x0' })).toBe('0x0')
    expect(await fill({ type: '0x1' })).toBe('0x1')
    expect(await fill({ type: '0x2' })).toBe('0x2')
    expect(await fill({ type: '0x2', gasPrice: '0x77359400' })).toBe(-32602)
    expect(await fill({ type: '0x3' })).toBe(-32602)
    expect(await fill({ type: '0x7f' })).toBe(-32602)
    expect(await fill({ blobVersionedHashes: [BLOB_HASH] })).toBe(-32602)
    expect(await fill({ blobs: ['0x00'] })).toBe(-32602)
    expect(await fill({ chainId: '0x1' })).toBe(-32602)
    expect(await fill({ to: null })).toBe(-32602)
    expect(await fill({ maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x2' })).toBe(-32602)
  })

  it('fills in for viem what its account signs and the pool takes', async () => {
    const served = await ServedNode.start()
    const { node, rpc } = served
    const chain = defineChain({
      id: Number(node.api.chainId),
      name: 'test',
      nativeCurrency: { name: 'AI', symbol: 'AI', decimals: 18 },
      rpcUrls: { default: { http: [] } },
    })
    const transport = custom({
      request: ({ method, params }) => rpc(method, ...((params ?? []) as unknown[])),
    })
    const client = createClient({ chain, transport })
    const account = privateKeyToAccount(ALICE.privateKey)
    const { transaction } = await fillTransaction(client, { account, to: BOB, value: 3n })
    const { nonce, gas, maxFeePerGas, maxPriorityFeePerGas, value } = transaction as Required<
      typeof transaction
    >
    const signed = await account.signTransaction({
      ...{ type: 'eip1559', chainId: chain.id, nonce, gas, to: BOB, value },
      ...{
        maxFeePerGas: maxFeePerGas as bigint,
        maxPriorityFeePerGas: maxPriorityFeePerGas as bigint,
      },
    })
    await sendRawTransaction(client, { serializedTransaction: signed })
    await served.seal()
    expect(await rpc('eth_getBalance', BOB)).toBe('0x3')
  })

  it('knows the prices of forks: gas alone before London, and blobs from Cancun on', async () => {
    const fill = async (fork: 'berlin' | 'osaka', fields: object) => {
      const { api } = await EthereumTestChain.open(fork)
      const methods = fillMethods({ api, fees: new FeeOracle(api), callTimeMs: 5_000 })
      const method = methods['eth_fillTransaction']!
      const request = { from: ALICE.address, to: BOB, ...fields }
      const client = { address: '::1', isAdmin: false }
      return ((await method.handler(readParams(method, [request]), client)) as Filled).tx
    }
    const early = await fill('berlin', {})
    expect(early).toMatchObject({ type: '0x0', gasPrice: `0x${GWEI.toString(16)}` })
    const blob = await fill('osaka', { blobVersionedHashes: [BLOB_HASH] })
    expect(blob).toMatchObject({ type: '0x3', maxFeePerBlobGas: '0x2' })
  })
})
