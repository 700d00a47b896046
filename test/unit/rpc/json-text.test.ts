import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { JsonTexts } from '../../../rpc/format/json-text.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import { signTransaction } from '../../support/signed-transactions.ts'

describe('rpc / format / json text', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
  })
  afterAll(() => fixture.stop())

  it('keeps so many characters, and lets those go first that nobody asked for', () => {
    const texts = new JsonTexts(20)
    const first = texts.add('first', 'eight..')
    texts.add('second', 'eight..')
    expect(first.text).toBe('"eight.."')
    expect(texts.get('first')).toBe(first)
    texts.add('third', 'eight..')
    expect([texts.get('first'), texts.get('second')]).toEqual([first, undefined])
    texts.add('too long', 'x'.repeat(20))
    expect(texts.get('too long')).toBeUndefined()
    expect(texts.get('first')).toBe(first)
  })

  it('says the same of a block and a receipt again, and nothing of one that was left', async () => {
    const { rpc, node } = fixture
    const raw = signTransaction(node.genesis, 0, { nonce: 0n })
    const hash = await rpc('eth_sendRawTransaction', raw)
    node.mine()
    const reads = [
      ['eth_getBlockByNumber', '0x1', false],
      ['eth_getBlockByNumber', '0x1', true],
      ['eth_getTransactionReceipt', hash],
    ] as const
    const askAll = () => Promise.all(reads.map(([method, ...params]) => rpc(method, ...params)))
    const before = await askAll()
    expect(before[2]).toMatchObject({ transactionHash: hash, blockNumber: '0x1' })
    expect(await askAll()).toEqual(before)
    node.reorg(1)
    const [hashes, full] = (await askAll()) as { hash: string }[]
    expect(hashes?.hash).not.toBe((before[0] as { hash: string }).hash)
    expect(full?.hash).toBe(hashes?.hash)
  })
})
