import { recoverMessageAddress, recoverTransactionAddress, type TransactionSerialized } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hex } from '../../../consensus/types.ts'
import { devAccounts } from '../../../genesis/accounts.ts'
import { RpcFixture } from '../../support/rpc-fixture.ts'
import { RECIPIENT } from '../../support/signed-transactions.ts'

const FROM = devAccounts()[0]!.address

describe('rpc / eth / signing', () => {
  let fixture: RpcFixture
  beforeAll(async () => {
    fixture = await RpcFixture.start()
  })
  afterAll(() => fixture.stop())

  it('signs a message so that others find who signed it', async () => {
    for (const message of ['0x', '0xdeadbeef', `0x${'ab'.repeat(300)}`] as const) {
      const signature = (await fixture.rpc('eth_sign', FROM, message)) as Hex
      const signer = await recoverMessageAddress({ message: { raw: message }, signature })
      expect(signer.toLowerCase()).toBe(FROM)
    }
  })

  it('signs a transaction that anybody may send, and sends nothing', async () => {
    const { rpc, node } = fixture
    const request = { from: FROM, to: RECIPIENT, value: '0x1' }
    const { raw, tx } = (await rpc('eth_signTransaction', request)) as { raw: Hex; tx: object }
    const serializedTransaction = raw as TransactionSerialized
    const signer = await recoverTransactionAddress({ serializedTransaction })
    expect(signer.toLowerCase()).toBe(FROM)
    expect(node.pool.pending()).toEqual([])
    expect(tx).toMatchObject({ type: '0x2', nonce: '0x0', to: RECIPIENT, value: '0x1' })
    const hash = await rpc('eth_sendRawTransaction', raw)
    expect(await rpc('eth_getTransactionByHash', hash)).toMatchObject({ ...tx, hash, from: FROM })
  })

  it('signs nothing for accounts without a key, and nothing with blobs', async () => {
    const { rpc } = fixture
    const unknown = { code: -32000 }
    await expect(rpc('eth_sign', RECIPIENT, '0x')).rejects.toMatchObject(unknown)
    await expect(rpc('eth_signTransaction', { from: RECIPIENT })).rejects.toMatchObject(unknown)
    for (const blobs of [{ blobs: [] }, { maxFeePerBlobGas: '0x1' }, { blobVersionedHashes: [] }]) {
      for (const method of ['eth_signTransaction', 'eth_sendTransaction']) {
        const refused = rpc(method, { from: FROM, to: RECIPIENT, ...blobs })
        await expect(refused).rejects.toMatchObject({ code: -32602 })
      }
    }
  })

  it('has no keys on a chain that is not for development', async () => {
    const closed = await RpcFixture.start({ isDev: false }, fixture.node)
    for (const method of ['eth_sign', 'eth_signTransaction']) {
      await expect(closed.rpc(method, FROM, '0x')).rejects.toMatchObject({ code: -32601 })
    }
    await closed.stop()
  })
})
