/**
 * The invariants, seen from above: what no node may ever do, whatever happens to it. Numbers are
 * those of docs/simulator.md, "Invariants".
 */
import { hexToBytes } from '../../../consensus/codec/hex.ts'
import { CodedError } from '../../../consensus/errors.ts'
import { EPOCHS_BELOW_FINAL_MAX } from '../../../consensus/finality/checkpoint-book.ts'
import {
  type FinalityEffect,
  PENDING_CERTIFICATES_MAX,
} from '../../../consensus/finality/finality-state.ts'
import type {
  Certificate,
  EpochCheckpoint,
  Evidence,
  SignedVote,
} from '../../../consensus/finality/types.ts'
import { voteDigest } from '../../../consensus/finality/votes/vote-digest.ts'
import type { Hash } from '../../../consensus/types.ts'
import { countedFault } from '../checks/counted-votes.ts'
import { headFault } from '../checks/head-check.ts'
import { quorumFault } from '../checks/quorum.ts'
import { conflictOf, VoteLedger } from '../checks/vote-ledger.ts'
import type { ModelNode } from '../model/model-node.ts'
import { ORPHANS_MAX } from '../model/model-sync.ts'
import type { ModelObserver, ModelWorld } from '../model/model-world.ts'
import { recoverToken } from '../model/token-signature.ts'

/** Votes of a validator that are held: the window and one epoch ahead. */
const VOTES_PER_VALIDATOR_MAX = 66

type NodeRecord = { finalized: EpochCheckpoint; justifiedEpoch: bigint }

export class Checker implements ModelObserver {
  readonly ledger = new VoteLedger()
  readonly #isOverThird: boolean
  readonly #world: () => ModelWorld
  readonly #records = new Map<number, NodeRecord>()
  readonly #verified = new WeakSet<Certificate>()
  /** The highest checkpoint that anybody honest holds final. */
  #highest: EpochCheckpoint | undefined
  #hasConflict = false

  constructor(world: () => ModelWorld, isOverThird: boolean) {
    this.#world = world
    this.#isOverThird = isOverThird
  }

  get highestFinalized(): bigint {
    return this.#highest?.epoch ?? 0n
  }

  /** Honest nodes have finalized two branches. */
  get hasConflict(): boolean {
    return this.#hasConflict
  }

  /** I2, I3: a crash takes nothing back. */
  onStart(node: ModelNode): void {
    const { finalized, justified } = node.chain.finality
    const before = this.#records.get(node.index)
    if (before !== undefined && node.isHonest) {
      this.#expect(finalized.hash === before.finalized.hash, 'I2', node, 'a restart moved finality')
      const isKept = justified.epoch >= before.justifiedEpoch
      this.#expect(isKept, 'I3', node, 'a restart took back what was justified')
    }
    this.#records.set(node.index, { finalized, justifiedEpoch: justified.epoch })
  }

  /** I4, I11. */
  onSigned(node: ModelNode, signed: SignedVote): void {
    const offence = this.ledger.add(node.address, signed.vote)
    if (!node.isHonest) return
    if (signed.vote.targetEpoch > this.ledger.highestHonestTarget) {
      this.ledger.highestHonestTarget = signed.vote.targetEpoch
    }
    if (offence !== undefined) {
      const { invariant, message } = offence
      this.#fail(invariant, node, `validator ${signed.validator}: ${message}`)
    }
  }

  /** I2: what is final is below the head. */
  onHead(node: ModelNode, removed: number, isLighter: boolean): void {
    const { coverage } = this.#world()
    if (removed > 10) coverage.hit('reorg deeper than 10')
    else if (removed > 0) coverage.hit('reorg')
    if (isLighter) coverage.hit('a heavier branch gave way to a justified one')
    const { tree } = node.chain
    const isAbove = tree.isDescendant(tree.head().hash, tree.finalized.hash)
    this.#expect(isAbove, 'I2', node, 'the head is not above the finalized block')
  }

