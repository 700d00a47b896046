/**
 * Does what the finality machine asks for: writes and signs votes, tells peers, fetches what is
 * missing, and asks on every head and every few seconds what there is to vote for.
 *
 * Spec: docs/spec/finality.md, "Duty", "Certificates".
 */
import type { Logger } from 'pino'
import { type VotingState, votingState } from '../../consensus/finality/duty.ts'
import { noticeOwnVote, takeOffice } from '../../consensus/finality/duty-state.ts'
import type { FinalityEffect } from '../../consensus/finality/finality-state.ts'
import type { Certificate, Evidence, SignedVote } from '../../consensus/finality/types.ts'
import type { Address, Hash, Hex } from '../../consensus/types.ts'
import type { Chain } from '../chain/chain.ts'
import type { Cancel, Clock } from '../ports.ts'
import type { Recall } from './hearing/recall.ts'
import type { VoteProtection } from './protection.ts'
import { signVote } from './vote-signer.ts'

/** How often a validator asks itself whether a vote is due, beside every new head. */
export const TICK_MS = 2_000

/** Who votes here. */
export type Validator = {
  readonly address: Address
  readonly privateKey: Hex
  readonly protection: VoteProtection
  /** Votes though the chain knows votes of this key that the record lacks. */
  readonly votesAfterRestore: boolean
}

/** What finality needs of the network; a chain of one node has none. */
export interface FinalityNetwork {
  publishVote(signed: SignedVote): void
  publishCertificate(certificate: Certificate): void
  publishEvidence(evidence: Evidence): void
  /** A certified block that is not here. */
  fetchBlock(hash: Hash): void
  /** Certificates for targets from this epoch on. */
  fetchCertificates(fromEpoch: bigint): void
}

export type FinalityDriverModules = {
  readonly chain: Chain
  readonly clock: Clock
  readonly log: Logger
  readonly validator: Validator | undefined
  /** False while the node is far behind its peers. */
  readonly isSynced: () => boolean
  /** False until the network was heard in this run (F19). */
  readonly hasHeard: () => boolean
  /** What peers remember of our votes; none without a validator or without peers. */
  readonly recall: Pick<Recall, 'ask' | 'newest' | 'stop'> | undefined
}

export class FinalityDriver {
  readonly #modules: FinalityDriverModules
  #network: FinalityNetwork | undefined
  #cancelTick: Cancel | undefined
  /** The vote that is being written: one at a time, and then the newest that is due (F21). */
  #signing: Promise<void> | undefined
  #isStopped = false
  #votingState: VotingState = 'off'

  constructor(modules: FinalityDriverModules) {
    this.#modules = modules
    modules.chain.events.on('finality', (effects) => this.#perform(effects))
    modules.chain.events.on('head', () => this.#consider())
  }

  setNetwork(network: FinalityNetwork): void {
    this.#network = network
  }

  start(): void {
    this.#tick()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelTick?.()
    this.#modules.recall?.stop()
    await this.#signing
  }

  /** For the developer of a chain of one node, who takes blocks back that were voted for. */
  async forgetVotes(): Promise<void> {
    while (this.#signing !== undefined) await this.#signing
    await this.#modules.validator?.protection.forget()
  }

  #tick(): void {
    if (this.#isStopped) return
    this.#modules.recall?.ask()
    this.#consider()
    this.#cancelTick = this.#modules.clock.setTimer(TICK_MS, () => this.#tick())
  }

  #consider(): void {
    const { chain, isSynced, hasHeard } = this.#modules
    if (this.#isStopped || !chain.isWritable) return
    this.#takeOffice()
    this.#recall()
    const isSigning = this.#signing !== undefined
    chain.countVote({ kind: 'head', isSynced: isSynced(), hasHeard: hasHeard(), isSigning })
    this.#tellVotingState()
  }

  /** Once each time that it changes: whoever looks for a missing vote finds the reason. */
  #tellVotingState(): void {
    const { chain, log } = this.#modules
    const state = votingState(chain.finality)
    if (state === this.#votingState) return
    this.#votingState = state
    if (state === 'record-stale') {
      log.error(
        'The chain knows votes of this key that the record of signed votes lacks: ' +
          'this validator does not vote. If no other node has the key, and two epochs after ' +
          'the last one that had it stopped, start with --vote-after-restore.',
      )
    } else log.info({ state }, 'This validator')
  }

  /** Our index, once our deposit stands in the newest executed checkpoint. */
  #takeOffice(): void {
    const { chain, validator } = this.#modules
    if (validator === undefined) return
    const { address, protection, votesAfterRestore } = validator
    const duty = takeOffice(chain.finality, address, protection.last, votesAfterRestore)
    if (duty === undefined) return
    const { validator: index, startEpoch: epoch } = duty
    this.#modules.log.info({ validator: index, epoch }, 'This node votes')
  }

  /**
   * A vote that the record lacks silences, and is known before the network counts as heard. It
   * proves no double, whatever its epoch: an old backup is far below what it has forgotten.
   */
  #recall(): void {
    const { chain, recall } = this.#modules
    if (recall?.newest !== undefined) noticeOwnVote(chain.finality, recall.newest)
  }

  #perform(effects: readonly FinalityEffect[]): void {
    for (const effect of effects) this.#performOne(effect)
  }

