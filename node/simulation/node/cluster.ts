/**
 * Simulated nodes of one chain in one virtual time. Everything that happens is an event of the
 * scheduler, and everything that an event sets off is done before the next one: a run is a
 * function of its seed.
 */
import type { Common } from '@ethereumjs/common'
import pino from 'pino'
import { assert, CodedError } from '../../../consensus/errors.ts'
import type { Address, Hex } from '../../../consensus/types.ts'
import type { Genesis } from '../../../genesis/genesis-file.ts'
import type { ConsensusParams } from '../../../genesis/params.ts'
import type { ExecutorOpener } from '../../chain/chain-types.ts'
import { createSharedCommon } from '../../crypto/shared-common.ts'
import { GOOD_WIRE, SimulatedNetwork, type WireQuality } from '../engine/network.ts'
import { Scheduler, type Settle } from '../engine/scheduler.ts'
import { SeededRng } from '../engine/seeded-rng.ts'
import { Trace } from '../engine/trace.ts'
import { genesisStore } from './disk/genesis-store.ts'
import { InlineRecovery } from './inline-recovery.ts'
import { recoverSharedSigner } from './shared-signers.ts'
import { SimulatedNode, type SimulatedNodeParts } from './simulated-node.ts'
import { Switchboard } from './switchboard.ts'

/** How much time passes between two looks at a condition. */
const LOOK_MS = 250

export type ClusterMember = {
  readonly votingKey: Hex | undefined
  readonly coinbase: Address
  /** Its part of all work; what counts is the ratio to the others'. */
  readonly work: number
}

export type ClusterOptions = {
  readonly genesis: Genesis
  readonly members: readonly ClusterMember[]
  readonly seed: string
  readonly wire?: WireQuality
  readonly openExecutor?: ExecutorOpener
  /** Lines of the trace that are kept for people. */
  readonly traceLines?: number
  readonly onTrace?: (line: string) => void
  readonly observer?: ClusterObserver
}

/** Who watches all nodes at once. */
export interface ClusterObserver {
  /** Each time that a node has started. */
  onStart(node: SimulatedNode): void
  /** A warning or an error that a node logged. */
  onLog(node: number, line: Readonly<Record<string, unknown>>): void
}

const NOBODY: ClusterObserver = { onStart() {}, onLog() {} }

export class Cluster {
  readonly scheduler = new Scheduler()
  readonly rng: SeededRng
  readonly params: ConsensusParams
  /** For who signs transactions. */
  readonly common: Common
  readonly trace: Trace
  readonly network: SimulatedNetwork
  readonly board: Switchboard
  readonly nodes: readonly SimulatedNode[]

  constructor(options: ClusterOptions) {
    const { members, seed, wire = GOOD_WIRE } = options
    const { scheduler } = this
    this.rng = new SeededRng(seed)
    this.params = options.genesis.params
    this.common = createSharedCommon(options.genesis)
    this.trace = new Trace(scheduler, options.traceLines ?? 0, options.onTrace)
    const parts = { scheduler, rng: this.rng.fork('wires') }
    this.network = new SimulatedNetwork(members.length, parts, wire)
    const { network, trace } = this
    this.board = new Switchboard({ scheduler, network, trace, rng: this.rng.fork('dials') })
    const shared = { recovery: new InlineRecovery(), recoverSigner: recoverSharedSigner }
    this.nodes = members.map((member, index) => this.#makeNode(options, member, index, shared))
  }

  /** Starts every node, in virtual time 0. */
  async start(): Promise<void> {
    const [first] = this.nodes
    if (first === undefined) return
    const store = await genesisStore(first.parts.genesis, first.parts.log)
    for (const { disk } of this.nodes) disk.store.restore(store)
    await this.complete(Promise.all(this.nodes.map((node) => node.start())))
  }

  async advance(milliseconds: number): Promise<void> {
    await this.scheduler.runUntilSettled(this.scheduler.nowMs + milliseconds, settle)
  }

  /** Goes on until the condition holds; false: it did not within the time. */
  async advanceUntil(
    condition: () => boolean | Promise<boolean>,
    millisecondsMax: number,
  ): Promise<boolean> {
    const endMs = this.scheduler.nowMs + millisecondsMax
    while (!(await condition())) {
      if (this.scheduler.nowMs >= endMs) return false
      await this.advance(Math.min(LOOK_MS, endMs - this.scheduler.nowMs))
    }
    return true
  }

  /** Waits for what nodes do by themselves; events run only if it can't end without them. */
  async complete<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false
    const end = () => {
      isDone = true
    }
    work.then(end, end)
    await settle()
    while (!isDone) {
      const { nextMs } = this.scheduler
      assert(nextMs !== undefined, 'what is waited for comes to an end')
      this.scheduler.step(nextMs)
      await settle()
    }
    return work
  }

