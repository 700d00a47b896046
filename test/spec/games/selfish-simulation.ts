/**
 * Selfish mining against real trees and real finality: one withholds its blocks, the honest rest is
 * two halves that hear of competing blocks in opposite order, and both vote. Who finds the next
 * block is drawn from a seed; signatures name their key and cost nothing.
 *
 * The strategy is that of Eyal and Sirer (2014), which publishes just enough to win.
 */
import { bytesToHex, concatBytes } from '@ethereumjs/util'
import { bestVote } from '../../../consensus/finality/duty.ts'
import {
  type FinalityInput,
  type FinalityState,
  genesisFinality,
} from '../../../consensus/finality/finality-state.ts'
import { dropBranches, transition } from '../../../consensus/finality/transition.ts'
import type { FinalityVote, SignedVote, ValidatorView } from '../../../consensus/finality/types.ts'
import { maySign } from '../../../consensus/finality/votes/slashing-rule.ts'
import { voteDigest } from '../../../consensus/finality/votes/vote-digest.ts'
import type { BlockTree } from '../../../consensus/tree/block-tree.ts'
import type { Address, Hash } from '../../../consensus/types.ts'
import {
  DOMAIN,
  STAKE_WEI,
  stateRootOf,
  VOTE_DEPTH,
  WITHDRAWAL_DELAY_EPOCHS,
} from '../../support/finality-net.ts'
import { COINBASE, GENESIS_HASH, TEST_PARAMS } from '../../support/mined-blocks.ts'
import { Random } from '../../support/random.ts'
import { hashOf, newTree } from '../../support/tree-blocks.ts'

const EPOCH = TEST_PARAMS.epochLength
/** Four validators of equal stake: a quorum takes three. */
const VALIDATORS = [0, 1, 2, 3] as const
const KEYS = VALIDATORS.map((i): Address => `0x${String(i + 1).padStart(40, '0')}`)
const VIEW: ValidatorView = {
  dynasty: 0n,
  votingKeys: KEYS,
  weights: VALIDATORS.map(() => STAKE_WEI),
  slashed: VALIDATORS.map(() => false),
  withdrawn: VALIDATORS.map(() => false),
}

type Block = {
  readonly hash: Hash
  readonly number: number
  readonly parent: Block | undefined
  readonly isSelfish: boolean
}

export type SelfishGame = {
  /** Share of the work that withholds. */
  readonly alpha: number
  /** Share of the honest work that hears of the withheld block first. */
  readonly gamma: number
  readonly blocks: number
  readonly seed: number
  /** Of the four validators, those who hear of the withheld block first; undefined: none votes. */
  readonly fooled?: number
  /** Whether the selfish one publishes before a vote would shut its branch out. */
  readonly isCareful?: boolean
}

export type SelfishOutcome = {
  /** Of the blocks on the chain in the end, those of the selfish one. */
  readonly share: number
  /** Share of all blocks found that are not on the chain. */
  readonly orphaned: number
  /** Most blocks that any half ever took back at once. */
  readonly reorgMax: number
  /** Share of the epochs of the chain that became final. */
  readonly final: number
}

export function playSelfish(game: SelfishGame): SelfishOutcome {
  const world = new World(game)
  for (let i = 0; i < game.blocks; i++) world.step()
  return world.outcome()
}

class Half {
  readonly tree: BlockTree = newTree()
  readonly state: FinalityState
  reorgMax = 0
  /** Checkpoints that became final. */
  finalized = 0

  constructor() {
    const config = {
      domain: DOMAIN,
      epochLength: EPOCH,
      voteDepth: VOTE_DEPTH,
      withdrawalDelayEpochs: WITHDRAWAL_DELAY_EPOCHS,
      recover: recoverNamed,
    }
    const stateRoot = stateRootOf(GENESIS_HASH)
    this.state = genesisFinality(config, this.tree, { hash: GENESIS_HASH, stateRoot, view: VIEW })
  }

