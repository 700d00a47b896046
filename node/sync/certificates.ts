/**
 * Certificates that peers hold and we do not. A valid one for a block which is not here proves that
 * its peer is on the chain that counts, whatever its work: that peer is followed first.
 *
 * Spec: docs/spec/finality.md, F8; docs/spec/network.md, S2.
 */
import type { Logger } from 'pino'
import type { Hash } from '../../consensus/types.ts'
import type { Chain } from '../chain/chain.ts'
import { REQUEST_LIMITS } from './protocol.ts'
import { PENALTY_FAULT, type SyncNetwork, type SyncRequests } from './requests.ts'

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
    const status = this.#modules.chain.tree.get(hash)?.status
    // Executed, or found invalid: nothing to be followed for either way.
    if (status !== 'executed' && status !== 'invalid') return hash
    this.#proved.delete(peerId)
    return undefined
  }

  forget(peerId: string): void {
    this.#proved.delete(peerId)
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

  /** Whether there may be more. */
  async #round(peerId: string): Promise<boolean> {
    const { chain, requests, network, signal } = this.#modules
    const before = chain.finality.finalized.epoch
    const count = REQUEST_LIMITS.finality_by_epoch.itemsMax
    const range = { first: before + 1n, count }
    const certificates = await requests.certificatesByEpoch(peerId, range, signal)
    for (const certificate of certificates) {
      const verdict = await chain.takeCertificate(certificate)
      if (verdict === 'reject') {
        network.report(peerId, PENALTY_FAULT, 'certificate')
        return false
      }
      const { targetHash } = certificate.vote
      if (chain.tree.get(targetHash)?.status === 'executed') continue
      if (verdict === 'accept' || chain.finality.pending.has(targetHash)) {
        this.#proved.set(peerId, targetHash)
      }
      return false
    }
    return certificates.length === count && chain.finality.finalized.epoch > before
  }
}
