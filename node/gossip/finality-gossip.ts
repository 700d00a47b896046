/**
 * Votes, certificates and evidence by gossip. Judging a vote takes one signature check and no
 * block; a certificate waits its turn among the blocks, because it may move the head.
 *
 * Spec: docs/spec/network.md, "Gossip".
 */
import {
  decodeCertificate,
  decodeEvidence,
  decodeVote,
  encodeCertificate,
  encodeEvidence,
  encodeVote,
  FinalityCodecError,
} from '../../consensus/finality/codec/finality-codec.ts'
import type { Certificate, Evidence, SignedVote } from '../../consensus/finality/types.ts'
import type { Verdict } from '../../p2p/options.ts'
import type { Chain } from '../chain/chain.ts'
import { QueueError } from '../chain/import/import-queue.ts'
import type { Clock } from '../ports.ts'
import { CERTIFICATE_TOPIC, EVIDENCE_TOPIC, VOTE_TOPIC } from '../sync/protocol.ts'
import { VoteTurns } from './vote-turns.ts'

export type FinalityGossipModules = {
  readonly chain: Chain
  readonly clock: Clock
  readonly publish: (topic: string, payload: Uint8Array) => void
}

export class FinalityGossip {
  readonly #modules: FinalityGossipModules
  readonly #votes: VoteTurns

  constructor(modules: FinalityGossipModules) {
    const { chain, clock } = modules
    this.#modules = modules
    this.#votes = new VoteTurns(clock, (payload) =>
      chain.countVote({ kind: 'vote', signed: decodeVote(payload) }),
    )
  }

  /** Whether a vote of the peer would find no place to wait for its turn. */
  isCrowded(peerId: string): boolean {
    return !this.#votes.hasRoomFor(peerId)
  }

  onPeerDisconnected(peerId: string): void {
    this.#votes.leave(peerId)
  }

  /** Judges no vote until `resume`, for a moment at most; they wait. */
  pause(): void {
    this.#votes.pause()
  }

  resume(): void {
    this.#votes.resume()
  }

  stop(): void {
    this.#votes.stop()
  }

  publishVote(signed: SignedVote): void {
    this.#modules.publish(VOTE_TOPIC, encodeVote(signed))
  }

  publishCertificate(certificate: Certificate): void {
    this.#modules.publish(CERTIFICATE_TOPIC, encodeCertificate(certificate))
  }

  publishEvidence(evidence: Evidence): void {
    this.#modules.publish(EVIDENCE_TOPIC, encodeEvidence(evidence))
  }

  /** undefined: none of our topics. */
  async onMessage(
    topic: string,
    payload: Uint8Array,
    peerId: string,
  ): Promise<Verdict | undefined> {
    try {
      switch (topic) {
        case VOTE_TOPIC:
          return await this.#votes.take(payload, peerId)
        case CERTIFICATE_TOPIC:
          return await this.#modules.chain.takeCertificate(decodeCertificate(payload))
        case EVIDENCE_TOPIC: {
          const evidence = decodeEvidence(payload)
          return this.#modules.chain.countVote({ kind: 'evidence', evidence })
        }
      }
      return undefined
    } catch (error) {
      if (error instanceof FinalityCodecError) return 'reject'
      // Blocks come first: a certificate that finds no place comes again.
      if (error instanceof QueueError) return 'ignore'
      throw error
    }
  }
}
