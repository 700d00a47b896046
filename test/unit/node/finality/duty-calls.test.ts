/** What it costs to ask which certificate a chain lacks: a template asks for each block. */
import { describe, expect, it } from 'vitest'
import type { Certificate } from '../../../../consensus/finality/types.ts'
import { missingCertificates } from '../../../../node/finality/duty-calls.ts'
import type { StateView } from '../../../../node/state/types.ts'
import { FinalityMachine, linkVote } from '../../../support/finality-net.ts'
import { GENESIS } from '../../../support/mined-blocks.ts'
import { growChain, hashOf } from '../../../support/tree-blocks.ts'

const EPOCH = 8
const ZERO = `0x${'0'.repeat(64)}` as const

/** Certificates of so many epochs for a block on `number`, whose state knows none of them. */
function untold(epochs: number, number = epochs * EPOCH) {
  const machine = new FinalityMachine()
  growChain(machine.tree, 0, 1, epochs * EPOCH)
  const certificates: Certificate[] = []
  for (let epoch = 1; epoch <= epochs; epoch++) {
    // The first links are missing: nothing can be told before they are.
    if (epoch < 3) continue
    const vote = linkVote(machine.tree, (epoch - 1) * EPOCH, epoch * EPOCH)
    certificates.push({ vote, signers: [], signatures: [] })
    machine.state.certificates.set(BigInt(epoch), certificates.at(-1)!)
  }
  machine.state.justified = { epoch: BigInt(epochs), hash: hashOf(epochs * EPOCH) }
  let reads = 0
  const state = {
    async storage() {
      reads += 1
      return ZERO
    },
  } as unknown as StateView
  const asked: bigint[] = []
  async function* stored(from: bigint) {
    asked.push(from)
    yield* certificates.filter(({ vote }) => vote.targetEpoch >= from)
  }
  const header = { ...GENESIS, number: BigInt(number) }
  const parent = { hash: machine.tree.head().hash, header } as never
  const look = () => missingCertificates({ finality: machine.state, stored, state, parent })
  return { look, asked, readCount: () => reads }
}

describe('node / finality / duty calls', () => {
  it('each certificate is looked at once, though each is the source of the next', async () => {
    const { look, readCount } = untold(120)
    expect(await look()).toEqual([])
    // The newest on chain, 118 in memory, 16 on disk.
    expect(readCount()).toBeLessThanOrEqual(1 + 118 + 16)
  })

  it('a target whose hash no contract can look up any more is not brought', async () => {
    const { look, asked, readCount } = untold(20, 8_240)
    expect(await look()).toEqual([])
    // The block is 8,241, and 8,191 before it is block 50.
    expect(asked).toEqual([7n])
    // The newest on chain, and 7 to 20 in memory and on disk.
    expect(readCount()).toBe(1 + 14 + 14)
  })
})
