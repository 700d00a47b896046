/**
 * What connected peers claim of their chains. A claim orders peers and is never believed.
 * Spec: docs/spec/network.md, S1.
 */
import type { Hash } from '../../consensus/types.ts'
import type { Status } from './wire.ts'

export type PeerClaim = {
  readonly id: string
  readonly connectedMs: number
  /** undefined until the peer has told us. */
  readonly status: Status | undefined
  /** Claims in a row that were followed and brought nothing. */
  readonly failures: number
}

export class PeerBook {
  readonly #peers = new Map<string, PeerClaim>()

  get count(): number {
    return this.#peers.size
  }

  connect(id: string, nowMs: number): void {
    this.#peers.set(id, { id, connectedMs: nowMs, status: undefined, failures: 0 })
  }

  disconnect(id: string): void {
    this.#peers.delete(id)
  }

  update(id: string, status: Status): void {
    const peer = this.#peers.get(id)
    if (peer !== undefined) this.#peers.set(id, { ...peer, status })
  }

  /** A peer that gossips a block has it: its claim may lag behind. */
  sawBlock(id: string, hash: Hash, number: bigint): void {
    const status = this.#peers.get(id)?.status
    if (status === undefined || number <= status.headNumber) return
    this.update(id, { ...status, headNumber: number, headHash: hash })
  }

  /** The claim was false or useless: the peer counts again with its next status, behind others. */
  failed(id: string): void {
    const peer = this.#peers.get(id)
    if (peer === undefined) return
    this.#peers.set(id, { ...peer, status: undefined, failures: peer.failures + 1 })
  }

  /** The claim was followed and held. */
  kept(id: string): void {
    const peer = this.#peers.get(id)
    if (peer !== undefined) this.#peers.set(id, { ...peer, failures: 0 })
  }

  get(id: string): PeerClaim | undefined {
    return this.#peers.get(id)
  }

  all(): readonly PeerClaim[] {
    return [...this.#peers.values()]
  }

  /**
   * Peers that claim more work than `totalDifficulty`: those that failed us least come first, or
   * two liars with boundless claims could take turns for ever; then the heaviest, then the oldest.
   */
  heavierThan(totalDifficulty: bigint): readonly PeerClaim[] {
    return this.all()
      .filter(({ status }) => status !== undefined && status.totalDifficulty > totalDifficulty)
      .sort(
        (a, b) => a.failures - b.failures || compareClaims(b, a) || a.connectedMs - b.connectedMs,
      )
  }
}

function compareClaims(a: PeerClaim, b: PeerClaim): number {
  const left = a.status?.totalDifficulty ?? 0n
  const right = b.status?.totalDifficulty ?? 0n
  return left < right ? -1 : left > right ? 1 : 0
}
