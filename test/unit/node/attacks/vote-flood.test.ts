/**
 * Votes without end, of old, far and unknown targets and with forged signatures, while blocks come
 * in: none is counted, few are looked at, and blocks pass between them all the while
 * (spec/consensus.md 6, row 21). How long an import takes is printed, not judged.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { bytesToHex } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import { encodeVote } from '../../../../consensus/finality/codec/finality-codec.ts'
import type { FinalityVote } from '../../../../consensus/finality/types.ts'
import type { Hash } from '../../../../consensus/types.ts'
import { devAccounts } from '../../../../genesis/accounts.ts'
import type { SealedBlock } from '../../../../node/chain/sealed-block.ts'
import { recoverSigner } from '../../../../node/finality/vote-signer.ts'
import { VOTES_BURST_MAX, VOTES_PER_SECOND_MAX } from '../../../../node/gossip/vote-turns.ts'
import type { Node } from '../../../../node/node.ts'
import type { Verdict } from '../../../../p2p/options.ts'
import { forkOf, validatorGenesis } from '../../../support/certified-chain.ts'
import { Random } from '../../../support/random.ts'
import { startTestNode } from '../../../support/test-node.ts'

/** A few to warm up, then as many in quiet as in the flood. */
const BLOCKS = 68
const WARM_UP = 8
const HALF = (WARM_UP + BLOCKS) / 2
/** Votes of all flooders together. */
const PER_MILLISECOND = 8
const FORGERIES = 4_096
const FLOODERS = ['one peer', 'another peer']
/** Old, of now, and far ahead: the head is in epochs 1 to 8 meanwhile. */
const EPOCHS = [1, 2, 6, 7, 1_000, 2 ** 40]

const random = new Random(21)
const randomHash = (): Hash => bytesToHex(random.bytes(32))

/** Half of them for `known`, whose signature has to be looked at. */
function forgedVote(genesisHash: Hash, known: FinalityVote): Uint8Array {
  const strange = {
    sourceEpoch: 0n,
    sourceHash: genesisHash,
    targetEpoch: BigInt(random.pick(EPOCHS)),
    targetHash: randomHash(),
    outputRoot: randomHash(),
  }
  const vote = random.chance(50) ? known : strange
  const signature = `${bytesToHex(random.bytes(64))}1b` as const
  return encodeVote({ vote, validator: random.below(5), signature })
}

class Flood {
  readonly verdicts: Record<Verdict, number> = { accept: 0, ignore: 0, reject: 0 }
  sent = 0
  readonly #node: Node
  readonly #votes: readonly Uint8Array[]
  readonly #judged: Promise<void>[] = []

  constructor(node: Node, known: FinalityVote) {
    const { hash } = node.chain.genesis
    this.#node = node
    this.#votes = Array.from({ length: FORGERIES }, () => forgedVote(hash, known))
  }

  /** What every peer may have judged at once. */
  spendBudget(): void {
    for (let i = 0; i < FLOODERS.length * VOTES_BURST_MAX; i++) this.#send()
  }

  /** Floods until `work` is done; nobody waits for a verdict. */
  async during(work: Promise<unknown>): Promise<void> {
    const startMs = performance.now()
    const before = this.sent
    let isOver = false
    const ended = work.finally(() => {
      isOver = true
    })
    while (!isOver) {
      const due = (performance.now() - startMs) * PER_MILLISECOND
      for (let turns = due - (this.sent - before); turns > 0; turns--) this.#send()
      await turn()
    }
    await ended
  }

  /** Resolves when every vote was judged. */
  async end(): Promise<void> {
    await Promise.all(this.#judged)
  }

  #send(): void {
    const vote = this.#votes[this.sent % FORGERIES]!
    const peer = FLOODERS[this.sent % FLOODERS.length]!
    this.sent += 1
    const judged = this.#node.peers!.gossip.onMessage('vote', vote, peer)
    this.#judged.push(
      judged.then((verdict) => {
        this.verdicts[verdict] += 1
      }),
    )
  }
}

const middle = (times: readonly number[]) => [...times].sort((a, b) => a - b)[times.length >> 1]

describe('node / attacks / vote flood', () => {
  it('blocks are imported between votes that never end, and nothing is final by them', async () => {
    const fork = await forkOf(BLOCKS, devAccounts()[0]!.address)
    let checks = 0
    const node = await startTestNode({
      ...{ genesis: await validatorGenesis(), peers: [] },
      ports: {
        recoverSigner(...args) {
          checks += 1
          return recoverSigner(...args)
        },
      },
    })
    const load = async (block: SealedBlock) => {
      const start = performance.now()
      await node.chain.importBlock(block, 'gossip')
      return performance.now() - start
    }
    const times: number[] = []
    const loadAll = async (from: number, to: number) => {
      times.length = 0
      for (const block of fork.blocks.slice(from, to)) times.push(await load(block))
    }
    await loadAll(0, WARM_UP)
    await loadAll(WARM_UP, HALF)
    const quietMs = middle(times)
    const start = performance.now()
    const flood = new Flood(node, fork.certificate(0, 1).vote)
    flood.spendBudget()
    await flood.during(loadAll(HALF, BLOCKS))
    const seconds = Math.ceil((performance.now() - start) / 1_000)
    const floodedMs = middle(times)
    console.log('vote flood:', { quietMs, floodedMs, sent: flood.sent, checks, seconds })
    expect(node.chain.head.hash).toBe(fork.blocks.at(-1)!.hash)
    // One check each at most, and of no peer more than its budget.
    const budget = FLOODERS.length * (VOTES_BURST_MAX + VOTES_PER_SECOND_MAX * (seconds + 1))
    expect(checks).toBeGreaterThan(VOTES_BURST_MAX / 2)
    expect(checks).toBeLessThanOrEqual(budget)
    expect(flood.sent).toBeGreaterThan(2 * checks)
    await flood.end()
    const { verdicts } = flood
    expect(verdicts.accept).toBe(0)
    expect(verdicts.ignore).toBeGreaterThan(0)
    expect(verdicts.reject).toBeGreaterThan(0)
    expect(node.chain.finality.finalized.epoch).toBe(0n)
    // A certificate of the quorum counts as ever.
    await node.chain.takeCertificate(fork.certificate(0, 1))
    await node.chain.takeCertificate(fork.certificate(1, 2))
    expect(node.chain.finality.finalized).toEqual({ epoch: 1n, hash: fork.hash(1) })
  })
})