  async stop(): Promise<void> {
    const up = this.nodes.filter(({ isUp }) => isUp)
    await this.complete(Promise.all(up.map((node) => node.stop())))
  }

  #makeNode(
    { genesis, members, observer = NOBODY, openExecutor }: ClusterOptions,
    { votingKey, coinbase, work }: ClusterMember,
    index: number,
    shared: Pick<SimulatedNodeParts, 'recovery' | 'recoverSigner'>,
  ): SimulatedNode {
    const { genesisDifficulty, idealBlockTimeMs } = genesis.params
    const total = members.reduce((sum, member) => sum + member.work, 0)
    const macsPerMs = Number(genesisDifficulty) / idealBlockTimeMs
    return new SimulatedNode({
      ...{ index, genesis, votingKey, coinbase, openExecutor, ...shared },
      macsPerSecond: (1000 * macsPerMs * work) / total,
      scheduler: this.scheduler,
      board: this.board,
      rng: this.rng.fork(`node ${index}`),
      log: logOf(index, observer),
      onStart: (node) => {
        this.#record(node)
        observer.onStart(node)
      },
    })
  }

  /** What every node comes to is part of the trace: two runs that differ show it. */
  #record({ index, node }: SimulatedNode): void {
    const { trace } = this
    trace.add('start', index, Number(node.chain.head.header.number))
    node.chain.events.on('head', ({ head }) => {
      const { hash, header } = head
      const value = Number.parseInt(hash.slice(2, 10), 16)
      trace.add('head', index, value, () => `${header.number} ${hash.slice(0, 10)}`)
    })
    node.chain.events.on('finality', (effects) => {
      for (const effect of effects) {
        trace.add(`finality ${effect.kind}`, index, effects.length)
      }
    })
  }
}

/** Between two immediates of one turn of its loop the platform runs all that promises wait for. */
const IMMEDIATES_PER_TURN = 64
let immediatesLeft = 0
let waiting: (() => void)[] = []

/** Everything that can run without another event has run: timers and sockets there are none. */
const settle: Settle = () =>
  new Promise((resolve) => {
    waiting.push(resolve)
    if (immediatesLeft > 0) return
    immediatesLeft = IMMEDIATES_PER_TURN
    for (let i = 0; i < IMMEDIATES_PER_TURN; i++) setImmediate(onImmediate)
  })

function onImmediate(): void {
  immediatesLeft -= 1
  const settled = waiting
  waiting = []
  for (const resolve of settled) resolve()
}

/** Warnings and errors go to the observer; nothing of the machine stands in their lines. */
function logOf(node: number, observer: ClusterObserver): pino.Logger {
  const write = (line: string): void => observer.onLog(node, JSON.parse(line))
  const serializers = { err: errorFields }
  return pino({ level: 'warn', base: null, timestamp: false, serializers }, { write })
}

/** The code tells what is expected from what is a bug. */
function errorFields(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: String(error) }
  const { message, stack } = error
  return { message, stack, code: error instanceof CodedError ? error.type.code : undefined }
}
