/**
 * Puts into the index of logs what an older version, a repair or damage has left out of it: from
 * the head down, some blocks at a time, between two imports. Readers look at blooms meanwhile.
 *
 * Spec: docs/spec/storage.md, "Log index".
 */
import type { Logger } from 'pino'
import { assert } from '../../consensus/errors.ts'
import type { Receipt } from '../receipt.ts'
import type { BlockStore } from '../storage/block-store.ts'
import { type KeyValueStore, WriteBatch } from '../storage/database.ts'
import { type ImportQueue, QueueError } from './import/import-queue.ts'

/** Read between two imports: a few milliseconds. */
const STEP_BLOCKS_MAX = 256
/** Of all its blocks, after which a step takes no more of them. */
const STEP_LOGS = 2_048

export type LogBackfillModules = {
  readonly queue: ImportQueue
  readonly store: KeyValueStore
  readonly log: Logger
  readonly blocks: () => BlockStore
  /** Told of a write that failed. */
  readonly onFailure: (error: unknown) => void
}

export class LogBackfill {
  readonly #modules: LogBackfillModules
  #isRunning = false

  constructor(modules: LogBackfillModules) {
    this.#modules = modules
  }

  /** Goes on until the index is whole; what ends it early is told, and the next call goes on. */
  wake(): void {
    if (this.#isRunning || this.#modules.blocks().logs.first === 0n) return
    this.#isRunning = true
    void this.#run().finally(() => {
      this.#isRunning = false
    })
  }

  async #run(): Promise<void> {
    const { queue, log, blocks, onFailure } = this.#modules
    try {
      while (blocks().logs.first > 0n) {
        await queue.run(() => this.#step())
        log.debug({ number: blocks().logs.first }, 'Indexed logs of older blocks')
      }
      log.info('The index of logs is whole')
    } catch (error) {
      // A queue that is full or closed has nothing to tell of.
      if (error instanceof QueueError) return
      log.error(
        { err: error },
        'Logs of older blocks were not indexed: queries look at every block',
      )
      onFailure(error)
    }
  }

  async #step(): Promise<void> {
    const { store } = this.#modules
    const blocks = this.#modules.blocks()
    const { head, logs } = blocks
    assert(head !== undefined, 'a chain has a head')
    const found: { number: bigint; receipts: readonly Receipt[] }[] = []
    let logCount = 0
    // The chain may have been taken back since.
    let first = logs.first > head.number ? head.number + 1n : logs.first
    while (first > 0n && found.length < STEP_BLOCKS_MAX && logCount < STEP_LOGS) {
      first -= 1n
      const hash = await blocks.canonicalHash(first)
      const receipts = (hash && (await blocks.receipts(hash))) ?? []
      found.push({ number: first, receipts })
      logCount += receipts.reduce((count, receipt) => count + receipt.logs.length, 0)
    }
    const batch = new WriteBatch()
    logs.stageEarlier(batch, first, found)
    try {
      await store.write(batch)
    } catch (error) {
      logs.discarded()
      throw error
    }
    logs.committed()
  }
}
