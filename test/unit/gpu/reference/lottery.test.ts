import { describe, expect, it } from 'vitest'
import { prepareAttempt, searchTiles } from '../../../../gpu/reference/search.ts'
import { deriveKappa, deriveSeeds, nonceBytes } from '../../../../gpu/reference/seeds.ts'
import { SHAPES } from '../../../../gpu/reference/shape.ts'
import { candidateLimit, wins } from '../../../../gpu/reference/ticket.ts'
import { NO_LIMIT } from '../../../../gpu/self-test.ts'
import { makeOperands } from '../operands.ts'

const HASH = new Uint8Array(32).fill(7)

function attemptsOf(shape: (typeof SHAPES)['T0'], operands = makeOperands(shape, 'random')) {
  return (nonce: number) => {
    const kappa = deriveKappa(HASH, HASH, nonceBytes(BigInt(nonce)))
    return prepareAttempt(shape, deriveSeeds(kappa), operands)
  }
}

describe('gpu / reference / lottery', () => {
  it('C7: tickets win at the rate of theta, and their bytes are uniform', () => {
    const shape = SHAPES.T0
    const prepare = attemptsOf(shape)
    const difficulty = BigInt(shape.tileMacs) * 256n
    const nonces = 2 ** 16 / shape.ticketCount
    const counts = new Uint32Array(256)
    let winners = 0
    for (let nonce = 0; nonce < nonces; nonce++) {
      for (const { ticket } of searchTiles(prepare(nonce), 0, shape.ticketCount, NO_LIMIT)) {
        if (wins(ticket, difficulty, shape.tileMacs)) winners += 1
        for (const byte of ticket) counts[byte]! += 1
      }
    }
    // 2^16 tickets at 2^-8: 256 wins, standard deviation 16.
    expect(Math.abs(winners - 256)).toBeLessThan(4 * 16)
    const expected = (2 ** 16 * 32) / 256
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // 255 degrees of freedom: mean 255, standard deviation 22.6.
    expect(Math.abs(chiSquare - 255)).toBeLessThan(4 * 22.6)
  })

  // At a win in four tickets, 10,000 tickets give the mean within 1.7 % (one standard deviation).
  it.each(Object.values(SHAPES))(
    'C8: a block of $name takes D multiply-adds on average',
    (shape) => {
      const prepare = attemptsOf(shape)
      const difficulty = BigInt(shape.tileMacs) * 4n
      const limit = candidateLimit(difficulty, shape.tileMacs)
      let tiles = 0
      let winners = 0
      for (let nonce = 0; tiles < 10_000; nonce++) {
        const count = Math.min(shape.ticketCount, 10_000 - tiles)
        const found = searchTiles(prepare(nonce), 0, count, limit)
        winners += found.filter(({ ticket }) => wins(ticket, difficulty, shape.tileMacs)).length
        tiles += count
      }
      const macsPerBlock = (tiles * shape.tileMacs) / winners
      expect(Math.abs(macsPerBlock / Number(difficulty) - 1)).toBeLessThan(0.05)
    },
  )
})
