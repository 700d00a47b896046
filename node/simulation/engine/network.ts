/**
 * The wires: between any two nodes one in each direction, with delay, loss, duplication,
 * reordering, bandwidth and cuts. What is on its way when a wire is cut is lost.
 */
import type { Scheduler } from './scheduler.ts'
import type { SeededRng } from './seeded-rng.ts'

/** What a wire does to messages. */
export type WireQuality = {
  readonly floorMs: number
  /** On top of the floor, exponential. */
  readonly meanMs: number
  /** Parts of the messages that never arrive, and that arrive twice. */
  readonly loss: number
  readonly duplication: number
  /** Whether later messages may overtake earlier ones. */
  readonly reorders: boolean
  readonly bytesPerSecond: number
}

export const GOOD_WIRE: WireQuality = {
  floorMs: 5,
  meanMs: 20,
  loss: 0,
  duplication: 0,
  reorders: false,
  bytesPerSecond: 12_500_000,
}

type Wire = {
  quality: WireQuality
  isCut: boolean
  /** Counts how often it was cut: what was sent before is lost. */
  cuts: number
  /** Holds everything back until then. */
  cloggedUntilMs: number
  busyUntilMs: number
  lastArrivalMs: number
}

export type NetworkParts = { readonly scheduler: Scheduler; readonly rng: SeededRng }

export class SimulatedNetwork {
  readonly size: number
  readonly #scheduler: Scheduler
  readonly #rng: SeededRng
  readonly #wires: Wire[]
  readonly #isUp: boolean[]
  #onLink: (from: number, to: number) => void = () => undefined

  constructor(size: number, { scheduler, rng }: NetworkParts, quality = GOOD_WIRE) {
    this.size = size
    this.#scheduler = scheduler
    this.#rng = rng
    this.#isUp = Array.from({ length: size }, () => true)
    this.#wires = Array.from({ length: size * size }, () => ({
      quality,
      isCut: false,
      cuts: 0,
      cloggedUntilMs: 0,
      busyUntilMs: 0,
      lastArrivalMs: 0,
    }))
  }

  /** Called for both directions when two nodes can speak to each other again. */
  onLink(listener: (from: number, to: number) => void): void {
    this.#onLink = listener
  }

  /** Both ways, and both are up: what a connection needs. */
  isLinked(a: number, b: number): boolean {
    return a !== b && this.canSend(a, b) && this.canSend(b, a)
  }

  canSend(from: number, to: number): boolean {
    return this.isUp(from) && this.isUp(to) && !this.#wire(from, to).isCut
  }

  isUp(node: number): boolean {
    return this.#isUp[node] === true
  }

  setUp(node: number, isUp: boolean): void {
    this.#change(() => {
      this.#isUp[node] = isUp
    })
  }

  /** Cuts and joins wires: `isCut(from, to)` says which are to be cut. */
  setCuts(isCut: (from: number, to: number) => boolean): void {
    this.#change(() => {
      this.#each((wire, from, to) => {
        const willBeCut = isCut(from, to)
        if (willBeCut && !wire.isCut) empty(wire)
        wire.isCut = willBeCut
      })
    })
  }

  setQuality(qualityOf: (from: number, to: number) => WireQuality): void {
    this.#each((wire, from, to) => {
      wire.quality = qualityOf(from, to)
    })
  }

  /** Holds back what is sent on the wire until then; 0 clears it. */
  clog(from: number, to: number, untilMs: number): void {
    const wire = this.#wire(from, to)
    if (untilMs === 0) empty(wire)
    wire.cloggedUntilMs = untilMs
  }

  /** One message; `deliver` is called when it arrives: once, twice or never. */
  send(from: number, to: number, bytes: number, deliver: () => void): void {
    const wire = this.#wire(from, to)
    if (!this.canSend(from, to)) return
    const { loss, duplication } = wire.quality
    const { cuts } = wire
    const copies = duplication > 0 && this.#rng.chance(duplication) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      if (loss > 0 && this.#rng.chance(loss)) continue
      this.#scheduler.at(this.#arrivalMs(wire, bytes), () => {
        if (cuts === wire.cuts && this.canSend(from, to)) deliver()
      })
    }
  }

  #arrivalMs(wire: Wire, bytes: number): number {
    const { floorMs, meanMs, reorders, bytesPerSecond } = wire.quality
    const { nowMs } = this.#scheduler
    const sentMs = Math.max(nowMs, wire.busyUntilMs) + (1000 * bytes) / bytesPerSecond
    wire.busyUntilMs = sentMs
    const free = sentMs + floorMs + this.#rng.exponential(meanMs)
    const unclogged = Math.max(free, wire.cloggedUntilMs)
    const arrival = reorders ? unclogged : Math.max(unclogged, wire.lastArrivalMs)
    wire.lastArrivalMs = arrival
    return arrival
  }

  #change(act: () => void): void {
    const before = this.#links()
    act()
    const after = this.#links()
    for (let i = 0; i < after.length; i++) {
      if (after[i] === true && before[i] === false) {
        this.#onLink(Math.floor(i / this.size), i % this.size)
      }
    }
  }

  #links(): boolean[] {
    const { size } = this
    return this.#wires.map((_, i) => this.isLinked(Math.floor(i / size), i % size))
  }

  #each(act: (wire: Wire, from: number, to: number) => void): void {
    for (let from = 0; from < this.size; from++) {
      for (let to = 0; to < this.size; to++) if (from !== to) act(this.#wire(from, to), from, to)
    }
  }

  #wire(from: number, to: number): Wire {
    const wire = this.#wires[from * this.size + to]
    if (wire === undefined) throw new RangeError(`there is no wire ${from} -> ${to}`)
    return wire
  }
}

/** Nothing is on its way any more. */
function empty(wire: Wire): void {
  wire.cuts += 1
  wire.busyUntilMs = 0
  wire.lastArrivalMs = 0
}
