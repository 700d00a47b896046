import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devAccounts } from '../../../genesis/accounts.ts'
import type { CallRequest, Overrides } from '../../../node/execution/call-types.ts'
import { PoolError } from '../../support/fake-node.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import { RECIPIENT, signTransaction, topicOf } from '../../support/signed-transactions.ts'

const GWEI = 1_000_000_000n
const [FROM, OTHER] = devAccounts().map((account) => account.address)

describe('rpc / eth / calls', () => {
  let fixture: RpcFixture
  let seen: { request: CallRequest; overrides: Overrides | undefined }[] = []
  beforeAll(async () => {
    fixture = await RpcFixture.start({ callTimeMs: 50 })
    fixture.node.onCall = (request, overrides) => {
      seen.push({ request, overrides })
      return { kind: 'ok', output: '0x1234', gasUsed: 30_000n }
    }
  })
  afterAll(() => fixture.stop())

  const failure = (method: string, ...params: unknown[]): Promise<unknown> =>
    fixture.rpc(method, ...params).then(
      (result) => ({ result }),
      ({ code, message, data }) => ({ code, message, data }),
    )

  it('hands the message on with its gas under the cap', async () => {
    seen = []
    const call = { from: FROM, to: RECIPIENT, value: '0x5', data: '0x60', nonce: '0x1' }
    expect(await fixture.rpc('eth_call', call)).toBe('0x1234')
    await fixture.rpc('eth_call', { ...call, gas: '0x5208' })
    await fixture.rpc('eth_call', { ...call, gas: '0xffffffffffffffff' })
    const request = { from: FROM, to: RECIPIENT, value: 5n, data: Buffer.from([0x60]) }
    expect(seen.map((call) => call.request)).toEqual([
      { ...request, gas: 50_000_000n },
      { ...request, gas: 21_000n },
      { ...request, gas: 50_000_000n },
    ])
  })

  it('leaves the gas of an estimate to the node when none is given', async () => {
    seen = []
    expect(await fixture.rpc('eth_estimateGas', { to: RECIPIENT })).toBe('0x7530')
    expect(seen).toEqual([{ request: { to: RECIPIENT }, overrides: {} }])
  })

  it('hands state and block overrides on', async () => {
    seen = []
    const state = { [RECIPIENT]: { balance: '0x1', stateDiff: { [topicOf(1)]: topicOf(2) } } }
    await fixture.rpc('eth_call', {}, 'latest', state, { number: '0x9', time: '0xa' })
    expect(seen[0]?.overrides).toEqual({
      accounts: new Map([
        [RECIPIENT, { balance: 1n, stateDiff: new Map([[topicOf(1), topicOf(2)]]) }],
      ]),
      block: { number: 9n, time: 10n },
    })
  })

  it('refuses a message for another chain, and a block that is not there', async () => {
    expect(await failure('eth_call', { chainId: '0x1' })).toMatchObject({ code: -32602 })
    expect(await failure('eth_call', {}, '0x99')).toMatchObject({ code: -32000 })
  })

  it('answers a revert with its data, and any other end with its reason', async () => {
    const { onCall } = fixture.node
    const data = '0x4e487b710000000000000000000000000000000000000000000000000000000000000001'
    fixture.node.onCall = () => ({ kind: 'reverted', output: data, gasUsed: 1n })
    for (const method of ['eth_call', 'eth_estimateGas']) {
      expect(await failure(method, {})).toEqual({
        code: 3,
        message: 'execution reverted: assert(false)',
        data,
      })
    }
    fixture.node.onCall = () => ({ kind: 'failed', reason: 'out of gas', gasUsed: 1n })
    for (const method of ['eth_call', 'eth_estimateGas']) {
      expect(await failure(method, {})).toEqual({ code: -32000, message: 'out of gas' })
    }
    fixture.node.onCall = onCall
  })

  it('tells the caller of a call that takes too long to go', async () => {
    const { onCall } = fixture.node
    fixture.node.onCall = () => new Promise(() => undefined)
    expect(await failure('eth_call', {})).toEqual({
      code: -32005,
      message: 'execution aborted (timeout = 0.05s)',
    })
    fixture.node.onCall = onCall
  })
})

