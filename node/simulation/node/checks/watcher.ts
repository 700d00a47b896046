/**
 * Watches every node of a cluster from above: what they finalize and sign as it happens, and when
 * asked, each node by itself. What it finds it keeps.
 *
 * Spec: docs/simulator.md, "Invariants".
 */
import type { Coverage } from '../../engine/coverage.ts'
import type { Cluster, ClusterObserver } from '../cluster.ts'
import type { SimulatedNode } from '../simulated-node.ts'
import { FinalityLedger } from './finality-ledger.ts'
import { checkNode } from './node-checks.ts'
import { TransactionLedger } from './transaction-ledger.ts'
import { type Violation, Violations } from './violation.ts'

/** What a handler may throw without being wrong: the disk or the queue takes nothing now. */
const TRANSIENT = new Set(['CLOSED', 'FULL', 'NOT_WRITABLE', 'WRITE_FAILED'])
const HANDLER_FAILED = new Set(['A gossip handler failed', 'Request handler failed'])
/** A reorg that is worth counting. */
const DEEP_REORG_BLOCKS = 10

export class Watcher implements ClusterObserver {
  readonly #violations: Violations
  readonly #ledger: FinalityLedger
  readonly #transactions = new TransactionLedger()
  readonly #coverage: Coverage | undefined
  /** Nodes that lied once: nothing is asked of them any more. */
  readonly #liars = new Set<number>()

  constructor(nowMs: () => number, coverage?: Coverage) {
    this.#violations = new Violations(nowMs)
    this.#ledger = new FinalityLedger(this.#violations.tell)
    this.#coverage = coverage
  }

  get violations(): readonly Violation[] {
    return this.#violations.all
  }

  distrust(node: number): void {
    this.#liars.add(node)
  }

  isTrusted(node: number): boolean {
    return !this.#liars.has(node)
  }

  /** What was on the disk is no more: what it says next is no step back. */
  onDiskLost(node: number): void {
    this.#ledger.forget(node)
  }

  onStart({ index, node }: SimulatedNode): void {
    const { chain } = node
    this.#transactions.onStart(index)
    chain.events.on('finality', (effects) => {
      if (!this.isTrusted(index)) return
      for (const effect of effects) {
        this.#coverage?.hit(`finality: ${effect.kind}`)
        this.#ledger.onEffect(index, effect, chain.finality)
      }
    })
    chain.events.on('head', ({ removed }) => {
      if (removed.length > 0) this.#coverage?.hit('reorg')
      if (removed.length > DEEP_REORG_BLOCKS) this.#coverage?.hit('reorg above 10 blocks')
      if (!this.isTrusted(index)) return
      this.#ledger.onHead(index, chain.finality)
      if (removed.length > 0) void this.#transactions.onReorg(index, node, removed)
    })
  }

  /** I7: a handler that fails has a bug, unless the disk or the queue is the cause. */
  onLog(node: number, line: Readonly<Record<string, unknown>>): void {
    const { msg, err } = line
    if (!HANDLER_FAILED.has(String(msg)) || !this.isTrusted(node)) return
    const { message, code } = (err ?? {}) as { message?: string; code?: string }
    if (TRANSIENT.has(code ?? '')) return
    this.#violations.tell('I7', node, `a handler failed: ${message}`)
  }

  /** Looks at everything, between two events. */
  async inspect(cluster: Cluster): Promise<void> {
    const nodes = cluster.nodes.filter(({ index, isUp }) => isUp && this.isTrusted(index))
    for (const { index, node, disk } of nodes) {
      if (!node.chain.isWritable) continue
      const found = await checkNode(node, disk.store)
      for (const [invariant, message] of found) this.#violations.tell(invariant, index, message)
      const tagged = await node.api.chain.resolve({ tag: 'finalized' })
      const { finalized } = node.chain.tree
      if (tagged?.hash !== finalized.hash) {
        this.#violations.tell('I17', index, 'the tag `finalized` is not what is final')
      }
      await this.#transactions.inspect(index, node, this.#violations.tell)
    }
  }
}
