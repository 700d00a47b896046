import { describe, expect, it } from 'vitest'
import type { Hash } from '../../../../../consensus/types.ts'
import type { SealedBlock } from '../../../../../node/chain/sealed-block.ts'
import {
  BATCH_BLOCKS,
  Batch,
  BatchError,
  DOWNLOAD_ATTEMPTS_MAX,
} from '../../../../../node/sync/range/batch.ts'

const hashOf = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}`
const hashes = (count: number): Hash[] => Array.from({ length: count }, (_, i) => hashOf(i + 1))
const block = (n: number): SealedBlock => ({ hash: hashOf(n) }) as SealedBlock

describe('node / sync / batch', () => {
  it('goes from download to import in the order of its states', () => {
    const batch = new Batch(1n, hashes(2))
    expect(batch.state.kind).toBe('awaiting-download')
    expect(batch.startDownload('a')).toEqual(hashes(2))
    expect(batch.state).toEqual({ kind: 'downloading', peerId: 'a' })
    batch.downloadSucceeded([block(1), block(2)])
    expect(batch.state.kind).toBe('awaiting-import')
    expect(batch.startImport().map((item) => item.peerId)).toEqual(['a', 'a'])
    batch.importSucceeded()
    expect(batch.state.kind).toBe('imported')
  })

  it('keeps the prefix of a reply that the size limit cut, and asks for the rest', () => {
    const batch = new Batch(1n, hashes(3))
    batch.startDownload('a')
    batch.downloadSucceeded([block(1)])
    expect(batch.state.kind).toBe('awaiting-download')
    expect(batch.startDownload('b')).toEqual([hashOf(2), hashOf(3)])
    batch.downloadSucceeded([block(2), block(3)])
    expect(batch.startImport().map((item) => item.peerId)).toEqual(['a', 'b', 'b'])
  })

  it('remembers which peers failed it', () => {
    const batch = new Batch(1n, hashes(1))
    batch.startDownload('a')
    batch.downloadFailed()
    expect(batch.failuresOf('a')).toBe(1)
    expect(batch.failuresOf('b')).toBe(0)
    expect(batch.state.kind).toBe('awaiting-download')
  })

  it('gives up after its attempts are spent, naming the peers', () => {
    const batch = new Batch(9n, hashes(1))
    const fail = (peerId: string) => {
      batch.startDownload(peerId)
      batch.downloadFailed()
    }
    for (let i = 1; i < DOWNLOAD_ATTEMPTS_MAX; i++) fail(i % 2 === 0 ? 'a' : 'b')
    let thrown: unknown
    try {
      fail('a')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(BatchError)
    expect((thrown as BatchError).type).toEqual({
      code: 'DOWNLOAD_ATTEMPTS_SPENT',
      firstNumber: 9n,
      peerIds: ['b', 'a'],
    })
  })

  it.each([
    ['import before download', (batch: Batch) => batch.startImport()],
    [
      'a second download',
      (batch: Batch) => {
        batch.startDownload('a')
        batch.startDownload('b')
      },
    ],
    ['a result without download', (batch: Batch) => batch.downloadSucceeded([block(1)])],
    ['a failure without download', (batch: Batch) => batch.downloadFailed()],
  ])('refuses %s', (_, act) => {
    expect(() => act(new Batch(1n, hashes(2)))).toThrow(/batch is/)
  })

  it('refuses blocks out of order and batches above the limit', () => {
    const batch = new Batch(1n, hashes(2))
    batch.startDownload('a')
    expect(() => batch.downloadSucceeded([block(2)])).toThrow(/order/)
    expect(() => new Batch(1n, hashes(BATCH_BLOCKS + 1))).toThrow(/1 to 16/)
  })
})
