/**
 * Execution in tier 0: what the system contracts would do with the few transactions of a block.
 * One for all nodes of a run, because it is a pure function of the parent's state and the body.
 *
 * Spec: docs/spec/finality.md, "Certificates", "Slashing".
 */
import { hexToBytes } from '../../../consensus/codec/hex.ts'
import { assert } from '../../../consensus/errors.ts'
import type { FinalityConfig } from '../../../consensus/finality/finality-state.ts'
import type { Certificate, Evidence } from '../../../consensus/finality/types.ts'
import { offenceOf } from '../../../consensus/finality/votes/slashing-rule.ts'
import { domainSeparator, voteDigest } from '../../../consensus/finality/votes/vote-digest.ts'
import type { Hash } from '../../../consensus/types.ts'
import { isTwoThirds } from '../checks/quorum.ts'
import {
  type ModelBlock,
  type ModelHeader,
  type ModelState,
  type ModelTransaction,
  tokenHash,
} from './model-block.ts'
import {
  beginDynasty,
  deposit,
  dynastyAt,
  exit,
  slash,
  type ValidatorModel,
  weightsIn,
  withdraw,
} from './validator-model.ts'

export type UnsealedBlock = Omit<ModelHeader, 'stateRoot' | 'body'> & {
  readonly transactions: readonly ModelTransaction[]
}

export class ModelExecutor {
  readonly genesis: ModelBlock
  readonly separator: Uint8Array
  readonly #config: FinalityConfig
  readonly #blocks = new Map<Hash, ModelBlock>()
  readonly #states = new Map<Hash, ModelState>()
  readonly #listeners = new Set<(block: ModelBlock) => void>()
  #count = 0

  constructor(config: FinalityConfig, genesis: UnsealedBlock, set: ValidatorModel) {
    this.#config = config
    this.separator = domainSeparator(config.domain)
    const root = tokenHash('57a7', 1)
    this.genesis = {
      hash: config.domain.genesisHash,
      header: { ...genesis, stateRoot: root, body: 0 },
      body: 0,
      transactions: [],
    }
    const epochs = { lastCertified: 0n, lastFinalized: 0n, justified: new Map() }
    this.#blocks.set(this.genesis.hash, this.genesis)
    this.#states.set(this.genesis.hash, { root, mark: 1, set, ...epochs })
  }

  /** Every block that anybody ever sealed. */
  get blocks(): ReadonlyMap<Hash, ModelBlock> {
    return this.#blocks
  }

  /** The state after a block that was sealed and is valid. */
  stateAfter(hash: Hash): ModelState {
    const state = this.#states.get(hash)
    assert(state !== undefined, 'a valid block has a state')
    return state
  }

  /** The state after a transaction on top of `parent`; undefined: it reverts. */
  apply(
    state: ModelState,
    transaction: ModelTransaction,
    parent: ModelBlock,
  ): ModelState | undefined {
    switch (transaction.kind) {
      case 'certify':
        return this.#certify(state, transaction.certificate, parent)
      case 'deposit':
        return withSet(state, deposit(state.set, transaction.key, transaction.weight))
      case 'exit':
        return withSet(state, exit(state.set, transaction.index))
      case 'withdraw':
        return withSet(
          state,
          withdraw(state.set, transaction.index, {
            number: parent.header.number + 1n,
            delayBlocks: this.#config.withdrawalDelayEpochs * BigInt(this.#config.epochLength),
          }),
        )
      case 'slash':
        return this.#slash(state, transaction.evidence, parent)
    }
  }

