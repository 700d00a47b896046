/**
 * Who has to go so that another has room: what there is room for, counted in slots, what a place in
 * it is worth, and the cheapest that hold one. Decides, and changes nothing; `transaction-pool.ts`
 * does.
 *
 * Spec: docs/spec/mempool.md, "Limits", "Eviction".
 */
import { assert } from '../../../consensus/errors.ts'
import type { MempoolOptions } from '../options.ts'
import { PoolError } from '../pool-error.ts'
import type { AccountQueue } from './account-queue.ts'
import { Eviction } from './eviction.ts'
import type { Holdings } from './holdings.ts'
import { type PooledTransaction, runTipAt, smaller, tipAt } from './pooled-transaction.ts'

export type RoomLimits = Pick<MempoolOptions, 'executableSlotsMax' | 'queuedSlotsMax'>

type Entries = readonly PooledTransaction[]

export class Room {
  readonly #limits: RoomLimits
  readonly #held: Holdings
  readonly #executable: Eviction
  readonly #queued: Eviction
  #baseFee: bigint

  constructor(limits: RoomLimits, held: Holdings, baseFee: bigint) {
    this.#limits = limits
    this.#held = held
    this.#baseFee = baseFee
    const queueOf = ({ transaction }: PooledTransaction) => held.queueOf(transaction.sender)
    // Only the last of a run goes: nothing is left behind a gap by that.
    this.#executable = new Eviction({
      candidates: () => held.tails(),
      isCandidate: (entry) => queueOf(entry)?.tail === entry,
      behind: (entry) => queueOf(entry)?.before(entry),
      tipOf: (entry) => runTipAt(entry, this.#baseFee),
    })
    this.#queued = new Eviction({
      candidates: () => held.queued(),
      isCandidate: (entry) => held.isHeld(entry) && !entry.isExecutable,
      behind: () => undefined,
      tipOf: (entry) => tipAt(entry, this.#baseFee),
    })
  }

  get baseFee(): bigint {
    return this.#baseFee
  }

  /** Of the next block, wei per gas. */
  set baseFee(baseFee: bigint) {
    this.#baseFee = baseFee
    this.#executable.reset()
    this.#queued.reset()
  }

  /** The run of `queue` ends elsewhere than before. */
  onRun({ tail }: AccountQueue): void {
    if (tail !== undefined) this.#executable.add(tail)
  }

  /** `entry` waits. */
  onWaiting(entry: PooledTransaction): void {
    this.#queued.add(entry)
  }

  /** Many wait that did not. */
  onManyWaiting(): void {
    this.#queued.reset()
  }

  /** For `entry` at the end of the run of its account. Throws POOL_FULL if too few are cheaper. */
  forExecutable({ tail }: AccountQueue, entry: PooledTransaction): Entries {
    const missing = this.#missing(entry.slots)
    return orRefuse(this.#executable.victims(missing, this.#tipBehind(tail, entry)))
  }

  /** The same for one that waits. */
  forQueued(entry: PooledTransaction): Entries {
    return orRefuse(this.#queued.victims(this.#missingQueued(entry.slots), this.#tip(entry)))
  }

  /**
   * For `entry` where `held` is, if it is the larger one. Nobody of its own account goes for it:
   * the one that it replaces may be behind them.
   */
  forReplacement(queue: AccountQueue, held: PooledTransaction, entry: PooledTransaction): Entries {
    const more = entry.slots - held.slots
    if (more <= 0) return []
    const { sender } = queue
    const tip = this.#tipBehind(queue.before(held), entry)
    return orRefuse(
      held.isExecutable
        ? this.#executable.victims(this.#missing(more), tip, sender)
        : this.#queued.victims(this.#missingQueued(more), this.#tip(entry), sender),
    )
  }

  /**
   * Who waits in place of `next` if that becomes executable; undefined if too few are cheaper.
   * Never one of the same run, which is worth as much at least as what would come behind it.
   */
  forPromotion({ tail }: AccountQueue, next: PooledTransaction): Entries | undefined {
    return this.#executable.victims(this.#missing(next.slots), this.#tipBehind(tail, next))
  }

  /** Who waits and has no room left. */
  surplus(): Entries {
    const victims = this.#queued.victims(this.#missingQueued(0))
    assert(victims !== undefined, 'what waits has the room that it takes')
    return victims
  }

  #missing(slots: number): number {
    return this.#held.executableSlots + slots - this.#limits.executableSlotsMax
  }

  #missingQueued(slots: number): number {
    return this.#held.queuedSlots + slots - this.#limits.queuedSlotsMax
  }

  #tip(entry: PooledTransaction): bigint {
    return tipAt(entry, this.#baseFee)
  }

  /** What `entry` is worth behind `before`: no more than that one. */
  #tipBehind(before: PooledTransaction | undefined, entry: PooledTransaction): bigint {
    const own = this.#tip(entry)
    return before === undefined ? own : smaller(own, runTipAt(before, this.#baseFee))
  }
}

function orRefuse(victims: Entries | undefined): Entries {
  if (victims === undefined) throw new PoolError({ code: 'POOL_FULL' })
  return victims
}
