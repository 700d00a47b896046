/**
 * Certificates that peers hold and we do not. A valid one for a block which is not here proves that
 * its peer is on the chain that counts, whatever its work: that peer is followed first.
 *
 * Spec: docs/spec/finality.md, F8; docs/spec/network.md, S2.
 */
import type { Logger } from 'pino'
import { assert } from '../../../consensus/errors.ts'
import { EPOCHS_BELOW_FINAL_MAX } from '../../../consensus/finality/checkpoint-book.ts'
import {
  type FinalityState,
  headEpoch,
  type Verdict,
} from '../../../consensus/finality/finality-state.ts'
import type { Certificate } from '../../../consensus/finality/types.ts'
import type { Hash } from '../../../consensus/types.ts'
import type { Chain } from '../../chain/chain.ts'
import { REQUEST_LIMITS } from '../protocol.ts'
import { PENALTY_FAULT, type SyncNetwork, type SyncRequests } from '../requests.ts'
import type { Status } from '../wire.ts'
import { standsOnInvalid } from './invalid-ancestry.ts'

/**
 * Certificates that are taken between two blocks: one at a time each would wait for all blocks that
 * are being imported, and finality fall behind their head; without end, blocks would wait for them.
 */
export const CERTIFICATES_PER_TURN = 16
/** Epochs from the justified checkpoint to the head while finality goes on as it should. */
const EPOCHS_BEHIND_MAX = 1n

/**
 * Whether a peer may hold certificates that we lack: it knows of later ones, or of a branch; or
 * finality stands still here. A certificate is published once: of two nodes on one chain the one
 * that missed it would vote from another source than the other, and neither link get its quorum.
 */
export function mayHoldCertificates(
  ours: FinalityState,
  { finalizedEpoch, headHash }: Pick<Status, 'finalizedEpoch' | 'headHash'>,
): boolean {
  if (finalizedEpoch > ours.finalized.epoch || ours.tree.get(headHash) === undefined) return true
  return headEpoch(ours) > ours.justified.epoch + EPOCHS_BEHIND_MAX
}

export type CertificateSyncModules = {
  readonly chain: Chain
  readonly network: Pick<SyncNetwork, 'report'>
  readonly requests: SyncRequests
  readonly log: Logger
  readonly signal: AbortSignal
}

export class CertificateSync {
  readonly #modules: CertificateSyncModules
  /** Peers that are being asked. */
  readonly #asking = new Set<string>()
  /** By peer: a certified checkpoint that we do not have. */
  readonly #proved = new Map<string, Hash>()

  constructor(modules: CertificateSyncModules) {
    this.#modules = modules
  }

  /** What a peer has proved to have and we lack. */
  provedBy(peerId: string): Hash | undefined {
    const hash = this.#proved.get(peerId)
    if (hash === undefined) return undefined
    const { tree, finality } = this.#modules.chain
    const status = tree.get(hash)?.status
    const isFault = finality.fault?.certificate.vote.targetHash === hash
    // Executed, or found invalid: nothing to be followed for either way.
    if (status !== 'executed' && status !== 'invalid' && !isFault) return hash
    this.#proved.delete(peerId)
    return undefined
  }

  forget(peerId: string): void {
    this.#proved.delete(peerId)
  }