  /** As `ValidatorSet.slash`: the index is that of who signed, whatever the evidence says. */
  #slash(state: ModelState, evidence: Evidence, parent: ModelBlock): ModelState | undefined {
    const votes = [evidence.first, evidence.second]
    if (offenceOf(evidence.first.vote, evidence.second.vote) === undefined) return undefined
    const { withdrawalDelayEpochs, epochLength, recover } = this.#config
    const epoch = (parent.header.number + 1n) / BigInt(epochLength)
    if (votes.every(({ vote }) => vote.targetEpoch + withdrawalDelayEpochs < epoch))
      return undefined
    const [key, other] = votes.map(({ vote, signature }) =>
      recover(voteDigest(this.separator, vote), hexToBytes(signature)),
    )
    if (key === undefined || key !== other) return undefined
    return withSet(
      state,
      slash(
        state.set,
        state.set.members.findIndex((m) => m.key === key),
      ),
    )
  }

  /** Calls `listener` with every block that is sealed, until the returned function is called. */
  onSealed(listener: (block: ModelBlock) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Seals a block; with `isSound` false its state root is wrong, as only a liar would do. */
  seal({ transactions, ...header }: UnsealedBlock, isSound = true): ModelBlock {
    const parent = this.#blocks.get(header.parentHash)
    assert(parent !== undefined, 'a block is sealed on another')
    const body = ++this.#count
    const hash = tokenHash('b10c', body)
    const state = this.#states.get(header.parentHash)
    const after = state && this.#run(state, transactions, parent)
    const stateRoot = after !== undefined && isSound ? after.root : tokenHash('57a7', 0)
    const block = { hash, header: { ...header, stateRoot, body }, body, transactions }
    this.#blocks.set(hash, block)
    if (after !== undefined && isSound) this.#states.set(hash, after)
    for (const listener of this.#listeners) listener(block)
    return block
  }

  /** The block's post-state; undefined if it is not what the header says. */
  execute(block: ModelBlock): ModelState | undefined {
    const state = this.#states.get(block.hash)
    return state?.root === block.header.stateRoot ? state : undefined
  }

  #run(
    parent: ModelState,
    transactions: readonly ModelTransaction[],
    block: ModelBlock,
  ): ModelState | undefined {
    let state = parent
    for (const transaction of transactions) {
      const after = this.apply(state, transaction, block)
      if (after === undefined) return undefined
      state = after
    }
    const mark = (Math.imul(parent.mark ^ this.#count, 0x85ebca6b) >>> 0) + 2
    return { ...state, mark, root: tokenHash('57a7', mark) }
  }

  /** As `ValidatorSet.certify`. */
  #certify(
    state: ModelState,
    certificate: Certificate,
    parent: ModelBlock,
  ): ModelState | undefined {
    const { vote } = certificate
    const { sourceEpoch: source, targetEpoch: target } = vote
    const known = source === 0n ? this.genesis.hash : state.justified.get(source)
    if (known !== vote.sourceHash || target <= source || target <= state.lastFinalized) {
      return undefined
    }
    if (state.justified.has(target)) return undefined
    const length = BigInt(this.#config.epochLength)
    if (this.ancestorAt(parent, target * length)?.hash !== vote.targetHash) return undefined
    if (!this.#isSigned(state.set, certificate, length)) return undefined
    const justified = new Map(state.justified).set(target, vote.targetHash)
    const lastCertified = target > state.lastCertified ? target : state.lastCertified
    const isFinal = target === source + 1n && source > state.lastFinalized
    if (!isFinal) return { ...state, justified, lastCertified }
    const set = beginDynasty(state.set, parent.header.number + 1n)
    return { ...state, justified, lastCertified, lastFinalized: source, set }
  }

  #isSigned(set: ValidatorModel, certificate: Certificate, length: bigint): boolean {
    const { vote, signers, signatures } = certificate
    const digest = voteDigest(this.separator, vote)
    const sets = [vote.sourceEpoch, vote.targetEpoch].map((epoch) =>
      weightsIn(set, dynastyAt(set, epoch * length)),
    )
    if (!sets.every((weights) => isTwoThirds(signers, weights))) return false
    if (!signers.every((index) => sets.some((weights) => (weights[index] ?? 0n) > 0n))) return false
    return signers.every((index, i) => {
      const recovered = this.#config.recover(digest, hexToBytes(signatures[i] ?? '0x'))
      return recovered === set.members[index]?.key
    })
  }

  /** The block of this number on the branch of another. */
  ancestorAt(block: ModelBlock, number: bigint): ModelBlock | undefined {
    let current: ModelBlock | undefined = block.header.number < number ? undefined : block
    while (current !== undefined && current.header.number > number) {
      current = this.#blocks.get(current.header.parentHash)
    }
    return current
  }
}

function withSet(state: ModelState, set: ValidatorModel | undefined): ModelState | undefined {
  return set && { ...state, set }
}
