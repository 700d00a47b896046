/**
 * What goes wrong for whole nodes: partitions, crashes at any write, power cuts, disks that fail,
 * fill up or lie, clocks and storms. Each has its own rhythm and its own stream of chance.
 *
 * Spec: docs/simulator.md, "Faults".
 */
import type { Coverage } from '../../engine/coverage.ts'
import { CUT_SHAPES, type Cuts, drawCuts, NO_CUTS } from '../../engine/cut-shapes.ts'
import type { SeededRng } from '../../engine/seeded-rng.ts'
import type { Watcher } from '../../node/checks/watcher.ts'
import type { Cluster } from '../../node/cluster.ts'
import type { CrashKind } from '../../node/disk/memory-disk.ts'
import type { SimulatedNode } from '../../node/simulated-node.ts'
import type { Damage } from './damage.ts'
import { type Core, cutsAround } from './mended-core.ts'
import type { NodeSwarm } from './node-swarm.ts'

export const NODE_NEMESIS_NAMES = [
  'partition',
  'flapping',
  'crash',
  'crash at a write',
  'power cut',
  'crash of all',
  'disk fails',
  'slow disk',
  'bit flip',
  'hole in the log',
  'clock',
  'storm',
] as const

export type NodeNemesisName = (typeof NODE_NEMESIS_NAMES)[number]

/** Faults after which a disk gives back something else than was written. */
export const DAMAGES: ReadonlySet<NodeNemesisName> = new Set(['bit flip', 'hole in the log'])

const HOUR_MS = 3_600_000
/** Writes within which a node that is to crash at one gets to it. */
const WRITES_MAX = 12

export type NemesisParts = {
  readonly cluster: Cluster
  readonly swarm: NodeSwarm
  readonly watcher: Watcher
  readonly coverage: Coverage
  readonly damage: Damage
}

export class NodeNemeses {
  readonly #cluster: Cluster
  readonly #swarm: NodeSwarm
  readonly #watcher: Watcher
  readonly #coverage: Coverage
  readonly #damage: Damage
  #cuts: Cuts = NO_CUTS
  #isOver = false

  constructor({ cluster, swarm, watcher, coverage, damage }: NemesisParts) {
    this.#cluster = cluster
    this.#swarm = swarm
    this.#watcher = watcher
    this.#coverage = coverage
    this.#damage = damage
  }

  start(): void {
    for (const name of this.#swarm.nemeses) {
      this.#again(name, this.#cluster.rng.fork(`nemesis ${name}`))
    }
  }

  /** Starts a node that is down so much later, unless that was done meanwhile. */
  startLater(node: SimulatedNode, delayMs: number): void {
    this.#after(delayMs, () => this.#restart(node))
  }

