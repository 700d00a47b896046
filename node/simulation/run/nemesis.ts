/**
 * What goes wrong: partitions, crashes, clocks, disks and storms, each with its own rhythm and its
 * own stream of chance.
 *
 * Spec: docs/simulator.md, "Faults".
 */
import { CUT_SHAPES, type Cuts, drawCuts, NO_CUTS } from '../engine/cut-shapes.ts'
import type { WireQuality } from '../engine/network.ts'
import type { SeededRng } from '../engine/seeded-rng.ts'
import type { ModelNode } from '../model/model-node.ts'
import type { ModelWorld } from '../model/model-world.ts'
import type { Swarm } from './swarm.ts'

export const NEMESIS_NAMES = [
  'partition',
  'flapping',
  'swizzle-clog',
  'crash',
  'crash-all',
  'clock',
  'slow-disk',
  'disk-full',
  'storm',
] as const

export type NemesisName = (typeof NEMESIS_NAMES)[number]

const HOUR_MS = 3_600_000
/** How often, and how many times, a node is watched for the moment between record and signature. */
const LOOK_MS = 50
const LOOKS_MAX = 400

export class Nemeses {
  readonly #world: ModelWorld
  readonly #swarm: Swarm
  /** Liars that no partition holds back. */
  readonly #bridging: ReadonlySet<number>
  #cuts: Cuts = NO_CUTS
  #isOver = false

  constructor(world: ModelWorld, swarm: Swarm) {
    this.#world = world
    this.#swarm = swarm
    const liars = world.nodes.filter(({ isHonest }) => !isHonest).map(({ index }) => index)
    this.#bridging = new Set(swarm.isBridging ? liars : [])
  }

  /** Whether the network is in parts now. */
  get isPartitioned(): boolean {
    return this.#cuts !== NO_CUTS
  }

  start(): void {
    for (const name of this.#swarm.nemeses) {
      const rng = this.#world.rng.fork(`nemesis ${name}`)
      this.#again(name, rng)
    }
  }

  /** No new fault from now on; what is broken stays so. */
  stop(): void {
    this.#isOver = true
  }

  #again(name: NemesisName, rng: SeededRng): void {
    const rare = name === 'crash-all' ? 4 : 1
    this.#after(rng.exponential(rare * this.#swarm.faultEveryMs), () => {
      this.#world.trace.add(`nemesis ${name}`, -1, 0)
      this.#world.coverage.hit(`nemesis ${name}`)
      this.#strike(name, rng)
      this.#again(name, rng)
    })
  }

  #after(delayMs: number, run: () => void): void {
    this.#world.scheduler.after(delayMs, () => {
      if (!this.#isOver) run()
    })
  }

  #strike(name: NemesisName, rng: SeededRng): void {
    const lastMs = rng.exponential(this.#swarm.params.idealBlockTimeMs * rng.pick([3, 10, 30]))
    switch (name) {
      case 'partition':
        this.#partition(rng, lastMs)
        return
      case 'flapping':
        this.#flap(rng, drawCuts(rng.pick(CUT_SHAPES), this.#size, rng, this.#bridging), 6)
        return
      case 'swizzle-clog':
        this.#swizzle(rng, lastMs)
        return
      case 'crash':
        this.#crash(rng.pick(this.#world.nodes), lastMs)
        return
      case 'crash-all':
        for (const node of this.#world.nodes) this.#crash(node, rng.between(0, lastMs))
        return
      case 'clock':
        this.#setClock(rng.pick(this.#world.nodes), rng, lastMs)
        return
      case 'slow-disk':
        this.#slowDisk(rng.pick(this.#world.nodes), rng, lastMs)
        return
      case 'disk-full':
        this.#fillDisk(rng.pick(this.#world.nodes), lastMs)
        return
      case 'storm':
        this.#storm(rng, lastMs)
        return
    }
  }

  get #size(): number {
    return this.#world.nodes.length
  }

  #partition(rng: SeededRng, drawnMs: number): void {
    const { params, isOverThird } = this.#swarm
    // Long enough for two finalities.
    const lastMs = isOverThird ? 16 * params.epochLength * params.idealBlockTimeMs : drawnMs
    const shape = this.#swarm.isOverThird ? 'halves' : rng.pick(CUT_SHAPES)
    this.#world.coverage.hit(`partition ${shape}`)
    const cuts = drawCuts(shape, this.#size, rng, this.#bridging)
    this.#cut(cuts)
    this.#after(lastMs, () => {
      if (this.#cuts === cuts) this.#cut(NO_CUTS)
    })
  }

  #flap(rng: SeededRng, cuts: Cuts, times: number): void {
    this.#cut(times % 2 === 0 ? cuts : NO_CUTS)
    if (times === 0) {
      this.#cut(NO_CUTS)
      return
    }
    this.#after(rng.between(200, 3_000), () => this.#flap(rng, cuts, times - 1))
  }

  #cut(cuts: Cuts): void {
    this.#cuts = cuts
    this.#world.network.setCuts(cuts)
  }

  /** Clogs the wires of one node after the other, and clears them in another order. */
  #swizzle(rng: SeededRng, lastMs: number): void {
    const { network, scheduler, nodes } = this.#world
    const order = rng.shuffled(nodes)
    for (const [place, { index }] of order.entries()) {
      const untilMs = scheduler.nowMs + lastMs + rng.between(0, lastMs)
      this.#after((place * lastMs) / order.length, () => {
        for (const other of nodes) {
          if (other.index === index) continue
          network.clog(index, other.index, untilMs)
          network.clog(other.index, index, untilMs)
        }
      })
    }
  }

  #crash(node: ModelNode, lastMs: number): void {
    if (!node.isUp) return
    node.crash()
    this.#world.trace.add('crash', node.index, 0)
    this.#after(lastMs, () => {
      if (!node.isUp) node.start()
    })
  }

  #setClock(node: ModelNode, rng: SeededRng, lastMs: number): void {
    const canLead = node.options.workShare < 0.2
    const jumps = canLead ? [-HOUR_MS, HOUR_MS, -8_000, 8_000] : [-HOUR_MS, -8_000, 8_000]
    node.clock.set(rng.pick(jumps), rng.pick([0, 0.05, -0.05]))
    this.#after(lastMs, () => node.clock.set(0))
  }

  #slowDisk(node: ModelNode, rng: SeededRng, lastMs: number): void {
    node.record.syncMs = rng.pick([200, 1_000, 5_000])
    this.#after(lastMs, () => {
      node.record.syncMs = 2
    })
    if (rng.chance(0.5)) this.#crashBetween(node, lastMs, LOOKS_MAX)
  }

  /** Waits for a vote that is on disk and not signed yet, and takes the power then. */
  #crashBetween(node: ModelNode, lastMs: number, looks: number): void {
    if (node.record.isBetween) this.#crash(node, lastMs)
    else if (looks > 0) this.#after(LOOK_MS, () => this.#crashBetween(node, lastMs, looks - 1))
  }

  #fillDisk(node: ModelNode, lastMs: number): void {
    node.isDiskFull = true
    this.#after(lastMs, () => {
      node.isDiskFull = false
    })
  }

  #storm(rng: SeededRng, lastMs: number): void {
    const { network } = this.#world
    const quality: WireQuality = {
      floorMs: 20,
      meanMs: rng.pick([500, 2_000, 5_000]),
      loss: rng.pick([0, 0.2]),
      duplication: rng.pick([0, 0.2]),
      reorders: true,
      bytesPerSecond: 125_000,
    }
    network.setQuality(() => quality)
    this.#after(lastMs, () => network.setQuality(() => this.#swarm.wire))
  }
}