  onEffect(node: ModelNode, effect: FinalityEffect): void {
    const { coverage, trace } = this.#world()
    if (effect.kind !== 'publish-vote') coverage.hit(`effect ${effect.kind}`)
    if (effect.kind === 'fetch-block') coverage.hit('certificate before its block')
    trace.add(effect.kind, node.index, 0, () => tellEffect(effect))
    if (!node.isHonest) return
    switch (effect.kind) {
      case 'certified':
        this.#onCertified(node, effect.certificate)
        return
      case 'justified':
        this.#onJustified(node, effect.checkpoint)
        return
      case 'finalized':
        this.#onFinalized(node, effect.checkpoint)
        return
      case 'publish-evidence':
        this.#onEvidence(node, effect.evidence)
        return
      case 'safety-fault':
        this.#onFault(node, effect.fault.code)
        return
      case 'publish-vote':
        this.#onPublished(node, effect.signed)
        return
      case 'sign':
      case 'assembled':
      case 'fetch-block':
      case 'fetch-certificates':
      case 'doppelganger':
      case 'recovered':
        return
    }
  }

  /** I5, I10, I16: now and then, for every node. */
  check(node: ModelNode): void {
    const { finality, tree } = node.chain
    const fault = headFault(finality)
    this.#expect(fault === undefined, 'I5', node, `${fault}`)
    const twice = countedFault(finality)
    this.#expect(twice === undefined, 'I10', node, `${twice}`)
    const { pending, votes, book } = finality
    const isBounded =
      pending.size <= PENDING_CERTIFICATES_MAX && node.sync.orphanCount <= ORPHANS_MAX
    this.#expect(isBounded, 'I16', node, 'a queue has passed its cap')
    const voters = book.executed(tree.head().epochStart.hash)?.view.votingKeys.length ?? 0
    const votesMax = (voters + 2) * VOTES_PER_VALIDATOR_MAX
    this.#expect(votes.size <= votesMax, 'I16', node, `${votes.size} votes are held`)
    this.#expect(book.size <= tree.size + Number(EPOCHS_BELOW_FINAL_MAX), 'I16', node, 'the book')
  }