  /** Nothing breaks any more, and what is broken in the core is mended. */
  async mend(core: Core): Promise<void> {
    this.#isOver = true
    // A node that stands still amid a write is down a moment later.
    await this.#cluster.advance(0)
    this.#cut(cutsAround(core))
    this.#cluster.network.setQuality(() => ({ ...this.#swarm.wire, loss: 0 }))
    this.#cluster.board.requests.resets = 0
    const mended = this.#cluster.nodes.filter(({ index }) => core.joined.has(index))
    for (const node of mended) {
      node.disk.faults.failure = undefined
      node.disk.faults.slowMs = 0
      node.disk.faults.crashAtWrite(Number.POSITIVE_INFINITY, () => undefined)
      node.clock.set(0)
    }
    // What nobody has found yet would be found in the middle of the second phase.
    for (const node of mended) {
      if (!this.#watcher.damaged.has(node.index)) continue
      if (node.isUp || node.isStarting) node.crash('process')
      this.#damage.wipe(node)
    }
    const down = mended.filter(({ isUp, isStarting }) => !isUp && !isStarting)
    await this.#cluster.complete(Promise.all(down.map((node) => node.start())))
  }

  #again(name: NodeNemesisName, rng: SeededRng): void {
    const rare = name === 'crash of all' ? 4 : 1
    this.#after(rng.exponential(rare * this.#swarm.faultEveryMs), () => {
      this.#cluster.trace.add(`nemesis ${name}`, -1, 0)
      this.#coverage.hit(`nemesis ${name}`)
      this.#strike(name, rng)
      this.#again(name, rng)
    })
  }

  #after(delayMs: number, run: () => void): void {
    this.#cluster.scheduler.after(delayMs, () => {
      if (!this.#isOver) run()
    })
  }

  #strike(name: NodeNemesisName, rng: SeededRng): void {
    const lastMs = rng.exponential(this.#swarm.blockMs * rng.pick([3, 10, 30]))
    const node = rng.pick(this.#cluster.nodes)
    switch (name) {
      case 'partition':
        this.#partition(rng, lastMs)
        return
      case 'flapping':
        this.#flap(rng, drawCuts(rng.pick(CUT_SHAPES), this.#cluster.nodes.length, rng), 6)
        return
      case 'crash':
        this.#crash(node, 'process', lastMs)
        return
      case 'power cut':
        this.#crash(node, 'power', lastMs)
        return
      case 'crash at a write':
        this.#crashAtWrite(node, rng, lastMs)
        return
      case 'crash of all':
        for (const each of this.#cluster.nodes) this.#crash(each, 'power', rng.between(0, lastMs))
        return
      case 'disk fails':
        node.disk.faults.failure = rng.pick(['EIO', 'ENOSPC'])
        this.#after(lastMs, () => {
          node.disk.faults.failure = undefined
        })
        return
      case 'slow disk':
        node.disk.faults.slowMs = rng.pick([50, 500, 5_000])
        this.#after(lastMs, () => {
          node.disk.faults.slowMs = 0
        })
        return
      case 'bit flip':
      case 'hole in the log':
        this.#spoil(name, rng, lastMs)
        return
      case 'clock':
        node.clock.set(rng.pick([-HOUR_MS, -8_000, 8_000]), rng.pick([0, 0.05, -0.05]))
        this.#after(lastMs, () => node.clock.set(0))
        return
      case 'storm':
        this.#storm(rng, lastMs)
        return
    }
  }

  #partition(rng: SeededRng, lastMs: number): void {
    const shape = rng.pick(CUT_SHAPES)
    this.#coverage.hit(`partition ${shape}`)
    const cuts = drawCuts(shape, this.#cluster.nodes.length, rng)
    this.#cut(cuts)
    this.#after(lastMs, () => {
      if (this.#cuts === cuts) this.#cut(NO_CUTS)
    })
  }

  #flap(rng: SeededRng, cuts: Cuts, times: number): void {
    this.#cut(times > 0 && times % 2 === 0 ? cuts : NO_CUTS)
    if (times > 0) this.#after(rng.between(200, 3_000), () => this.#flap(rng, cuts, times - 1))
  }

  #cut(cuts: Cuts): void {
    this.#cuts = cuts
    this.#cluster.board.setCuts(cuts)
  }

  #crash(node: SimulatedNode, kind: CrashKind, lastMs: number): void {
    if (!node.isUp) return
    node.crash(kind)
    this.#afterCrash(node, kind, lastMs)
  }

  #crashAtWrite(node: SimulatedNode, rng: SeededRng, lastMs: number): void {
    if (!node.isUp) return
    const kind: CrashKind = rng.pick(['process', 'power'])
    node.crashAtWrite(rng.integer(1, WRITES_MAX), kind, () => {
      this.#coverage.hit('crash amid a write')
      this.#afterCrash(node, kind, lastMs)
    })
  }

  #spoil(name: 'bit flip' | 'hole in the log', rng: SeededRng, lastMs: number): void {
    const node = this.#cluster.nodes[this.#swarm.victim ?? -1]
    if (node === undefined || !node.isUp) return
    if (name === 'bit flip' && rng.chance(0.5)) {
      this.#damage.flipBit(node, rng)
      return
    }
    node.crash('process')
    if (name === 'bit flip') this.#damage.flipBit(node, rng)
    else this.#damage.makeHole(node)
    this.#afterCrash(node, 'process', lastMs)
  }

  #afterCrash(node: SimulatedNode, kind: CrashKind, lastMs: number): void {
    this.#cluster.trace.add('crash', node.index, 0, () => kind)
    this.startLater(node, lastMs)
  }

  /** A disk that fails keeps a node from starting: it is tried again. */
  #restart(node: SimulatedNode): void {
    if (node.isUp || node.isStarting) return
    node.start().catch((error: unknown) => {
      const { failure } = node.disk.faults
      const isHealed = this.#damage.heal(node, error)
      if (failure === undefined && !isHealed) throw error
      this.#coverage.hit(isHealed ? 'directory moved away' : 'start on a disk that fails')
      this.#after(this.#swarm.blockMs, () => this.#restart(node))
    })
  }

  #storm(rng: SeededRng, lastMs: number): void {
    const quality = {
      floorMs: 20,
      meanMs: rng.pick([500, 2_000, 5_000]),
      loss: rng.pick([0, 0.2]),
      duplication: rng.pick([0, 0.2]),
      reorders: true,
      bytesPerSecond: 125_000,
    }
    this.#cluster.network.setQuality(() => quality)
    this.#after(lastMs, () => this.#cluster.network.setQuality(() => this.#swarm.wire))
  }
}
