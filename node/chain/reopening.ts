/**
 * After a write that failed: tries every few seconds to open the store anew, in the chain's own
 * queue, until writes succeed again.
 *
 * Spec: docs/spec/storage.md, "Failures".
 */
import type { Logger } from 'pino'
import type { Cancel, Clock } from '../ports.ts'
import { DatabaseError } from '../storage/database.ts'
import { type ImportQueue, QueueError } from './import/import-queue.ts'

/** After a write that failed, so long until the store is tried again. */
export const RECOVER_MS = 5_000

export type ReopeningModules = {
  readonly queue: ImportQueue
  readonly clock: Clock
  readonly log: Logger
  /**
   * Makes everything as it is on disk; throws as long as that can't be. What it returns tells
   * listeners, once writes succeed again.
   */
  readonly reopen: () => Promise<() => void>
}

export class Reopening {
  readonly #modules: ReopeningModules
  #cancel: Cancel | undefined

  constructor(modules: ReopeningModules) {
    this.#modules = modules
  }

  /** From the failed write until the store is open again. */
  get isUnderWay(): boolean {
    return this.#cancel !== undefined
  }

  begin(cause: unknown): void {
    const { log } = this.#modules
    log.error({ err: cause }, 'A write failed: reads go on, blocks wait until writes succeed')
    this.#tryLater()
  }

  stop(): void {
    this.#cancel?.()
  }

  #tryLater(): void {
    const { clock, queue } = this.#modules
    this.#cancel = clock.setTimer(RECOVER_MS, () => {
      queue.run(() => this.#try()).catch((error: unknown) => this.#onFailure(error))
    })
  }

  async #try(): Promise<void> {
    const tell = await this.#modules.reopen()
    this.#cancel = undefined
    tell()
  }

  #onFailure(error: unknown): void {
    const { log } = this.#modules
    if (error instanceof QueueError && error.type.code === 'CLOSED') return
    // A disk that is still full was told of; that the store can't be opened again was not.
    if (isWriteFailure(error)) log.debug({ err: error }, 'The store has not recovered yet')
    else log.error({ err: error }, 'The store did not recover')
    this.#tryLater()
  }
}

export function isWriteFailure(error: unknown): boolean {
  return error instanceof DatabaseError && error.type.code === 'WRITE_FAILED'
}
