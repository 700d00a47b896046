/**
 * Finality as a part of the chain: the machine of `consensus/finality`, fed with what is executed
 * here, and the disk behind it. What moves the tree is written at once, synced; then the head
 * follows.
 *
 * Runs within the chain's queue, so that no block is being written meanwhile; votes alone may come
 * at any time. Spec: docs/spec/finality.md; docs/spec/storage.md, "Finality".
 */
import type { Logger } from 'pino'
import { isDisregarded } from '../../consensus/finality/certificates/take-certificate.ts'
import {
  EPOCHS_BELOW_FINAL_MAX,
  type ExecutedCheckpoint,
} from '../../consensus/finality/checkpoint-book.ts'
import {
  type FinalityConfig,
  type FinalityEffect,
  type FinalityInput,
  type FinalityState,
  genesisFinality,
  type Verdict,
} from '../../consensus/finality/finality-state.ts'
import { restoreFinality } from '../../consensus/finality/restore.ts'
import { dropBranches, transition } from '../../consensus/finality/transition.ts'
import type { Certificate, EpochCheckpoint, RecoverSigner } from '../../consensus/finality/types.ts'
import { outputRoot } from '../../consensus/finality/votes/vote-digest.ts'
import { isCheckpoint } from '../../consensus/rules/difficulty.ts'
import type { BlockTree } from '../../consensus/tree/block-tree.ts'
import type { Hash } from '../../consensus/types.ts'
import { economyParams } from '../../genesis/economy/economy-params.ts'
import type { Genesis } from '../../genesis/genesis-file.ts'
import { PREDEPLOYS } from '../../genesis/predeploys.ts'
import { summaryOf } from '../chain/block-summary.ts'
import type { Committer } from '../chain/commit-block.ts'
import type { BlockSummary, HeadChange } from '../events.ts'
import type { StateStore } from '../state/state-store.ts'
import type { BlockStore } from '../storage/block-store.ts'
import { UNKNOWN_HASH } from '../storage/boot/finality-repair.ts'
import { type KeyValueStore, WriteBatch } from '../storage/database.ts'
import {
  type JoinedFork,
  readFault,
  readLostFinality,
  stageFault,
  stageFinalityRecovered,
} from '../storage/finality-records.ts'
import {
  allEvidence,
  certificatesFrom,
  putCertificate,
  putEvidence,
} from '../storage/finality-tables.ts'
import { readValidators } from './validator-view.ts'
import { recoverSigner } from './vote-signer.ts'

/** Blocks between a checkpoint and the head before one votes for it; local, never validity. */
export const VOTE_DEPTH = { dev: 3, real: 4 } as const

export type ChainFinalityModules = {
  /** Who signed a vote; the curve's if not given. */
  readonly recoverSigner?: RecoverSigner | undefined
  readonly genesis: Genesis
  readonly store: KeyValueStore
  readonly tree: BlockTree
  readonly blocks: BlockStore
  readonly states: StateStore
  readonly committer: Committer
  readonly log: Logger
  /** What the operator chose after a safety fault. */
  readonly joined: JoinedFork | undefined
  readonly disregarded: ReadonlySet<Hash>
}

/** What an input led to beside what was written. */
export type FinalityResult = {
  readonly verdict: Verdict
  readonly effects: readonly FinalityEffect[]
  /** Set when the head moved. */
  readonly headChange: HeadChange | undefined
}

/** What readers are told: no power cut takes it back. */
export type DurableFinality = {
  readonly justified: EpochCheckpoint
  readonly finalized: EpochCheckpoint
}

export class ChainFinality {
  readonly state: FinalityState
  readonly #modules: ChainFinalityModules
  #durable: DurableFinality

  private constructor(state: FinalityState, modules: ChainFinalityModules) {
    this.state = state
    this.#modules = modules
    this.#durable = durableOf(state)
  }

  /** Behind {@link state} while a disk is slow to write it. */
  get durable(): DurableFinality {
    return this.#durable
  }

  /** As it was: views of the checkpoints in the tree, what certificates justified, evidence. */
  static async restore(modules: ChainFinalityModules): Promise<ChainFinality> {
    const { genesis, tree, blocks, store, disregarded, joined } = modules
    const first = await summaryOf(blocks, genesis.hash)
    const recover = modules.recoverSigner ?? recoverSigner
    const state = genesisFinality({ ...configOf(genesis, recover), disregarded }, tree, {
      hash: first.hash,
      stateRoot: first.header.stateRoot,
      view: await readValidators(modules.states.view(first.header.stateRoot)),
    })
    const lowest =
      tree.finalized.number / BigInt(genesis.params.epochLength) - EPOCHS_BELOW_FINAL_MAX
    restoreFinality(state, {
      checkpoints: await executedCheckpoints(modules, lowest),
      certificates: await collect(certificatesFrom(store, lowest > 0n ? lowest : 0n)),
      evidence: await collect(allEvidence(store)),
    })
    await restoreTroubles(state, modules)
    if (joined !== undefined) awaitFork(state, joined)
    return new ChainFinality(state, modules)
  }

  /** Votes and evidence: counted at once; a certificate they complete is for {@link settle}. */
  count(
    input: Extract<FinalityInput, { kind: 'vote' | 'own-vote' | 'evidence' | 'head' }>,
  ): Omit<FinalityResult, 'headChange'> {
    const { effects, verdict } = transition(this.state, input)
    return { effects, verdict }
  }