  #performOne(effect: FinalityEffect): void {
    const { log } = this.#modules
    switch (effect.kind) {
      case 'sign':
        this.#signing = this.#sign(effect).then(() => this.#signed())
        return
      case 'publish-vote':
        this.#network?.publishVote(effect.signed)
        return
      case 'certified':
        this.#network?.publishCertificate(effect.certificate)
        return
      case 'publish-evidence':
        this.#onEvidence(effect)
        return
      case 'fetch-block':
        this.#network?.fetchBlock(effect.hash)
        return
      case 'fetch-certificates':
        this.#network?.fetchCertificates(effect.fromEpoch)
        return
      case 'justified':
        log.debug({ ...effect.checkpoint }, 'Justified')
        return
      case 'finalized':
        log.info({ ...effect.checkpoint }, 'Finalized')
        return
      case 'doppelganger':
        log.error(
          { validator: effect.signed.validator, epoch: effect.signed.vote.targetEpoch },
          'Another node votes with the key of this validator: this one does not vote any more',
        )
        return
      case 'safety-fault':
        log.fatal(
          { code: effect.fault.code, ...effect.fault.certificate.vote },
          'Safety fault: this node neither votes nor seals until its operator decides',
        )
        return
      case 'recovered':
        log.info({ ...effect.checkpoint }, 'As much is final again as before the damage')
        return
      case 'assembled':
        // The chain takes it itself.
        return
    }
  }

  async #sign({ vote, validator }: Extract<FinalityEffect, { kind: 'sign' }>): Promise<void> {
    const { chain, log } = this.#modules
    const signer = this.#modules.validator
    if (signer === undefined || this.#isStopped) return
    try {
      await signer.protection.write(vote)
    } catch (error) {
      log.error({ err: error, epoch: vote.targetEpoch }, 'A vote was not written and not signed')
      return
    }
    const signed = signVote(vote, validator, chain.finality.separator, signer.privateKey)
    try {
      chain.countVote({ kind: 'own-vote', signed })
    } catch (error) {
      // It is written: until it is certified it is published again.
      log.error({ err: error, epoch: vote.targetEpoch }, 'A vote was signed and not published')
    }
  }

  /** Nobody waits for what comes next: what it throws must end here. */
  #signed(): void {
    this.#signing = undefined
    try {
      this.#consider()
    } catch (error) {
      this.#modules.log.error({ err: error }, 'Cannot tell what to vote for next')
    }
  }

  #onEvidence(effect: Extract<FinalityEffect, { kind: 'publish-evidence' }>): void {
    const { chain, log } = this.#modules
    const { validator } = effect.evidence.first
    log.warn({ validator }, 'A validator contradicted itself')
    this.#network?.publishEvidence(effect.evidence)
    chain.keepEvidence(effect).catch((error: unknown) => {
      log.error({ err: error, validator }, 'Evidence was not written')
    })
  }
}
