/**
 * Bodies for headers that are verified already: batches are downloaded side by side, one a peer,
 * and imported strictly in order on the ordinary road.
 *
 * One loop starts whatever may start, then waits until something ends.
 * Spec: docs/spec/network.md, S4-S6.
 */
import { assert, CodedError } from '../../../consensus/errors.ts'
import type { Hash } from '../../../consensus/types.ts'
import type { Chain } from '../../chain/chain.ts'
import type { SealedBlock } from '../../chain/sealed-block.ts'
import { type Clock, pause } from '../../ports.ts'
import type { SyncRequests } from '../requests.ts'
import { Wake } from '../wake.ts'
import { BATCH_BLOCKS, Batch, BatchError, type DownloadedBlock } from './batch.ts'

/** Verified headers that wait for their bodies, at most. */
export const HEADERS_AHEAD_MAX = 1_024
/** Batches under way: 256 blocks. */
export const BATCHES_MAX = 16
/** Downloaded blocks that wait for their import; above it only the first batch is downloaded. */
export const DOWNLOADED_BYTES_MAX = 64 * 1024 * 1024
/** A peer that failed a batch is left in peace for so long, times its failures. */
const COOL_DOWN_MS = 250
/** A download that takes longer is tried with another peer; the limit doubles with each failure. */
export const STALL_MS = 2_000
export const STALL_MS_MAX = 16_000
/** Without an imported block for so long the run ends. */
export const PROGRESS_MS_MAX = 60_000

export type BodySyncModules = {
  readonly chain: Chain
  readonly requests: SyncRequests
  readonly clock: Clock
  /** Peers that may have the blocks, in order of preference. */
  readonly peerIds: () => readonly string[]
}

type PendingBody = { readonly hash: Hash; readonly number: bigint }

export class BodySync {
  readonly #modules: BodySyncModules
  readonly #wake = new Wake()
  readonly #room = new Wake()
  readonly #pending: PendingBody[] = []
  readonly #batches: Batch[] = []
  readonly #busyPeers = new Set<string>()
  #isComplete = false
  #failure: unknown
  #progressMs: number

  constructor(modules: BodySyncModules) {
    this.#modules = modules
    this.#progressMs = modules.clock.now()
  }

  /** Adds verified headers whose bodies are wanted; waits while too many are pending. */
  async push(bodies: readonly PendingBody[], signal: AbortSignal): Promise<void> {
    this.#pending.push(...bodies)
    this.#wake.ring()
    while (this.#pending.length > HEADERS_AHEAD_MAX - 512 && !signal.aborted) {
      await this.#room.wait(this.#modules.clock, signal)
    }
  }

  /** No more headers will come: {@link run} ends with the last import. */
  complete(): void {
    this.#isComplete = true
    this.#wake.ring()
  }

