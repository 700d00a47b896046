import { describe, expect, it } from 'vitest'
import { PeerBook } from '../../../../node/sync/peer-book.ts'
import type { Status } from '../../../../node/sync/wire.ts'

const ZERO = `0x${'00'.repeat(32)}` as const

function claim(totalDifficulty: bigint): Status {
  const hashes = { genesisHash: ZERO, headHash: ZERO, finalizedHash: ZERO }
  return { ...hashes, headNumber: 1n, totalDifficulty, finalizedEpoch: 0n }
}

const order = (book: PeerBook): string[] => book.heavierThan(10n).map(({ id }) => id)

describe('node / sync / peer-book', () => {
  it('orders claims by work, and equal ones by age', () => {
    const book = new PeerBook()
    for (const [index, id] of ['new', 'old', 'heavy', 'light'].entries()) book.connect(id, -index)
    for (const id of ['new', 'old']) book.update(id, claim(20n))
    book.update('heavy', claim(30n))
    book.update('light', claim(10n))
    expect(order(book)).toEqual(['heavy', 'old', 'new'])
  })

  it('puts an honest claim before those of two liars who claim again after each failure', () => {
    const book = new PeerBook()
    for (const id of ['liar', 'crook', 'honest']) book.connect(id, 0)
    book.update('honest', claim(20n))
    const followed: (string | undefined)[] = []
    for (let run = 0; run < 3; run++) {
      for (const id of ['liar', 'crook']) book.update(id, claim(2n ** 200n))
      const [first] = order(book)
      followed.push(first)
      if (first !== 'honest') book.failed(first!)
    }
    expect(followed).toEqual(['liar', 'crook', 'honest'])
  })

  it('forgives failures when a claim holds', () => {
    const book = new PeerBook()
    book.connect('a', 0)
    book.connect('b', 1)
    book.failed('a')
    for (const id of ['a', 'b']) book.update(id, claim(20n))
    expect(order(book)).toEqual(['b', 'a'])
    book.kept('a')
    expect(order(book)).toEqual(['a', 'b'])
  })
})
