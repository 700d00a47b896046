/**
 * What the node counts beside what its parts count themselves: the head, imports, reorgs, peers,
 * the pool, the sealer. Gauges are read when they are asked for.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { headEpoch } from '../consensus/finality/finality-state.ts'
import type { FinalityReader, PoolReader } from './api.ts'
import type { Chain } from './chain/chain.ts'
import type { CertifyWatch } from './finality/certify-watch.ts'
import type { Sealer } from './sealer/sealer.ts'
import type { Sync } from './sync/sync.ts'

export type MetricSources = {
  readonly chain: Chain
  readonly certified: CertifyWatch
  readonly finality: Pick<FinalityReader, 'status'>
  readonly pool: Pick<PoolReader, 'status'>
  readonly sync: Sync | undefined
  readonly sealer: Sealer | undefined
  readonly macsDone: () => bigint
}

/** An import takes milliseconds, a full block on a busy machine a second. */
const IMPORT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Registers the node's metrics with `registry`; they listen from then on. */
export function registerNodeMetrics(registry: Registry, sources: MetricSources): void {
  registerChainMetrics(registry, sources.chain)
  registerFinalityMetrics(registry, sources)
  const { pool, sync, sealer, macsDone } = sources
  gauge(registry, 'hanzo_pool_pending_count', 'Transactions that could be mined now.', () => {
    return pool.status().pending
  })
  gauge(registry, 'hanzo_pool_queued_count', 'Transactions behind a gap of nonces.', () => {
    return pool.status().queued
  })
  gauge(registry, 'hanzo_sync_orphans_count', 'Blocks that wait for a parent.', () => {
    return sync?.orphanCount ?? 0
  })
  gauge(registry, 'hanzo_sync_active', '1 while a gap of over two epochs is being closed.', () => {
    return sync?.progress() === undefined ? 0 : 1
  })
  gauge(registry, 'hanzo_heap_bytes', 'JavaScript objects, garbage among them.', () => {
    return process.memoryUsage().heapUsed
  })
  counter(registry, 'hanzo_sealer_blocks_total', 'Blocks sealed since start.', () => {
    return sealer?.summary().blocksSealed ?? 0
  })
  counter(registry, 'hanzo_sealer_macs_total', 'Multiply-adds searched since start.', () => {
    return Number(macsDone())
  })
}

function registerChainMetrics(registry: Registry, chain: Chain): void {
  const registers = [registry]
  const imported = new Counter({
    name: 'hanzo_blocks_imported_total',
    help: 'Blocks written, by where they came from.',
    labelNames: ['source'],
    registers,
  })
  const refused = new Counter({
    name: 'hanzo_blocks_refused_total',
    help: 'Blocks that were not written, by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  const seconds = new Histogram({
    name: 'hanzo_block_import_seconds',
    help: 'From the start of an import to its events.',
    buckets: IMPORT_SECONDS,
    registers,
  })
  const reorgs = new Counter({
    name: 'hanzo_reorgs_total',
    help: 'Head changes that took blocks off the chain.',
    registers,
  })
  const removed = new Counter({
    name: 'hanzo_reorg_blocks_total',
    help: 'Blocks that were taken off the chain.',
    registers,
  })
  gauge(registry, 'hanzo_head_number', 'Number of the head.', () => {
    return Number(chain.head.header.number)
  })
  gauge(registry, 'hanzo_imports_waiting_count', 'Blocks that wait for their import.', () => {
    return chain.importsWaiting
  })
  chain.events.on('imported', (_, source, milliseconds) => {
    imported.inc({ source })
    seconds.observe(milliseconds / 1000)
  })
  chain.events.on('refused', (_block, _source, { kind }) => refused.inc({ outcome: kind }))
  chain.events.on('head', ({ removed: { length } }) => {
    if (length === 0) return
    reorgs.inc()
    removed.inc(length)
  })
}

function registerFinalityMetrics(
  registry: Registry,
  { chain, certified, finality }: Pick<MetricSources, 'chain' | 'certified' | 'finality'>,
): void {
  gauge(registry, 'hanzo_justified_epoch', 'Epoch of the highest justified checkpoint.', () => {
    return Number(chain.finality.justified.epoch)
  })
  gauge(registry, 'hanzo_finalized_epoch', 'Epoch of the finalized checkpoint.', () => {
    return Number(chain.finality.finalized.epoch)
  })
  gauge(registry, 'hanzo_finality_lag_epochs', 'From the finalized epoch to the head.', () => {
    return Number(headEpoch(chain.finality) - chain.finality.finalized.epoch)
  })
  gauge(registry, 'hanzo_certify_lag_epochs', 'From what the chain knows to justified.', () => {
    return Number(certified.lagEpochs)
  })
  gauge(registry, 'hanzo_finality_votes_count', 'Votes counted that may still matter.', () => {
    return chain.finality.votes.size
  })
  gauge(registry, 'hanzo_finality_evidence_count', 'Validators proved to have lied.', () => {
    return chain.finality.evidence.size
  })
  gauge(registry, 'hanzo_stake_reachable_ratio', 'Stake that voted within two epochs.', () => {
    return finality.status().stakeReachable
  })
  gauge(registry, 'hanzo_partition_suspected', '1 while too little of the stake is heard.', () => {
    return finality.status().isPartitionSuspected ? 1 : 0
  })
  gauge(registry, 'hanzo_safety_fault', '1 while a safety fault stands.', () => {
    return chain.finality.fault === undefined ? 0 : 1
  })
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read())
    },
  })
}

/** Of a figure that only rises and is counted elsewhere. */
function counter(registry: Registry, name: string, help: string, read: () => number): void {
  let counted = 0
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read()
      this.inc(value - counted)
      counted = value
    },
  })
}
