import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addEthereumChain } from '../../../genesis/add-ethereum-chain.ts'
import { PREDEPLOYS } from '../../../genesis/predeploys.ts'
import { formatCoins } from '../../../rpc/supply/coins.ts'
import { tokenListOf } from '../../../rpc/supply/token-list.ts'
import type { FakeNode } from '../../support/fake-node.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import { signTransaction } from '../../support/signed-transactions.ts'
import { TOKEN_LIST_SCHEMA } from '../../support/token-list-schema.ts'

const AI = 10n ** 18n

describe('rpc / supply / coins', () => {
  it('writes whole coins without a point, and fractions to the wei', () => {
    const cases: readonly [bigint, string][] = [
      [0n, '0'],
      [1n, '0.000000000000000001'],
      [AI / 2n, '0.5'],
      [AI - 1n, '0.999999999999999999'],
      [AI, '1'],
      [10n * AI, '10'],
      [1_000_000_000n * AI, '1000000000'],
      [1_000_000_000n * AI - 1n, '999999999.999999999999999999'],
    ]
    for (const [wei, text] of cases) expect(formatCoins(wei)).toBe(text)
  })
})

describe('rpc / supply', () => {
  let fixture: RpcFixture
  const get = (path: string, init: RequestInit = {}) => fetch(fixture.server.url + path, init)
  beforeAll(async () => {
    fixture = await RpcFixture.start()
  })
  afterAll(() => fixture.stop())

  it('tells the three supplies as one plain number each', async () => {
    const { node, rpc } = fixture
    for (const [index, contract] of (['AIBurn', 'AIStaking', 'Timelock'] as const).entries()) {
      const to = PREDEPLOYS[contract]
      await rpc('eth_sendRawTransaction', signTransaction(node.genesis, index, { to, value: 3n }))
    }
    node.mine()
    const answers = await Promise.all(
      ['max', 'total', 'circulating'].map(async (which) => {
        const response = await get(`/supply/${which}`)
        expect(response.status).toBe(200)
        expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
        return response.text()
      }),
    )
    // Burned: 3 wei. Locked: what block 0 has in buckets and at stake, and 6 wei.
    expect(answers).toEqual([
      '1000000000',
      '999999999.999999999999999997',
      formatCoins(freeInBlockZero(node) - 9n),
    ])
  })

  it('tells the circulating supply that the emission tells', async () => {
    const { node, rpc } = fixture
    node.onCall = () => ({ kind: 'ok', output: `0x${'00'.repeat(32)}`, gasUsed: 0n })
    const emission = (await rpc('hanzo_getEmission')) as Record<string, string>
    const text = await (await get('/supply/circulating')).text()
    expect(text).toBe(formatCoins(BigInt(emission['circulatingSupply']!)))
  })

  it('follows the head', async () => {
    const { node, rpc } = fixture
    const before = await (await get('/supply/total')).text()
    const to = PREDEPLOYS.AIBurn
    await rpc('eth_sendRawTransaction', signTransaction(node.genesis, 3, { to, value: 1n }))
    expect(await (await get('/supply/total')).text()).toBe(before)
    node.mine()
    expect(await (await get('/supply/total')).text()).not.toBe(before)
  })

  it('has nothing else, and takes nothing but GET and HEAD', async () => {
    for (const path of [
      '/supply',
      '/supply/',
      '/supply/burned',
      '/supply/Total',
      '/token-list/1',
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 404])
    }
    const headers = { 'content-type': 'application/json' }
    for (const path of ['/supply/total', '/token-list', '/add-ethereum-chain']) {
      for (const method of ['POST', 'PUT', 'DELETE']) {
        expect([path, method, (await get(path, { method, headers, body: '{}' })).status]).toEqual([
          path,
          method,
          404,
        ])
      }
      expect((await get(path, { method: 'HEAD' })).status).toBe(200)
    }
  })

  it('lets pages of this machine read, and others not', async () => {
    const allowed = async (origin: string) =>
      (await get('/supply/max', { headers: { origin } })).headers.get('access-control-allow-origin')
    expect(await allowed('http://localhost:3000')).toBe('http://localhost:3000')
    expect(await allowed('https://evil.example')).toBeNull()
  })

  it('publishes a valid token list, in which $AI is marked as the native coin', async () => {
    const response = await get('/token-list')
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    const list = await response.json()
    expect(listErrors(list)).toEqual([])
    const chainId = Number(fixture.node.genesis.params.chainId)
    expect(list).toMatchObject({
      name: `Hanzo ${chainId}`,
      tokens: [
        {
          chainId,
          address: '0x0000000000000000000000000000000000000a10',
          symbol: 'AI',
          decimals: 18,
          extensions: { isNative: true },
        },
        { chainId, address: '0x0000000000000000000000000000000000000A36', symbol: 'hUSD' },
      ],
    })
    expect(new Date(list.timestamp).getTime() / 1_000).toBe(Number(fixture.node.genesis.timestamp))
  })

  it('lists no token that the chain has not', () => {
    const { genesis } = fixture.node
    const { HUSD: _, ...predeploys } = genesis.predeploys
    const { tokens } = tokenListOf({ ...genesis, predeploys })
    expect(tokens.map(({ symbol }) => symbol)).toEqual(['AI'])
  })

  it('hands wallets the chain under the name by which they found it, without an explorer', async () => {
    const { port } = new URL(fixture.server.url)
    const url = `http://localhost:${port}`
    const chain = await (await fetch(`${url}/add-ethereum-chain`)).json()
    expect(chain).toEqual(addEthereumChain(fixture.node.genesis.params.chainId, [url]))
    expect(chain).not.toHaveProperty('blockExplorerUrls')
    expect(chain.nativeCurrency).toEqual({ name: 'AI', symbol: 'AI', decimals: 18 })
  })
})

/** Wei of block 0 that people hold or can buy: on accounts that are no contracts, and in the pool. */
function freeInBlockZero({ genesis }: FakeNode): bigint {
  const contracts = new Set(Object.values(genesis.predeploys))
  let sum = 0n
  for (const [address, { balance }] of genesis.alloc) {
    if (!contracts.has(address) || address === PREDEPLOYS.HMMPairAIHUSD) sum += balance
  }
  return sum
}

function listErrors(list: unknown): unknown[] {
  const isDate = (text: string) => !Number.isNaN(Date.parse(text))
  const ajv = new Ajv({
    formats: { 'date-time': isDate, uri: (text: string) => URL.canParse(text) },
  })
  const check = ajv.compile(TOKEN_LIST_SCHEMA)
  check(list)
  return check.errors ?? []
}