  /** Until all is imported. Throws {@link BodySyncError} or {@link BatchError}. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#modules
    while (!signal.aborted) {
      if (this.#failure !== undefined) throw this.#failure
      this.#formBatches()
      this.#startDownloads(signal)
      this.#startImport()
      if (this.#isComplete && this.#batches.length === 0 && this.#pending.length === 0) return
      if (clock.now() - this.#progressMs > PROGRESS_MS_MAX) {
        throw new BodySyncError({ code: 'NO_PROGRESS' })
      }
      await this.#wake.wait(clock, signal, PROGRESS_MS_MAX)
    }
  }

  #formBatches(): void {
    while (this.#batches.length < BATCHES_MAX && this.#pending.length > 0) {
      const bodies = this.#pending.splice(0, BATCH_BLOCKS)
      const [first] = bodies
      if (first === undefined) break
      this.#batches.push(
        new Batch(
          first.number,
          bodies.map(({ hash }) => hash),
        ),
      )
      this.#room.ring()
    }
  }

  #startDownloads(signal: AbortSignal): void {
    const [first] = this.#batches
    const bytes = this.#batches.reduce((sum, batch) => sum + batch.bytes, 0)
    for (const batch of this.#batches) {
      if (batch.state.kind !== 'awaiting-download') continue
      if (bytes > DOWNLOADED_BYTES_MAX && batch !== first) return
      const peerId = this.#peerFor(batch)
      if (peerId === undefined) return
      this.#busyPeers.add(peerId)
      void this.#download(batch, peerId, signal)
    }
  }

  /** Of the idle peers the one that failed this batch least; of equals the preferred one. */
  #peerFor(batch: Batch): string | undefined {
    const idle = this.#modules.peerIds().filter((peerId) => !this.#busyPeers.has(peerId))
    let best: string | undefined
    for (const peerId of idle) {
      if (best === undefined || batch.failuresOf(peerId) < batch.failuresOf(best)) best = peerId
    }
    return best
  }

  async #download(batch: Batch, peerId: string, signal: AbortSignal): Promise<void> {
    const { clock, requests } = this.#modules
    const stall = new AbortController()
    const stallMs = Math.min(STALL_MS * 2 ** batch.failuresOf(peerId), STALL_MS_MAX)
    const cancel = clock.setTimer(stallMs, () => stall.abort())
    try {
      const hashes = batch.startDownload(peerId)
      const either = AbortSignal.any([signal, stall.signal])
      const blocks = await requests.blocksByHash(peerId, hashes, either)
      const prefix = prefixOf(hashes, blocks)
      if (prefix.length > 0) batch.downloadSucceeded(prefix)
      else batch.downloadFailed()
    } catch (error) {
      this.#onDownloadError(batch, error)
    } finally {
      cancel()
    }
    const failures = batch.failuresOf(peerId)
    if (failures > 0) await pause(clock, COOL_DOWN_MS * failures, signal)
    this.#busyPeers.delete(peerId)
    this.#wake.ring()
  }

  /** What the peer did wrong is charged where it was found: here another one is asked. */
  #onDownloadError(batch: Batch, error: unknown): void {
    if (error instanceof BatchError) {
      this.#failure = error
      return
    }
    try {
      batch.downloadFailed()
    } catch (spent) {
      this.#failure = spent
    }
  }

  #startImport(): void {
    const [first] = this.#batches
    if (first?.state.kind !== 'awaiting-import') return
    void this.#import(first, first.startImport())
  }

  async #import(batch: Batch, downloaded: readonly DownloadedBlock[]): Promise<void> {
    const { chain, clock } = this.#modules
    try {
      // All at once into the queue: senders are recovered while the blocks before them execute.
      const imports = downloaded.map(({ block }) => chain.importBlock(block, 'sync'))
      await Promise.allSettled(imports)
      for (const [index, { peerId }] of downloaded.entries()) {
        const outcome = await imports[index]
        assert(outcome !== undefined, 'each block has an outcome')
        if (outcome.kind === 'invalid') {
          const { code, condemns } = outcome
          throw new BodySyncError({ code: 'INVALID_BLOCK', fault: code, condemns, peerId })
        }
        if (outcome.kind !== 'imported' && outcome.kind !== 'known') {
          throw new BodySyncError({ code: 'NOT_IMPORTED', outcome: outcome.kind })
        }
        this.#progressMs = clock.now()
      }
      batch.importSucceeded()
      this.#batches.shift()
    } catch (error) {
      this.#failure = error
    }
    this.#wake.ring()
  }
}

/** The blocks that came without a gap from the first one asked for. */
function prefixOf(hashes: readonly Hash[], blocks: readonly SealedBlock[]): SealedBlock[] {
  return blocks.filter((block, index) => block.hash === hashes[index])
}

export type BodySyncErrorType =
  /** `peerId` served the body; the header came from the peer that the run follows. */
  | {
      readonly code: 'INVALID_BLOCK'
      readonly fault: string
      readonly condemns: 'header' | 'sender' | null
      readonly peerId: string
    }
  /** The chain moved under the run: start anew. */
  | { readonly code: 'NOT_IMPORTED'; readonly outcome: string }
  | { readonly code: 'NO_PROGRESS' }

export class BodySyncError extends CodedError<BodySyncErrorType> {}