describe('rpc / eth / fees', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
  })
  afterAll(() => fixture.stop())

  it('asks 1 gwei on top of the next base fee where nobody competes', async () => {
    const { rpc } = fixture
    expect(await rpc('eth_maxPriorityFeePerGas')).toBe('0x3b9aca00')
    expect(await rpc('eth_baseFee')).toBe(`0x${((GWEI * 7n) / 8n).toString(16)}`)
    const price = GWEI + (GWEI * 7n) / 8n
    expect(await rpc('eth_gasPrice')).toBe(`0x${price.toString(16)}`)
    expect(await rpc('eth_blobBaseFee')).toBe('0x1')
  })

  it('follows the tips that recent blocks took', async () => {
    const { rpc, node } = fixture
    for (const [account, tip] of [1n, 2n, 5n].entries()) {
      const fees = { maxPriorityFeePerGas: tip * GWEI, maxFeePerGas: 20n * GWEI }
      await rpc('eth_sendRawTransaction', signTransaction(node.genesis, account, fees))
    }
    node.mine()
    expect(await rpc('eth_maxPriorityFeePerGas')).toBe(`0x${(2n * GWEI).toString(16)}`)
  })

  it('tells the history of a span, oldest first, with the next base fee', async () => {
    const { rpc, node } = fixture
    node.mine()
    const history = (await rpc('eth_feeHistory', '0x2', 'latest', [0, 50, 100])) as {
      [name: string]: unknown
      baseFeePerGas: string[]
    }
    expect(history).toMatchObject({
      oldestBlock: '0x1',
      gasUsedRatio: [63_000 / 300_000_000, 0],
      reward: [
        [
          `0x${GWEI.toString(16)}`,
          `0x${(2n * GWEI).toString(16)}`,
          `0x${(5n * GWEI).toString(16)}`,
        ],
        ['0x0', '0x0', '0x0'],
      ],
    })
    expect(history.baseFeePerGas).toHaveLength(3)
    expect(history.baseFeePerGas[2]).toBe(await rpc('eth_baseFee'))
    expect(await rpc('eth_feeHistory', 1024, 'latest')).toMatchObject({ oldestBlock: '0x0' })
    for (const percentiles of [undefined, null, []]) {
      const bare = await rpc('eth_feeHistory', '0x1', 'latest', percentiles)
      expect(bare).not.toHaveProperty('reward')
    }
    expect(await rpc('eth_feeHistory', 0, 'latest')).toEqual({
      oldestBlock: '0x0',
      baseFeePerGas: [],
      gasUsedRatio: [],
    })
  })

  it('refuses percentiles out of range or order', async () => {
    for (const percentiles of [[50, 10], [101], [-1], ['50'], 50]) {
      const call = fixture.rpc('eth_feeHistory', '0x1', 'latest', percentiles)
      await expect(call).rejects.toMatchObject({ code: -32602 })
    }
  })
})