  /** A block was executed and written: a checkpoint is told of. */
  async onExecuted({ hash, header }: BlockSummary): Promise<FinalityResult> {
    const { genesis, states } = this.#modules
    if (!isCheckpoint(header.number, genesis.params.epochLength)) return NOTHING
    const { stateRoot } = header
    const view = await readValidators(states.view(stateRoot))
    return this.settle({ kind: 'checkpoint', hash, stateRoot, view })
  }

  /** An input that may move the tree. Throws what the disk throws; then the chain reopens. */
  async settle(
    input: Extract<FinalityInput, { kind: 'checkpoint' | 'certificate' | 'invalid' }>,
  ): Promise<FinalityResult> {
    const taken = transition(this.state, input)
    const effects = [...taken.effects]
    // The list grows while it is walked: a certificate that votes have made acts at once.
    for (const effect of effects) {
      if (effect.kind !== 'assembled') continue
      const { certificate } = effect
      effects.push(...transition(this.state, { kind: 'certificate', certificate }).effects)
    }
    const headChange = await this.#write(effects)
    return { verdict: taken.verdict, effects, headChange }
  }

  /** Keeps evidence for ever. */
  async writeEvidence(
    effect: Extract<FinalityEffect, { kind: 'publish-evidence' }>,
  ): Promise<void> {
    const batch = new WriteBatch()
    putEvidence(batch, effect.author, effect.evidence)
    await this.#modules.store.write(batch, { sync: true })
  }

  certificatesFrom(epoch: bigint): AsyncIterable<Certificate> {
    return certificatesFrom(this.#modules.store, epoch)
  }

  /** The stored certificate of a target epoch on our chain. */
  async certificateAt(epoch: bigint): Promise<Certificate | undefined> {
    const { store, blocks, genesis } = this.#modules
    const hash = await blocks.canonicalHash(epoch * BigInt(genesis.params.epochLength))
    for await (const certificate of certificatesFrom(store, epoch)) {
      if (certificate.vote.targetEpoch !== epoch) return undefined
      if (certificate.vote.targetHash === hash) return certificate
    }
    return undefined
  }

  async #write(effects: readonly FinalityEffect[]): Promise<HeadChange | undefined> {
    const certified = effects.filter((effect) => effect.kind === 'certified')
    const fault = effects.find((effect) => effect.kind === 'safety-fault')?.fault
    const { store, tree, blocks, committer } = this.#modules
    const batch = new WriteBatch()
    // Whatever comes next: a node that starts again must not go on as if nothing had happened.
    if (fault !== undefined) stageFault(batch, fault)
    if (certified.length === 0) {
      if (fault !== undefined) await store.write(batch, { sync: true })
      return undefined
    }
    if (effects.some(({ kind }) => kind === 'recovered')) stageFinalityRecovered(batch)
    for (const { certificate } of certified) putCertificate(batch, certificate)
    blocks.stageFinality(batch, tree.justified, tree.finalized)
    const written = durableOf(this.state)
    await store.write(batch, { sync: true })
    const headChange = await committer.catchUp()
    this.#durable = written
    // The head on disk is above what is final now: nothing points into other branches.
    if (effects.some(({ kind }) => kind === 'finalized')) dropBranches(this.state)
    return headChange
  }
}

function durableOf({ justified, finalized }: FinalityState): DurableFinality {
  return { justified, finalized }
}

/** A fault that the operator has not judged yet, and what damage took. */
async function restoreTroubles(
  state: FinalityState,
  { genesis, store, log }: ChainFinalityModules,
): Promise<void> {
  const fault = await readFault(store)
  if (fault !== undefined && !isDisregarded(state, fault.certificate.vote.targetHash)) {
    state.fault = fault
    log.fatal({ code: fault.code, ...fault.certificate.vote }, 'The safety fault stands')
  }
  const lost = await readLostFinality(store)
  if (lost === undefined) return
  const epoch = lost.number / BigInt(genesis.params.epochLength)
  state.lost = { epoch, hash: lost.hash === UNKNOWN_HASH ? undefined : lost.hash }
  log.warn({ epoch }, 'What was final is damaged: no vote before as much is final again')
}

/** The certificate that the operator named acts once its block is here. */
function awaitFork(state: FinalityState, { certificate }: JoinedFork): void {
  const { targetHash } = certificate.vote
  if (state.book.justified(targetHash) === undefined) state.pending.set(targetHash, certificate)
}

/** Of the tree, from epoch `lowest` on. */
async function executedCheckpoints(
  { genesis, tree, blocks, states }: ChainFinalityModules,
  lowest: bigint,
): Promise<readonly ExecutedCheckpoint[]> {
  const { epochLength } = genesis.params
  const length = BigInt(epochLength)
  const found: ExecutedCheckpoint[] = []
  for (const { hash, number, status } of tree.nodes()) {
    if (status !== 'executed' || number < lowest * length) continue
    if (!isCheckpoint(number, epochLength)) continue
    const { stateRoot } = (await summaryOf(blocks, hash)).header
    const view = await readValidators(states.view(stateRoot))
    found.push({ epoch: number / length, hash, view, outputRoot: outputRoot(stateRoot, hash) })
  }
  return found
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

const NOTHING: FinalityResult = { verdict: 'accept', effects: [], headChange: undefined }

function configOf({ params, hash }: Genesis, recover: RecoverSigner): FinalityConfig {
  return {
    domain: {
      chainId: params.chainId,
      verifyingContract: PREDEPLOYS.ValidatorSet,
      genesisHash: hash,
    },
    epochLength: params.epochLength,
    voteDepth: params.dev ? VOTE_DEPTH.dev : VOTE_DEPTH.real,
    withdrawalDelayEpochs: economyParams(params).withdrawalDelayEpochs,
    recover,
  }
}
