/**
 * What a failure costs the peers that had a part in it. Only provable faults and broken claims
 * cost anything; what may be ours, or nobody's, costs nothing.
 *
 * Spec: docs/spec/network.md, "Scores".
 */
import type { Logger } from 'pino'
import { CodedError } from '../../consensus/errors.ts'
import type { PeerAction } from '../../consensus/rules/gossip-verdict.ts'
import { EXCLUDED } from '../chain/import/block-fault.ts'
import { BodySyncError } from './range/body-sync.ts'
import { RangeSyncError } from './range/range-sync.ts'
import { PENALTY_FAULT, PENALTY_UNHELPFUL, type SyncNetwork } from './requests.ts'

export class Blame {
  readonly #network: Pick<SyncNetwork, 'ban' | 'report'>
  readonly #log: Logger

  constructor(network: Pick<SyncNetwork, 'ban' | 'report'>, log: Logger) {
    this.#network = network
    this.#log = log
  }

  charge(peerId: string, action: PeerAction, reason: string): void {
    if (action === 'none') return
    if (action === 'ban') this.#network.ban(peerId, reason)
    else this.#network.report(peerId, PENALTY_FAULT, reason)
  }

  /** For a range sync towards `peerId` that ended early. */
  chargeRun(peerId: string, error: unknown): void {
    if (error instanceof BodySyncError) {
      this.#chargeBodies(peerId, error)
    } else if (error instanceof RangeSyncError) {
      const { type } = error
      if (type.code === 'BAD_HEADER') this.#chargeServer(peerId, type.action, type.fault)
      if (type.code === 'CLAIM_FALSE' || type.code === 'TOO_SLOW') {
        this.#network.report(peerId, PENALTY_UNHELPFUL, type.code)
      }
    } else if (!(error instanceof CodedError) && !isNetworkFailure(error)) {
      this.#log.warn({ err: error }, 'A range sync failed')
    }
  }

  /** Whoever serves a chain has executed it; only our operator's exclusions are news to it. */
  #chargeServer(peerId: string, action: PeerAction, reason: string): void {
    if (reason === EXCLUDED.code) return
    this.charge(peerId, action === 'none' ? 'penalize' : action, reason)
  }

  #chargeBodies(peerId: string, { type }: BodySyncError): void {
    const network = this.#network
    if (type.code === 'NO_PROGRESS') network.report(peerId, PENALTY_UNHELPFUL, 'no progress')
    if (type.code !== 'INVALID_BLOCK' || type.fault === EXCLUDED.code) return
    network.report(type.peerId, PENALTY_FAULT, type.fault)
    // The header of an invalid block came from the peer that the run followed.
    if (type.condemns === 'header' && type.peerId !== peerId) {
      network.report(peerId, PENALTY_FAULT, type.fault)
    }
  }
}

/** Whether a range sync ended because of a block that is invalid here, whoever is to blame. */
export function isOfInvalidBlock(error: unknown): boolean {
  if (error instanceof BodySyncError) return error.type.code === 'INVALID_BLOCK'
  return error instanceof RangeSyncError && error.type.code === 'BAD_HEADER'
}

/** The network's own coded errors: p2p shares no class with us. */
function isNetworkFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'NetworkError'
}
