/**
 * One batch of block bodies on its way from peers to the chain. Its headers and proofs are
 * verified already, so the batch knows the hash of every block that it waits for.
 *
 * AwaitingDownload -> Downloading -> AwaitingDownload | AwaitingImport -> Importing -> Imported
 *
 * Spec: docs/spec/network.md, "Range sync".
 */
import { assert, CodedError } from '../../../consensus/errors.ts'
import type { Hash } from '../../../consensus/types.ts'
import type { SealedBlock } from '../../chain/sealed-block.ts'

/** Blocks of one batch: what one peer is asked for at a time. */
export const BATCH_BLOCKS = 16

/** Failed downloads of one batch, over all peers, after which the sync starts anew. */
export const DOWNLOAD_ATTEMPTS_MAX = 10

export type BatchState =
  | { readonly kind: 'awaiting-download' }
  | { readonly kind: 'downloading'; readonly peerId: string }
  | { readonly kind: 'awaiting-import' }
  | { readonly kind: 'importing' }
  | { readonly kind: 'imported' }

/** A downloaded block and who sent it: the one who pays if it proves invalid. */
export type DownloadedBlock = { readonly block: SealedBlock; readonly peerId: string }

export class Batch {
  readonly firstNumber: bigint
  readonly #hashes: readonly Hash[]
  readonly #downloaded: DownloadedBlock[] = []
  readonly #failedPeers = new Map<string, number>()
  #failureCount = 0
  #state: BatchState = { kind: 'awaiting-download' }

  constructor(firstNumber: bigint, hashes: readonly Hash[]) {
    assert(hashes.length > 0 && hashes.length <= BATCH_BLOCKS, 'a batch has 1 to 16 blocks')
    this.firstNumber = firstNumber
    this.#hashes = hashes
  }

  get state(): BatchState {
    return this.#state
  }

  /** Hashes still to be downloaded, in order. */
  get missing(): readonly Hash[] {
    return this.#hashes.slice(this.#downloaded.length)
  }

  /** Of what was downloaded and waits for its import. */
  get bytes(): number {
    return this.#downloaded.reduce((sum, { block }) => sum + block.bytes, 0)
  }

  /** How often `peerId` failed us here; peers that failed least are asked first. */
  failuresOf(peerId: string): number {
    return this.#failedPeers.get(peerId) ?? 0
  }

  /** AwaitingDownload -> Downloading */
  startDownload(peerId: string): readonly Hash[] {
    this.#expect('awaiting-download')
    this.#state = { kind: 'downloading', peerId }
    return this.missing
  }

  /**
   * Downloading -> AwaitingImport, or AwaitingDownload when a full response held only some.
   * Blocks come in the order asked for; the caller has checked hashes and roots.
   */
  downloadSucceeded(blocks: readonly SealedBlock[]): void {
    const { peerId } = this.#expect('downloading')
    const missing = this.missing
    assert(blocks.length > 0 && blocks.length <= missing.length, 'a reply holds what was asked')
    for (const [index, block] of blocks.entries()) {
      assert(block.hash === missing[index], 'blocks of a reply come in the order asked for')
      this.#downloaded.push({ block, peerId })
    }
    const isWhole = this.#downloaded.length === this.#hashes.length
    this.#state = { kind: isWhole ? 'awaiting-import' : 'awaiting-download' }
  }

  /** Downloading -> AwaitingDownload. Throws {@link BatchError} when nobody can serve the batch. */
  downloadFailed(): void {
    const { peerId } = this.#expect('downloading')
    this.#failedPeers.set(peerId, this.failuresOf(peerId) + 1)
    this.#failureCount += 1
    this.#state = { kind: 'awaiting-download' }
    if (this.#failureCount >= DOWNLOAD_ATTEMPTS_MAX) {
      throw new BatchError({
        code: 'DOWNLOAD_ATTEMPTS_SPENT',
        firstNumber: this.firstNumber,
        peerIds: [...this.#failedPeers.keys()],
      })
    }
  }

  /** AwaitingImport -> Importing */
  startImport(): readonly DownloadedBlock[] {
    this.#expect('awaiting-import')
    this.#state = { kind: 'importing' }
    return this.#downloaded
  }

  /** Importing -> Imported */
  importSucceeded(): void {
    this.#expect('importing')
    this.#state = { kind: 'imported' }
  }

  #expect<Kind extends BatchState['kind']>(kind: Kind): Extract<BatchState, { kind: Kind }> {
    const state = this.#state
    assert(state.kind === kind, `batch is ${state.kind}, expected ${kind}`)
    return state as Extract<BatchState, { kind: Kind }>
  }
}

export type BatchErrorType = {
  readonly code: 'DOWNLOAD_ATTEMPTS_SPENT'
  readonly firstNumber: bigint
  readonly peerIds: readonly string[]
}

export class BatchError extends CodedError<BatchErrorType> {}