  hear({ hash, parent, number }: Block): void {
    const on = this.tree.get(parent?.hash ?? GENESIS_HASH)
    // Beside what is final: nobody here looks at it any more.
    if (on === undefined) return
    this.#watchHead(() => {
      const header = {
        parentHash: on.hash,
        coinbase: COINBASE,
        number: BigInt(number),
        timestamp: on.timestamp + 2n,
        difficulty: TEST_PARAMS.minDifficulty,
        gasLimit: on.gasLimit,
        gasUsed: 0n,
        baseFeePerGas: on.baseFeePerGas,
      }
      if (this.tree.insert(header, hash, true).outcome !== 'inserted') return
      this.tree.markExecuted(hash)
      const stateRoot = stateRootOf(hash)
      if (number % EPOCH === 0) this.take({ kind: 'checkpoint', hash, stateRoot, view: VIEW })
    })
  }

  take(input: FinalityInput): void {
    this.#watchHead(() => {
      for (const effect of transition(this.state, input).effects) {
        if (effect.kind === 'assembled') {
          this.take({ kind: 'certificate', certificate: effect.certificate })
        } else if (effect.kind === 'finalized') {
          this.finalized += 1
          dropBranches(this.state)
        }
      }
    })
  }

  #watchHead(change: () => void): void {
    const before = this.tree.head()
    change()
    // A head that left the tree was beside what is final now.
    if (this.tree.get(before.hash) === undefined) return
    const fork = this.tree.commonAncestor(before.hash, this.tree.head().hash)
    this.reorgMax = Math.max(this.reorgMax, Number(before.number - fork.number))
  }
}

class World {
  readonly #game: SelfishGame
  readonly #random: Random
  readonly #halves = [new Half(), new Half()] as const
  readonly #blocks = new Map<Hash, Block>()
  readonly #signed = new Map<number, FinalityVote>()
  #tip: Block
  /** Found and not published, lowest first. */
  #withheld: Block[] = []
  /** A published block of the selfish one stands against an honest one of the same height. */
  #isRace = false
  #found = 0

  constructor(game: SelfishGame) {
    this.#game = game
    this.#random = new Random(game.seed)
    this.#tip = { hash: GENESIS_HASH, number: 0, parent: undefined, isSelfish: false }
    this.#blocks.set(GENESIS_HASH, this.#tip)
  }

