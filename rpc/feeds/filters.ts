/**
 * Installed filters: `eth_newFilter` and kin. A filter is a cursor into the feed of the node, so
 * it costs nothing until it is polled, and never misses or repeats a change.
 *
 * Spec: docs/spec/interface.md, "JSON-RPC"; after a reorg the logs of removed blocks are told
 * again with `removed: true`, as geth does.
 */
import { randomBytes } from 'node:crypto'
import type { Hash, Hex } from '../../consensus/types.ts'
import type { ChainReader } from '../../node/api.ts'
import { limitExceeded, RpcError } from '../errors.ts'
import type { JsonLog } from '../format/log.ts'
import { FILTER_IDLE_MS, FILTERS_MAX, FILTERS_PER_CLIENT_MAX, LOGS_MAX } from '../limits.ts'
import type { LogCriteria } from '../params/log-criteria.ts'
import { blockLogs } from './block-logs.ts'
import { createLogFilter, type LogFilter } from './log-filter.ts'
import type { NodeFeed } from './node-feed.ts'

type Kind =
  | { readonly kind: 'blocks' }
  | { readonly kind: 'pending' }
  | { readonly kind: 'logs'; readonly criteria: LogCriteria; readonly filter: LogFilter }

type Filter = Kind & { readonly client: string; cursor: number; usedAtMs: number }

export type FilterStoreModules = {
  readonly feed: NodeFeed
  readonly chain: ChainReader
  /** Unix milliseconds. */
  readonly now: () => number
  /** Told how many there are whenever that changes. */
  readonly onCount: (count: number) => void
}

export class FilterStore {
  /** In order of last use: the idle ones are in front. */
  readonly #filters = new Map<Hex, Filter>()
  /** How many each client has; at most as many entries as there are filters. */
  readonly #counts = new Map<string, number>()
  readonly #modules: FilterStoreModules

  constructor(modules: FilterStoreModules) {
    this.#modules = modules
  }

  newLogFilter(client: string, criteria: LogCriteria): Hex {
    return this.#install(client, { kind: 'logs', criteria, filter: createLogFilter(criteria) })
  }

  newBlockFilter(client: string): Hex {
    return this.#install(client, { kind: 'blocks' })
  }

  newPendingFilter(client: string): Hex {
    return this.#install(client, { kind: 'pending' })
  }

  /** False when there was none. */
  uninstall(id: Hex): boolean {
    const filter = this.#filters.get(id)
    if (filter === undefined) return false
    this.#filters.delete(id)
    this.#count(filter.client, -1)
    return true
  }

  /** What a log filter was made with; throws FILTER_UNKNOWN for the others too, as geth does. */
  criteriaOf(id: Hex): LogCriteria {
    const filter = this.#use(id)
    if (filter.kind !== 'logs') throw filterUnknown()
    return filter.criteria
  }

  /** What is new since the last call; after `timeMs` the rest waits for the next one. */
  async changes(id: Hex, timeMs: number): Promise<readonly (Hash | JsonLog)[]> {
    const { feed } = this.#modules
    const filter = this.#use(id)
    if (filter.kind === 'logs') return this.#logChanges(id, filter, filter, timeMs)
    const ring = filter.kind === 'blocks' ? feed.blocks : feed.pending
    const items = ring.since(filter.cursor)
    if (items === undefined) throw this.#fellBehind(id)
    filter.cursor = ring.cursor
    return items.flatMap((item) =>
      typeof item === 'string' ? [item] : item.isRemoved ? [] : [item.block.hash],
    )
  }

  /** Whole blocks until there are enough logs or the time is up; the rest waits. */
  async #logChanges(
    id: Hex,
    filter: Filter,
    { filter: wanted, criteria }: Extract<Kind, { kind: 'logs' }>,
    timeMs: number,
  ): Promise<readonly JsonLog[]> {
    const { blocks } = this.#modules.feed
    const start = filter.cursor
    const items = blocks.since(start)
    if (items === undefined) throw this.#fellBehind(id)
    // Moved before the first wait: a second call meanwhile goes on from here.
    filter.cursor = blocks.cursor
    const deadlineMs = performance.now() + timeMs
    const logs: JsonLog[] = []
    let done = 0
    try {
      for (const { block, isRemoved } of items) {
        if (logs.length >= LOGS_MAX || (done > 0 && performance.now() > deadlineMs)) break
        if (isInRange(block.header.number, criteria)) {
          const found = await blockLogs(this.#modules.chain, block, wanted, isRemoved)
          for (const log of found) logs.push(log)
        }
        done++
      }
    } finally {
      if (done < items.length) filter.cursor = start + done
    }
    return logs
  }

  #install(client: string, kind: Kind): Hex {
    this.#forgetIdle()
    const { feed, now } = this.#modules
    if ((this.#counts.get(client) ?? 0) >= FILTERS_PER_CLIENT_MAX) {
      throw limitExceeded(`a client may have ${FILTERS_PER_CLIENT_MAX} filters: uninstall one`)
    }
    if (this.#filters.size >= FILTERS_MAX) {
      throw limitExceeded(`this node holds ${FILTERS_MAX} filters, and no more`)
    }
    const id = randomId()
    const cursor = kind.kind === 'pending' ? feed.pending.cursor : feed.blocks.cursor
    this.#filters.set(id, { ...kind, client, cursor, usedAtMs: now() })
    this.#count(client, 1)
    return id
  }

  #count(client: string, more: 1 | -1): void {
    const count = (this.#counts.get(client) ?? 0) + more
    if (count === 0) this.#counts.delete(client)
    else this.#counts.set(client, count)
    this.#modules.onCount(this.#filters.size)
  }

  #use(id: Hex): Filter {
    this.#forgetIdle()
    const filter = this.#filters.get(id)
    if (filter === undefined) throw filterUnknown()
    filter.usedAtMs = this.#modules.now()
    this.#filters.delete(id)
    this.#filters.set(id, filter)
    return filter
  }

  #forgetIdle(): void {
    const oldestMs = this.#modules.now() - FILTER_IDLE_MS
    for (const [id, filter] of this.#filters) {
      if (filter.usedAtMs >= oldestMs) return
      this.uninstall(id)
    }
  }

  /** Clients that hear "filter not found" install a new one. */
  #fellBehind(id: Hex): RpcError {
    this.uninstall(id)
    return filterUnknown()
  }
}

/** 128 random bits as a QUANTITY: the first digit is never zero. */
export function randomId(): Hex {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0] ?? 0) | 0x80
  return `0x${bytes.toString('hex')}`
}

/** Numbers bound what a filter tells; tags do not, because every new block is later. */
function isInRange(number: bigint, { fromBlock, toBlock }: LogCriteria): boolean {
  if (fromBlock !== undefined && 'number' in fromBlock && number < fromBlock.number) return false
  return !(toBlock !== undefined && 'number' in toBlock && number > toBlock.number)
}

function filterUnknown(): RpcError {
  return new RpcError({ code: 'FILTER_UNKNOWN' }, 'filter not found')
}