describe('rpc / eth / sending', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
  })
  afterAll(() => fixture.stop())

  it('signs for the funded accounts, each send with the next nonce', async () => {
    const { rpc, node } = fixture
    expect(await rpc('eth_accounts')).toEqual(devAccounts().map(({ address }) => address))
    const request = { from: FROM, to: OTHER, value: '0x1' }
    const hashes = await Promise.all([1, 2, 3].map(() => rpc('eth_sendTransaction', request)))
    const sent = node.pool.pending()
    expect(sent.map(({ hash }) => hash)).toEqual(hashes)
    expect(sent.map(({ sender, tx }) => [sender, tx.nonce, tx.type])).toEqual([
      [FROM, 0n, 2],
      [FROM, 1n, 2],
      [FROM, 2n, 2],
    ])
    expect(sent[0]?.tx).toMatchObject({
      gasLimit: 21_000n,
      maxPriorityFeePerGas: GWEI,
      maxFeePerGas: 2n * ((GWEI * 7n) / 8n) + GWEI,
    })
    node.mine()
  })

  it('signs the type that the request asks for', async () => {
    const { rpc, node } = fixture
    const accessList = [{ address: OTHER, storageKeys: [topicOf(1)] }]
    const authorization = {
      chainId: '0x0',
      address: OTHER,
      nonce: '0x0',
      yParity: '0x0',
      r: '0x1',
      s: '0x1',
    }
    const request = { from: OTHER, to: FROM, gas: '0x186a0' }
    await rpc('eth_sendTransaction', { ...request, gasPrice: '0x77359400' })
    await rpc('eth_sendTransaction', { ...request, gasPrice: '0x77359400', accessList })
    await rpc('eth_sendTransaction', { ...request, maxFeePerGas: '0x77359400', accessList })
    await rpc('eth_sendTransaction', { ...request, authorizationList: [authorization] })
    await rpc('eth_sendTransaction', { from: OTHER, gas: '0x186a0', data: '0x6000' })
    expect(node.pool.pending().map(({ tx }) => tx.type)).toEqual([0, 1, 2, 4, 2])
    expect(node.pool.pending()[4]?.tx.to).toBeUndefined()
    node.mine()
  })

  it('signs the type that is named, and none that the fields do not make', async () => {
    const { rpc, node } = fixture
    const request = { from: OTHER, to: FROM, gas: '0x186a0' }
    for (const type of ['0x0', '0x1', '0x2']) {
      await rpc('eth_sendTransaction', { ...request, type })
      const signed = (await rpc('eth_signTransaction', { ...request, type })) as { tx: object }
      expect(signed.tx).toMatchObject({ type })
    }
    expect(node.pool.pending().map(({ tx }) => tx.type)).toEqual([0, 1, 2])
    for (const type of ['0x3', '0x4', '0x5', 'legacy']) {
      const refused = rpc('eth_sendTransaction', { ...request, type })
      await expect(refused).rejects.toMatchObject({ code: -32602 })
    }
    node.mine()
  })

  it('refuses accounts without a key, and fields that make no transaction', async () => {
    const { rpc } = fixture
    const from = `0x${'99'.repeat(20)}`
    await expect(rpc('eth_sendTransaction', { from })).rejects.toMatchObject({ code: -32000 })
    await expect(rpc('eth_sendTransaction', {})).rejects.toMatchObject({ code: -32000 })
    const foreign = { from: FROM, chainId: '0x1' }
    await expect(rpc('eth_sendTransaction', foreign)).rejects.toMatchObject({ code: -32602 })
    const endless = { from: FROM, gas: '0xffffffffffffffff', gasPrice: `0x${'f'.repeat(64)}` }
    await expect(rpc('eth_sendTransaction', endless)).rejects.toMatchObject({ code: -32602 })
  })

  it('has no accounts to send from on a chain that is not for development', async () => {
    const closed = await RpcFixture.start({ isDev: false }, fixture.node)
    expect(await closed.rpc('eth_accounts')).toEqual([])
    const sent = closed.rpc('eth_sendTransaction', { from: FROM })
    await expect(sent).rejects.toMatchObject({ code: -32601 })
    await closed.stop()
  })

  it('passes the refusals of the pool on', async () => {
    const { rpc, node } = fixture
    node.pool.refusal = new PoolError({ code: 'NONCE_TOO_LOW' }, 'nonce too low')
    const sent = rpc('eth_sendRawTransaction', '0x00')
    await expect(sent).rejects.toMatchObject({ code: -32003, message: 'nonce too low' })
    node.pool.refusal = undefined
  })

  it('starts neighbouring raw transactions of a batch together, and answers in order', async () => {
    const { node } = fixture
    const raws = [6, 7, 8].map((account) => signTransaction(node.genesis, account))
    const batch = raws.map((raw, id) => ({
      jsonrpc: '2.0',
      id,
      method: 'eth_sendRawTransaction',
      params: [raw],
    }))
    const answers = (await fixture.answer(batch)) as unknown as { id: number; result: string }[]
    expect(answers.map(({ result }) => result)).toEqual(node.pool.pending().map(({ hash }) => hash))
    node.mine()
  })

  it('waits for the receipt when asked to, until the time is up', async () => {
    const { rpc, node } = fixture
    const raw = signTransaction(node.genesis, 9)
    const arrived = new Promise((resolve) => node.events.once('pendingTransaction', resolve))
    const receipt = rpc('eth_sendRawTransactionSync', raw)
    await arrived
    node.mine()
    expect(await receipt).toMatchObject({ status: '0x1', transactionIndex: '0x0' })
    const late = rpc(
      'eth_sendRawTransactionSync',
      signTransaction(node.genesis, 9, { nonce: 1n }),
      5,
    )
    const hash = node.pool.pending()[0]?.hash
    await expect(late).rejects.toMatchObject({ code: 4 })
    expect(hash).toBeUndefined()
    expect(node.events.listenerCount('head')).toBe(2)
  })
})