  /** I4: what could be forgotten is never sent. */
  #onPublished(node: ModelNode, { vote }: SignedVote): void {
    const what = `the vote for epoch ${vote.targetEpoch} is not on disk`
    this.#expect(node.record.holds(vote), 'I4', node, what)
  }

  /** I10: by the sets of its source and its target, with signatures of its signers. */
  #onCertified(node: ModelNode, certificate: Certificate): void {
    if (this.#verified.has(certificate)) return
    const { executor } = this.#world()
    const { vote, signatures } = certificate
    const digest = voteDigest(executor.separator, vote)
    const views = [vote.sourceHash, vote.targetHash].map((hash) => {
      const { members, dynasty } = executor.stateAfter(hash).set
      const weights = members.map(({ weight, start, end }) =>
        start <= dynasty && dynasty < end ? weight : 0n,
      )
      return { weights, votingKeys: members.map(({ key }) => key) }
    })
    const fault = quorumFault(certificate, views, (place) =>
      recoverToken(digest, hexToBytes(signatures[place] ?? '0x')),
    )
    this.#expect(fault === undefined, 'I10', node, `${fault}`)
    this.#verified.add(certificate)
  }

  /** I3. */
  #onJustified(node: ModelNode, { epoch }: EpochCheckpoint): void {
    const record = this.#records.get(node.index)
    if (record === undefined) return
    this.#expect(epoch > record.justifiedEpoch, 'I3', node, 'the justified epoch went back')
    record.justifiedEpoch = epoch
  }

  /** I1, I2, I12, I17. */
  #onFinalized(node: ModelNode, checkpoint: EpochCheckpoint): void {
    const record = this.#records.get(node.index)
    if (record === undefined) return
    this.#expect(checkpoint.epoch > record.finalized.epoch, 'I17', node, 'finality went back')
    const isKept = this.#isAbove(checkpoint.hash, record.finalized.hash)
    this.#expect(isKept, 'I2', node, 'finality left its own branch')
    record.finalized = checkpoint
    this.#expect(this.#hasCertificate(node, checkpoint), 'I12', node, 'no certificate is stored')
    const highest = this.#highest
    if (highest === undefined) this.#highest = checkpoint
    else this.#compare(node, checkpoint, highest)
  }

  #compare(node: ModelNode, checkpoint: EpochCheckpoint, highest: EpochCheckpoint): void {
    const isHigher = checkpoint.epoch > highest.epoch
    const [above, below] = isHigher ? [checkpoint, highest] : [highest, checkpoint]
    if (this.#isAbove(above.hash, below.hash)) {
      this.#highest = above
      return
    }
    const lied = this.ledger.slashable()
    const { members, dynasty } = this.#world().executor.stateAfter(checkpoint.hash).set
    // A deposit that waits for its dynasty has no voice, and none of its stake could lie.
    const voters = members.filter(({ start }) => start <= dynasty)
    const total = voters.reduce((sum, { weight }) => sum + weight, 0n)
    const weight = voters.reduce((sum, m) => sum + (lied.has(m.key) ? m.weight : 0n), 0n)
    const isExcused = this.#isOverThird && 3n * weight >= total
    this.#expect(isExcused, 'I1', node, `epoch ${checkpoint.epoch} conflicts, ${weight} lied`)
    this.#world().coverage.hit('conflict of finality')
    this.#hasConflict = true
  }

  /** Nobody honest is ever accused. */
  #onEvidence(node: ModelNode, { first, second }: Evidence): void {
    const { executor, coverage } = this.#world()
    for (const { vote, signature } of [first, second]) {
      const key = recoverToken(voteDigest(executor.separator, vote), hexToBytes(signature))
      const isLiar = key !== undefined && this.ledger.slashable().has(key)
      this.#expect(isLiar, 'I4', node, `validator ${first.validator} is accused of nothing`)
    }
    // Whoever takes it would shield a liar that nobody can punish.
    const { tree, config } = node.chain.finality
    const epoch = tree.head().number / BigInt(config.epochLength)
    const isOld = ({ vote }: SignedVote): boolean =>
      epoch - vote.targetEpoch > config.withdrawalDelayEpochs
    const isVoid = isOld(first) && isOld(second)
    this.#expect(!isVoid, 'I13', node, `void evidence against ${first.validator} is taken`)
    coverage.hit('liar caught')
    if (conflictOf(first.vote, second.vote)?.invariant === 'I4')
      coverage.hit('surround vote caught')
  }

  #onFault(node: ModelNode, code: string): void {
    if (this.#isOverThird || node.misjudged !== undefined) return
    this.#fail('I1', node, `a false alarm: ${code}`)
  }

  #hasCertificate(node: ModelNode, { epoch, hash }: EpochCheckpoint): boolean {
    return node.disk.entries.some(
      (entry) =>
        entry.kind === 'finality' &&
        entry.certificates.some(
          ({ vote }) => vote.sourceHash === hash && vote.targetEpoch === epoch + 1n,
        ),
    )
  }

  #isAbove(hash: Hash, ancestor: Hash): boolean {
    const { executor } = this.#world()
    const [block, below] = [executor.blocks.get(hash), executor.blocks.get(ancestor)]
    if (block === undefined || below === undefined) return false
    return executor.ancestorAt(block, below.header.number) === below
  }

  #expect(holds: boolean, invariant: string, node: ModelNode, what: string): void {
    if (!holds) this.#fail(invariant, node, what)
  }

  #fail(invariant: string, node: ModelNode, what: string): never {
    throw new InvariantError({ code: invariant, node: node.index }, `${invariant}: ${what}`)
  }
}

function tellEffect(effect: FinalityEffect): string {
  if (effect.kind === 'justified' || effect.kind === 'finalized') {
    return `${effect.checkpoint.epoch} ${effect.checkpoint.hash.slice(-6)}`
  }
  const vote =
    effect.kind === 'certified' || effect.kind === 'assembled'
      ? effect.certificate.vote
      : effect.kind === 'sign'
        ? effect.vote
        : effect.kind === 'safety-fault'
          ? effect.fault.certificate.vote
          : undefined
  if (vote === undefined) return ''
  const { sourceEpoch, sourceHash, targetEpoch, targetHash } = vote
  return `${sourceEpoch} ${sourceHash.slice(-6)} -> ${targetEpoch} ${targetHash.slice(-6)}`
}

/** A run has shown something that must not be. */
export class InvariantError extends CodedError<{ readonly code: string; readonly node?: number }> {}
