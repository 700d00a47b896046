/**
 * Headers of the peer that a run of range sync follows. The search for the common ancestor takes a
 * dozen questions in a row: if each lost answer ended the run, a node with a branch of its own
 * would hardly ever come back over bad wires. So a peer that has answered is asked again.
 *
 * Spec: docs/spec/network.md, S2, S3.
 */
import type { SealedHeader } from '../../chain/sealed-block.ts'
import { SyncRequestError, type SyncRequests } from '../requests.ts'

/** Times that a question is asked of a peer that has answered before; of another one, once. */
const ATTEMPTS_MAX = 3

export class PeerHeaders {
  readonly #peerId: string
  readonly #requests: Pick<SyncRequests, 'headersByRange'>
  #hasAnswered = false

  constructor(peerId: string, requests: Pick<SyncRequests, 'headersByRange'>) {
    this.#peerId = peerId
    this.#requests = requests
  }

  /** Throws what the last attempt threw, and at once what the peer is to blame for. */
  async from(first: bigint, count: number, signal: AbortSignal): Promise<readonly SealedHeader[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        const headers = await this.#requests.headersByRange(this.#peerId, { first, count }, signal)
        this.#hasAnswered = true
        return headers
      } catch (error) {
        const isFault = error instanceof SyncRequestError
        const mayAsk = this.#hasAnswered && attempt < ATTEMPTS_MAX
        if (isFault || !mayAsk || signal.aborted) throw error
      }
    }
  }
}
