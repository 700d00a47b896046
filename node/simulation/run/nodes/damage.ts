/**
 * A disk that gives back something else than was written: a flipped bit, or a hole in the log. The
 * node must notice before it answers or votes, and go back to what is good; where that is not
 * possible its operator moves the directory away and syncs again, with the record of votes kept.
 *
 * Spec: docs/spec/storage.md, "Checks on read", "Boot check", "Repair".
 */
import { CodedError } from '../../../../consensus/errors.ts'
import { CorruptionError } from '../../../storage/codec/record.ts'
import { TABLE, type TableName } from '../../../storage/keys.ts'
import type { Coverage } from '../../engine/coverage.ts'
import type { SeededRng } from '../../engine/seeded-rng.ts'
import type { Watcher } from '../../node/checks/watcher.ts'
import type { Cluster } from '../../node/cluster.ts'
import type { StoreSnapshot } from '../../node/disk/memory-store.ts'
import type { SimulatedNode } from '../../node/simulated-node.ts'

const TABLES = Object.keys(TABLE) as readonly TableName[]
/** What a start on damage may end with; anything else is a bug. */
const BEYOND_REPAIR: ReadonlySet<string> = new Set([
  'BEYOND_REPAIR',
  'RECORD_DAMAGED',
  'RECORD_MISSING',
  // The schema or the genesis hash itself was hit: no database of ours any more.
  'OTHER_GENESIS',
  'OTHER_SCHEMA',
])
/** An operator who sees it needs so long. */
const OPERATOR_MS = 5_000

export class Damage {
  readonly #cluster: Cluster
  readonly #watcher: Watcher
  readonly #coverage: Coverage
  readonly #genesis: StoreSnapshot
  #isCalled = false

  constructor(cluster: Cluster, watcher: Watcher, coverage: Coverage, genesis: StoreSnapshot) {
    this.#cluster = cluster
    this.#watcher = watcher
    this.#coverage = coverage
    this.#genesis = genesis
    watcher.onDamageFound = (index) => this.#callOperator(index)
  }

  /** Under a node that runs, or while it is down; the caller starts it again. */
  flipBit(node: SimulatedNode, rng: SeededRng): void {
    const table = rng.pick(TABLES)
    if (!node.disk.store.flipBit(TABLE[table])) return
    this.#watcher.damaged.add(node.index)
    this.#coverage.hit('bit flipped')
    this.#cluster.trace.add('bit flip', node.index, TABLE[table], () => table)
  }

  /** Of a node that has just crashed. */
  makeHole(node: SimulatedNode): void {
    this.#watcher.onDiskLost(node.index)
    if (!node.disk.store.losePowerWithHole()) return
    this.#watcher.damaged.add(node.index)
    this.#coverage.hit('hole made')
    this.#cluster.trace.add('hole', node.index, 0)
  }

  /** Whether a start may fail with this; then the directory was moved away. */
  heal(node: SimulatedNode, error: unknown): boolean {
    const code = error instanceof CodedError ? (error.type as { code: string }).code : ''
    if (!this.#watcher.damaged.has(node.index) || !BEYOND_REPAIR.has(code)) return false
    this.#coverage.hit(
      error instanceof CorruptionError ? 'damage found at a start' : 'damage beyond repair',
    )
    this.wipe(node)
    return true
  }

  /** The directory is moved away; what was signed is kept. Only of a node that is down. */
  wipe(node: SimulatedNode): void {
    this.#cluster.trace.add('wipe', node.index, 0)
    this.#watcher.onDiskLost(node.index)
    this.#watcher.damaged.delete(node.index)
    node.disk.store.restore(this.#genesis)
  }

  /** A reader met damage while the node was up. */
  #callOperator(index: number): void {
    const { scheduler, nodes } = this.#cluster
    const node = nodes[index]
    if (this.#isCalled || node === undefined) return
    this.#isCalled = true
    this.#coverage.hit('damage found on a read')
    scheduler.after(OPERATOR_MS, () => {
      this.#isCalled = false
      if (!node.isUp || !this.#watcher.damaged.has(index)) return
      node.crash('process')
      this.wipe(node)
      void node.start()
    })
  }
}
