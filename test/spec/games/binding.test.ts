/**
 * Binding games: after a block has been won one thing is changed and everything else kept. Either
 * it is refused with its code, or it is the fresh search that it would have been anyway.
 */
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { encodeHeader, hashHeader, sealHash } from '../../../consensus/codec/header-codec.ts'
import {
  type ProofContext,
  verifyProofOfCompute,
} from '../../../consensus/proof/proof-of-compute.ts'
import { assembleProof } from '../../../consensus/proof/seal.ts'
import { proofVerdict } from '../../../consensus/rules/gossip-verdict.ts'
import { BlockTree } from '../../../consensus/tree/block-tree.ts'
import type { Header } from '../../../consensus/types.ts'
import { deriveKappa } from '../../../gpu/reference/seeds.ts'
import { SHAPES } from '../../../gpu/reference/shape.ts'
import {
  FIRST_PLACE,
  GENESIS,
  GENESIS_HASH,
  jobOn,
  type MinedBlock,
  mine,
  privateMatrices,
  TEST_PARAMS,
  ZERO_HASH,
} from '../../support/mined-blocks.ts'

const OTHER_HASH = `0x${'ab'.repeat(32)}` as const
const jobId = new Uint8Array(32).fill(0x77)

const synthetic = mine(FIRST_PLACE)
const ofJob = mine(FIRST_PLACE, { matrices: { ...privateMatrices(3), jobId } })
const { id, job } = jobOn(ofJob)
const withJob: ProofContext = {
  ...ofJob.context,
  jobView: (asked) => (asked === id ? job : undefined),
}

type Outcome = readonly [string, 'header' | 'sender' | null] | 'accepted'

/** The verdict on a block with one thing changed. */
function play(
  block: MinedBlock,
  changes: Partial<Header>,
  { proof = block.proof, context = block.context } = {},
): Outcome {
  const headerRlp = encodeHeader({ ...block.header, ...changes })
  const verdict = verifyProofOfCompute(headerRlp, proof, context)
  return verdict.ok ? 'accepted' : [verdict.code, verdict.condemns]
}

/** extraData with one byte changed. */
function extraWith(block: MinedBlock, offset: number, value: number): Partial<Header> {
  const bytes = hexToBytes(block.header.extraData)
  bytes[offset] = value
  return { extraData: bytesToHex(bytes) }
}

/** Changes that no line but the ticket notices. */
const UNSEEN: Partial<Record<keyof Header, Header[keyof Header]>> = {
  stateRoot: OTHER_HASH,
  transactionsRoot: OTHER_HASH,
  receiptsRoot: OTHER_HASH,
  ommersHash: OTHER_HASH,
  withdrawalsRoot: OTHER_HASH,
  parentBeaconBlockRoot: OTHER_HASH,
  requestsHash: OTHER_HASH,
  logsBloom: `0x${'01'.repeat(256)}`,
  gasUsed: 1n,
  gasLimit: 29_999_999n,
  timestamp: FIRST_PLACE.parent.timestamp + 3n,
  baseFeePerGas: 1n,
  blobGasUsed: 1n,
  excessBlobGas: 1n,
  nonce: '0x00000000000000ff',
}

