import { describe, expect, it } from 'vitest'
import { bootCheck } from '../../../../node/storage/boot/boot-check.ts'
import { checkIdentity } from '../../../../node/storage/boot/identity.ts'
import { sealRecord } from '../../../../node/storage/codec/record.ts'
import { WriteBatch } from '../../../../node/storage/database.ts'
import { metaKey } from '../../../../node/storage/keys.ts'
import { openTemporaryDatabase } from '../../../support/temporary-database.ts'
import { testGenesis } from '../../genesis/test-genesis.ts'
import { flipByte, TestChain } from './test-chain.ts'

const genesis = await testGenesis()
const other = await testGenesis({ timestamp: 1_767_225_601n })

async function created() {
  const store = await openTemporaryDatabase()
  const chain = await TestChain.open(store)
  await chain.createReal(genesis)
  return { store, chain }
}

describe('node / storage / boot / identity', () => {
  it('an empty store takes block 0, and is ready then', async () => {
    const store = await openTemporaryDatabase()
    expect(await checkIdentity(store, genesis.hash, '/data')).toBe('empty')
    const chain = await TestChain.open(store)
    const block = await chain.createReal(genesis)
    expect(block.hash).toBe(genesis.hash)
    expect(await checkIdentity(store, genesis.hash, '/data')).toBe('ready')
    const { blocks } = await TestChain.open(store)
    expect(blocks.head).toEqual({ hash: genesis.hash, number: 0n })
    expect(await blocks.canonicalHash(0n)).toBe(genesis.hash)
    expect((await blocks.block(genesis.hash))?.transactions).toEqual([])
    expect(await blocks.receipts(genesis.hash)).toEqual([])
    expect(await blocks.proof(genesis.hash)).toBeUndefined()
    expect(await blocks.pointer('finalized')).toEqual({ hash: genesis.hash, number: 0n })
    expect((await bootCheck(store)).findings).toEqual([])
  })

  it('refuses the database of another genesis, with both hashes and a way out', async () => {
    const { store } = await created()
    await expect(checkIdentity(store, other.hash, '/data')).rejects.toMatchObject({
      type: { code: 'OTHER_GENESIS', path: '/data', expected: other.hash, actual: genesis.hash },
      message: expect.stringMatching(/\/data belongs to another chain .* --data-dir/),
    })
  })

  it('refuses another layout', async () => {
    const { store } = await created()
    const schema = metaKey('schema')
    await store.write(new WriteBatch().put(schema, sealRecord(schema, Uint8Array.of(0, 0, 0, 9))))
    await expect(checkIdentity(store, genesis.hash, '/data')).rejects.toMatchObject({
      type: { code: 'OTHER_SCHEMA', expected: 1, actual: 9 },
    })
  })

  it('a store that lost or damaged its identity is not taken for empty', async () => {
    const { store } = await created()
    await flipByte(store, metaKey('genesis'))
    await expect(checkIdentity(store, genesis.hash, '/data')).rejects.toMatchObject({
      type: { code: 'RECORD_DAMAGED', table: 'meta' },
    })
    await store.write(new WriteBatch().delete(metaKey('schema')))
    await expect(checkIdentity(store, genesis.hash, '/data')).rejects.toMatchObject({
      type: { code: 'RECORD_MISSING', table: 'meta' },
    })
  })
})
