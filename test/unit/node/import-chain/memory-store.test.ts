import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../../../node/import-chain/memory-store.ts'
import { WriteBatch } from '../../../../node/storage/database.ts'

describe('node / import-chain / memory-store', () => {
  it('keeps nothing alive beside what was written', async () => {
    const store = new MemoryStore()
    const key = Uint8Array.of(5, 1)
    const value = new Uint8Array(8_192).fill(7).subarray(100, 300)
    await store.write(new WriteBatch().put(key, value))
    const kept = await store.get(key)
    expect(kept).toEqual(value)
    expect(kept!.buffer.byteLength).toBe(200)
  })
})