  /**
   * Whether the peer proves that a certified block stands on one that is invalid here; then the
   * alarm rings, and its chain is nothing that anybody can be blamed for.
   */
  async isInvalidHere(peerId: string, certified: Hash): Promise<boolean> {
    const { chain, log } = this.#modules
    const certificate = chain.finality.pending.get(certified)
    if (certificate === undefined) return false
    try {
      if (!(await standsOnInvalid(certificate.vote, peerId, this.#modules))) return false
      await chain.condemnCertified(certified)
      return true
    } catch (error) {
      log.debug({ err: error, peer: peerId }, 'The ancestors of a certified block were not served')
      return false
    }
  }

  /** Asks a peer for certificates above what is final here, and takes them in order. */
  async ask(peerId: string): Promise<void> {
    if (this.#asking.has(peerId)) return
    this.#asking.add(peerId)
    try {
      // An answer is limited: what comes after it is asked for while something is taken.
      while (!this.#modules.signal.aborted && (await this.#round(peerId)));
    } catch (error) {
      this.#modules.log.debug({ err: error, peer: peerId }, 'No certificates from a peer')
    } finally {
      this.#asking.delete(peerId)
    }
  }

  /**
   * Asks a peer whose chain left ours below what is final here for the certificates of both sides'
   * parting: one of them contradicts ours, and that is a safety fault.
   */
  async askBelow(peerId: string): Promise<void> {
    const { chain, log, signal } = this.#modules
    const lowest = chain.finality.finalized.epoch - EPOCHS_BELOW_FINAL_MAX
    try {
      await this.#take(peerId, lowest > 0n ? lowest : 1n)
    } catch (error) {
      if (!signal.aborted) log.debug({ err: error, peer: peerId }, 'No certificates from a peer')
    }
  }

  /** Whether there may be more. */
  async #round(peerId: string): Promise<boolean> {
    const { chain } = this.#modules
    const before = chain.finality.finalized.epoch
    const certificates = await this.#take(peerId, before + 1n)
    const isFull = certificates?.length === REQUEST_LIMITS.finality_by_epoch.itemsMax
    const first = certificates?.[0]?.vote
    if (first !== undefined && first.sourceEpoch <= before) {
      // A link from a checkpoint that we hold unjustified, or do not know: its chain is another.
      if (chain.finality.book.justified(first.sourceHash) === undefined) await this.askBelow(peerId)
    }
    return isFull && chain.finality.finalized.epoch > before
  }

  /** Takes them in order up to the first that waits; undefined when one is a forgery. */
  async #take(peerId: string, first: bigint): Promise<readonly Certificate[] | undefined> {
    const { chain, requests, network, signal } = this.#modules
    const range = { first, count: REQUEST_LIMITS.finality_by_epoch.itemsMax }
    const certificates = await requests.certificatesByEpoch(peerId, range, signal)
    const ready = this.#upToWaiting(certificates)
    for (let from = 0; from < ready.length; from += CERTIFICATES_PER_TURN) {
      const some = ready.slice(from, from + CERTIFICATES_PER_TURN)
      for (const [index, verdict] of (await chain.takeCertificates(some)).entries()) {
        if (verdict === 'reject') {
          network.report(peerId, PENALTY_FAULT, 'certificate')
          return undefined
        }
        const certificate = some[index]
        assert(certificate !== undefined, 'a verdict is of a certificate')
        if (this.#isSettled(peerId, certificate, verdict)) continue
        return certificates.slice(0, 1)
      }
    }
    return certificates
  }

  /** False: its block is not here, which its peer has proved to have. */
  #isSettled(peerId: string, { vote }: Certificate, verdict: Verdict): boolean {
    const { tree, finality } = this.#modules.chain
    const { targetEpoch, targetHash } = vote
    if (tree.get(targetHash)?.status === 'executed') return true
    // Beside what is final here: this one may be nobody's fault, and the next one a liar's.
    if (targetEpoch <= finality.finalized.epoch) return true
    if (verdict === 'accept' || finality.pending.has(targetHash)) {
      this.#proved.set(peerId, targetHash)
    }
    return false
  }

  /** Those that can act now, and the first that waits for its block. */
  #upToWaiting(certificates: readonly Certificate[]): readonly Certificate[] {
    const { tree, finality } = this.#modules.chain
    const waiting = certificates.findIndex(
      ({ vote: { targetEpoch, targetHash } }) =>
        targetEpoch > finality.finalized.epoch && tree.get(targetHash)?.status !== 'executed',
    )
    return waiting === -1 ? certificates : certificates.slice(0, waiting + 1)
  }
}
