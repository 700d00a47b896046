/** Tells subscribers what happens in the node, in the order in which it happened. */
import type { ChainApi, ChainReader, NetworkReader } from '../../node/api.ts'
import type { HeadChange } from '../../node/events.ts'
import type { SignedTransaction } from '../../node/transaction.ts'
import { formatHeader } from '../format/block.ts'
import { quantity } from '../format/hex.ts'
import { formatTransaction } from '../format/transaction.ts'
import type { RpcLog } from '../options.ts'
import { blockLogs } from './block-logs.ts'
import type { BlockChange, NodeFeed } from './node-feed.ts'
import type { Subscription, Subscriptions } from './subscriptions.ts'

export type PublisherModules = {
  readonly api: Pick<ChainApi, 'chain' | 'network' | 'events'>
  readonly feed: NodeFeed
  readonly subscriptions: Subscriptions
  readonly log: RpcLog
}

export class Publisher {
  readonly #chain: ChainReader
  readonly #modules: PublisherModules
  /** How far logs have been told; they are read from disk, so they lag behind the heads. */
  #logCursor = 0
  #isTellingLogs = false

  constructor(modules: PublisherModules) {
    this.#modules = modules
    this.#chain = modules.api.chain
  }

  /** Listens after the feed has begun to: what it reads is then already there. */
  start(): void {
    this.#logCursor = this.#modules.feed.blocks.cursor
    const { events } = this.#modules.api
    events.on('head', this.#onHead)
    events.on('pendingTransaction', this.#onPending)
    events.on('syncing', this.#onSyncing)
  }

  stop(): void {
    const { events } = this.#modules.api
    events.off('head', this.#onHead)
    events.off('pendingTransaction', this.#onPending)
    events.off('syncing', this.#onSyncing)
  }

  readonly #onHead = ({ added }: HeadChange): void => {
    const { subscriptions } = this.#modules
    const readers = subscriptions.of('newHeads')
    if (readers.size > 0) {
      for (const block of added) {
        const json = JSON.stringify(formatHeader(block))
        for (const reader of readers) subscriptions.notify(reader, json)
      }
    }
    void this.#tellLogs()
  }

  readonly #onPending = (transaction: SignedTransaction): void => {
    const { subscriptions } = this.#modules
    const hashReaders = subscriptions.of('pendingHashes')
    for (const reader of hashReaders) subscriptions.notify(reader, `"${transaction.hash}"`)
    const readers = subscriptions.of('pendingTransactions')
    if (readers.size === 0) return
    const json = JSON.stringify(formatTransaction(transaction))
    for (const reader of readers) subscriptions.notify(reader, json)
  }

  readonly #onSyncing = (isSyncing: boolean): void => {
    const { subscriptions, api } = this.#modules
    const json = JSON.stringify(isSyncing ? syncingStatus(api.network) : false)
    for (const reader of subscriptions.of('syncing')) subscriptions.notify(reader, json)
  }

  /** One run at a time; a head that comes meanwhile is told by the same run. */
  async #tellLogs(): Promise<void> {
    if (this.#isTellingLogs) return
    this.#isTellingLogs = true
    const { feed, subscriptions, log } = this.#modules
    try {
      while (this.#logCursor < feed.blocks.cursor) {
        const changes = feed.blocks.since(this.#logCursor)
        if (changes === undefined) {
          this.#dropReaders('logs fell behind the chain')
          this.#logCursor = feed.blocks.cursor
          continue
        }
        for (const change of changes) {
          const position = this.#logCursor++
          await this.#tellBlock(change, position, subscriptions.of('logs'))
        }
      }
    } catch (error) {
      log.error({ err: error }, 'Log subscriptions failed')
      this.#dropReaders('logs of a block could not be read')
    } finally {
      this.#isTellingLogs = false
    }
  }

  async #tellBlock(
    { block, isRemoved }: BlockChange,
    position: number,
    readers: ReadonlySet<Subscription<'logs'>>,
  ): Promise<void> {
    for (const reader of readers) {
      // A reader that subscribed later than this change has nothing to hear of it.
      if (reader.topic.cursor > position) continue
      const logs = await blockLogs(this.#chain, block, reader.topic.filter, isRemoved)
      // It may have unsubscribed while they were read.
      if (!readers.has(reader)) continue
      for (const entry of logs) this.#modules.subscriptions.notify(reader, JSON.stringify(entry))
    }
  }

  /** A client that missed a log must not believe that there was none. */
  #dropReaders(reason: string): void {
    for (const { socket } of this.#modules.subscriptions.of('logs')) socket.drop(reason)
  }
}

/** Geth's shape of the notice. */
function syncingStatus(network: NetworkReader) {
  const progress = network.syncing()
  if (progress === undefined) return { syncing: true }
  const status = {
    startingBlock: quantity(progress.startingBlock),
    currentBlock: quantity(progress.currentBlock),
    highestBlock: quantity(progress.highestBlock),
  }
  return { syncing: true, status }
}
