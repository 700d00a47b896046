/**
 * A whole node of ours in virtual time: the real one, with the simulator's clock, disk, network,
 * seal and chance in place of the machine's. It crashes and starts again on the same disk.
 */
import type { Logger } from 'pino'
import { assert } from '../../../consensus/errors.ts'
import type { RecoverSigner } from '../../../consensus/finality/types.ts'
import type { Address, Hash, Hex } from '../../../consensus/types.ts'
import type { Genesis } from '../../../genesis/genesis-file.ts'
import type { ExecutorOpener } from '../../chain/chain-types.ts'
import type { Recovery } from '../../crypto/sender-recovery.ts'
import type { BlockSummary } from '../../events.ts'
import { Executor } from '../../execution/executor.ts'
import { Node } from '../../node.ts'
import type { NodeOptions } from '../../options.ts'
import type { Clock } from '../../ports.ts'
import { NodeClock } from '../engine/node-clock.ts'
import type { Scheduler } from '../engine/scheduler.ts'
import type { SeededRng } from '../engine/seeded-rng.ts'
import { type CrashKind, MemoryDisk } from './disk/memory-disk.ts'
import { HONEST, type Tampering } from './strategies/tampering.ts'
import type { Switchboard } from './switchboard.ts'
import { TokenSeal, verifyToken } from './token-seal.ts'
import { wrongExecutor } from './wrong-executor.ts'

export type SimulatedNodeParts = {
  readonly index: number
  readonly genesis: Genesis
  readonly votingKey: Hex | undefined
  readonly coinbase: Address
  readonly macsPerSecond: number
  readonly scheduler: Scheduler
  readonly board: Switchboard
  readonly rng: SeededRng
  readonly recovery: Recovery
  readonly recoverSigner: RecoverSigner
  readonly log: Logger
  /** In place of the EVM. */
  readonly openExecutor?: ExecutorOpener | undefined
  /** Each time that it has started, before it hears of anything. */
  readonly onStart: (node: SimulatedNode) => void
}

export class SimulatedNode {
  readonly index: number
  readonly clock: NodeClock
  readonly disk: MemoryDisk
  readonly parts: SimulatedNodeParts
  /** What it does to what it sends; an honest node nothing. */
  tampering: Tampering = HONEST
  /** Headers that it made without work: nobody may count them. */
  readonly unproven = new Set<Hash>()
  /** A block that its software has wrong. */
  misjudged: BlockSummary | undefined
  readonly #sealRng: SeededRng
  #node: Node | undefined
  #seal: TokenSeal
  #life = 0
  #isStarting = false

  constructor(parts: SimulatedNodeParts) {
    const { index, scheduler, rng, macsPerSecond } = parts
    this.index = index
    this.parts = parts
    this.clock = new NodeClock(scheduler)
    this.disk = new MemoryDisk(this.clock, rng.fork('disk'))
    this.#sealRng = rng.fork('seal')
    this.#seal = new TokenSeal(this.clock, this.#sealRng, macsPerSecond)
  }

  get isUp(): boolean {
    return this.#node !== undefined
  }

  get seal(): TokenSeal {
    return this.#seal
  }

  get isStarting(): boolean {
    return this.#isStarting
  }

  get isHonest(): boolean {
    return this.tampering === HONEST
  }

  /** Only while it is up. */
  get node(): Node {
    const node = this.#node
    assert(node !== undefined, 'the node is up')
    return node
  }

  /** Resolves when it is up; never if it crashes on the way. Throws as a node's start does. */
  async start(): Promise<void> {
    assert(this.#node === undefined, 'a node that is up is not started')
    const life = this.#life
    this.disk.faults.thaw()
    this.#isStarting = true
    try {
      const node = await Node.start(this.#options())
      if (life !== this.#life) return
      this.#node = node
    } finally {
      if (life === this.#life) this.#isStarting = false
    }
    this.parts.onStart(this)
  }

  /** In order, everything synced. */
  async stop(): Promise<void> {
    const { node } = this
    this.#node = undefined
    await node.stop()
    this.#life += 1
    this.clock.stop()
  }

  /** At once: nothing of it runs any more. */
  crash(kind: CrashKind): void {
    this.#freeze()
    this.disk.crash(kind)
  }

  /** In the middle of the n-th write from now. */
  crashAtWrite(count: number, kind: CrashKind, onCrash: () => void): void {
    this.disk.faults.crashAtWrite(count, () => {
      this.#freeze()
      // When the rest of what it was doing has come to its own next write.
      this.parts.scheduler.after(0, () => {
        this.disk.crash(kind)
        onCrash()
      })
    })
  }

  #freeze(): void {
    this.#life += 1
    this.#node = undefined
    this.#isStarting = false
    this.disk.faults.freeze()
    this.clock.stop()
    this.parts.board.leave(this.index)
  }

  #options(): NodeOptions {
    const { index, genesis, votingKey, coinbase, board, rng, log } = this.parts
    const { recovery, recoverSigner } = this.parts
    const clock = this.#clockOf(this.#life)
    const openExecutor = this.parts.openExecutor ?? evmIn(clock)
    this.#seal = new TokenSeal(clock, this.#sealRng, this.parts.macsPerSecond)
    return {
      genesis,
      dataDir: `/simulated/node-${index}`,
      log,
      coinbase,
      ...(votingKey && { votingKey }),
      p2p: { host: '127.0.0.1', port: 0, bootnodes: this.#others() },
      seal: { pace: { kind: 'continuous' }, gpu: 'cpu', dutyPercent: 100, certify: true },
      clientVersion: 'hanzo/simulated',
      ports: {
        clock,
        rng: rng.fork('node'),
        backend: this.seal,
        disk: this.disk,
        openRecovery: () => recovery,
        openNetwork: board.open(index, this.#tamper()),
        openExecutor: wrongExecutor(openExecutor, () => this.misjudged?.header),
        verifyProof: verifyToken,
        recoverSigner,
      },
    }
  }

  /** As a devnet has it, every node looks for all others. */
  #others(): readonly string[] {
    const { board, index } = this.parts
    const nodes = Array.from({ length: board.parts.network.size }, (_, other) => other)
    return nodes.filter((other) => other !== index).map((other) => `/memory/${other}`)
  }

  /** Asked at each message, so that a strategy may begin at any time. */
  #tamper(): Tampering {
    const now = () => this.tampering
    return {
      get isSilent() {
        return now().isSilent
      },
      publish: (topic, payload) => now().publish(topic, payload),
      answer: (name, chunks, to) => now().answer(name, chunks, to),
      hear: (topic, payload, from) => now().hear(topic, payload, from),
    }
  }

  /** What is left of a crashed node sets no timer that the next one would wake it by. */
  #clockOf(life: number): Clock {
    const { clock } = this
    return {
      now: () => clock.now(),
      setTimer: (delayMs, run) =>
        life === this.#life ? clock.setTimer(delayMs, run) : () => undefined,
      giveWay: () => (life === this.#life ? clock.giveWay() : new Promise<never>(() => undefined)),
    }
  }
}

function evmIn(time: Clock): ExecutorOpener {
  return (options) => Executor.open({ ...options, time })
}