  step(): void {
    if (this.#random.unit() <= this.#game.alpha) this.#selfishFinds()
    else this.#honestFinds(this.#random.unit() <= this.#game.gamma ? 0 : 1)
    this.#vote()
    this.#giveUpDeadBranch()
  }

  outcome(): SelfishOutcome {
    this.#publish(this.#withheld.length)
    let [selfish, all] = [0, 0]
    for (let block = this.#headOf(0); block.parent !== undefined; block = block.parent) {
      all += 1
      if (block.isSelfish) selfish += 1
    }
    return {
      share: selfish / all,
      orphaned: 1 - all / this.#found,
      reorgMax: Math.max(...this.#halves.map(({ reorgMax }) => reorgMax)),
      final: this.#halves[0].finalized / Math.floor(all / EPOCH),
    }
  }

  #selfishFinds(): void {
    this.#tip = this.#find(this.#tip, true)
    this.#withheld.push(this.#tip)
    if (!this.#isRace) return
    this.#publish(1)
    this.#isRace = false
  }

  #honestFinds(half: 0 | 1): void {
    const parent = this.#headOf(half)
    const lead = this.#tip.number - parent.number
    const block = this.#find(parent, false)
    this.#isRace = false
    if (lead <= 0) {
      this.#tellAll(block)
      this.#adopt()
    } else if (lead === 2) {
      this.#tellAll(block)
      this.#publish(this.#withheld.length)
    } else {
      this.#compete(block)
      this.#isRace = lead === 1
      if (lead > 2 && this.#isShutOutSoon()) this.#publish(this.#withheld.length)
    }
  }

  /** The first half hears of the withheld block before the honest one, the second after it. */
  #compete(honest: Block): void {
    const withheld = this.#withheld.shift()
    if (withheld === undefined) throw new Error('the selfish one leads')
    const [first, second] = this.#halves
    first.hear(withheld)
    first.hear(honest)
    second.hear(honest)
    second.hear(withheld)
  }

  /** One block more and validators vote for a checkpoint beside the withheld branch. */
  #isShutOutSoon(): boolean {
    if (this.#game.isCareful !== true) return false
    const number = this.#headOf(1).number + 1 - VOTE_DEPTH
    if (number <= 0 || number % EPOCH !== 0) return false
    return ancestorAt(this.#tip, number) !== ancestorAt(this.#headOf(1), number)
  }

  /** Each validator votes once an epoch, by the head of its half; all hear of it. */
  #vote(): void {
    const { fooled } = this.#game
    if (fooled === undefined) return
    for (const [half, { tree, state }] of this.#halves.entries()) {
      const voters = VALIDATORS.filter((each) => each < fooled === (half === 0))
      const epoch = (tree.head().number - BigInt(VOTE_DEPTH)) / BigInt(EPOCH)
      if (voters.every((each) => (this.#signed.get(each)?.targetEpoch ?? 0n) >= epoch)) continue
      const vote = bestVote(state)
      if (vote === undefined) continue
      for (const validator of voters) {
        if (!maySign(vote, this.#signed.get(validator))) continue
        this.#signed.set(validator, vote)
        const signed = signNamed(vote, validator, state.separator)
        for (const each of this.#halves) each.take({ kind: 'vote', signed })
      }
    }
  }

  #giveUpDeadBranch(): void {
    const { justified } = this.#halves[0].state
    const at = ancestorAt(this.#tip, Number(justified.epoch) * EPOCH)
    if (at?.hash !== justified.hash) this.#adopt()
  }

  #adopt(): void {
    this.#tip = this.#headOf(0)
    this.#withheld = []
    this.#isRace = false
  }

  #publish(count: number): void {
    for (const block of this.#withheld.splice(0, count)) this.#tellAll(block)
  }

  #tellAll(block: Block): void {
    for (const half of this.#halves) half.hear(block)
  }

  #find(parent: Block, isSelfish: boolean): Block {
    const hash = hashOf(++this.#found)
    const block = { hash, number: parent.number + 1, parent, isSelfish }
    this.#blocks.set(hash, block)
    return block
  }

  #headOf(half: 0 | 1): Block {
    const block = this.#blocks.get(this.#halves[half].tree.head().hash)
    if (block === undefined) throw new Error('every block of a tree was found')
    return block
  }
}

function ancestorAt(block: Block, number: number): Block | undefined {
  let at: Block | undefined = block
  while (at !== undefined && at.number > number) at = at.parent
  return at?.number === number ? at : undefined
}

/** 65 bytes: the digest, then the number of the key. */
function signNamed(vote: FinalityVote, validator: number, separator: Uint8Array): SignedVote {
  const name = new Uint8Array(33).fill(0)
  name[32] = validator
  return { vote, validator, signature: bytesToHex(concatBytes(voteDigest(separator, vote), name)) }
}

function recoverNamed(digest: Uint8Array, signature: Uint8Array): Address | undefined {
  const isOfDigest = bytesToHex(signature.subarray(0, 32)) === bytesToHex(digest)
  return isOfDigest ? KEYS[signature[64] ?? -1] : undefined
}

/** Share of the chain by the formula of Eyal and Sirer, without finality. */
export function expectedShare(alpha: number, gamma: number): number {
  const gained = alpha * (1 - alpha) ** 2 * (4 * alpha + gamma * (1 - 2 * alpha)) - alpha ** 3
  return gained / (1 - alpha * (1 + (2 - alpha) * alpha))
}