describe('spec / proof games / binding', () => {
  it('the blocks that are played with are valid', () => {
    expect(play(synthetic, {})).toBe('accepted')
    expect(play(ofJob, {}, { context: withJob })).toBe('accepted')
  })

  describe.each([
    ['kind 0', synthetic, synthetic.context],
    ['kind 1', ofJob, withJob],
  ] as const)('%s', (kind, block, context) => {
    const isJob = kind === 'kind 1'
    const flip = (changes: Partial<Header>) => play(block, changes, { context })

    it.each(Object.entries(UNSEEN))('another %s is another search', (field, value) => {
      expect(flip({ [field]: value })).toEqual(['E_WORK', 'sender'])
    })

    it('another coinbase is another search, and no claimant of the job', () => {
      const thief = flip({ coinbase: `0x${'ee'.repeat(20)}` })
      expect(thief).toEqual(isJob ? ['E_JOB', 'header'] : ['E_WORK', 'sender'])
    })

    it('another parent is unknown', () => {
      expect(flip({ parentHash: OTHER_HASH })).toEqual(['E_PARENT', null])
    })

    it('another number, difficulty, mixHash or extraData condemns the header', () => {
      expect(flip({ number: 2n })).toEqual(['E_PARENT', 'header'])
      expect(flip({ difficulty: block.header.difficulty + 1n })).toEqual(['E_DIFF', 'header'])
      expect(flip({ mixHash: OTHER_HASH })).toEqual(['E_DIGEST', 'header'])
      expect(flip(extraWith(block, 0, 2))).toEqual(['E_PARAM', 'header'])
      expect(flip(extraWith(block, 1, 1))).toEqual(['E_PARAM', 'header'])
      expect(flip(extraWith(block, 2, 2))).toEqual(['E_PARAM', 'header'])
      expect(flip(extraWith(block, 3, 1))).toEqual(['E_PARAM', 'header'])
    })

    it('another kind wants a proof of another length', () => {
      expect(flip(extraWith(block, 2, isJob ? 0 : 1))).toEqual(['E_LEN', 'sender'])
    })

    it('other milliseconds are another search', () => {
      expect(flip(extraWith(block, 5, 7))).toEqual(['E_WORK', 'sender'])
    })

    it('another work commitment does not fit the operands', () => {
      const expected = ['E_DIGEST', isJob ? 'sender' : 'header']
      expect(flip(extraWith(block, 39, 0x99))).toEqual(expected)
    })

    it('another genesis is another search (B4: replay on another chain id)', () => {
      const genesisHash = hexToBytes(OTHER_HASH)
      const replayed = play(block, {}, { context: { ...context, genesisHash } })
      expect(replayed).toEqual(['E_WORK', 'sender'])
    })

    it('a byte more or less is no proof', () => {
      const longer = Uint8Array.of(...block.proof, 0)
      for (const proof of [longer, block.proof.subarray(0, -1)]) {
        expect(play(block, {}, { context, proof })).toEqual(['E_LEN', 'sender'])
      }
    })

    it('B2: another tile, also the mirrored one, does not win by these rows', () => {
      const { ti, tj } = block.tiles[0]!
      for (const [first, second] of [
        [tj, ti],
        [ti ^ 1, tj],
        [ti, tj ^ 1],
      ] as const) {
        if (block.tiles.some((tile) => tile.ti === first && tile.tj === second)) continue
        const proof = block.proof.with(4, first).with(6, second)
        const expected = isJob ? 'E_MERKLE' : 'E_WORK'
        expect(play(block, {}, { context, proof })).toEqual([expected, 'sender'])
      }
    })
  })

  it('kind 1: job, roots, rows and siblings in the proof are those of the header', () => {
    const { k } = SHAPES.T0
    const set = (offset: number) => ofJob.proof.with(offset, (ofJob.proof[offset]! + 1) & 0x3f)
    const played = (offset: number) => play(ofJob, {}, { context: withJob, proof: set(offset) })
    for (const offset of [8, 39, 40, 71, 72, 103]) expect(played(offset)[0]).toBe('E_DIGEST')
    const rowsB = 104 + 8 * k + 96
    for (const offset of [104, 104 + 8 * k - 1, rowsB, rowsB + 8 * k - 1]) {
      expect(played(offset)[0]).toBe('E_MERKLE')
    }
    for (const offset of [104 + 8 * k, rowsB - 1, rowsB + 8 * k, ofJob.proof.length - 1]) {
      expect(played(offset)[0]).toBe('E_MERKLE')
    }
  })

  it('B1: a stolen proof under 2,000 other coinbases wins as often as a fresh ticket', () => {
    const trials = 2_000
    let wins = 0
    for (let i = 1; i <= trials; i++) {
      const coinbase = `0x${i.toString(16).padStart(40, '0')}` as const
      const outcome = play(synthetic, { coinbase })
      if (outcome === 'accepted') wins++
      else expect(outcome).toEqual(['E_WORK', 'sender'])
    }
    const p = SHAPES.T0.tileMacs / Number(synthetic.header.difficulty)
    const sigma = Math.sqrt(trials * p * (1 - p))
    expect(Math.abs(wins - trials * p)).toBeLessThan(3 * sigma)
  })

  it('B3: a proof serves one of two siblings', () => {
    const sibling = mine(FIRST_PLACE, { changes: { stateRoot: OTHER_HASH } })
    expect(sibling.header.parentHash).toBe(synthetic.header.parentHash)
    expect(play(sibling, {})).toBe('accepted')
    expect(play(sibling, { nonce: synthetic.header.nonce }, { proof: synthetic.proof })).toEqual([
      'E_WORK',
      'sender',
    ])
  })

  it('B5: one search serves one coinbase', () => {
    const nonce = hexToBytes(synthetic.header.nonce)
    const kappaOf = (header: Header) =>
      bytesToHex(deriveKappa(synthetic.context.genesisHash, sealHash(header), nonce))
    const coinbases = Array.from(
      { length: 64 },
      (_, i) => `0x${'00'.repeat(19)}${(i + 16).toString(16)}`,
    )
    const kappas = coinbases.map((coinbase) => kappaOf({ ...synthetic.header, coinbase } as Header))
    expect(new Set(kappas).size).toBe(64)
  })

  describe('B6: two winning tiles of one nonce', () => {
    const block = mine(FIRST_PLACE, { tilesMin: 2 })
    const proofs = block.tiles.map((tile) => assembleProof('T0', tile, block.operands))
    const verify = (proof: Uint8Array) =>
      verifyProofOfCompute(block.headerRlp, proof, block.context)

    it('are two witnesses of one block', () => {
      expect(new Set(proofs.map(bytesToHex)).size).toBe(block.tiles.length)
      for (const proof of proofs) {
        expect(verify(proof)).toMatchObject({ ok: true, blockHash: block.hash })
      }
    })

    it('make one block in the tree, and the second is not passed on', () => {
      const tree = BlockTree.fromGenesis(TEST_PARAMS, GENESIS_HASH, GENESIS)
      expect(tree.insert(block.header, block.hash, true).outcome).toBe('inserted')
      expect(tree.insert(block.header, block.hash, true).outcome).toBe('known')
      expect(tree.size).toBe(2)
      expect(tree.head().totalDifficulty).toBe(GENESIS.difficulty)
      expect(tree.bestVerified().totalDifficulty).toBe(2n * GENESIS.difficulty)
    })

    it('are all the witnesses there are: every other tile is refused, the header unjudged', () => {
      for (let tile = 0; tile < SHAPES.T0.ticketCount; tile++) {
        const [ti, tj] = [tile >> 3, tile & 7]
        const verdict = verify(assembleProof('T0', { ti, tj }, block.operands))
        const isWinner = block.tiles.some((winner) => winner.ti === ti && winner.tj === tj)
        expect(verdict.ok).toBe(isWinner)
        expect(verdict.blockHash).toBe(block.hash)
        if (!verdict.ok) expect(verdict.condemns).toBe('sender')
      }
    })

    it('a bad proof bans its sender, and the good one passes afterwards', () => {
      const bad = verify(new Uint8Array(8))
      expect(!bad.ok && proofVerdict(bad)).toEqual({ verdict: 'reject', action: 'ban' })
      expect(verify(proofs[0]!).ok).toBe(true)
    })
  })

  it('the block hash covers every field of the header', () => {
    const seen = new Set([synthetic.hash])
    const changes = {
      ...UNSEEN,
      coinbase: `0x${'ee'.repeat(20)}`,
      parentHash: ZERO_HASH,
      number: 2n,
    }
    for (const [field, value] of Object.entries(changes)) {
      seen.add(hashHeader({ ...synthetic.header, [field]: value }))
    }
    expect(seen.size).toBe(1 + Object.keys(changes).length)
  })
})
