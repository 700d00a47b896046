/**
 * The time of a development chain: the machine's, moved by what the developer asked for, as anvil
 * keeps it. A header is always later than its parent, whatever is asked.
 */
import type { Clock } from '../ports.ts'

export class DevTime {
  readonly #clock: Pick<Clock, 'now'>
  /** Seconds that this chain is ahead of the machine, or behind it. */
  #offset = 0n
  #next: bigint | undefined
  #interval: bigint | undefined

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Unix seconds. */
  get now(): bigint {
    return this.#wall + this.#offset
  }

  get offset(): bigint {
    return this.#offset
  }

  /** Of the next block on a parent of this time. */
  after(parentTimestamp: bigint): bigint {
    if (this.#next !== undefined) return this.#next
    return this.#interval === undefined ? this.now : parentTimestamp + this.#interval
  }

  /** Whether the time of the next block was named. */
  get isNextSet(): boolean {
    return this.#next !== undefined
  }

  increase(seconds: bigint): void {
    this.#offset += seconds
  }

  /** From here on it is `timestamp`. */
  reset(timestamp: bigint): void {
    this.#next = undefined
    this.#offset = timestamp - this.#wall
  }

  /** The next block has exactly this time, and time goes on from there. */
  setNext(timestamp: bigint): void {
    this.#next = timestamp
  }

  /** Seconds from a block to the next; undefined: as the clock says. */
  get interval(): bigint | undefined {
    return this.#interval
  }

  /** Seconds between a block and the next, whatever the machine says; undefined: as it says. */
  setInterval(seconds: bigint | undefined): void {
    this.#interval = seconds
  }

  /** A block of this time came. */
  onBlock(timestamp: bigint): void {
    if (this.#next !== undefined || timestamp > this.now) this.reset(timestamp)
  }

  get #wall(): bigint {
    return BigInt(Math.floor(this.#clock.now() / 1000))
  }
}
