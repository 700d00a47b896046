/** What a chain of shape T0 is made of, for test processes with and without a test runner. */
import { pino } from 'pino'
import type { Address } from '../../consensus/types.ts'
import { buildGenesis } from '../../genesis/build-genesis.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import type { SearchTemplate, WinningTile } from '../../gpu/backend.ts'
import { prepareAttempt, searchTiles } from '../../gpu/reference/search.ts'
import { deriveKappa, deriveSeeds, nonceBytes } from '../../gpu/reference/seeds.ts'
import { SHAPES } from '../../gpu/reference/shape.ts'
import { syntheticMatrix } from '../../gpu/reference/synthetic.ts'
import { candidateLimit, wins } from '../../gpu/reference/ticket.ts'

export const SILENT = pino({ level: 'silent' })
export const TEST_COINBASE: Address = `0x${'c0'.repeat(20)}`

/** Before any machine's clock, so that blocks need not wait for it. */
const GENESIS_TIMESTAMP = 1_700_000_000n

let genesis: Promise<Genesis> | undefined

/** One genesis of preset instant for all tests of a process: building one takes a second. */
export function testGenesis(): Promise<Genesis> {
  genesis ??= buildGenesis({
    preset: 'instant',
    timestamp: GENESIS_TIMESTAMP,
    validators: [{ address: `0x${'a1'.repeat(20)}`, coinbase: TEST_COINBASE }],
  })
  return genesis
}

/** Nonce after nonce on the CPU's reference, from `startNonce`. */
export function searchReference(template: SearchTemplate, startNonce = 0n): WinningTile {
  const shape = SHAPES[template.shape]
  if (template.operands.kind !== 0) throw new Error('only the public operands are searched')
  const { epochSeed } = template.operands
  const operands = {
    a: syntheticMatrix(epochSeed, 'A', shape.m, shape.k),
    bt: syntheticMatrix(epochSeed, 'B', shape.n, shape.k),
  }
  const limit = candidateLimit(template.difficulty, shape.tileMacs)
  for (let counter = startNonce; ; counter++) {
    const nonce = nonceBytes(counter)
    const seeds = deriveSeeds(deriveKappa(template.genesisHash, template.sealHash, nonce))
    const attempt = prepareAttempt(shape, seeds, operands)
    for (const { ti, tj, ticket } of searchTiles(attempt, 0, shape.ticketCount, limit)) {
      if (wins(ticket, template.difficulty, shape.tileMacs)) return { nonce, ti, tj, ticket }
    }
  }
}
